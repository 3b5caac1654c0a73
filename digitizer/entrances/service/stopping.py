"""Stopping on SIGTERM or SIGINT, whichever thread the system delivers the signal to.

Python runs a signal's handler in the main thread alone, and only between two of its steps. But
the system may deliver the signal to any thread: after SIGSTOP and SIGCONT to the one that wakes
first, and sometimes under load. A main thread that waits for a lock (an event, the end of a
thread) then never reaches its next step, and the signal is lost. So the main thread waits at a
pipe instead, into which the signal itself writes a byte, in whatever thread it arrives
(``set_wakeup_fd``).

This module imports little, so that a command catches signals before everything else is loaded.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Bell:
    """What the main thread waits for. ``asked``: a signal has asked us to stop.

    A handler only sets that flag. It runs between any two steps of the main thread, which may
    hold the lock of an event at that moment: setting the event would then wait forever.
    """

    def __init__(self) -> None:
        self.asked = False
        self._heard, self.rope = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def ring(self) -> None:
        """Lets ``wait`` return; any thread may call this."""
        try:
            os.write(self.rope, b"\0")
        except BlockingIOError:
            return  # the pipe is full, so the main thread will wake anyway

    def wait(self) -> None:
        """Returns at the next ring or signal, at once if one came since the last ``wait``."""
        select.select([self._heard], [], [])
        os.read(self._heard, select.PIPE_BUF)

    def ask(self, *_signal: object) -> None:
        """The signal handler; it runs in the main thread."""
        self.asked = True

    def close(self) -> None:
        os.close(self._heard)
        os.close(self.rope)


@contextmanager
def stop_bell(*, last: bool = False) -> Iterator[Bell]:
    """A bell for the main thread, rung by SIGTERM and SIGINT as long as the block lasts.

    ``last``: the process ends after the block. Signals that come then are ignored: the process
    is ending already, and the default handler would kill it before it ended cleanly.
    """
    bell = Bell()
    woke = signal.set_wakeup_fd(bell.rope, warn_on_full_buffer=False)
    before = {number: signal.signal(number, bell.ask) for number in SIGNALS}
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # whoever started us may have blocked them
    try:
        yield bell
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if last else handler)
        signal.set_wakeup_fd(woke)
        bell.close()
