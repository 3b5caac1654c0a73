"""Backup and restore of a home. A backup is consistent while the service works.

First the inbox, so that a file taken in meanwhile is in the copy at least once; then the database,
by SQLite itself; then the blobs, which are stored before the rows that name them and never
change. Only sealing takes one away: if one that the copied database names is gone, the database
is copied once more. No plain original of a sealed scan is left in a backup.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from digitizer.mailroom.books import reconcile
from digitizer.mailroom.house import House, open_house
from digitizer.parts.blobs import LocalBlobs
from digitizer.parts.tables import copy_database, open_engine, writing
from digitizer.processes import accounts
from digitizer.processes.sealing import drop_plain
from digitizer.vocabulary.errors import StorageError, UsageError
from digitizer.vocabulary.settings import FILE_NAME

_DATABASE = "database/mail.sqlite"
_BLOBS = ("originals", "pictures")
_MOST_ROUNDS = 5
_KEYS = "keys/covers.json"
_EMPTY = ("run", "work", "outbox", "database", "keys")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds. ``keys`` is the file to keep elsewhere; ``missing`` are the scans whose
    originals the home has lost."""

    files: int
    keys: Path
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What a restore proved, and what it could not."""

    files: int
    scans: int
    warnings: tuple[str, ...]


def back_up(house: House, folder: Path) -> BackedUp:
    """Writes a backup into a new or empty folder. Raises UsageError or StorageError."""
    if _holds_something(folder):
        raise UsageError(f"{folder} is not empty. Name a new folder for each backup.")
    if folder.resolve().is_relative_to(house.home):
        raise UsageError("A backup inside the home is lost with it. Name a folder elsewhere.")
    try:
        for part in ("", "database", "keys"):
            (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in ("inbox", "profiles"):
            _copy_tree(house.home / part, folder / part)
        missing = _copy_mail(house, folder)
        for single in (FILE_NAME, _KEYS):
            shutil.copy2(house.home / single, folder / single)
        os.sync()  # a backup that a power cut takes away is none
    except OSError as error:
        raise StorageError(f"The backup to {folder} failed: {error}. It is not complete.") from None
    return BackedUp(_count_files(folder), folder / _KEYS, missing)


def _copy_mail(house: House, folder: Path) -> tuple[str, ...]:
    """Returns the scans whose original could not be copied: the home itself has lost it."""
    originals = LocalBlobs(folder / "originals")
    for _ in range(_MOST_ROUNDS):
        (folder / _DATABASE).unlink(missing_ok=True)
        copy_database(house.engine, folder / _DATABASE)
        for part in _BLOBS:
            _copy_tree(house.home / part, folder / part)
        engine = open_engine(sa.URL.create("sqlite", database=str(folder / _DATABASE)))
        try:
            with writing(engine) as tx:
                books = accounts.reconcile(tx, originals)
                missing = tuple(each.scan for each in books if each.missing_original)
                drop_plain(tx, originals)
        finally:
            engine.dispose()
        if not missing:
            break
    return missing


def restore_home(folder: Path, home: Path) -> Proof:
    """Makes ``home`` from a backup; refuses to overwrite. Proves itself by reconciling."""
    if not (folder / _DATABASE).is_file() or not (folder / FILE_NAME).is_file():
        raise UsageError(f"{folder} is no backup of a home.")
    if _holds_something(home):
        raise UsageError(f"{home} is not empty; restore never overwrites. Name a new folder.")
    warnings: list[str] = []
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in (*_BLOBS, "inbox", "profiles"):
            _copy_tree(folder / part, home / part)
        for empty in _EMPTY:
            (home / empty).mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "inbox" / "default").mkdir(mode=0o700, parents=True, exist_ok=True)
        for single in (FILE_NAME, _DATABASE):
            shutil.copy2(folder / single, home / single)
        _restore_keys(folder, home, warnings)
        os.sync()
    except OSError as error:
        raise StorageError(f"The restore to {home} failed: {error}.") from None
    return Proof(_count_files(home), _prove(open_house(home)), tuple(warnings))


def _prove(house: House) -> int:
    """How many scans there are; raises StorageError unless all balance and no original changed."""
    books = reconcile(house)
    wrong = [each.scan for each in books if not each.balanced]
    if wrong:
        raise StorageError(f"Restored, but these scans do not balance: {', '.join(wrong)}.")
    changed = [name for name in house.originals.names() if not _is_whole(house, name)]
    if changed:
        raise StorageError(f"Restored, but these originals are damaged: {', '.join(changed)}.")
    return len(books)


def _is_whole(house: House, sha256: str) -> bool:
    with house.originals.local_path(sha256, house.work_folder).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == sha256


def _restore_keys(folder: Path, home: Path, warnings: list[str]) -> None:
    if (folder / _KEYS).is_file():
        shutil.copy2(folder / _KEYS, home / _KEYS)
        return
    from digitizer.parts.keyfile import make_key_ring

    make_key_ring(home / _KEYS)
    warnings.append(
        "The backup has no keys: a new key was made. Covers printed before are not recognised "
        f"and their letters will be held, until the old file is put back to {home / _KEYS}."
    )


def _copy_tree(source: Path, target: Path) -> None:
    """Copies the files that are not in ``target`` yet; half-written ones (dot files) are left out.

    A file that goes away meanwhile was taken in, or sealed: it is no fault.
    """
    if not source.is_dir():
        return
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in sorted(source.iterdir()):
        if each.name.startswith(".") or each.is_symlink():
            continue
        if each.is_dir():
            _copy_tree(each, target / each.name)
        elif each.is_file() and not (target / each.name).exists():
            with contextlib.suppress(FileNotFoundError):
                shutil.copy2(each, target / each.name)


def _count_files(folder: Path) -> int:
    parts = (*_BLOBS, "inbox", "profiles")
    return sum(path.is_file() for part in parts for path in (folder / part).rglob("*"))


def _holds_something(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
