"""How long a test waits for what must come. No test asks how quick the machine is: it waits for
the event itself, and only one that hangs is ended, after a time that no busy machine needs."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

#: Seconds after which a wait counts as one that would never end.
HUNG = 1800.0
_LOOK = 0.1


def until(true: Callable[[], bool], *running: subprocess.Popen[bytes]) -> None:
    """Waits until it is true; fails where it never becomes so, or one of these processes ends."""
    deadline = time.monotonic() + HUNG
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        assert all(each.poll() is None for each in running), "it ended by itself"
        time.sleep(_LOOK)
