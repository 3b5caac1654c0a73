"""Overwriting a file's bytes where they are, so that the file system has them no more."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_OVERWRITES = 3
_PIECE = 1 << 20


def overwrite(path: Path) -> None:
    """Overwrites a file's bytes where they are, and syncs them each time. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    try:
        size = os.fstat(descriptor).st_size
        for _ in range(_OVERWRITES):
            for start in range(0, size, _PIECE):
                piece = secrets.token_bytes(min(_PIECE, size - start))
                os.pwrite(descriptor, piece, start)
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
