"""Work that only one process does at a time: a locked file shows that somebody is at it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def one_at_a_time(run_folder: Path, work: str) -> Iterator[bool]:
    """Whether no other process does this work now; while the block lasts, none begins."""
    run_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(run_folder / f"{work}.busy", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _locked(descriptor)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
