"""How much freed memory a process keeps for itself."""

from __future__ import annotations

import ctypes

#: What mallopt(3) calls M_ARENA_MAX, in the C library of Linux distributions.
_ARENA_MAX = -8


def share_freed_memory(arenas: int) -> None:
    """From now on the threads of this process share so many stores of freed memory.

    Else each thread has its own (up to eight for each core), and keeps the largest block that it
    ever freed: 19 MiB for every thread that once hashed a PIN. A C library that does not know this
    does as it likes.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, arenas)
