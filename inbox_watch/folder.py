"""Reading a folder's state: what lies in it that may be handed over, and what may not and why."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inbox_watch.errors import FolderLost
from inbox_watch.names import is_litter, is_temporary, matches
from inbox_watch.settling import FileState

# A name that says "not finished" is passed over; after this long a person should hear of it.
FORGOTTEN_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder to watch.

    ``path`` is absolute, ``name`` is what reports call it. ``patterns`` are file-name globs,
    case ignored (none: any file). ``settle_seconds`` is how long a file must rest. ``polling``
    is for shares, which give no events and whose inode numbers are made up. ``together``:
    what settles together is handed over as one.
    """

    path: Path
    name: str
    patterns: tuple[str, ...] = ()
    settle_seconds: float = 2.0
    polling: bool = False
    together: bool = False


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something in the folder that is never handed over, and why, for a person to read.

    A person hears of it once it lay unchanged for ``patience`` seconds (None: at the folder's
    own settle time). ``file``: a regular file, whose changes show that somebody is writing.
    """

    state: FileState
    reason: str
    file: bool
    patience: float | None = None


@dataclass(frozen=True, slots=True)
class FolderLook:
    """One look at a folder. ``device`` is the number of the file system it lies on."""

    files: dict[str, FileState]
    ignored: dict[str, Ignored]
    device: int


def look(folder: WatchedFolder) -> FolderLook:
    """The folder as it is now, names as the system gives them (bytes that are not UTF-8 as
    surrogates). Raises FolderLost when it cannot be read."""
    files: dict[str, FileState] = {}
    ignored: dict[str, Ignored] = {}
    try:
        device = folder.path.stat().st_dev
        for name, status in _entries(folder.path):
            state = file_state(status, folder)
            why = _why_not(name, status, folder)
            if why is None:
                files[name] = state
            else:
                is_file = stat.S_ISREG(status.st_mode)
                patience = FORGOTTEN_SECONDS if is_file and is_temporary(name) else None
                ignored[name] = Ignored(state, why, is_file, patience)
    except OSError as error:
        raise FolderLost(
            f"{folder.path} (profile {folder.name}) cannot be read: {error.strerror or error}. "
            "Mount the share or make the folder again; watching goes on by itself then."
        ) from error
    return FolderLook(files, ignored, device)


def _entries(path: Path) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(path) as entries:
        for entry in entries:
            if is_litter(entry.name):
                continue
            try:
                yield entry.name, entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # gone between the listing and the look


def file_state(status: os.stat_result, folder: WatchedFolder) -> FileState:
    """The state by which a file's changes are seen; shares make up inode numbers anew."""
    return FileState(status.st_size, status.st_mtime_ns, 0 if folder.polling else status.st_ino)


def _why_not(name: str, status: os.stat_result, folder: WatchedFolder) -> str | None:
    if stat.S_ISDIR(status.st_mode):
        return "is a folder; files inside it are not looked at. Let the scanner write flat."
    if stat.S_ISLNK(status.st_mode):
        return "is a link; links are never followed. Put the file itself here."
    if not stat.S_ISREG(status.st_mode):
        return "is no ordinary file. Remove it."
    if is_temporary(name):
        return "has the name of an unfinished file. If it is finished, rename it."
    if not matches(name, folder.patterns):
        wanted = ", ".join(folder.patterns)
        return f"is not of the kinds taken here ({wanted}). Rename it, or change the profile."
    return None
