"""How long a task has been at work, on a machine that may be busy with other things."""

from __future__ import annotations

from digitizer.engines.isolation.usage import Usage

#: A task is stopped after so many times its seconds by the clock on the wall, whatever it did.
WALL_TIMES = 4.0


class TaskClock:
    """Counts the seconds of a task's work: processor time while it computes, or would if it
    were given a core, and the wall's time while it waits. So what else the machine is at takes
    nothing from a task, and one that only sleeps is stopped all the same.
    """

    def __init__(self, seconds: float, now: float, usage: Usage) -> None:
        self._seconds = seconds
        self._begun = self._looked = now
        self._processor = usage.processor
        self._worked = 0.0

    def look(self, now: float, usage: Usage) -> None:
        """``now`` is a moment of ``time.monotonic``, in seconds."""
        waited = 0.0 if usage.runs else now - self._looked
        # A child that ended, and is not yet waited for, takes its time along for a moment.
        computed = max(0.0, usage.processor - self._processor)
        self._worked += max(waited, computed)
        self._processor, self._looked = max(self._processor, usage.processor), now

    @property
    def is_up(self) -> bool:
        on_the_wall = self._looked - self._begun
        return self._worked > self._seconds or on_the_wall > WALL_TIMES * self._seconds
