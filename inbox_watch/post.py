"""One watched folder's post: looks at it, hands over what is due, reports the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from inbox_watch.errors import FolderLost
from inbox_watch.folder import FORGOTTEN_SECONDS, FolderLook, Ignored, WatchedFolder, look
from inbox_watch.names import printable
from inbox_watch.readiness import Readiness, readiness, still_there
from inbox_watch.reports import News, Report, Reporter
from inbox_watch.settling import Offer, Settling

#: Takes stacks of files; says of each, in order, why it was not taken (None: it was).
HandOver = Callable[[WatchedFolder, Sequence[tuple[Path, ...]]], Sequence[Exception | None]]

# So many offers a step; then the other folders have their turn.
TURN = 192
# So many at most are handed over together, so that the taker waits for its disk once for all of
# them, and so many bytes: the first must not wait long for the last.
TOGETHER = 64
TOGETHER_BYTES = 32 << 20

_FOLDER: tuple[str, ...] = ()  # among the waiting names, it is for the folder itself


class Post:
    """Watches one folder. What ``hand_over`` says was not taken, or all if it raises,
    stays and is offered again.
    ``lost`` says whether the folder could not be read at the last look."""

    def __init__(self, folder: WatchedFolder, hand_over: HandOver, report: Reporter) -> None:
        self.folder = folder
        self._hand_over = hand_over
        self._report = report
        self._settling = Settling(
            folder.settle_seconds, together=folder.together, patience=FORGOTTEN_SECONDS
        )
        self.lost = False
        self._device: int | None = None
        self._reported: set[str] = set()
        self._waiting: dict[tuple[str, ...], float] = {}

    def step(self, now: float, go_on: Callable[[], bool]) -> bool:
        """Looks once, at time ``now``, and hands over what is due while ``go_on()`` is true.
        Returns whether more is due at once."""
        try:
            seen = look(self.folder)
        except FolderLost as error:
            self._report_lost(error)
            return False
        self._report_found(seen)
        stirring = {name: each.state for name, each in seen.ignored.items() if each.file}
        unfinished = [name for name, each in seen.ignored.items() if each.unfinished]
        offers = self._settling.look(seen.files, now, stirring, unfinished)
        self._report_ignored(seen.ignored)
        still_open, more = self._hand_over_all(offers, now, go_on)
        self._report_waiting(now, still_open)
        return more

    def _hand_over_all(
        self, offers: list[Offer], now: float, go_on: Callable[[], bool]
    ) -> tuple[list[tuple[str, ...]], bool]:
        """Hands over up to a turn's worth of offers. Returns what a writer still has open, and
        whether ready offers were left for the next turn."""
        still_open: list[tuple[str, ...]] = []
        ready: list[Offer] = []
        handed = 0
        for offer in offers:
            found = {readiness(self.folder, name, state) for name, state in offer.states}
            if found == {Readiness.READY}:
                if ready and not _fits(offer, ready):
                    self._offer(ready, now)
                    handed, ready = handed + len(ready), []
                if handed + len(ready) >= TURN or not go_on():
                    self._offer(ready, now)
                    return still_open, True
                ready.append(offer)
            elif Readiness.CHANGED not in found:
                still_open.append(offer.names)
        self._offer(ready, now)
        return still_open, False

    def _offer(self, ready: Sequence[Offer], now: float) -> None:
        """Hands over together what is still as it was when it was found ready."""
        offers = [offer for offer in ready if len(self._left(offer)) == len(offer.states)]
        if not offers:
            return
        stacks = [tuple(self.folder.path / name for name in offer.names) for offer in offers]
        try:
            problems = self._hand_over(self.folder, stacks)
        except Exception as error:  # whatever the taker raises, the other files go on
            problems = [error] * len(offers)
        for offer, problem in zip(offers, problems, strict=True):
            if problem is None:
                self._took(offer)
            else:
                self._failed(offer, problem, now)

    def _left(self, offer: Offer) -> list[str]:
        return [name for name, state in offer.states if still_there(self.folder, name, state)]

    def _failed(self, offer: Offer, error: Exception, now: float) -> None:
        again = self._settling.failed(offer, now)
        message = (
            f"{_shown(offer.names)} could not be taken in ({error or type(error).__name__}). "
            f"It stays in {self.folder.path} and is tried again in {again.due - now:.0f} s."
        )
        self._send(News.NOT_TAKEN, message, offer.names, error, again.tries)

    def _took(self, offer: Offer) -> None:
        self._settling.took(offer, self._left(offer))
        if offer.tries:
            message = f"{_shown(offer.names)} was taken in after {offer.tries} failed tries."
            self._send(News.TAKEN_AT_LAST, message, offer.names, tries=offer.tries)

    def _report_lost(self, error: FolderLost) -> None:
        if not self.lost:
            self._send(News.FOLDER_LOST, str(error), error=error)
        self.lost = True

    def _report_found(self, seen: FolderLook) -> None:
        if self.lost:
            self._send(News.FOLDER_BACK, f"{self.folder.path} can be read again.")
        elif self._device is not None and self._device != seen.device:
            message = (
                f"{self.folder.path} is now on another disk or share than before. "
                "If its share fell away, mount it again: scans written to it are not seen here."
            )
            self._send(News.FOLDER_REPLACED, message)
        self.lost, self._device = False, seen.device

    def _report_ignored(self, ignored: dict[str, Ignored]) -> None:
        """Each thing once, when it has lain long enough not to be a passing state."""
        self._reported &= ignored.keys()
        for name in ignored.keys() - self._reported:
            each = ignored[name]
            patience = self.folder.settle_seconds if each.patience is None else each.patience
            if not each.file or self._settling.rested(name, patience):
                self._reported.add(name)
                self._send(News.IGNORED, f"{printable(name)} {each.reason}", (name,))

    def _report_waiting(self, now: float, still_open: Collection[tuple[str, ...]]) -> None:
        """Reports once what has waited for ``FORGOTTEN_SECONDS`` for its writer, or for quiet."""
        waiting = [*still_open, *([_FOLDER] if self._settling.restless else [])]
        self._waiting = {names: self._waiting.get(names, now) for names in waiting}
        for names, since in self._waiting.items():
            if now - since >= FORGOTTEN_SECONDS:
                self._waiting[names] = math.inf  # reported
                self._report_one_waiting(names)

    def _report_one_waiting(self, names: tuple[str, ...]) -> None:
        if names != _FOLDER:
            message = (
                f"{_shown(names)} is at rest, but a program still has it open for writing. "
                "If the scanner's program hangs, end it; the file is then taken in."
            )
            self._send(News.STILL_OPEN, message, names)
        else:
            message = (
                f"{self.folder.path} is never quiet, or a file in it is not finished, so its files "
                "wait. End what writes there, and remove or rename what is unfinished."
            )
            self._send(News.NEVER_QUIET, message, names)

    def _send(
        self,
        news: News,
        message: str,
        names: tuple[str, ...] = (),
        error: Exception | None = None,
        tries: int = 0,
    ) -> None:
        paths = tuple(self.folder.path / name for name in names)
        self._report(Report(news, self.folder, printable(message), paths, error, tries))


def _fits(offer: Offer, others: Sequence[Offer]) -> bool:
    size = sum(state.size for each in (offer, *others) for _, state in each.states)
    return len(others) < TOGETHER and size <= TOGETHER_BYTES


def _shown(names: tuple[str, ...]) -> str:
    first = printable(names[0])
    return first if len(names) == 1 else f"{first} and {len(names) - 1} more"
