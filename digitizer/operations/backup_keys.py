"""The keys of a backup: one file, encrypted under a passphrase, apart from all else.

It holds the key ring of the covers and the keys of scans sealed as legal mail.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from digitizer.model.errors import StorageError, UsageError
from digitizer.storage.encryption import lock_with_passphrase, unlock_with_passphrase

#: In a backup, beside everything else.
FILE_NAME = "keys.sealed"
LEAST_PASSPHRASE = 12
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"  # none that is easily taken for another


@dataclass(frozen=True, slots=True)
class Keys:
    """``covers`` is the key ring's file as it stands; ``seals`` the seals' keys by scan."""

    covers: str
    seals: Mapping[str, bytes]


def new_passphrase() -> str:
    """Six groups of five characters: 147 random bits, to be written down by hand."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(6))


def check_passphrase(passphrase: str) -> str:
    """Raises UsageError for one that is too short to protect anything."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise UsageError(f"The passphrase must have {LEAST_PASSPHRASE} characters or more.")
    return passphrase


def lock_keys(keys: Keys, passphrase: str) -> bytes:
    told = {
        "covers": keys.covers,
        "seals": {scan_id: key.hex() for scan_id, key in keys.seals.items()},
    }
    return lock_with_passphrase(passphrase, json.dumps(told).encode())


def unlock_keys(locked: bytes, passphrase: str) -> Keys:
    """Raises StorageError if the passphrase is wrong, or the bytes were changed."""
    told = json.loads(unlock_with_passphrase(passphrase, locked))
    try:
        seals = {scan_id: bytes.fromhex(key) for scan_id, key in told["seals"].items()}
        return Keys(told["covers"], seals)
    except (KeyError, TypeError, ValueError):
        raise StorageError("The sealed keys are of no format that is known here.") from None
