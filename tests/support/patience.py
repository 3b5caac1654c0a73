"""How long a test waits for something. No test depends on how fast the machine is: it waits for the
event itself, and only a test that hangs is ended, after longer than any busy machine needs."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable

#: Seconds after which a wait counts as one that would never end; fewer where somebody sits in front
#: of a test that is being written.
HUNG = float(os.environ.get("DIGITIZER_TEST_HUNG", "600"))
_LOOK = 0.1


def until(true: Callable[[], bool], *running: subprocess.Popen[bytes]) -> None:
    """Waits until it is true; fails if it never is, or if one of these processes ends."""
    deadline = time.monotonic() + HUNG
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        assert all(each.poll() is None for each in running), "a process ended by itself"
        time.sleep(_LOOK)
