"""What tells one state of a file in the inbox from another, before it is read and after."""

from __future__ import annotations

from pathlib import Path

#: Size, time of writing, inode number and, on a disk of this machine, time of the last change.
Mark = tuple[int, ...]


def mark_of(path: Path, local: bool) -> Mark:
    """The time of the last change cannot be set back: it shows what is written anew in the same
    length and then given its old time again. What a share says of it is not relied on.

    Raises OSError.
    """
    found = path.lstat()  # a link that took a file's place is another thing
    changed = (found.st_ctime_ns,) if local else ()
    return found.st_size, found.st_mtime_ns, found.st_ino, *changed


def has_changed(path: Path, mark: Mark, local: bool) -> bool:
    """Whether something else lies there now; nothing is no change. Raises OSError."""
    try:
        return mark_of(path, local) != mark
    except FileNotFoundError:
        return False
