"""The last look at a file before it is handed over: is it still as it was, is it still open?"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from inbox_watch.folder import WatchedFolder, file_state
from inbox_watch.settling import FileState


class Readiness(StrEnum):
    """READY to be handed over; CHANGED or gone since it was seen; OPEN in a writer's hands."""

    READY = "ready"
    CHANGED = "changed"
    OPEN = "open"


def readiness(folder: WatchedFolder, name: str, seen: FileState) -> Readiness:
    """Looks once more at a file that was at rest when last seen as ``seen``.

    The file is opened for that: a network share answers a mere look from its cache, but asks
    its server on opening. A file that may not be opened is READY: its taker will say why.
    """
    try:
        with _opened(os.fspath(folder.path / name)) as descriptor:
            if file_state(os.fstat(descriptor), folder) != seen:
                return Readiness.CHANGED
            return Readiness.OPEN if _being_written(descriptor) else Readiness.READY
    except OSError as error:
        gone = error.errno in (errno.ENOENT, errno.ELOOP)  # ELOOP: a link took its place
        return Readiness.CHANGED if gone else Readiness.READY


def still_there(folder: WatchedFolder, name: str, seen: FileState) -> bool:
    """Whether the file that was seen as ``seen`` lies there still, unchanged."""
    try:
        return file_state((folder.path / name).lstat(), folder) == seen
    except OSError:
        return False


@contextmanager
def _opened(path: str) -> Iterator[int]:
    """A descriptor for reading; never waits for another program, never follows a link."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _being_written(descriptor: int) -> bool:
    """Whether a program on this machine has the file open for writing, as far as can be known.

    A read lease is asked for and given back at once: the kernel grants none while anyone has
    the file open for writing (fcntl(2), "Leases"). Where leases do not work (a share, another
    user's file) the answer is False, and quiet time alone decides.
    """
    try:
        # Someone opening the file in this very moment breaks the lease, which sends a signal:
        # SIGURG is ignored unless asked for, where the usual SIGIO would end the process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
