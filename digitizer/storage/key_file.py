"""The home's secret keys: one JSON file, mode 0600, written completely or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from digitizer.engines.codes.cover_code import KEY_BYTES, KeyRing, new_key
from digitizer.model.errors import SettingsError
from digitizer.storage.copying import replace_file
from digitizer.storage.unfinished_files import folder_lock


def make_key_ring(path: Path) -> None:
    """A first ring with one random 256-bit key; leaves an existing file alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with folder_lock(path.parent):
        if not path.exists():
            _write(path, KeyRing({1: new_key()}, 1))


def read_key_ring(path: Path) -> KeyRing:
    """Raises SettingsError if the file is missing, damaged, or readable by others."""
    try:
        found = json.loads(path.read_text("ascii"))
        keys = {int(number): bytes.fromhex(key) for number, key in found["keys"].items()}
        ring = KeyRing(keys, int(found["current"]))
        _check(ring)
    except FileNotFoundError:
        raise SettingsError(
            f"The key file {path} is missing. Without it no cover can be verified: "
            "restore it from the key backup."
        ) from None
    except OSError as error:
        raise SettingsError(
            f"The key file {path} cannot be read ({error.strerror}). Run this as its owner."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"The key file {path} is damaged ({error}). Restore it from the key backup."
        ) from None
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"Other users can read the key file {path}. Run: chmod 600 {path}")
    return ring


def _check(ring: KeyRing) -> None:
    if ring.current not in ring.keys:
        raise ValueError(f"its current key, number {ring.current}, is not in it")
    if any(len(key) != KEY_BYTES for key in ring.keys.values()):
        raise ValueError(f"each key must have {KEY_BYTES} bytes")


def rotate_key(path: Path) -> int:
    """Adds a fresh key for new covers; codes of earlier keys stay valid. Returns its number."""
    read_key_ring(path)  # raises if there is none
    with folder_lock(path.parent):  # else, of two keys added at once, one would be lost
        ring = read_key_ring(path)
        number = max(ring.keys) + 1
        _write(path, KeyRing({**ring.keys, number: new_key()}, number))
    return number


def _write(path: Path, ring: KeyRing) -> None:
    """Only for the holder of the folder's lock."""
    body = {"current": ring.current, "keys": {str(n): k.hex() for n, k in ring.keys.items()}}
    replace_file(path, json.dumps(body).encode("ascii"))
