"""The judge of the hostile stream sees a broken promise where there is one."""

from __future__ import annotations

from digitizer.facility import Facility
from tests.support.made_mail import held_whole, scan_row, take
from trials.hostile import Dropped, Watched, judge


def _broken(facility: Facility, seen: Watched, *dropped: Dropped) -> str:
    (facility.home.parent / "service.log").touch()
    return "\n".join(judge(facility.home, dropped, seen, 1.0).broken)


def _well(*done: Dropped) -> Watched:
    moments = {each.sha256: 1.0 for each in done}
    return Watched(worked=dict(moments), done=dict(moments), supervisors={"1-a.lock"})


def test_a_bad_file_that_is_held_breaks_no_promise(facility: Facility) -> None:
    held_whole(facility, content=b"bad")
    bad = Dropped("bad.pdf", "made file", b"bad")
    assert _broken(facility, _well(bad), bad) == ""


def test_what_never_came_and_what_nobody_dropped_are_reported(facility: Facility) -> None:
    held_whole(facility, content=b"a stranger's")
    broken = _broken(facility, _well(), Dropped("lost.pdf", "good scan", b"lost", "P1"))
    assert "'lost.pdf' (good scan) is 0 scans" in broken
    assert "nobody dropped" in broken


def test_a_good_scan_that_is_held_is_reported(facility: Facility) -> None:
    scan = held_whole(facility, content=b"good")
    assert scan_row(facility, scan).state == "held"
    good = Dropped("good.pdf", "good scan", b"good", "P1")
    assert "was not delivered once" in _broken(facility, _well(good), good)


def test_what_takes_too_long_or_is_not_done_is_reported(facility: Facility) -> None:
    take(facility, b"slow")
    slow = Dropped("slow.pdf", "made file", b"slow")
    seen = Watched(worked={slow.sha256: 61.0}, done={slow.sha256: 62.0}, supervisors={"1-a"})
    broken = _broken(facility, seen, slow)
    assert "took 61.0 s" in broken
    assert "is not done" in broken


def test_a_service_that_is_not_well_is_reported(facility: Facility) -> None:
    seen = Watched(sandbox_bytes=1 << 31, supervisors={"1-a.lock", "2-b.lock"}, died=True)
    (facility.home / "inbox" / "default" / "left.pdf").touch()
    broken = _broken(facility, seen)
    assert {line.split(" ")[0] for line in broken.split("\n")} == {
        "the",
        "supervisors:",
        "a",
        "left",
    }
