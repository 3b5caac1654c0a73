"""A taker of files that a watcher hands over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from inbox_watch.folder import WatchedFolder
from inbox_watch.reports import News, Report
from inbox_watch.watcher import HandOver, Watcher

Take = Callable[[WatchedFolder, tuple[Path, ...]], None]


def one_by_one(take: Take) -> HandOver:
    """A hand-over that calls ``take`` for each stack; what it raises is that stack's error."""

    def hand_over(
        folder: WatchedFolder, stacks: Sequence[tuple[Path, ...]]
    ) -> list[Exception | None]:
        problems: list[Exception | None] = []
        for paths in stacks:
            try:
                take(folder, paths)
                problems.append(None)
            except OSError as error:
                problems.append(error)
        return problems

    return hand_over


class Taker:
    """A taker for tests: removes what it takes, unless asked to leave it or to fail."""

    def __init__(self, *folders: WatchedFolder) -> None:
        self.got: list[tuple[str, ...]] = []
        self.reports: list[Report] = []
        self.leaves = False
        self.bad: set[str] = set()
        self.watcher = Watcher(folders, one_by_one(self.take), self.reports.append)

    def take(self, folder: WatchedFolder, paths: tuple[Path, ...]) -> None:
        if any(path.name in self.bad for path in paths):
            raise OSError(28, "No space left on device")
        self.got.append(tuple(path.name for path in paths))
        if not self.leaves:
            for path in paths:
                path.unlink()

    def steps(self, *times: float) -> None:
        for now in times:
            self.watcher.step(now)

    @property
    def news(self) -> list[News]:
        return [report.news for report in self.reports]
