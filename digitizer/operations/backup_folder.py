"""What lies where in a backup, which has a home's own folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from digitizer.model.errors import StorageError
from digitizer.model.settings_file import FILE_NAME
from digitizer.storage.copying import write_file
from digitizer.storage.database import open_engine
from digitizer.storage.home_key import HomeKey

DATABASE = "database/mail.sqlite"
#: The folders of the stored files.
BLOBS = ("originals", "pictures")
COVER_KEYS = "keys/covers.json"
LOGIN_KEY = "keys/logins.key"
AUDIT_KEYS = "keys/audit.json"
_SHARED = "shared"

T = TypeVar("T")


@contextmanager
def opened(database: Path, home_key: HomeKey | None) -> Iterator[sa.Engine]:
    url = sa.URL.create("sqlite", database=str(database))
    engine = open_engine(url, home_key.database if home_key else None)
    try:
        yield engine
    finally:
        engine.dispose()


def or_storage_error(what: str, action: Callable[[], T]) -> T:
    """``what`` is written, such as "The backup to /mnt"."""
    try:
        return action()
    except OSError as error:
        raise StorageError(
            f"{what} failed: {error}. It is not complete: delete that folder and try again."
        ) from None


def is_backup(folder: Path) -> bool:
    """The settings are written last: a folder without them was not finished."""
    return (folder / DATABASE).is_file() and (folder / FILE_NAME).is_file()


def count_shared(folder: Path) -> int:
    """How many stored files have another name besides, in another backup."""
    found = (path for part in BLOBS for path in (folder / part).rglob("*"))
    return sum(path.stat().st_nlink > 1 for path in found if path.is_file())


def note_shared(folder: Path) -> None:
    """It shares files with an earlier one, and whatever spoils one of those spoils both."""
    write_file(folder / _SHARED, b"")


def is_whole(folder: Path) -> bool:
    """Whether it was made without an earlier one."""
    return not (folder / _SHARED).exists()


def count_files(folder: Path) -> int:
    """Of the mail: the tables and keys are not counted."""
    parts = (*BLOBS, "inbox", "profiles")
    return sum(path.is_file() for part in parts for path in (folder / part).rglob("*"))


def holds_something(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
