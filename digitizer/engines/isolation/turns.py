"""A queue whose owners take turns: of two with much to do, neither waits for all of the other's."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

#: So many owners are remembered until those of whom nothing waits are forgotten.
_REMEMBERED = 256
_LAST = 1 << 62


class Turns(Generic[T]):
    """What one owner put in comes out in that order; those of several alternate. An owner who comes
    later begins with the turn that is on now, and neither catches up nor waits."""

    def __init__(self) -> None:
        self._queue: queue.PriorityQueue[tuple[int, int, T]] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._last: dict[Hashable, int] = {}
        self._turn = 0
        self._lock = threading.Lock()

    def put(self, item: T, owner: Hashable) -> None:
        with self._lock:
            turn = max(self._last.get(owner, 0), self._turn) + 1
            self._last[owner] = turn
            if len(self._last) > _REMEMBERED:
                self._last = {each: last for each, last in self._last.items() if last > self._turn}
            self._queue.put((turn, next(self._numbers), item))

    def put_last(self, item: T) -> None:
        """It comes out when nothing else waits any more."""
        self._queue.put((_LAST, next(self._numbers), item))

    def get(self) -> T:
        """Waits until there is one."""
        turn, _, item = self._queue.get()
        with self._lock:
            if turn < _LAST:
                self._turn = max(self._turn, turn)
        return item
