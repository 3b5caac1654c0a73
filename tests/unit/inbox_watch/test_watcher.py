"""The watcher over real folders, its clock in the test's hand."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from inbox_watch import post
from inbox_watch.folder import WatchedFolder
from inbox_watch.reports import News, Report
from inbox_watch.watcher import HandOver, Watcher, rescan_seconds
from tests.support.patience import HUNG

Take = Callable[[WatchedFolder, tuple[Path, ...]], None]


def one_by_one(take: Take) -> HandOver:
    """A hand-over that calls ``take`` for each stack; what it raises is that stack's fault."""

    def hand_over(
        folder: WatchedFolder, stacks: Sequence[tuple[Path, ...]]
    ) -> list[Exception | None]:
        faults: list[Exception | None] = []
        for paths in stacks:
            try:
                take(folder, paths)
                faults.append(None)
            except OSError as error:
                faults.append(error)
        return faults

    return hand_over


class Desk:
    """A taker for tests: removes what it takes, unless told to leave it or to fail."""

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


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def test_a_settled_file_is_handed_over_and_a_growing_one_is_not(inbox: Path) -> None:
    desk = Desk(WatchedFolder(inbox, "desk"))
    (inbox / "done.pdf").write_bytes(b"done")
    with (inbox / "growing.pdf").open("ab", buffering=0) as growing:
        for now in range(10):
            growing.write(b"more")
            desk.steps(now)
    assert desk.got == [("done.pdf",)]
    desk.steps(10, 12)
    assert desk.got == [("done.pdf",), ("growing.pdf",)]
    assert desk.reports == []


def test_a_stalled_writer_that_still_has_the_file_open_is_waited_for(inbox: Path) -> None:
    desk = Desk(WatchedFolder(inbox, "desk"))
    with (inbox / "jam.pdf").open("wb", buffering=0) as jammed:
        jammed.write(b"page 1")
        desk.steps(*range(0, 700, 2))
        assert desk.got == []
        assert desk.news == [News.STILL_OPEN]
        jammed.write(b"page 2")
    desk.steps(700, 702)
    assert desk.got == [("jam.pdf",)]


def test_a_file_that_changes_between_the_look_and_its_turn_waits(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "1.pdf").write_bytes(b"x")
    (inbox / "2.pdf").write_bytes(b"x")
    monkeypatch.setattr(post, "TOGETHER", 1)
    desk = Desk(WatchedFolder(inbox, "desk"))

    def take(folder: WatchedFolder, paths: tuple[Path, ...]) -> None:
        desk.take(folder, paths)
        if paths[0].name == "1.pdf":
            (inbox / "2.pdf").write_bytes(b"grown")

    desk.watcher = Watcher([WatchedFolder(inbox, "desk")], one_by_one(take), desk.reports.append)
    desk.steps(0, 2)
    assert desk.got == [("1.pdf",)]
    desk.steps(3, 5)
    assert desk.got == [("1.pdf",), ("2.pdf",)]


def test_one_bad_file_stays_and_stops_no_other(inbox: Path) -> None:
    desk = Desk(WatchedFolder(inbox, "desk"))
    desk.bad = {"a.pdf"}
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (inbox / name).write_bytes(b"x")
    desk.steps(0, 2)
    assert desk.got == [("b.pdf",), ("c.pdf",)]
    assert (inbox / "a.pdf").exists()
    assert desk.news == [News.NOT_TAKEN]
    assert "No space left" in desk.reports[0].says
    assert desk.reports[0].paths == (inbox / "a.pdf",)
    desk.steps(2.5)
    assert desk.news == [News.NOT_TAKEN]
    desk.steps(3)
    assert desk.news == [News.NOT_TAKEN, News.NOT_TAKEN]
    desk.bad = set()
    desk.steps(5)
    assert desk.got[-1] == ("a.pdf",)
    assert desk.news[-1] is News.TAKEN_AT_LAST


def test_many_are_handed_over_together_but_not_too_many(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def take(_: WatchedFolder, stacks: Sequence[tuple[Path, ...]]) -> list[Exception | None]:
        sizes.append(len(stacks))
        for (path,) in stacks:
            path.unlink()
        return [None for _ in stacks]

    monkeypatch.setattr(post, "TOGETHER", 5)
    monkeypatch.setattr(post, "TOGETHER_BYTES", 100)
    for number in range(12):
        (inbox / f"{number}.pdf").write_bytes(b"x")
    (inbox / "20.pdf").write_bytes(b"x" * 99)
    (inbox / "21.pdf").write_bytes(b"x" * 500)
    watcher = Watcher([WatchedFolder(inbox, "desk")], take, lambda _: None)
    watcher.step(0)
    watcher.step(2)
    assert sizes == [5, 5, 2, 1, 1]
    assert list(inbox.iterdir()) == []


def test_a_hand_over_that_raises_took_nothing(inbox: Path) -> None:
    def take(_: WatchedFolder, stacks: Sequence[tuple[Path, ...]]) -> list[Exception | None]:
        raise RuntimeError("the taker is broken")

    reports: list[Report] = []
    for name in ("a.pdf", "b.pdf"):
        (inbox / name).write_bytes(b"x")
    watcher = Watcher([WatchedFolder(inbox, "desk")], take, reports.append)
    watcher.step(0)
    watcher.step(2)
    assert [each.news for each in reports] == [News.NOT_TAKEN, News.NOT_TAKEN]


def test_a_file_left_in_place_is_handed_over_again_only_when_it_changes(inbox: Path) -> None:
    desk = Desk(WatchedFolder(inbox, "desk"))
    desk.leaves = True
    (inbox / "a.pdf").write_bytes(b"x")
    desk.steps(*range(20))
    assert desk.got == [("a.pdf",)]
    (inbox / "a.pdf").write_bytes(b"xy")
    desk.steps(20, 22, 24)
    assert desk.got == [("a.pdf",), ("a.pdf",)]


def test_the_same_bytes_dropped_again_are_handed_over_again(inbox: Path) -> None:
    desk = Desk(WatchedFolder(inbox, "desk"))
    for start in (0, 10):
        (inbox / "a.pdf").write_bytes(b"x")
        os.utime(inbox / "a.pdf", ns=(1, 1))  # as a copy that keeps the time does
        desk.steps(start, start + 2)
    assert desk.got == [("a.pdf",), ("a.pdf",)]


def test_strange_names_are_handed_over_and_reported_printably(inbox: Path) -> None:
    strange = os.fsdecode(b"\xff\n.pdf")
    (inbox / strange).write_bytes(b"x")
    desk = Desk(WatchedFolder(inbox, "desk"))
    desk.bad = {strange}
    desk.steps(0, 2)
    assert desk.reports[0].says.isprintable()
    desk.bad = set()
    desk.steps(4)
    assert desk.got == [(strange,)]


def test_an_empty_file_is_left_alone_until_it_has_bytes(inbox: Path) -> None:
    (inbox / "scan.pdf").touch()
    desk = Desk(WatchedFolder(inbox, "desk"))
    desk.steps(*range(0, 590, 10))
    assert desk.got == []
    with (inbox / "scan.pdf").open("r+b") as again:  # fails where somebody removed it
        again.write(b"%PDF")
    desk.steps(590, 592)
    assert desk.got == [("scan.pdf",)]
    assert desk.reports == []


def test_an_empty_file_that_is_old_is_handed_over(inbox: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        (inbox / name).touch()
    desk = Desk(WatchedFolder(inbox, "desk"))
    desk.steps(*range(0, 600, 10))
    assert desk.got == []
    desk.steps(600)
    assert desk.got == [("one.pdf",), ("two.pdf",)]


def test_an_empty_file_that_is_made_anew_is_as_young_as_that(inbox: Path) -> None:
    desk = Desk(WatchedFolder(inbox, "desk"))
    (inbox / "scan.pdf").touch()
    desk.steps(*range(0, 590, 10))
    (inbox / "scan.pdf").unlink()
    (inbox / "scan.pdf").touch()
    desk.steps(*range(590, 1190, 10))
    assert desk.got == []
    desk.steps(1190)
    assert desk.got == [("scan.pdf",)]


@pytest.mark.parametrize("settled", [True, False])
def test_an_empty_file_with_a_writer_is_waited_for_without_end(inbox: Path, settled: bool) -> None:
    desk = Desk(WatchedFolder(inbox, "desk"))
    with (inbox / "scan.pdf").open("wb", buffering=0) as writer:
        desk.steps(*range(0, 1300, 10))
        assert (desk.got, desk.news) == ([], [News.STILL_OPEN])
        if settled:
            writer.write(b"%PDF")
    desk.steps(1300, 1302)
    assert desk.got == [("scan.pdf",)]


# --- what writers do to a file's name, time, length and number, and that none of it is missed


def _grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _cut(path: Path) -> None:
    os.truncate(path, 1)


def _replaced(path: Path) -> None:
    """Another of the same length and time takes its name (mv, rsync -t)."""
    other = path.with_name(".other")
    other.write_bytes(b"PAGE TWO")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.rename(path)


def _written_anew(path: Path) -> None:
    """The same length, in place, and its old time again (cp -p, rsync --inplace -t, SMB)."""
    before = path.stat()
    path.write_bytes(b"PAGE TWO")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _dated(seconds: int) -> Callable[[Path], None]:
    def date(path: Path) -> None:
        os.utime(path, (seconds, seconds))

    return date


@pytest.mark.parametrize("change", [
    _grown, _cut, _replaced, _written_anew, _dated(0), _dated(315_532_800), _dated(4_102_444_800),
])  # fmt: skip
def test_whatever_a_writer_does_starts_the_quiet_time_again(
    inbox: Path, change: Callable[[Path], None]
) -> None:
    desk = Desk(WatchedFolder(inbox, "desk"))
    (inbox / "scan.pdf").write_bytes(b"page one")
    desk.steps(0)
    change(inbox / "scan.pdf")
    content = (inbox / "scan.pdf").read_bytes()
    desk.steps(2, 3.9)
    assert desk.got == []
    assert (inbox / "scan.pdf").read_bytes() == content
    desk.steps(4)
    assert desk.got == [("scan.pdf",)]


@pytest.mark.parametrize("polling", [True, False])
@pytest.mark.parametrize("seconds", [0, 315_532_800, 4_102_444_800])
def test_a_files_own_time_is_not_asked(inbox: Path, seconds: int, polling: bool) -> None:
    """1970, 1980 (robocopy while it copies) and 2100: a kept time, or a clock that is wrong."""
    desk = Desk(WatchedFolder(inbox, "desk", polling=polling))
    (inbox / "scan.pdf").write_bytes(b"page one")
    os.utime(inbox / "scan.pdf", (seconds, seconds))
    desk.steps(0, 1.9)
    assert desk.got == []
    desk.steps(2)
    assert desk.got == [("scan.pdf",)]


def test_a_slow_writer_that_opens_the_file_anew_for_each_page(inbox: Path) -> None:
    desk = Desk(WatchedFolder(inbox, "desk"))
    (inbox / "scan.pdf").touch()
    for now in range(0, 120, 2):
        desk.steps(now, now + 1)
        _grown(inbox / "scan.pdf")
    assert desk.got == []
    desk.steps(120, 122)
    assert desk.got == [("scan.pdf",)]


@pytest.mark.parametrize("unfinished", [
    "scan.pdf.part", ".scan.pdf.Xy12Ab", "tmpscan.pdf", "scan.tmp.pdf", "scan.pdf_", "in.scan.pdf",
])  # fmt: skip
def test_half_a_file_under_another_name_waits_for_its_own(inbox: Path, unfinished: str) -> None:
    desk = Desk(WatchedFolder(inbox, "desk"))
    (inbox / unfinished).write_bytes(b"half")
    desk.steps(*range(0, 100, 2))
    assert desk.got == []
    _grown(inbox / unfinished)
    (inbox / unfinished).rename(inbox / "scan.pdf")
    desk.steps(100, 102)
    assert (desk.got, desk.reports) == ([("scan.pdf",)], [])


@pytest.mark.parametrize("name", ["scan.pdf.part", ".scan.pdf.Xy12Ab", "scan.xml", "scan.pdf.ok"])
def test_nothing_is_passed_over_in_silence_for_ever(inbox: Path, name: str) -> None:
    desk = Desk(WatchedFolder(inbox, "desk"))
    (inbox / name).write_bytes(b"x")
    desk.steps(*range(0, 600, 10))
    assert desk.reports == []
    desk.steps(*range(600, 1300, 10))
    assert [(each.news, each.paths) for each in desk.reports] == [(News.IGNORED, (inbox / name,))]
    assert (inbox / name).exists()
    assert desk.got == []


@pytest.mark.parametrize("unfinished", ["page2.jpg.part", ".page2.jpg.Xy12Ab"])
def test_a_stack_waits_for_a_page_under_another_name(inbox: Path, unfinished: str) -> None:
    desk = Desk(WatchedFolder(inbox, "desk", together=True, settle_seconds=10))
    (inbox / "page1.jpg").write_bytes(b"x")
    (inbox / unfinished).write_bytes(b"x")
    desk.steps(*range(0, 300, 5))
    assert desk.got == []
    (inbox / unfinished).rename(inbox / "page2.jpg")
    desk.steps(300, 305, 310)
    assert desk.got == [("page1.jpg", "page2.jpg")]


def test_a_stack_with_an_empty_page_is_handed_over_with_it(inbox: Path) -> None:
    desk = Desk(WatchedFolder(inbox, "desk", together=True, settle_seconds=10))
    for number, content in enumerate((b"x", b"", b"x")):
        (inbox / f"page{number}.jpg").write_bytes(content)
    desk.steps(*range(0, 600, 10))
    assert desk.got == []
    desk.steps(600)
    assert desk.got == [("page0.jpg", "page1.jpg", "page2.jpg")]


def test_what_belongs_together_comes_as_one_in_order(inbox: Path) -> None:
    desk = Desk(WatchedFolder(inbox, "desk", together=True, settle_seconds=10))
    for number in (10, 2, 1):
        (inbox / f"page{number}.jpg").write_bytes(b"x")
    desk.steps(0, 5)
    (inbox / "page11.jpg").write_bytes(b"x")
    desk.steps(10, 15)
    assert desk.got == []
    desk.steps(20)
    assert desk.got == [("page1.jpg", "page2.jpg", "page10.jpg", "page11.jpg")]


def test_a_folder_that_is_never_quiet_is_told(inbox: Path) -> None:
    desk = Desk(WatchedFolder(inbox, "desk", together=True))
    (inbox / "1.jpg").write_bytes(b"x")
    for now in range(0, 650, 2):
        (inbox / "log.tmp").write_bytes(b"x" * now)
        desk.steps(now)
    assert desk.got == []
    assert desk.news == [News.NEVER_QUIET]


def test_what_is_ignored_is_told_once(inbox: Path) -> None:
    desk = Desk(WatchedFolder(inbox, "desk", patterns=("*.pdf",)))
    (inbox / "a.docx").write_bytes(b"x")
    (inbox / "sub").mkdir()
    (inbox / "half.pdf.part").write_bytes(b"x")
    desk.steps(*range(0, 590, 10))
    assert sorted(report.says.split()[0] for report in desk.reports) == ["a.docx", "sub"]
    assert set(desk.news) == {News.IGNORED}
    desk.steps(*range(590, 620, 10))
    assert desk.reports[-1].says.startswith("half.pdf.part has the name of an unfinished file")
    assert len(desk.reports) == 3


def test_a_lost_folder_is_told_once_and_goes_on_when_it_is_back(inbox: Path) -> None:
    desk = Desk(WatchedFolder(inbox, "desk"))
    desk.steps(0)
    inbox.rmdir()
    desk.steps(2, 4, 6)
    assert desk.news == [News.FOLDER_LOST]
    inbox.mkdir()
    (inbox / "a.pdf").write_bytes(b"x")
    desk.steps(8, 10)
    assert desk.news == [News.FOLDER_LOST, News.FOLDER_BACK]
    assert desk.got == [("a.pdf",)]


def test_a_lost_folder_stops_no_other(inbox: Path, tmp_path: Path) -> None:
    desk = Desk(WatchedFolder(tmp_path / "gone", "share"), WatchedFolder(inbox, "desk"))
    (inbox / "a.pdf").write_bytes(b"x")
    desk.steps(0, 2)
    assert desk.got == [("a.pdf",)]


def test_a_reporter_that_fails_stops_nothing(inbox: Path, caplog: pytest.LogCaptureFixture) -> None:
    def report(_: Report) -> None:
        raise RuntimeError("the bell is broken")

    desk = Desk()
    desk.watcher = Watcher([WatchedFolder(inbox, "desk")], one_by_one(desk.take), report)
    desk.bad = {"a.pdf"}
    (inbox / "a.pdf").write_bytes(b"x")
    (inbox / "b.pdf").write_bytes(b"x")
    desk.steps(0, 2)
    assert desk.got == [("b.pdf",)]
    assert "could not report: a.pdf could not be taken in" in caplog.text


def test_ten_thousand_files_at_once_leave_the_other_folder_its_turn(
    inbox: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    for number in range(10_000):
        (inbox / f"{number}.pdf").write_bytes(b"x")
    (tmp_path / "other" / "letter.pdf").write_bytes(b"x")
    desk = Desk(WatchedFolder(inbox, "desk"), WatchedFolder(tmp_path / "other", "share"))
    desk.steps(0)
    assert desk.watcher.step(2)
    assert ("letter.pdf",) in desk.got
    assert len(desk.got) < 1000
    while desk.watcher.step(2):
        pass
    assert len(desk.got) == 10_001
    assert desk.got[0] == ("0.pdf",)
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
        with Running(WatchedFolder(inbox, "desk", settle_seconds=0), rescan=3600) as running:
            (inbox / "a.pdf").write_bytes(b"x")
            assert running.saw(lambda: running.got == ["a.pdf"])
            (inbox / "b.pdf").write_bytes(b"x")  # the first may have been there at the start
            assert running.saw(lambda: running.got == ["a.pdf", "b.pdf"])

    def test_without_events_the_clock_does(self, inbox: Path) -> None:
        folder = WatchedFolder(inbox, "desk", settle_seconds=0.01, polling=True)
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

    def test_a_system_without_events_is_told_and_the_clock_does(
        self, inbox: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def exhausted(*_: object, **__: object) -> None:
            raise OSError(28, "inotify watch limit reached")

        monkeypatch.setattr("watchdog.observers.api.BaseObserver.schedule", exhausted)
        with Running(WatchedFolder(inbox, "desk", settle_seconds=0.01)) as running:
            (inbox / "a.pdf").write_bytes(b"x")
            assert running.saw(lambda: running.got == ["a.pdf"])
        assert running.news == [News.NO_EVENTS]

    def test_told_to_stop_it_leaves_the_rest_where_it_is(
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

        folder = WatchedFolder(inbox, "desk", settle_seconds=0, polling=True)
        Watcher([folder], one_by_one(take), lambda report: None).watch(stop)
        assert got == ["0.pdf"]
