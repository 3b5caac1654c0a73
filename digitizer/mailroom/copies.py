"""Backup and restore of a home. A backup is consistent while the service works.

The database is copied first, by SQLite itself, then the blobs: blobs are stored before the rows
that name them and never change, so every blob that the copied database names is there.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from digitizer.mailroom.books import reconcile
from digitizer.mailroom.house import House, open_house
from digitizer.parts.blobs import sync_folder
from digitizer.parts.tables import copy_database
from digitizer.vocabulary.errors import StorageError, UsageError
from digitizer.vocabulary.settings import FILE_NAME

_DATABASE = "database/mail.sqlite"
_BLOBS = ("originals", "pictures")
_OTHERS = ("profiles", "inbox")
_KEYS = "keys/covers.json"
_EMPTY = ("run", "work", "outbox", "database", "keys")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds. ``keys`` is the file to keep elsewhere."""

    files: int
    keys: Path


@dataclass(frozen=True, slots=True)
class Proof:
    """What a restore proved, and what it could not."""

    files: int
    scans: int
    warnings: tuple[str, ...]


def back_up(house: House, folder: Path) -> BackedUp:
    """Writes a backup into a new or empty folder. Raises UsageError or StorageError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty. Name a new folder for each backup.")
    if folder.resolve().is_relative_to(house.home):
        raise UsageError("A backup inside the home is lost with it. Name a folder elsewhere.")
    try:
        for part in ("database", "keys"):
            (folder / part).mkdir(mode=0o700, parents=True)
        copy_database(house.engine, folder / _DATABASE)
        files = sum(_copy_tree(house.home / part, folder / part) for part in (*_BLOBS, *_OTHERS))
        for single in (FILE_NAME, _KEYS):
            shutil.copy2(house.home / single, folder / single)
        sync_folder(folder)
    except OSError as error:
        raise StorageError(f"The backup to {folder} failed: {error}. It is not complete.") from None
    return BackedUp(files, folder / _KEYS)


def restore_home(folder: Path, home: Path) -> Proof:
    """Makes ``home`` from a backup; refuses to overwrite. Proves itself by reconciling."""
    if not (folder / _DATABASE).is_file() or not (folder / FILE_NAME).is_file():
        raise UsageError(f"{folder} is no backup of a home.")
    if home.exists() and any(home.iterdir()):
        raise UsageError(f"{home} is not empty; restore never overwrites. Name a new folder.")
    warnings: list[str] = []
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = sum(_copy_tree(folder / part, home / part) for part in (*_BLOBS, *_OTHERS))
        for empty in _EMPTY:
            (home / empty).mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "inbox" / "default").mkdir(mode=0o700, parents=True, exist_ok=True)
        for single in (FILE_NAME, _DATABASE):
            shutil.copy2(folder / single, home / single)
        _restore_keys(folder, home, warnings)
    except OSError as error:
        raise StorageError(f"The restore to {home} failed: {error}.") from None
    accounts = reconcile(open_house(home))
    wrong = [each.scan for each in accounts if not each.balanced]
    if wrong:
        raise StorageError(f"Restored, but these scans do not balance: {', '.join(wrong)}.")
    return Proof(files, len(accounts), tuple(warnings))


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


def _copy_tree(source: Path, target: Path) -> int:
    """Copies a folder's files; what is half written (dot files) is left out."""
    if not source.is_dir():
        return 0
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    copied = 0
    for each in sorted(source.iterdir()):
        if each.name.startswith("."):
            continue
        if each.is_dir():
            copied += _copy_tree(each, target / each.name)
        elif each.is_file():
            shutil.copy2(each, target / each.name)
            copied += 1
    return copied
