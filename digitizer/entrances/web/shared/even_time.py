"""Answers whose time tells nothing: they come at whole steps, however much there was to do.

An address that has an account makes more work than one that has none; who may not learn which is
which must not be able to measure it either.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

#: Seconds, much longer than the work takes.
STEP = 0.5
_sleep, _now = asyncio.sleep, time.monotonic


@asynccontextmanager
async def even_time() -> AsyncIterator[None]:
    """Ends a whole number of steps after it began, also where the work fails."""
    begun = _now()
    try:
        yield
    finally:
        await _sleep(-(_now() - begun) % STEP)
