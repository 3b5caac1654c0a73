"""Being asked to stop, by SIGTERM or SIGINT: heard whichever thread the system gives it to.

Python runs a signal's handler in the main thread alone, and only between two of its steps. The
system, though, gives the signal to any thread: after SIGSTOP and SIGCONT to the one that wakes
first, under load now and then too. A main thread that waits for a lock (an event, the end of a
thread) then never comes to its next step, and the signal is lost. So the main thread waits at a
pipe, into which the signal itself writes a byte, in whatever thread it comes (``set_wakeup_fd``).

Light to import: a command hears the signals from its first moment, before all else is loaded.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Bell:
    """What the main thread waits at. ``asked``: a signal has asked us to stop.

    A handler only sets that flag. It runs between any two steps of the main thread, which may
    just then hold the lock of an event: to set the event would wait for that lock for ever.
    """

    def __init__(self) -> None:
        self.asked = False
        self._heard, self.rope = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def ring(self) -> None:
        """Lets ``wait`` return; from any thread."""
        try:
            os.write(self.rope, b"\0")
        except BlockingIOError:
            return  # full of rings: it is heard as it is

    def wait(self) -> None:
        """Returns once it was rung, or a signal came, since the last ``wait``; at once if so."""
        select.select([self._heard], [], [])
        os.read(self._heard, select.PIPE_BUF)

    def ask(self, *_signal: object) -> None:
        """What a signal does, in the main thread."""
        self.asked = True

    def close(self) -> None:
        os.close(self._heard)
        os.close(self.rope)


@contextmanager
def stop_bell(*, last: bool = False) -> Iterator[Bell]:
    """A bell for the main thread, rung by SIGTERM and SIGINT as long as the block lasts.

    ``last``: the process ends after the block. Signals that come then are ignored, for they ask
    for what is happening; by default one would turn a clean end into a death.
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
