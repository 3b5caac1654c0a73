"""Reading a folder's state: what lies in it that may be handed over, and what may not and why."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inbox_watch.errors import FolderLost
from inbox_watch.kinds import Kind, is_litter, kind_of
from inbox_watch.names import asked_for, matches
from inbox_watch.settling import FileState

# What is not finished, by its name or because it is empty, is waited for; so long unchanged, it is
# given up and a person hears of it. A hundred sheets take a feeder two minutes; a paper jam more.
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
    ``unfinished``: its name says that somebody is, until it has lain so for its patience.
    """

    state: FileState
    reason: str
    file: bool
    patience: float | None = None
    unfinished: bool = False


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
            why_not = _why_not_handed_over(name, status, state, folder)
            if why_not is None:
                files[name] = state
            else:
                ignored[name] = why_not
    except OSError as error:
        raise FolderLost(
            f"{folder.path} (profile {folder.name}) cannot be read: {error.strerror or error}. "
            "Mount the share or make the folder again; watching goes on by itself then."
        ) from error
    return FolderLook(files, ignored, device)


def _entries(path: Path) -> Iterator[tuple[str, os.stat_result]]:
    """What is in the folder, without what nobody needs to hear of: an operating system's own,
    and hidden things that are no files."""
    with os.scandir(path) as entries:
        for entry in entries:
            if is_litter(entry.name):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # gone between the listing and the look
            if stat.S_ISREG(status.st_mode) or not entry.name.startswith("."):
                yield entry.name, status


def file_state(status: os.stat_result, folder: WatchedFolder) -> FileState:
    """The state by which a file's changes are seen. Shares invent new inode numbers, and say of
    the last change what they like."""
    if folder.polling:
        return FileState(status.st_size, status.st_mtime_ns, 0)
    return FileState(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)


def _why_not_handed_over(
    name: str, status: os.stat_result, state: FileState, folder: WatchedFolder
) -> Ignored | None:
    if not stat.S_ISREG(status.st_mode):
        return Ignored(state, _what_it_is(status), file=False)
    kind = kind_of(name)
    if kind is Kind.UNFINISHED:
        return Ignored(state, _UNFINISHED, True, FORGOTTEN_SECONDS, unfinished=True)
    if kind is Kind.BESIDE and not asked_for(name, folder.patterns):
        return Ignored(state, _BESIDE, True, FORGOTTEN_SECONDS)
    if not matches(name, folder.patterns):
        wanted = ", ".join(folder.patterns)
        message = f"is not of the kinds taken here ({wanted}). Rename it, or change the profile."
        return Ignored(state, message, True)
    return None


_UNFINISHED = "has the name of an unfinished file. If it is finished, rename it."
_BESIDE = (
    "has the name of a file that programs write beside a scan (an index, a check sum, a sign "
    "that all is written); it is never taken in. Remove it, and set the scanner not to write it. "
    "If it is a scan, rename it, or name its ending in the profile's patterns."
)


def _what_it_is(status: os.stat_result) -> str:
    if stat.S_ISDIR(status.st_mode):
        return (
            "is a folder; files inside it are not looked at. Let the scanner write directly here."
        )
    if stat.S_ISLNK(status.st_mode):
        return "is a link; links are never followed. Put the file itself here."
    return "is not an ordinary file. Remove it."
