"""Which workers are alive: each holds a file lock that the kernel frees when it dies."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from digitizer.storage.unfinished_files import make_locked_file, sweep_abandoned
from digitizer.support.failpoints import failpoint

_UNKNOWN = ".new"


class Claimant:
    """A running worker's name, and the proof that it is alive.

    The lock is on a descriptor that children do not inherit (Python closes it on exec), so it
    is free as soon as this process is gone, however it ended.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.name = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._path = _lock_path(folder, self.name)
        failpoint("claimants.made")
        unknown, self._descriptor = make_locked_file(folder, _UNKNOWN)
        failpoint("claimants.locked")
        unknown.rename(self._path)  # others never see the file before it is locked
        failpoint("claimants.known")

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


def is_alive(folder: Path, name: str) -> bool:
    """Whether the claimant of this name is still running on this machine."""
    try:
        descriptor = os.open(_lock_path(folder, name), os.O_RDWR)
    except FileNotFoundError:
        return False
    except PermissionError:
        return True  # another user's: nobody can know that it is dead
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def forget(folder: Path, name: str) -> None:
    """Removes the lock file of a claimant that is dead."""
    _lock_path(folder, name).unlink(missing_ok=True)


def forget_unknown(folder: Path) -> None:
    """Removes the lock files of those that died before anybody could know of them."""
    sweep_abandoned(folder, _UNKNOWN)


def dead(folder: Path) -> tuple[str, ...]:
    """The names of those that left a lock file behind and are no longer running."""
    names = sorted(path.stem for path in folder.glob("*.lock"))
    return tuple(name for name in names if not is_alive(folder, name))


def _lock_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.lock"
