"""Files whose lock says that their writer lives, and the clean-up of those whose writer is dead.

The kernel frees the lock when the writer is gone, however it went, so no number of a process is
compared (another may have it by now) and no age. A file has no lock yet in the moment after it is
made. A clean-up that comes just then takes it for a dead one's; so its maker looks, once it has
the lock, whether the file still is there, and else makes another. From then on nobody else gets
the lock, and nobody removes the file.

One machine is meant: whether a lock is seen on another one is up to the share.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def make_living(folder: Path, ending: str = "") -> tuple[Path, int]:
    """A new empty file under a random name, and its descriptor, which holds the lock until it is
    closed. Raises OSError."""
    while True:
        path = folder / f"{secrets.token_hex(12)}{ending}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_there(path, descriptor):
                return path, descriptor
        except OSError:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise
        os.close(descriptor)


def sweep_dead(folder: Path, ending: str = "") -> None:
    """Removes the files that nobody writes any more. What cannot be opened, another user's say,
    stays: nobody knows of it whether its writer lives. A folder that is not there has none."""
    for path in folder.glob(f"*{ending}"):
        with suppress(OSError):
            _remove_if_dead(path)


def _remove_if_dead(path: Path) -> None:
    # To write: over NFS a lock is granted on nothing else.
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_there(path, descriptor):
            path.unlink()
    finally:
        os.close(descriptor)


def _is_there(path: Path, descriptor: int) -> bool:
    """Whether the open file still has this name."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Waits until no other process is in this block with the same folder. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
