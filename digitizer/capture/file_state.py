"""The state of a file in the inbox, by which a change while it is read is noticed."""

from __future__ import annotations

from pathlib import Path

#: Size, time of writing, inode number and, on a disk of this machine, time of the last change.
FileState = tuple[int, ...]


def state_of(path: Path, local: bool) -> FileState:
    """The time of the last change cannot be set back, so it reveals a file that was rewritten in
    the same length and then given its old time of writing. What a share reports is not relied on.

    Raises OSError.
    """
    found = path.lstat()  # a link that took a file's place is another thing
    changed = (found.st_ctime_ns,) if local else ()
    return found.st_size, found.st_mtime_ns, found.st_ino, *changed


def has_changed(path: Path, before: FileState, local: bool) -> bool:
    """Whether something else is there now; that nothing is there is no change. Raises OSError."""
    try:
        return state_of(path, local) != before
    except FileNotFoundError:
        return False
