"""The home's secret keys: one JSON file, mode 0600, written whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

from digitizer.engines.codes.cover_code import KEY_BYTES, KeyRing, new_key
from digitizer.model.errors import SettingsError
from digitizer.storage.blobs import sync_folder
from digitizer.storage.unfinished_files import alone_in


def make_key_ring(path: Path) -> None:
    """A first ring with one random 256-bit key; leaves an existing file alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone_in(path.parent):
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
            "bring it back from the key backup."
        ) from None
    except OSError as error:
        raise SettingsError(
            f"The key file {path} cannot be read ({error.strerror}). Run as the user it belongs to."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"The key file {path} is damaged ({error}). Bring it back from the key backup."
        ) from None
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"Others can read the key file {path}. Run: chmod 600 {path}")
    return ring


def _check(ring: KeyRing) -> None:
    if ring.current not in ring.keys:
        raise ValueError(f"it has no key {ring.current}, which it calls the current one")
    if any(len(key) != KEY_BYTES for key in ring.keys.values()):
        raise ValueError(f"each key must have {KEY_BYTES} bytes")


def rotate_key(path: Path) -> int:
    """Adds a fresh key for new covers; earlier keys go on being read. Returns its number."""
    read_key_ring(path)  # where there is none, that is said
    with alone_in(path.parent):  # else two would each add a key, and one be lost with its covers
        ring = read_key_ring(path)
        number = max(ring.keys) + 1
        _write(path, KeyRing({**ring.keys, number: new_key()}, number))
    return number


def _write(path: Path, ring: KeyRing) -> None:
    """Only for who is alone in the folder: what lies under the temporary name is a dead one's."""
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
