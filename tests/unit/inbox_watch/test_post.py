"""What one folder hands over, waits for and reports, its clock in the test's hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from inbox_watch import post
from inbox_watch.folder import WatchedFolder
from inbox_watch.reports import News, Report
from inbox_watch.watcher import Watcher
from tests.support.takers import Taker, one_by_one


def test_a_settled_file_is_handed_over_and_a_growing_one_is_not(inbox: Path) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby"))
    (inbox / "done.pdf").write_bytes(b"done")
    with (inbox / "growing.pdf").open("ab", buffering=0) as growing:
        for now in range(10):
            growing.write(b"more")
            taker.steps(now)
    assert taker.got == [("done.pdf",)]
    taker.steps(10, 12)
    assert taker.got == [("done.pdf",), ("growing.pdf",)]
    assert taker.reports == []


def test_a_stalled_writer_that_still_has_the_file_open_is_waited_for(inbox: Path) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby"))
    with (inbox / "jam.pdf").open("wb", buffering=0) as jammed:
        jammed.write(b"page 1")
        taker.steps(*range(0, 700, 2))
        assert taker.got == []
        assert taker.news == [News.STILL_OPEN]
        jammed.write(b"page 2")
    taker.steps(700, 702)
    assert taker.got == [("jam.pdf",)]


def test_a_file_that_changes_between_the_look_and_its_turn_waits(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "1.pdf").write_bytes(b"x")
    (inbox / "2.pdf").write_bytes(b"x")
    monkeypatch.setattr(post, "TOGETHER", 1)
    taker = Taker(WatchedFolder(inbox, "lobby"))

    def take(folder: WatchedFolder, paths: tuple[Path, ...]) -> None:
        taker.take(folder, paths)
        if paths[0].name == "1.pdf":
            (inbox / "2.pdf").write_bytes(b"grown")

    taker.watcher = Watcher([WatchedFolder(inbox, "lobby")], one_by_one(take), taker.reports.append)
    taker.steps(0, 2)
    assert taker.got == [("1.pdf",)]
    taker.steps(3, 5)
    assert taker.got == [("1.pdf",), ("2.pdf",)]


def test_one_bad_file_stays_and_stops_no_other(inbox: Path) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby"))
    taker.bad = {"a.pdf"}
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (inbox / name).write_bytes(b"x")
    taker.steps(0, 2)
    assert taker.got == [("b.pdf",), ("c.pdf",)]
    assert (inbox / "a.pdf").exists()
    assert taker.news == [News.NOT_TAKEN]
    assert "No space left" in taker.reports[0].message
    assert taker.reports[0].paths == (inbox / "a.pdf",)
    taker.steps(2.5)
    assert taker.news == [News.NOT_TAKEN]
    taker.steps(3)
    assert taker.news == [News.NOT_TAKEN, News.NOT_TAKEN]
    taker.bad = set()
    taker.steps(5)
    assert taker.got[-1] == ("a.pdf",)
    assert taker.news[-1] is News.TAKEN_AT_LAST


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
    watcher = Watcher([WatchedFolder(inbox, "lobby")], take, lambda _: None)
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
    watcher = Watcher([WatchedFolder(inbox, "lobby")], take, reports.append)
    watcher.step(0)
    watcher.step(2)
    assert [each.news for each in reports] == [News.NOT_TAKEN, News.NOT_TAKEN]


def test_a_file_left_in_place_is_handed_over_again_only_when_it_changes(inbox: Path) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby"))
    taker.leaves = True
    (inbox / "a.pdf").write_bytes(b"x")
    taker.steps(*range(20))
    assert taker.got == [("a.pdf",)]
    (inbox / "a.pdf").write_bytes(b"xy")
    taker.steps(20, 22, 24)
    assert taker.got == [("a.pdf",), ("a.pdf",)]


def test_the_same_bytes_dropped_again_are_handed_over_again(inbox: Path) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby"))
    for start in (0, 10):
        (inbox / "a.pdf").write_bytes(b"x")
        os.utime(inbox / "a.pdf", ns=(1, 1))  # as a copy that keeps the time does
        taker.steps(start, start + 2)
    assert taker.got == [("a.pdf",), ("a.pdf",)]


def test_strange_names_are_handed_over_and_reported_printably(inbox: Path) -> None:
    strange = os.fsdecode(b"\xff\n.pdf")
    (inbox / strange).write_bytes(b"x")
    taker = Taker(WatchedFolder(inbox, "lobby"))
    taker.bad = {strange}
    taker.steps(0, 2)
    assert taker.reports[0].message.isprintable()
    taker.bad = set()
    taker.steps(4)
    assert taker.got == [(strange,)]


def test_an_empty_file_is_left_alone_until_it_has_bytes(inbox: Path) -> None:
    (inbox / "scan.pdf").touch()
    taker = Taker(WatchedFolder(inbox, "lobby"))
    taker.steps(*range(0, 590, 10))
    assert taker.got == []
    with (inbox / "scan.pdf").open("r+b") as again:  # fails where somebody removed it
        again.write(b"%PDF")
    taker.steps(590, 592)
    assert taker.got == [("scan.pdf",)]
    assert taker.reports == []


def test_an_empty_file_that_is_old_is_handed_over(inbox: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        (inbox / name).touch()
    taker = Taker(WatchedFolder(inbox, "lobby"))
    taker.steps(*range(0, 600, 10))
    assert taker.got == []
    taker.steps(600)
    assert taker.got == [("one.pdf",), ("two.pdf",)]


def test_an_empty_file_that_is_made_anew_is_as_young_as_that(inbox: Path) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby"))
    (inbox / "scan.pdf").touch()
    taker.steps(*range(0, 590, 10))
    (inbox / "scan.pdf").unlink()
    (inbox / "scan.pdf").touch()
    taker.steps(*range(590, 1190, 10))
    assert taker.got == []
    taker.steps(1190)
    assert taker.got == [("scan.pdf",)]


@pytest.mark.parametrize("decided", [True, False])
def test_an_empty_file_with_a_writer_is_waited_for_without_end(inbox: Path, decided: bool) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby"))
    with (inbox / "scan.pdf").open("wb", buffering=0) as writer:
        taker.steps(*range(0, 1300, 10))
        assert (taker.got, taker.news) == ([], [News.STILL_OPEN])
        if decided:
            writer.write(b"%PDF")
    taker.steps(1300, 1302)
    assert taker.got == [("scan.pdf",)]


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


@pytest.mark.parametrize(
    "change",
    [
        _grown,
        _cut,
        _replaced,
        _written_anew,
        _dated(0),
        _dated(315_532_800),
        _dated(4_102_444_800),
    ],
)
def test_whatever_a_writer_does_starts_the_quiet_time_again(
    inbox: Path, change: Callable[[Path], None]
) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby"))
    (inbox / "scan.pdf").write_bytes(b"page one")
    taker.steps(0)
    change(inbox / "scan.pdf")
    content = (inbox / "scan.pdf").read_bytes()
    taker.steps(2, 3.9)
    assert taker.got == []
    assert (inbox / "scan.pdf").read_bytes() == content
    taker.steps(4)
    assert taker.got == [("scan.pdf",)]


@pytest.mark.parametrize("polling", [True, False])
@pytest.mark.parametrize("seconds", [0, 315_532_800, 4_102_444_800])
def test_a_files_own_time_is_not_asked(inbox: Path, seconds: int, polling: bool) -> None:
    """1970, 1980 (robocopy while it copies) and 2100: a kept time, or a clock that is wrong."""
    taker = Taker(WatchedFolder(inbox, "lobby", polling=polling))
    (inbox / "scan.pdf").write_bytes(b"page one")
    os.utime(inbox / "scan.pdf", (seconds, seconds))
    taker.steps(0, 1.9)
    assert taker.got == []
    taker.steps(2)
    assert taker.got == [("scan.pdf",)]


def test_a_slow_writer_that_opens_the_file_anew_for_each_page(inbox: Path) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby"))
    (inbox / "scan.pdf").touch()
    for now in range(0, 120, 2):
        taker.steps(now, now + 1)
        _grown(inbox / "scan.pdf")
    assert taker.got == []
    taker.steps(120, 122)
    assert taker.got == [("scan.pdf",)]


@pytest.mark.parametrize(
    "unfinished",
    [
        "scan.pdf.part",
        ".scan.pdf.Xy12Ab",
        "tmpscan.pdf",
        "scan.tmp.pdf",
        "scan.pdf_",
        "in.scan.pdf",
    ],
)
def test_half_a_file_under_another_name_waits_for_its_own(inbox: Path, unfinished: str) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby"))
    (inbox / unfinished).write_bytes(b"half")
    taker.steps(*range(0, 100, 2))
    assert taker.got == []
    _grown(inbox / unfinished)
    (inbox / unfinished).rename(inbox / "scan.pdf")
    taker.steps(100, 102)
    assert (taker.got, taker.reports) == ([("scan.pdf",)], [])


@pytest.mark.parametrize("name", ["scan.pdf.part", ".scan.pdf.Xy12Ab", "scan.xml", "scan.pdf.ok"])
def test_nothing_is_passed_over_in_silence_for_ever(inbox: Path, name: str) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby"))
    (inbox / name).write_bytes(b"x")
    taker.steps(*range(0, 600, 10))
    assert taker.reports == []
    taker.steps(*range(600, 1300, 10))
    assert [(each.news, each.paths) for each in taker.reports] == [(News.IGNORED, (inbox / name,))]
    assert (inbox / name).exists()
    assert taker.got == []


@pytest.mark.parametrize("unfinished", ["page2.jpg.part", ".page2.jpg.Xy12Ab"])
def test_a_stack_waits_for_a_page_under_another_name(inbox: Path, unfinished: str) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby", together=True, settle_seconds=10))
    (inbox / "page1.jpg").write_bytes(b"x")
    (inbox / unfinished).write_bytes(b"x")
    taker.steps(*range(0, 300, 5))
    assert taker.got == []
    (inbox / unfinished).rename(inbox / "page2.jpg")
    taker.steps(300, 305, 310)
    assert taker.got == [("page1.jpg", "page2.jpg")]


def test_a_stack_with_an_empty_page_is_handed_over_with_it(inbox: Path) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby", together=True, settle_seconds=10))
    for number, content in enumerate((b"x", b"", b"x")):
        (inbox / f"page{number}.jpg").write_bytes(content)
    taker.steps(*range(0, 600, 10))
    assert taker.got == []
    taker.steps(600)
    assert taker.got == [("page0.jpg", "page1.jpg", "page2.jpg")]


def test_what_belongs_together_comes_as_one_in_order(inbox: Path) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby", together=True, settle_seconds=10))
    for number in (10, 2, 1):
        (inbox / f"page{number}.jpg").write_bytes(b"x")
    taker.steps(0, 5)
    (inbox / "page11.jpg").write_bytes(b"x")
    taker.steps(10, 15)
    assert taker.got == []
    taker.steps(20)
    assert taker.got == [("page1.jpg", "page2.jpg", "page10.jpg", "page11.jpg")]


def test_a_folder_that_is_never_quiet_is_reported(inbox: Path) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby", together=True))
    (inbox / "1.jpg").write_bytes(b"x")
    for now in range(0, 650, 2):
        (inbox / "log.tmp").write_bytes(b"x" * now)
        taker.steps(now)
    assert taker.got == []
    assert taker.news == [News.NEVER_QUIET]


def test_what_is_ignored_is_reported_once(inbox: Path) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby", patterns=("*.pdf",)))
    (inbox / "a.docx").write_bytes(b"x")
    (inbox / "sub").mkdir()
    (inbox / "half.pdf.part").write_bytes(b"x")
    taker.steps(*range(0, 590, 10))
    assert sorted(report.message.split()[0] for report in taker.reports) == ["a.docx", "sub"]
    assert set(taker.news) == {News.IGNORED}
    taker.steps(*range(590, 620, 10))
    assert taker.reports[-1].message.startswith("half.pdf.part has the name of an unfinished file")
    assert len(taker.reports) == 3


def test_a_lost_folder_is_reported_once_and_goes_on_when_it_is_back(inbox: Path) -> None:
    taker = Taker(WatchedFolder(inbox, "lobby"))
    taker.steps(0)
    inbox.rmdir()
    taker.steps(2, 4, 6)
    assert taker.news == [News.FOLDER_LOST]
    inbox.mkdir()
    (inbox / "a.pdf").write_bytes(b"x")
    taker.steps(8, 10)
    assert taker.news == [News.FOLDER_LOST, News.FOLDER_BACK]
    assert taker.got == [("a.pdf",)]
