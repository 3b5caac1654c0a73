"""Overwriting a file's bytes where they are, so that the file system has them no more."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_OVERWRITES = 3


def overwrite(path: Path) -> None:
    """Overwrites a file's bytes where they are, and syncs them each time. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    try:
        size = os.fstat(descriptor).st_size
        for _ in range(_OVERWRITES):
            os.pwrite(descriptor, secrets.token_bytes(size), 0)
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
