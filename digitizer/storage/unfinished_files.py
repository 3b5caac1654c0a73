"""Files whose lock shows that their writer is alive, and the clean-up of those of dead writers.

The kernel frees the lock when the writer is gone, however it ended, so neither process ids (another
process may have the same one by now) nor ages are compared. Right after it is made, a file is not
locked yet. A clean-up at that moment takes its writer for dead; so once the writer has the lock, it
checks that the file is still there, and else makes another. From then on nobody else gets the lock,
and nobody removes the file.

This holds on one machine: whether a lock is seen on another is up to the share.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def make_locked_file(folder: Path, ending: str = "") -> tuple[Path, int]:
    """A new empty file under a random name, and its descriptor, which holds the lock until it is
    closed. Raises OSError."""
    while True:
        path = folder / f"{secrets.token_hex(12)}{ending}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if is_there(path, descriptor):
                return path, descriptor
        except OSError:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise
        os.close(descriptor)


def sweep_abandoned(folder: Path, ending: str = "") -> None:
    """Removes the files that nobody is writing any more. What cannot be opened, another user's for
    example, stays: nobody knows whether its writer is alive. A missing folder has no files."""
    for path in folder.glob(f"*{ending}"):
        with suppress(OSError):
            _remove_if_dead(path)


def _remove_if_dead(path: Path) -> None:
    # Opened for writing: NFS grants no lock otherwise.
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_there(path, descriptor):
            path.unlink()
    finally:
        os.close(descriptor)


def is_there(path: Path, descriptor: int) -> bool:
    """Whether the open file still has this name."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Waits until no other process is in this block with the same folder. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
