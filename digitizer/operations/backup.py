"""Backup and restore of a home. A backup is consistent while the service works.

First the inbox, so that a file taken in meanwhile is in the copy at least once; then the database,
by SQLite itself; then the blobs, which are stored before the rows that name them and never
change; last, what was only half written in the inbox goes again. Only sealing takes a blob away:
if one that the copied database names is gone, the database is copied once more. No plain original
of a sealed scan is left in a backup, and no plain key. The settings are written at the end: a
folder without them is no backup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from digitizer.access.acting import acting
from digitizer.access.permissions import Act, permit
from digitizer.capture.scans.sealing import drop_plain
from digitizer.facility import House, open_house
from digitizer.model.errors import StorageError, UsageError
from digitizer.model.events import STORE, Verb
from digitizer.model.people import Actor
from digitizer.model.settings import FILE_NAME
from digitizer.operations import backup_keys
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.operations.backup_keys import (
    Keys,
    check_passphrase,
    lock_keys,
    unlock_keys,
)
from digitizer.operations.inbox_backup import copy_inbox, drop_unfinished
from digitizer.operations.stored_blobs import (
    named_originals,
    named_pictures,
    put_seal_keys,
    sealed_without_key,
    take_seal_keys,
)
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.copying import (
    copy_blobs,
    copy_file,
    copy_tree,
    sync_file,
    write_file,
)
from digitizer.storage.key_file import make_key_ring, read_key_ring
from digitizer.storage.tables import (
    copy_database,
    integrity,
    open_engine,
    reading,
    writing,
)

_DATABASE = "database/mail.sqlite"
_BLOBS = ("originals", "pictures")
_MOST_ROUNDS = 5
_KEYS = "keys/covers.json"
_EMPTY = ("run", "work", "outbox", "database", "keys")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds. ``keys`` is the file of encrypted keys.

    ``missing`` are the blobs that the home itself has lost, ``altered`` those whose bytes are
    no more what their name says; neither is in the backup. ``bucket`` is where the blobs are if
    they are in a bucket: those are not in the backup.
    """

    files: int
    keys: Path
    missing: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    bucket: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a restore proved (all scans balance, all events hold), and what it could not."""

    files: int
    scans: int
    events: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Copied:
    """What a round of copying found."""

    seals: dict[str, bytes]
    missing: tuple[str, ...]
    altered: tuple[str, ...]


def back_up(house: House, folder: Path, passphrase: str, by: Actor) -> BackedUp:
    """Writes a backup into a new or empty folder. It is a readable copy of all mail, so the chain
    tells of it first, whether it succeeds or not. Raises NotAllowed, UsageError, StorageError."""
    copying = acting(house, by, Act.OPERATE)
    check_passphrase(passphrase)
    if house.engine.dialect.name != "sqlite":
        raise UsageError("This database is not SQLite: back it up with its own tool (pg_dump).")
    if _holds_something(folder):
        raise UsageError(f"{folder} is not empty. Name a new folder for each backup.")
    if folder.resolve().is_relative_to(house.home):
        raise UsageError("A backup inside the home is lost with it. Name a folder elsewhere.")
    with copying as deed:
        deed.record(Verb.BACK_UP, STORE, folder=str(folder.resolve()))
    return _loudly(f"The backup to {folder}", lambda: _back_up(house, folder, passphrase))


def _back_up(house: House, folder: Path, passphrase: str) -> BackedUp:
    for part in ("", "database"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    copy_tree(house.home / "profiles", folder / "profiles")
    inbox = house.home / "inbox"
    marks = copy_inbox(inbox, folder / "inbox")
    copied = _copy_mail(house, folder)
    drop_unfinished(inbox, folder / "inbox", marks, house.originals)
    keys = folder / backup_keys.FILE_NAME
    ring = house.key_file.read_text("ascii")
    write_file(keys, lock_keys(Keys(ring, copied.seals), passphrase))
    write_file(folder / FILE_NAME, (house.home / FILE_NAME).read_bytes())
    bucket = house.settings.store.blobs_url or None
    return BackedUp(_count_files(folder), keys, copied.missing, copied.altered, bucket)


def _copy_mail(house: House, folder: Path) -> _Copied:
    for _ in range(_MOST_ROUNDS):
        copied = _copy_round(house, folder)
        if not set(copied.missing) - set(copied.altered):
            break
    return copied


def _copy_round(house: House, folder: Path) -> _Copied:
    """The database, then what it names; a blob missing then may be one that was just sealed."""
    (folder / _DATABASE).unlink(missing_ok=True)
    copy_database(house.engine, folder / _DATABASE)
    altered: list[str] = []
    stores = {part: LocalBlobs(folder / part) for part in _BLOBS}
    if not house.settings.store.blobs_url:
        for part, store in stores.items():
            altered += copy_blobs(LocalBlobs(house.home / part), store)
    with _opened(folder / _DATABASE) as engine, writing(engine) as tx:
        missing: tuple[str, ...] = ()
        if not house.settings.store.blobs_url:
            missing = _absent(tx, stores)
            drop_plain(tx, stores["originals"])
        seals = take_seal_keys(tx)
    sync_file(folder / _DATABASE)
    return _Copied(seals, missing, tuple(altered))


def _absent(tx: sa.Connection, stores: dict[str, LocalBlobs]) -> tuple[str, ...]:
    named = {"originals": named_originals(tx), "pictures": named_pictures(tx)}
    return tuple(
        name for part, store in stores.items() for name in named[part] if not store.exists(name)
    )


def restore_home(folder: Path, home: Path, by: Actor, passphrase: str | None = None) -> Proof:
    """Makes ``home`` from a backup; refuses to overwrite. Proves itself by reconciling, and tells
    the new home's chain.

    Without a passphrase the home gets new keys. With a wrong one StorageError is raised before
    anything is written.
    """
    permit(by, Act.OPERATE)
    if not (folder / _DATABASE).is_file() or not (folder / FILE_NAME).is_file():
        raise UsageError(f"{folder} is no backup of a home, or one that was not finished.")
    if _holds_something(home):
        raise UsageError(f"{home} is not empty; restore never overwrites. Name a new folder.")
    keys = None if passphrase is None else _read_keys(folder, passphrase)
    return _loudly(f"The restore to {home}", lambda: _restore(folder, home, by, keys))


def _read_keys(folder: Path, passphrase: str) -> Keys:
    try:
        locked = (folder / backup_keys.FILE_NAME).read_bytes()
    except OSError as error:
        raise UsageError(
            f"The backup's keys cannot be read ({error}). Put {backup_keys.FILE_NAME} back into "
            f"{folder}, or restore without a passphrase: then new keys are made."
        ) from None
    return unlock_keys(locked, passphrase)


def _restore(folder: Path, home: Path, by: Actor, keys: Keys | None) -> Proof:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for empty in (*_EMPTY, "inbox/default"):
        (home / empty).mkdir(mode=0o700, parents=True, exist_ok=True)
    for part in ("inbox", "profiles"):
        copy_tree(folder / part, home / part)
    damaged = [
        name
        for part in _BLOBS
        for name in copy_blobs(LocalBlobs(folder / part), LocalBlobs(home / part))
    ]
    copy_file(folder / _DATABASE, home / _DATABASE)
    _check_database(home)
    warnings = _restore_keys(home, keys)
    write_file(home / FILE_NAME, (folder / FILE_NAME).read_bytes())
    house = open_house(home)
    try:
        with acting(house, by, Act.OPERATE) as deed:
            deed.record(Verb.RESTORE, STORE, folder=str(folder.resolve()))
        scans, events = _prove(house, by, damaged)
    finally:
        house.engine.dispose()
    return Proof(_count_files(home), scans, events, tuple(warnings))


def _check_database(home: Path) -> None:
    """Before anything is read from it or written into it: a damaged one fails anywhere."""
    with _opened(home / _DATABASE) as engine:
        fault = integrity(engine)
    if fault:
        raise StorageError(
            f"The backup's database is damaged ({fault}). "
            f"Delete {home}, and restore an older backup."
        )


def _restore_keys(home: Path, keys: Keys | None) -> list[str]:
    """Puts the keys in their place, or makes new ones; returns what then stops working."""
    with _opened(home / _DATABASE) as engine, writing(engine) as tx:
        if keys is not None:
            put_seal_keys(tx, keys.seals)
        locked = sealed_without_key(tx)
    if keys is not None:
        write_file(home / _KEYS, keys.covers.encode("ascii"))
        read_key_ring(home / _KEYS)
        return []
    make_key_ring(home / _KEYS)
    warnings = [
        "Restored without the old keys; a new key was made. Covers and reply sheets printed "
        "before are not recognised: letters behind them are held, to be assigned by hand. To have "
        "the old keys, restore again into another folder, with --passphrase-file."
    ]
    if locked:
        warnings.append(f"{locked} scans sealed as legal mail cannot be opened without them.")
    return warnings


def _prove(house: House, by: Actor, damaged: list[str]) -> tuple[int, int]:
    """How many scans and events there are. Raises StorageError unless all scans balance, the
    audit chain holds and every blob is there as it was."""
    if damaged:
        raise StorageError(f"Restored, but these files are damaged: {', '.join(damaged)}.")
    books = reconcile(house, by)
    wrong = [each.scan for each in books if not each.balanced]
    if wrong:
        raise StorageError(f"Restored, but these scans do not balance: {', '.join(wrong)}.")
    with reading(house.engine) as tx:
        gone = [name for name in named_pictures(tx) if not house.pictures.exists(name)]
    if gone:
        raise StorageError(f"Restored, but these pictures are missing: {', '.join(gone)}.")
    events, broken = verify_audit(house, by)
    if broken:
        raise StorageError(f"Restored, but the audit chain is broken: {broken}.")
    return len(books), events


@contextmanager
def _opened(database: Path) -> Iterator[sa.Engine]:
    engine = open_engine(sa.URL.create("sqlite", database=str(database)))
    try:
        yield engine
    finally:
        engine.dispose()


def _loudly(what: str, action: Callable[[], T]) -> T:
    try:
        return action()
    except OSError as error:
        raise StorageError(
            f"{what} failed: {error}. It is not complete: delete that folder and try again."
        ) from None


def _count_files(folder: Path) -> int:
    parts = (*_BLOBS, "inbox", "profiles")
    return sum(path.is_file() for part in parts for path in (folder / part).rglob("*"))


def _holds_something(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
