"""Watches folders and hands over what has settled. The folder's state is the truth."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inbox_watch.folder import WatchedFolder
from inbox_watch.hints import Hints
from inbox_watch.post import HandOver, Post
from inbox_watch.reports import News, Report, Reporter

__all__ = ["HandOver", "Watcher"]

_log = logging.getLogger(__name__)

_LONGEST_RESCAN = 5.0
# How often the loop asks after hints and the end, and how soon after a look a hint may cause
# another: a folder of many files must not be read at every event of a burst.
_TICK = 0.2
_HINT_PAUSE = 0.5


def rescan_seconds(folder: WatchedFolder) -> float:
    """How often a folder is looked at without any hint: its settle time, 5 seconds at most."""
    return min(folder.settle_seconds, _LONGEST_RESCAN)


@dataclass(slots=True)
class _Schedule:
    post: Post
    rescan: float
    looked: float | None = None
    more: bool = False
    hinted: bool = False

    def is_due(self, now: float) -> bool:
        if self.looked is None or self.more or now < self.looked:
            return True
        pause = min(_HINT_PAUSE, self.rescan) if self.hinted else self.rescan
        return now - self.looked >= pause


class Watcher:
    """Watches ``folders`` until told to stop.

    ``hand_over(folder, stacks)`` takes settled files, in order, many together where many are
    ready; a stack has more than one only in a folder whose files belong together. It answers
    for each stack None or what went wrong: then its files stay, ``report`` is called and they are
    offered again after a growing delay; nothing else waits for them. Files that it took but
    left in place are not offered until they change. Both are called from the watching thread.

    ``clock`` gives seconds that only grow; ``rescan`` is how often (seconds) each folder is
    looked at, its settle time but at most 5 if None.
    """

    def __init__(
        self,
        folders: Sequence[WatchedFolder],
        hand_over: HandOver,
        report: Reporter,
        *,
        clock: Callable[[], float] = time.monotonic,
        rescan: float | None = None,
    ) -> None:
        self._clock = clock
        self._report = report
        self._hints = Hints(self._report_no_events)
        self._watching = False
        self._schedules = tuple(
            _Schedule(Post(each, hand_over, self._send), rescan or rescan_seconds(each))
            for each in folders
        )

    def step(self, now: float) -> bool:
        """Looks once at every folder, at time ``now``, and hands over what is due.
        Returns whether more is due at once (each folder has a turn of limited length)."""
        never = threading.Event()
        more = [self._look(each, now, never) for each in self._schedules]
        return any(more)

    def watch(self, stop: threading.Event) -> None:
        """Watches until ``stop`` is set; a hand-over at work is finished first."""
        self._watching = True
        try:
            for each in self._schedules:
                self._listen(each.post.folder)
            while not stop.is_set():
                busy = self._round(stop)
                stop.wait(0 if busy else _TICK)
        finally:
            self._watching = False
            self._hints.stop()

    def _round(self, stop: threading.Event) -> bool:
        """Looks at the folders whose time has come; returns whether one has more due at once."""
        busy = False
        for each in self._schedules:
            each.hinted |= self._hints.hinted(each.post.folder)
            if each.is_due(now := self._clock()):
                busy |= self._look(each, now, stop)
        return busy

    def _look(self, each: _Schedule, now: float, stop: threading.Event) -> bool:
        was_lost, each.hinted = each.post.lost, False
        each.more = each.post.step(now, lambda: not stop.is_set())
        each.looked = now
        if was_lost and not each.post.lost:
            self._listen(each.post.folder)
        return each.more

    def _listen(self, folder: WatchedFolder) -> None:
        if self._watching and not folder.polling:
            self._hints.listen(folder)

    def _report_no_events(self, folder: WatchedFolder, error: OSError) -> None:
        if isinstance(error, FileNotFoundError):
            return  # the next look reports that the folder is lost
        message = (
            f"The system gives no events for {folder.path} ({error.strerror or error}); "
            "it is looked at on the clock alone, a little later. Nothing is lost."
        )
        self._send(Report(News.NO_EVENTS, folder, message, error=error))

    def _send(self, report: Report) -> None:
        """A reporter that fails must not stop the line; what it would have reported is logged."""
        try:
            self._report(report)
        except Exception:
            _log.exception("could not report: %s", report.message)
