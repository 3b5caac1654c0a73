"""How many requests each may make: a budget that fills up again with time."""

from __future__ import annotations

from collections import OrderedDict

#: So many are remembered; of more, those who asked longest ago are forgotten.
_MOST_KNOWN = 10_000
_MINUTE = 60.0


class Budgets:
    """One budget each: ``a_minute`` at once, and then so many a minute. For one event loop."""

    def __init__(self, a_minute: int) -> None:
        self._most = float(a_minute)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, who: str, at: float) -> int:
        """Seconds until they may ask again; 0: now. ``at`` is the time on any clock that only goes
        forward, in seconds."""
        left = self._at(who, at)
        return 0 if left >= 1 else max(1, round((1 - left) * _MINUTE / self._most))

    def spend(self, who: str, at: float) -> None:
        """Takes one request from their budget."""
        self._left[who] = max(0.0, self._at(who, at) - 1), at
        self._left.move_to_end(who)
        if len(self._left) > _MOST_KNOWN:
            self._left.popitem(last=False)

    def _at(self, who: str, at: float) -> float:
        left, since = self._left.get(who, (self._most, at))
        return min(self._most, left + (at - since) * self._most / _MINUTE)
