"""The keys of sealed scans: outside the database, each in a small file of its own, wrapped.

A key is in no table, log, temporary file or backup in plain form: ``keys/seals/ID`` has it wrapped
(AES key wrap, RFC 3394) under a master key, ``keys/seals.json``. A file is written once, synced
before anything names it, and never changed until it is destroyed: overwritten, synced, removed.

Whoever makes a key keeps its file locked until the scan that it seals is committed. So a key that
no scan names and nobody has locked was left by a crash, and may go.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from digitizer.model.errors import NotFound, SettingsError, StorageError
from digitizer.storage.blobs import sync_folder
from digitizer.storage.copying import replace_file
from digitizer.storage.encryption import new_seal_key
from digitizer.storage.overwriting import overwrite
from digitizer.storage.unfinished_files import folder_lock, is_there, make_locked_file
from digitizer.support.failpoints import failpoint

FOLDER = "seals"
MASTER = "seals.json"
_KEY_BYTES = 32
_WRAPPED_BYTES = _KEY_BYTES + 8
#: A file has a whole block to itself: a smaller one may be kept inside the file system's own
#: records, which are journaled and not overwritten in place.
_FILE_BYTES = 4096
#: As CJIS MP-6 asks for magnetic disks.


@dataclass(frozen=True, slots=True)
class SealKey:
    """A key, and the name under which it is kept. Its text form never shows the key."""

    id: str
    key: bytes

    def __repr__(self) -> str:
        return f"SealKey({self.id!r}, …)"


class SealKeys:
    """The keys in ``folder``, wrapped under ``master``. Methods raise StorageError for a disk that
    fails."""

    def __init__(self, folder: Path, master: bytes) -> None:
        self._folder = folder
        self._master = master

    @contextmanager
    def new(self) -> Iterator[SealKey]:
        """A fresh key, durably kept; within the block nobody takes it for one left by a crash.
        The scan that it seals is committed in the block."""
        with self._kept(new_seal_key()) as kept:
            yield kept

    def keep(self, key: bytes) -> str:
        """Keeps a key that came from elsewhere; returns its name. For a home that nobody else uses
        yet: the key is not locked."""
        with self._kept(key) as kept:
            return kept.id

    @contextmanager
    def _kept(self, key: bytes) -> Iterator[SealKey]:
        wrapped = aes_key_wrap(self._master, key)
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            path, descriptor = make_locked_file(self._folder)
        except OSError as error:
            raise self._cannot("keep a key", error) from error
        with os.fdopen(descriptor, "wb", buffering=0) as out:
            failpoint("seal_keys.made")
            try:
                out.write(wrapped + secrets.token_bytes(_FILE_BYTES - len(wrapped)))
                os.fsync(out.fileno())
                sync_folder(self._folder)
            except OSError as error:
                path.unlink(missing_ok=True)
                raise self._cannot("keep a key", error) from error
            failpoint("seal_keys.kept")
            if self.find(path.name) != key:
                raise StorageError("A new seal key did not come back from the disk as it was.")
            yield SealKey(path.name, key)

    def find(self, key_id: str) -> bytes:
        """Raises NotFound where it was destroyed, or was never here, and StorageError where it does
        not open."""
        try:
            wrapped = self._path(key_id).read_bytes()[:_WRAPPED_BYTES]
            return aes_key_unwrap(self._master, wrapped)
        except FileNotFoundError:
            raise NotFound(f"There is no seal key {key_id}.") from None
        except OSError as error:
            raise self._cannot(f"read seal key {key_id}", error) from error
        except (InvalidUnwrap, ValueError):
            raise StorageError(
                f"Seal key {key_id} does not open: its file was changed, or the master key "
                f"{MASTER} is another one. Put back the home's keys folder as it was."
            ) from None

    def beside(self, folder: str) -> SealKeys:
        """Keys for something else, in a folder beside these, under the same master."""
        return SealKeys(self._folder.parent / folder, self._master)

    def exists(self, key_id: str) -> bool:
        return self._path(key_id).is_file()

    def destroy(self, key_id: str) -> None:
        """Overwrites the file, syncs it, removes it, syncs the folder; when this returns, the file
        system has the key no more. No error if it is gone."""
        try:
            with suppress(FileNotFoundError):
                overwrite(self._path(key_id))
                failpoint("seal_keys.overwritten")
                self._path(key_id).unlink(missing_ok=True)
            sync_folder(self._folder)  # the one who removed it may have died before
        except OSError as error:
            raise StorageError(
                f"Seal key {key_id} could not be destroyed: {error.strerror}. It is still there. "
                "Repair the disk; it is tried again when the service starts."
            ) from error
        failpoint("seal_keys.destroyed")

    def sweep(self, used: Callable[[], Collection[str]]) -> int:
        """Destroys the keys that no scan names and whose makers are dead; returns how many.

        ``used`` says which keys scans name. Called with the database's write lock held: a maker
        that commits meanwhile has its file locked.
        """
        swept = 0
        for key_id in sorted(self.names() - set(used())):
            if self._is_abandoned(key_id):
                self.destroy(key_id)
                swept += 1
        return swept

    def names(self) -> set[str]:
        return {path.name for path in self._folder.iterdir()} if self._folder.is_dir() else set()

    def _is_abandoned(self, key_id: str) -> bool:
        try:
            descriptor = os.open(self._path(key_id), os.O_RDWR | os.O_NOFOLLOW)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._cannot(f"open seal key {key_id}", error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return is_there(self._path(key_id), descriptor)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)

    def _path(self, key_id: str) -> Path:
        if not key_id.isalnum():
            raise NotFound("There is no such seal key.")
        return self._folder / key_id

    def _cannot(self, verb: str, error: OSError) -> StorageError:
        return StorageError(
            f"Could not {verb} in {self._folder}: {error.strerror}. Free some space or repair "
            "the disk, then try again."
        )


class SealKeysElsewhere(SealKeys):
    """Those of a machine that is not the facility's home: none. A key that was made here could not
    be found there, and one that is not here is not destroyed."""

    def __init__(self) -> None:
        super().__init__(Path(os.devnull), b"")

    @contextmanager
    def _kept(self, key: bytes) -> Iterator[SealKey]:
        raise _elsewhere()
        yield

    def beside(self, folder: str) -> SealKeys:
        return self

    def find(self, key_id: str) -> bytes:
        raise _elsewhere()

    def exists(self, key_id: str) -> bool:
        raise _elsewhere()

    def destroy(self, key_id: str) -> None:
        raise _elsewhere()

    def names(self) -> set[str]:
        raise _elsewhere()


def _elsewhere() -> StorageError:
    return StorageError("The keys of sealed scans are in the facility's home, and only there.")


def make_master_key(keys: Path, under: bytes | None = None) -> None:
    """A random 256-bit master key; leaves an existing one alone. Raises SettingsError for a home
    that has wrapped keys and lost their master: a new one would open none of them."""
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    (keys / FOLDER).mkdir(mode=0o700, exist_ok=True)
    path = keys / MASTER
    with folder_lock(keys):
        if path.exists():
            return
        if any((keys / FOLDER).iterdir()):
            raise _master_missing(path)
        _write_master(path, secrets.token_bytes(_KEY_BYTES), under)


def wrap_master_key(keys: Path, under: bytes) -> None:
    """Wraps a plain master key; the plain file is overwritten. Leaves a wrapped one alone."""
    path = keys / MASTER
    with folder_lock(keys):
        if "master" not in json.loads(path.read_text("ascii")):
            return
        plain = _read_master(path, None)
        old = path.with_suffix(".old")  # one left by a crash is the same plain file
        old.unlink(missing_ok=True)
        old.hardlink_to(path)
        _write_master(path, plain, under)
        overwrite(old)
        old.unlink()
        sync_folder(keys)


def _write_master(path: Path, master: bytes, under: bytes | None) -> None:
    body = (
        {"master": master.hex()}
        if under is None
        else {"wrapped": aes_key_wrap(under, master).hex()}
    )
    replace_file(path, json.dumps(body).encode("ascii"))


def _read_master(path: Path, under: bytes | None) -> bytes:
    """Raises ValueError, KeyError and InvalidUnwrap."""
    body = json.loads(path.read_text("ascii"))
    if under is None:
        return bytes.fromhex(body["master"])
    return aes_key_unwrap(under, bytes.fromhex(body["wrapped"]))


def open_seal_keys(keys: Path, under: bytes | None = None) -> SealKeys:
    """The seal keys of a home's keys folder; the master key is wrapped ``under`` another one in a
    home that is encrypted at rest. Raises SettingsError if the master key is missing, damaged, or
    readable by others."""
    path = keys / MASTER
    try:
        master = _read_master(path, under)
        if len(master) != _KEY_BYTES:
            raise ValueError(f"the key must have {_KEY_BYTES} bytes")
    except FileNotFoundError:
        raise _master_missing(path) from None
    except OSError as error:
        raise SettingsError(
            f"The key file {path} cannot be read ({error.strerror}). Run this as its owner."
        ) from None
    except (ValueError, KeyError, TypeError, InvalidUnwrap):
        raise SettingsError(f"The key file {path} is damaged. Restore a backup.") from None
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"Other users can read the key file {path}. Run: chmod 600 {path}")
    return SealKeys(keys / FOLDER, master)


def _master_missing(path: Path) -> SettingsError:
    return SettingsError(
        f"The key file {path} is missing. Without it no sealed scan can be opened: put it back, or "
        "restore a backup."
    )
