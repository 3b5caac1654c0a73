"""The keys of the event log: one JSON file in the home, outside the database, mode 0600.

Whoever can write the database cannot make a hash that these keys made. Old keys stay in the file,
so that what they signed can still be verified.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from digitizer.model.errors import SettingsError
from digitizer.storage.copying import replace_file
from digitizer.storage.tables import event
from digitizer.storage.unfinished_files import folder_lock

_KEY_BYTES = 32
_OPTION = "audit_keys"


@dataclass(frozen=True, slots=True)
class AuditKeys:
    """Keys by number; ``newest`` is the number of the last one that was made."""

    by_number: Mapping[int, bytes] = field(repr=False)

    @property
    def newest(self) -> int:
        return max(self.by_number)

    def mac(self, number: int, text: str) -> str:
        """HMAC-SHA256 as 64 hexadecimal digits. Raises KeyError for a key that is not here."""
        return hmac.new(self.by_number[number], text.encode("ascii"), hashlib.sha256).hexdigest()


class AuditKeyFile:
    """The file, read again whenever it has changed: another process may have added a key."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, int, int], AuditKeys] | None = None

    def keys(self) -> AuditKeys:
        """Raises SettingsError if the file is missing or damaged."""
        try:
            stat = self._path.stat()
            state = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        except OSError:
            return read_audit_keys(self._path)
        if self._read is None or self._read[0] != state:
            self._read = (state, read_audit_keys(self._path))
        return self._read[1]


def sign_with(engine: sa.Engine, path: Path) -> None:
    """From now on events that are written or verified through ``engine`` use the keys of this
    file."""
    engine.update_execution_options(**{_OPTION: AuditKeyFile(path)})


def keys_of(tx: sa.Connection) -> AuditKeys:
    """The keys with which events are written through this connection."""
    file = tx.get_execution_options().get(_OPTION)
    if not isinstance(file, AuditKeyFile):
        raise AssertionError("this database was opened without the keys of its log")
    return file.keys()


def last_key_named(engine: sa.Engine) -> int:
    """The greatest number of a key that an event names; 0 if none names one."""
    with engine.connect() as connection:
        if "key" not in {each["name"] for each in sa.inspect(connection).get_columns("event")}:
            return 0  # from before there were keys
        return int(connection.execute(sa.select(sa.func.max(event.c.key))).scalar() or 0)


def make_audit_keys(path: Path, number: int = 1) -> None:
    """A first key with this number; leaves an existing file alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with folder_lock(path.parent):
        if not path.exists():
            _write(path, AuditKeys({number: secrets.token_bytes(_KEY_BYTES)}))


def add_audit_key(path: Path) -> int:
    """Adds a fresh key; returns its number. The earlier ones stay."""
    with folder_lock(path.parent):  # else, of two keys added at once, one would be lost
        keys = read_audit_keys(path)
        number = keys.newest + 1
        _write(path, AuditKeys({**keys.by_number, number: secrets.token_bytes(_KEY_BYTES)}))
    return number


def read_audit_keys(path: Path) -> AuditKeys:
    """Raises SettingsError if the file is missing, damaged, or readable by others."""
    try:
        found = json.loads(path.read_text("ascii"))
        keys = {int(number): bytes.fromhex(key) for number, key in found["keys"].items()}
        if not keys or any(len(key) != _KEY_BYTES for key in keys.values()):
            raise ValueError(f"there must be keys, each of {_KEY_BYTES} bytes")
    except FileNotFoundError:
        raise SettingsError(
            f"The key file {path} is missing. Without it the log of events cannot be verified or "
            "continued: restore it from the key backup."
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
    return AuditKeys(keys)


def _write(path: Path, keys: AuditKeys) -> None:
    """Only for the holder of the folder's lock."""
    body = {"keys": {str(number): key.hex() for number, key in keys.by_number.items()}}
    replace_file(path, json.dumps(body).encode("ascii"))
