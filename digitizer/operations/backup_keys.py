"""The keys of a backup: one file, encrypted under a passphrase, apart from everything else.

It has the key ring of the covers, the keys of scans sealed as legal mail, and those of the event
log.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from digitizer.model.errors import StorageError, UsageError
from digitizer.storage.encryption import decrypt_with_passphrase, encrypt_with_passphrase

#: In a backup, beside everything else.
FILE_NAME = "keys.sealed"
LEAST_PASSPHRASE = 12
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"  # none is easily mistaken for another


@dataclass(frozen=True, slots=True)
class Keys:
    """``covers`` is the key ring's file as it is; ``seals`` the seals' keys by scan; ``audit`` the
    file of the event log's keys, and ``logins`` that of the key of second steps, None in a backup
    from before there were any; ``at_rest`` the home's key, if it was encrypted at rest: the rest of
    the backup is encrypted with it; ``key_book`` what opens the copy of the key book, without which
    a backup that was made with a key folder cannot be read."""

    covers: str
    seals: Mapping[str, bytes]
    audit: str | None = None
    logins: str | None = None
    at_rest: bytes | None = None
    key_book: bytes | None = None


def new_passphrase() -> str:
    """Six groups of five characters: 147 random bits, to be written down by hand."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(6))


def check_passphrase(passphrase: str) -> str:
    """Raises UsageError for one that is too short to protect anything."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise UsageError(f"The passphrase must have at least {LEAST_PASSPHRASE} characters.")
    return passphrase


def encrypt_keys(keys: Keys, passphrase: str) -> bytes:
    content = {
        "covers": keys.covers,
        "seals": {scan_id: key.hex() for scan_id, key in keys.seals.items()},
        "audit": keys.audit,
        "logins": keys.logins,
        "at_rest": _written(keys.at_rest),
        "key_book": _written(keys.key_book),
    }
    return encrypt_with_passphrase(passphrase, json.dumps(content).encode())


def decrypt_keys(encrypted: bytes, passphrase: str) -> Keys:
    """Raises StorageError if the passphrase is wrong, or the bytes were changed."""
    content = json.loads(decrypt_with_passphrase(passphrase, encrypted))
    try:
        seals = {scan_id: bytes.fromhex(key) for scan_id, key in content["seals"].items()}
        return Keys(
            covers=content["covers"],
            seals=seals,
            audit=content.get("audit"),
            logins=content.get("logins"),
            at_rest=_read(content.get("at_rest")),  # earlier backups have none
            key_book=_read(content.get("key_book")),
        )
    except (KeyError, TypeError, ValueError):
        raise StorageError(
            "The encrypted keys are in a format that this program does not know."
        ) from None


def _written(key: bytes | None) -> str | None:
    return None if key is None else key.hex()


def _read(key: str | None) -> bytes | None:
    return None if key is None else bytes.fromhex(key)
