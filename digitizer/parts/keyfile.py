"""The home's secret keys: one JSON file, mode 0600, written whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from digitizer.parts.blobs import sync_folder
from digitizer.parts.codes import KeyRing
from digitizer.vocabulary.errors import SettingsError

_KEY_BYTES = 32


def make_key_ring(path: Path) -> None:
    """A first ring with one random 256-bit key; leaves an existing file alone."""
    if not path.exists():
        _write(path, KeyRing({1: secrets.token_bytes(_KEY_BYTES)}, 1))


def read_key_ring(path: Path) -> KeyRing:
    """Raises SettingsError if the file is missing, damaged, or readable by others."""
    try:
        found = json.loads(path.read_text("ascii"))
        keys = {int(number): bytes.fromhex(key) for number, key in found["keys"].items()}
        ring = KeyRing(keys, int(found["current"]))
    except FileNotFoundError:
        raise SettingsError(
            f"The key file {path} is missing. Without it no cover can be verified: "
            "bring it back from the key backup."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"The key file {path} is damaged ({error}). Bring it back from the key backup."
        ) from None
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"Others can read the key file {path}. Run: chmod 600 {path}")
    return ring


def rotate_key(path: Path) -> int:
    """Adds a fresh key for new covers; earlier keys go on being read. Returns its number."""
    ring = read_key_ring(path)
    number = max(ring.keys) + 1
    _write(path, KeyRing({**ring.keys, number: secrets.token_bytes(_KEY_BYTES)}, number))
    return number


def _write(path: Path, ring: KeyRing) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    body = {"current": ring.current, "keys": {str(n): k.hex() for n, k in ring.keys.items()}}
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        json.dump(body, out)
        out.flush()
        os.fsync(out.fileno())
    temporary.rename(path)
    sync_folder(path.parent)
