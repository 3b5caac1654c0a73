"""The home's key for encryption at rest, which a stolen disk must not have.

It is random; ``keys/home.json`` has it wrapped under a secret that is kept elsewhere: a passphrase
(scrypt), or a key file on another device. What is encrypted uses keys derived from it.
"""

from __future__ import annotations

import getpass
import json
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from digitizer.model.errors import SettingsError, UsageError
from digitizer.storage.blobs import sync_folder
from digitizer.storage.copying import replace_file, write_file
from digitizer.storage.encrypted_files import derive
from digitizer.storage.encryption import derive_from_passphrase
from digitizer.storage.overwriting import overwrite
from digitizer.storage.unfinished_files import folder_lock
from digitizer.support.failpoints import failpoint

FILE = "home.json"
_OLD = "home.old"
#: Names a file with the passphrase in its first line: a path, so that no secret is in the
#: environment that other processes inherit.
PASSPHRASE_FILE = "DIGITIZER_PASSPHRASE_FILE"
LEAST_PASSPHRASE = 12
_KEY_BYTES = 32
_LONGEST_FILE = 4096


@dataclass(frozen=True, slots=True)
class HomeKey:
    """``finished``: everything in the home is encrypted; else ``digitizer encrypt`` was
    interrupted. Its text form never shows the key."""

    key: bytes
    finished: bool

    def __repr__(self) -> str:
        return "HomeKey(…)"

    @property
    def files(self) -> bytes:
        return derive(self.key, b"files")

    @property
    def database(self) -> bytes:
        return derive(self.key, b"database")

    @property
    def seals(self) -> bytes:
        return derive(self.key, b"seals")

    @property
    def key_book(self) -> bytes:
        return derive(self.key, b"key book")


@dataclass(frozen=True, slots=True)
class Secret:
    """What wraps the home's key: a passphrase, or the bytes of a key file."""

    passphrase: str | None = None
    key_file: bytes | None = None

    def __repr__(self) -> str:
        return "Secret(…)"

    def wrapping_key(self, salt: bytes) -> bytes:
        if self.passphrase is not None:
            return derive_from_passphrase(self.passphrase, salt)
        assert self.key_file is not None
        return derive(self.key_file, b"key file", salt)


def is_encrypted(keys: Path) -> bool:
    return (keys / FILE).exists()


def make_home_key(keys: Path, secret: Secret, finished: bool, key: bytes | None = None) -> HomeKey:
    """Keeps a new key, or ``key``, wrapped under the secret. Raises UsageError if there is one."""
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = HomeKey(key or secrets.token_bytes(_KEY_BYTES), finished)
    with folder_lock(keys):
        if is_encrypted(keys):
            raise UsageError("This home has a key for encryption at rest already.")
        salt = secrets.token_bytes(32)
        wrapped = aes_key_wrap(secret.wrapping_key(salt), made.key)
        by = "key file" if secret.passphrase is None else "passphrase"
        _write(keys, {"by": by, "salt": salt.hex(), "wrapped": wrapped.hex(), "finished": finished})
    return made


def mark_finished(keys: Path) -> None:
    with folder_lock(keys):
        _write(keys, {**_read(keys), "finished": True})


def unlock(keys: Path, find: Callable[[str], Secret]) -> HomeKey | None:
    """The home's key; None for a home that is not encrypted. ``find`` is asked for a "passphrase"
    or a "key file". Raises SettingsError where the secret is the wrong one, or damaged."""
    if not is_encrypted(keys):
        return None
    if (keys / _OLD).exists():
        with folder_lock(keys):
            _drop_old(keys)
    return _unwrapped(keys, find)


def _unwrapped(keys: Path, find: Callable[[str], Secret]) -> HomeKey:
    kept = _read(keys)
    try:
        salt, wrapped = bytes.fromhex(str(kept["salt"])), bytes.fromhex(str(kept["wrapped"]))
        by, finished = str(kept["by"]), bool(kept["finished"])
    except (KeyError, ValueError):
        raise SettingsError(f"{keys / FILE} is damaged. Restore a backup.") from None
    secret = find(by)
    try:
        return HomeKey(aes_key_unwrap(secret.wrapping_key(salt), wrapped), finished)
    except (InvalidUnwrap, ValueError):
        raise SettingsError(f"The {by} is not the one that this home was encrypted with.") from None


def change_secret(keys: Path, old: Secret, new: Secret) -> None:
    """Wraps the home's key under another passphrase, or another key file. A process that dies in
    it leaves one of the two in force, and the next that opens the home removes what was left of
    the other. Raises SettingsError where ``old`` is not the secret, and UsageError."""
    if unlock(keys, lambda _: old) is None:
        raise UsageError("This home is not encrypted: there is no passphrase to change.")
    with folder_lock(keys):
        _drop_old(keys)
        kept, key = _read(keys), _unwrapped(keys, lambda _: old)
        if not key.finished:
            raise UsageError("The encryption of this home was interrupted: run encrypt first.")
        salt = secrets.token_bytes(32)
        wrapped = aes_key_wrap(new.wrapping_key(salt), key.key)
        (keys / _OLD).hardlink_to(keys / FILE)
        failpoint("rewrapping.kept")
        _write(keys, {**kept, "salt": salt.hex(), "wrapped": wrapped.hex()})
        failpoint("rewrapping.written")
        _drop_old(keys)


def _drop_old(keys: Path) -> None:
    """Overwrites what a change of the secret has replaced; only for the holder of the lock."""
    old = keys / _OLD
    if not old.exists():
        return
    if not old.samefile(keys / FILE):  # else nothing was replaced yet
        overwrite(old)
    old.unlink()
    sync_folder(keys)


def find_secret(by: str, home: Path, key_file: str, passphrase_file: str) -> Secret:
    """The secret from where the settings or the environment say it is; a passphrase is asked for
    where there is a terminal. Raises SettingsError."""
    if by == "key file":
        if not key_file:
            raise SettingsError(
                "This home is encrypted with a key file. Name it in config.toml: [keys] key_file."
            )
        return read_key_file(home / key_file)
    named = os.environ.get(PASSPHRASE_FILE) or passphrase_file
    if named:
        return read_passphrase(home / named)
    if sys.stdin is not None and sys.stdin.isatty():
        return Secret(passphrase=getpass.getpass("Passphrase of this home: "))
    raise SettingsError(
        f"This home is encrypted. Name the file with its passphrase in {PASSPHRASE_FILE}, "
        "or in config.toml: [keys] passphrase_file."
    )


def read_key_file(path: Path) -> Secret:
    """Any file of 32 bytes or more, all of it. Raises SettingsError."""
    content = _secret_file(path)
    if not _KEY_BYTES <= len(content) <= _LONGEST_FILE:
        raise SettingsError(
            f"The key file {path} must have {_KEY_BYTES} to {_LONGEST_FILE} random bytes."
        )
    return Secret(key_file=content)


def make_key_file(path: Path) -> None:
    """64 random bytes. Raises UsageError if it cannot be written, or exists."""
    try:
        write_file(path, secrets.token_bytes(64))
    except OSError as error:
        raise UsageError(f"Cannot write the key file {path}: {error.strerror}.") from None


def read_passphrase(path: Path) -> Secret:
    """The first line of a file. Raises SettingsError."""
    try:
        passphrase = _secret_file(path).decode().split("\n")[0].strip()
    except UnicodeDecodeError:
        passphrase = ""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise SettingsError(
            f"The first line of {path} must be a passphrase of {LEAST_PASSPHRASE} characters "
            "or more."
        )
    return Secret(passphrase=passphrase)


def _secret_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read ({error.strerror}). Without it this home cannot be opened: "
            "put the device in, or correct [keys] in config.toml."
        ) from None


def _read(keys: Path) -> dict[str, object]:
    try:
        found = json.loads((keys / FILE).read_text("ascii"))
    except (OSError, ValueError):
        raise SettingsError(f"{keys / FILE} is damaged. Restore a backup.") from None
    if not isinstance(found, dict):
        raise SettingsError(f"{keys / FILE} is damaged. Restore a backup.")
    return found


def _write(keys: Path, body: dict[str, object]) -> None:
    replace_file(keys / FILE, json.dumps(body).encode("ascii"))
