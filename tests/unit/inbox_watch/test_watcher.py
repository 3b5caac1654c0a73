"""The watcher over real folders, its clock in the test's hand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from inbox_watch import post
from inbox_watch.folder import WatchedFolder
from inbox_watch.reports import News, Report
from inbox_watch.watcher import Watcher, rescan_seconds
from tests.support.patience import HUNG
from tests.support.takers import Taker, one_by_one


def test_a_lost_folder_stops_no_other(inbox: Path, tmp_path: Path) -> None:
    taker = Taker(WatchedFolder(tmp_path / "gone", "share"), WatchedFolder(inbox, "lobby"))
    (inbox / "a.pdf").write_bytes(b"x")
    taker.steps(0, 2)
    assert taker.got == [("a.pdf",)]


def test_a_reporter_that_fails_stops_nothing(inbox: Path, caplog: pytest.LogCaptureFixture) -> None:
    def report(_: Report) -> None:
        raise RuntimeError("the bell is broken")

    taker = Taker()
    taker.watcher = Watcher([WatchedFolder(inbox, "lobby")], one_by_one(taker.take), report)
    taker.bad = {"a.pdf"}
    (inbox / "a.pdf").write_bytes(b"x")
    (inbox / "b.pdf").write_bytes(b"x")
    taker.steps(0, 2)
    assert taker.got == [("b.pdf",)]
    assert "could not report: a.pdf could not be taken in" in caplog.text


def test_ten_thousand_files_at_once_leave_the_other_folder_its_turn(
    inbox: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    for number in range(10_000):
        (inbox / f"{number}.pdf").write_bytes(b"x")
    (tmp_path / "other" / "letter.pdf").write_bytes(b"x")
    taker = Taker(WatchedFolder(inbox, "lobby"), WatchedFolder(tmp_path / "other", "share"))
    taker.steps(0)
    assert taker.watcher.step(2)
    assert ("letter.pdf",) in taker.got
    assert len(taker.got) < 1000
    while taker.watcher.step(2):
        pass
    assert len(taker.got) == 10_001
    assert taker.got[0] == ("0.pdf",)
    assert list(inbox.iterdir()) == []


def test_how_often_a_folder_is_looked_at() -> None:
    assert rescan_seconds(WatchedFolder(Path("/x"), "a", settle_seconds=2)) == 2
    assert rescan_seconds(WatchedFolder(Path("/x"), "a", settle_seconds=120)) == 5


class Running:
    """A watcher in its thread; what it hands over and reports can be waited for."""

    def __init__(self, folder: WatchedFolder, rescan: float | None = None) -> None:
        self.got: list[str] = []
        self.news: list[News] = []
        self._something = threading.Condition()
        self._stop = threading.Event()
        watcher = Watcher([folder], one_by_one(self._take), self._hear, rescan=rescan)
        self._thread = threading.Thread(target=watcher.watch, args=(self._stop,))

    def _take(self, folder: WatchedFolder, paths: tuple[Path, ...]) -> None:
        with self._something:
            self.got.extend(path.name for path in paths)
            paths[0].unlink()
            self._something.notify_all()

    def _hear(self, report: Report) -> None:
        with self._something:
            self.news.append(report.news)
            self._something.notify_all()

    def saw(self, what: Callable[[], bool]) -> bool:
        with self._something:
            return self._something.wait_for(what, HUNG)

    def __enter__(self) -> Running:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(HUNG)
        assert not self._thread.is_alive()


class TestWatch:
    """The loop itself, with real events; it waits for what it expects and for nothing else."""

    def test_an_event_makes_it_look_at_once(self, inbox: Path) -> None:
        # The clock alone would look only once an hour: what is seen is seen by events.
        with Running(WatchedFolder(inbox, "lobby", settle_seconds=0), rescan=3600) as running:
            (inbox / "a.pdf").write_bytes(b"x")
            assert running.saw(lambda: running.got == ["a.pdf"])
            (inbox / "b.pdf").write_bytes(b"x")  # the first may have been there at the start
            assert running.saw(lambda: running.got == ["a.pdf", "b.pdf"])

    def test_without_events_the_clock_does(self, inbox: Path) -> None:
        folder = WatchedFolder(inbox, "lobby", settle_seconds=0.01, polling=True)
        with Running(folder) as running:
            (inbox / "a.pdf").write_bytes(b"x")
            assert running.saw(lambda: running.got == ["a.pdf"])

    def test_a_folder_that_comes_back_gives_events_again(self, tmp_path: Path) -> None:
        folder = WatchedFolder(tmp_path / "share", "share", settle_seconds=0.01)
        with Running(folder) as running:
            assert running.saw(lambda: running.news == [News.FOLDER_LOST])
            folder.path.mkdir()
            (folder.path / "a.pdf").write_bytes(b"x")
            assert running.saw(lambda: running.got == ["a.pdf"])
            assert running.news == [News.FOLDER_LOST, News.FOLDER_BACK]

    def test_a_system_without_events_is_reported_and_the_clock_does(
        self, inbox: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def exhausted(*_: object, **__: object) -> None:
            raise OSError(28, "inotify watch limit reached")

        monkeypatch.setattr("watchdog.observers.api.BaseObserver.schedule", exhausted)
        with Running(WatchedFolder(inbox, "lobby", settle_seconds=0.01)) as running:
            (inbox / "a.pdf").write_bytes(b"x")
            assert running.saw(lambda: running.got == ["a.pdf"])
        assert running.news == [News.NO_EVENTS]

    def test_asked_to_stop_it_leaves_the_rest_where_it_is(
        self, inbox: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(post, "TOGETHER", 1)
        for number in range(5):
            (inbox / f"{number}.pdf").write_bytes(b"x")
        stop = threading.Event()
        got = []

        def take(folder: WatchedFolder, paths: tuple[Path, ...]) -> None:
            got.append(paths[0].name)
            stop.set()

        folder = WatchedFolder(inbox, "lobby", settle_seconds=0, polling=True)
        Watcher([folder], one_by_one(take), lambda report: None).watch(stop)
        assert got == ["0.pdf"]
