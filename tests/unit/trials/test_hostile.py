"""The judge of the hostile stream sees a broken promise where there is one."""

from __future__ import annotations

from digitizer.facility import House
from tests.support.made_mail import held_whole, scan_row, take
from trials.hostile import Dropped, Watched, judge


def _broken(house: House, seen: Watched, *dropped: Dropped) -> str:
    (house.home.parent / "service.log").touch()
    return "\n".join(judge(house.home, dropped, seen, 1.0).broken)


def _well(*done: Dropped) -> Watched:
    moments = {each.sha256: 1.0 for each in done}
    return Watched(worked=dict(moments), done=dict(moments), supervisors={"1-a.lock"})


def test_a_bad_file_that_is_held_breaks_no_promise(house: House) -> None:
    held_whole(house, content=b"bad")
    bad = Dropped("bad.pdf", "made file", b"bad")
    assert _broken(house, _well(bad), bad) == ""


def test_what_never_came_and_what_nobody_dropped_are_told(house: House) -> None:
    held_whole(house, content=b"a stranger's")
    told = _broken(house, _well(), Dropped("lost.pdf", "good scan", b"lost", "P1"))
    assert "'lost.pdf' (good scan) is 0 scans" in told
    assert "nobody dropped" in told


def test_a_good_scan_that_is_held_is_told(house: House) -> None:
    scan = held_whole(house, content=b"good")
    assert scan_row(house, scan).state == "held"
    good = Dropped("good.pdf", "good scan", b"good", "P1")
    assert "was not delivered once" in _broken(house, _well(good), good)


def test_what_takes_too_long_or_is_not_done_is_told(house: House) -> None:
    take(house, b"slow")
    slow = Dropped("slow.pdf", "made file", b"slow")
    seen = Watched(worked={slow.sha256: 61.0}, done={slow.sha256: 62.0}, supervisors={"1-a"})
    told = _broken(house, seen, slow)
    assert "took 61.0 s" in told
    assert "is not done" in told


def test_a_service_that_is_not_well_is_told(house: House) -> None:
    seen = Watched(worker_bytes=1 << 31, supervisors={"1-a.lock", "2-b.lock"}, died=True)
    (house.home / "inbox" / "default" / "left.pdf").touch()
    told = _broken(house, seen)
    assert {line.split(" ")[0] for line in told.split("\n")} == {"the", "supervisors:", "a", "left"}
