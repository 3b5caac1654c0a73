"""Encrypts an existing home at rest: seal keys, database, originals and pictures.

Everything can be interrupted and run again: until all is encrypted the home cannot be opened, and a
plain file goes only once the encrypted one in its place was synced and decrypts to the same bytes.
Plain files are overwritten before they are removed; what an SSD or a snapshot keeps of them is
beyond this program.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from digitizer.access.acting import acting
from digitizer.access.permissions import Act, permit
from digitizer.facility import AtRestSecret, Facility, open_facility
from digitizer.model.errors import StorageError, UsageError
from digitizer.model.events import STORE, Verb
from digitizer.model.people import Actor
from digitizer.model.settings_file import FILE_NAME, read_settings
from digitizer.storage.blobs import LocalBlobs, sync_folder
from digitizer.storage.copying import has_digest, sync_file
from digitizer.storage.database import encrypt_database, is_plain, leave_wal, open_engine, reading
from digitizer.storage.encrypted_files import CHUNK, DamagedFile, encrypted
from digitizer.storage.home_key import (
    PASSPHRASE_FILE,
    HomeKey,
    Secret,
    change_secret,
    is_encrypted,
    make_home_key,
    make_key_file,
    mark_finished,
    read_key_file,
    read_passphrase,
    unlock,
)
from digitizer.storage.overwriting import overwrite
from digitizer.storage.seal_keys import wrap_master_key
from digitizer.storage.unfinished_files import make_locked_file
from digitizer.support.failpoints import failpoint

_STORES = ("originals", "pictures")


@dataclass(frozen=True, slots=True)
class Encrypted:
    """How many files were encrypted now, and those whose bytes are not what their name says: they
    are left as they are."""

    files: int
    altered: tuple[str, ...]


def secret_of(
    passphrase_file: Path | None, key_file: Path | None, say: Callable[[str], None]
) -> AtRestSecret:
    """What is to open the home: a key file, made if it is not there, or a passphrase. Raises
    UsageError and SettingsError."""
    if key_file and passphrase_file:
        raise UsageError("Give a key file or a passphrase, not both.")
    if key_file:
        key_file = key_file.absolute()
        if not key_file.exists():
            make_key_file(key_file)
            say(f"Made the key file {key_file}. Without it nobody can open the home: copy it.")
        setting = f"\n[keys]\nkey_file = {json.dumps(str(key_file))}\n"
        return AtRestSecret(read_key_file(key_file), setting.encode())
    named = passphrase_file or os.environ.get(PASSPHRASE_FILE)
    if not named:
        raise UsageError(
            f"Say what opens the home: --key-file or --passphrase-file, or {PASSPHRASE_FILE}."
        )
    say(f"At each start, name the passphrase's file in {PASSPHRASE_FILE}, or type it.")
    return AtRestSecret(read_passphrase(Path(named)))


def encrypt_home(home: Path, at_rest: AtRestSecret, by: Actor) -> Encrypted:
    """Encrypts a home that is not, or goes on where it was interrupted. Raises NotAllowed,
    UsageError, StorageError and SettingsError."""
    permit(by, Act.OPERATE)
    home, keys = home.resolve(), home.resolve() / "keys"
    settings = read_settings(home)
    if settings.store.blobs_url:
        raise UsageError("The files of this home are in a bucket: only a new home encrypts those.")
    database = home / "database" / "mail.sqlite"
    own = None if settings.store.database_url else database
    if not is_encrypted(keys):
        open_facility(home).engine.dispose()  # up to date, and its keys are there
        if own:
            leave_wal(own)
        _append(home / FILE_NAME, at_rest.setting)
        make_home_key(keys, at_rest.secret, finished=False)
        failpoint("encrypting.begun")
    home_key = unlock(keys, lambda _: at_rest.secret)
    assert home_key is not None
    if home_key.finished:
        raise UsageError("This home is encrypted already.")
    wrap_master_key(keys, home_key.seals)
    if own:
        _encrypt_database(own, home_key)
    failpoint("encrypting.database")
    done = _encrypt_files(home, home_key)
    facility = open_facility(home, home_key)
    try:
        with acting(facility, by, Act.OPERATE) as action:
            action.record(Verb.ENCRYPT, STORE, files=done.files, altered=len(done.altered))
    finally:
        facility.engine.dispose()
    mark_finished(keys)
    return done


def passphrase_in(path: Path) -> Secret:
    """The first line of a file. Raises SettingsError."""
    return read_passphrase(path)


def opened_with(home: Path, passphrase: Secret) -> Facility:
    """The facility of an encrypted home, whose passphrase this is; whatever the settings name.
    Raises SettingsError, and UsageError for a home that is not encrypted."""

    def known(by: str) -> Secret:
        if by != "passphrase":
            raise UsageError(f"This home is opened with a {by}: it has no passphrase to change.")
        return passphrase

    home_key = unlock(home.resolve() / "keys", known)
    if home_key is None:
        raise UsageError("This home is not encrypted: there is no passphrase to change.")
    return open_facility(home, home_key)


def change_passphrase(home: Path, old: Secret, new: Secret, by: Actor) -> None:
    """Wraps the home's key under another passphrase. What is encrypted stays as it is, and a
    service that runs goes on. It is recorded first, whether it succeeds or not. Raises NotAllowed,
    SettingsError where ``old`` is not the passphrase, and UsageError."""
    facility = opened_with(home, old)
    try:
        with acting(facility, by, Act.OPERATE) as action:
            action.record(Verb.CHANGE_PASSPHRASE, STORE)
    finally:
        facility.engine.dispose()
    failpoint("rewrapping.recorded")
    change_secret(home.resolve() / "keys", old, new)


def _append(path: Path, setting: bytes) -> None:
    if setting and setting.strip() not in path.read_bytes():
        with path.open("ab") as out:
            out.write(setting)
            os.fsync(out.fileno())


def _encrypt_database(database: Path, home_key: HomeKey) -> None:
    old, new = database.with_suffix(".old"), database.with_suffix(".new")
    if is_plain(database):
        leave_wal(database)
        new.unlink(missing_ok=True)
        encrypt_database(database, new, home_key.database)
        _prove(new, home_key)
        sync_file(new)
        old.unlink(missing_ok=True)
        old.hardlink_to(database)
        new.rename(database)
        sync_folder(database.parent)
    if old.exists():
        overwrite(old)
        old.unlink()
        sync_folder(database.parent)


def _prove(database: Path, home_key: HomeKey) -> None:
    """Raises StorageError unless the encrypted database opens and is sound."""
    engine = open_engine(f"sqlite:///{database}", home_key.database)
    try:
        with reading(engine) as tx:
            found = [row[0] for row in tx.exec_driver_sql("PRAGMA integrity_check")]
    finally:
        engine.dispose()
    if found != ["ok"]:
        raise StorageError("The encrypted database is not sound; the plain one is untouched.")


def _encrypt_files(home: Path, home_key: HomeKey) -> Encrypted:
    files, altered = 0, []
    for part in _STORES:
        store, plain = LocalBlobs(home / part, home_key.files), LocalBlobs(home / part)
        plain.sweep()
        for name in plain.names():
            if _is_whole(plain, name):
                _encrypt_file(plain.path(name), store, name, home_key.files)
                files += 1
            elif not _opens(store, name):
                altered.append(name)
    return Encrypted(files, tuple(altered))


def _opens(store: LocalBlobs, name: str) -> bool:
    try:
        return _is_whole(store, name)
    except DamagedFile:
        return False


def _is_whole(store: LocalBlobs, name: str) -> bool:
    with store.open(name) as stream:
        return has_digest(stream, name)


def _plain_chunks(store: LocalBlobs, name: str) -> Iterator[bytes]:
    with store.open(name) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _encrypt_file(path: Path, store: LocalBlobs, name: str, key: bytes) -> None:
    incoming = store.root / ".incoming"
    incoming.mkdir(mode=0o700, exist_ok=True)
    new, descriptor = make_locked_file(incoming)
    with os.fdopen(descriptor, "wb") as out:
        for piece in encrypted(key, _plain_chunks(LocalBlobs(store.root), name)):
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
        old = incoming / f"{new.name}.old"
        old.hardlink_to(path)
        new.rename(path)
        sync_folder(path.parent)
        failpoint("encrypting.file")
        if not _opens(store, name):
            old.rename(path)
            raise StorageError(f"Stored file {name} did not come back from the disk as it was.")
        overwrite(old)
        old.unlink()
