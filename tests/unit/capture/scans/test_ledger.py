"""The queue: one claimant a scan, attempts and deaths counted, dangerous scans worked alone."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from digitizer.capture.scans import ledger
from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.model.mail import ScanState
from digitizer.model.paper import Original
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import scan
from digitizer.support.clock import now
from tests.support.made_mail import scan_row, take


def _claim_next(facility: Facility, by: str = "one") -> str | None:
    with writing(facility.engine) as tx:
        found = ledger.claim_next(tx, by)
    return found.id if found else None


def _claim(facility: Facility, scan: str, by: str = "one") -> bool:
    with writing(facility.engine) as tx:
        return ledger.claim(tx, scan, by) is not None


def _give_back(facility: Facility, by: str = "one", died: bool = True) -> None:
    with writing(facility.engine) as tx:
        ledger.give_back(tx, by, died)


def test_the_same_bytes_are_one_scan(facility: Facility) -> None:
    parts = [Original("a" * 64, "a.jpg", 1), Original("b" * 64, "b.jpg", 1)]
    with writing(facility.engine) as tx:
        first = ledger.enter(tx, parts, "default")
        again = ledger.enter(tx, parts, "default")
        other_order = ledger.enter(tx, parts[::-1], "default")
        alone = ledger.enter(tx, parts[:1], "default")
    assert (first.new, again.new) == (True, False)
    assert again.scan == first.scan
    assert len({first.scan.id, other_order.scan.id, alone.scan.id}) == 3
    assert [part.source for part in first.scan.originals] == ["a.jpg", "b.jpg"]


def test_oldest_first_and_once_each(facility: Facility) -> None:
    first, second = take(facility, b"1"), take(facility, b"2")
    assert [_claim_next(facility, "one"), _claim_next(facility, "two"), _claim_next(facility)] == [
        first.id,
        second.id,
        None,
    ]
    with reading(facility.engine) as tx:
        claimed = ledger.find_scan(tx, first.id)
        assert ledger.holds(tx, claimed, "one")
        assert not ledger.holds(tx, claimed, "two")
        assert sorted(ledger.claimants_at_work(tx)) == ["one", "two"]


def test_what_failed_waits_behind_what_failed_less_often(facility: Facility) -> None:
    hangs, *others = (take(facility, content).id for content in (b"1", b"2", b"3"))
    for tries in (1, 2):
        assert _claim(facility, hangs)
        with writing(facility.engine) as tx:
            ledger.count_try(tx, hangs, 3, "it hung")
        later = take(facility, b"later %d" % tries).id
        others.append(later)
    assert [_claim_next(facility, str(n)) for n in range(6)] == [*others, hangs, None]


def test_a_claim_of_one_particular_scan(facility: Facility) -> None:
    scan = take(facility, b"1").id
    assert _claim(facility, scan, "one")
    assert not _claim(facility, scan, "two")


def test_three_attempts_then_held(facility: Facility) -> None:
    scan = take(facility, b"1").id
    held = []
    for _ in range(3):
        assert _claim(facility, scan)
        with writing(facility.engine) as tx:
            held.append(ledger.count_try(tx, scan, 3, "it hung"))
    assert held == [False, False, True]
    row = scan_row(facility, scan)
    assert (row.state, row.doubt, row.tries) == (ScanState.HELD, "worker_failed", 3)
    assert "3 attempts (it hung)" in row.reason
    assert _claim_next(facility) is None


def test_a_stop_is_not_counted_and_a_death_is(facility: Facility) -> None:
    scan = take(facility, b"1").id
    _claim(facility, scan)
    _give_back(facility, died=False)
    assert scan_row(facility, scan).deaths == 0
    _claim(facility, scan)
    _give_back(facility, died=True)
    row = scan_row(facility, scan)
    assert (row.state, row.deaths, row.tries, row.claimed_by) == ("waiting", 1, 0, None)


def test_ten_deaths_then_held(facility: Facility) -> None:
    scan = take(facility, b"1").id
    for deaths in range(1, 11):
        assert _claim(facility, scan)
        _give_back(facility)
        assert scan_row(facility, scan).state == ("held" if deaths == 10 else "waiting")
    assert "died 10 times" in scan_row(facility, scan).reason


def test_a_scan_that_saw_a_death_is_next_and_alone(facility: Facility) -> None:
    take(facility, b"0")
    first, other = take(facility, b"1").id, take(facility, b"2").id
    _claim(facility, first, "one")
    _give_back(facility, "one")
    assert _claim(facility, other, "busy")
    assert _claim_next(facility) is None, "it must wait until nothing else is at work"
    assert not _claim(facility, first)
    _give_back(facility, "busy", died=False)
    assert _claim_next(facility, "one") == first
    assert _claim_next(facility, "two") is None, "nothing else begins meanwhile"
    assert not _claim(facility, other, "two")


def test_giving_back_touches_only_ones_own(facility: Facility) -> None:
    mine, theirs = take(facility, b"1").id, take(facility, b"2").id
    _claim(facility, mine, "one")
    _claim(facility, theirs, "two")
    _give_back(facility, "one")
    assert scan_row(facility, mine).state == "waiting"
    assert scan_row(facility, theirs).claimed_by == "two"


def test_the_state_of_the_queue(facility: Facility) -> None:
    with reading(facility.engine) as tx:
        assert ledger.queue_state(tx) == ledger.QueueState(0, 0, None)
    first = take(facility, b"1")
    take(facility, b"2")
    _claim(facility, first.id)
    with reading(facility.engine) as tx:
        assert ledger.queue_state(tx) == ledger.QueueState(1, 1, first.taken_in)


def test_no_such_scan(facility: Facility) -> None:
    with reading(facility.engine) as tx, pytest.raises(NotFound):
        ledger.find_scan(tx, "none")


def _take_large(facility: Facility, content: bytes, size: int) -> str:
    """As if it had this size."""
    sha256, _ = facility.originals.put(io.BytesIO(content))
    with writing(facility.engine) as tx:
        return ledger.enter(tx, [Original(sha256, "scan.pdf", size)], "default").scan.id


def test_a_small_scan_comes_before_a_large_one(facility: Facility) -> None:
    large = _take_large(facility, b"2,000 pages", 200_000_000)
    small = take(facility, b"a letter").id
    assert [_claim_next(facility), _claim_next(facility)] == [small, large]


def test_a_large_scan_does_not_wait_for_ever(facility: Facility) -> None:
    """It waits for those that came in while it could have been worked, and for no later one."""
    large = _take_large(facility, b"2,000 pages", 200_000_000)
    with writing(facility.engine) as tx:
        earlier = now() - timedelta(seconds=2001)
        tx.execute(sa.update(scan).values(taken_in=earlier, due=_due(earlier, 200_000_000)))
    take(facility, b"a letter")
    assert _claim_next(facility) == large


def _due(taken_in: datetime, size: int) -> datetime:
    return taken_in + timedelta(microseconds=10 * size)


def test_where_a_place_is_kept_for_small_ones_no_large_one_takes_it(facility: Facility) -> None:
    _take_large(facility, b"2,000 pages", ledger.LARGE + 1)
    with writing(facility.engine) as tx:
        assert ledger.claim_next(tx, "one", ledger.Terms(small=True)) is None
        assert ledger.claim_next(tx, "one") is not None


def test_each_claim_has_a_number_and_only_the_last_one_holds(facility: Facility) -> None:
    taken = take(facility, b"1").id
    with writing(facility.engine) as tx:
        first = ledger.claim(tx, taken, "one")
        assert first is not None
        assert ledger.holds(tx, first, "one")
        ledger.give_back(tx, "one", died=True)
        again = ledger.claim(tx, taken, "one")
        assert again is not None
        assert not ledger.holds(tx, first, "one")
        assert ledger.holds(tx, again, "one")


def test_what_needs_the_home_is_not_claimed_away_from_it(facility: Facility) -> None:
    taken = take(facility, b"legal").id
    away = ledger.Terms(away=True)
    with writing(facility.engine) as tx:
        assert ledger.claim_next(tx, "outpost", away) is not None
        ledger.leave_to_home(tx, taken)
        assert ledger.claim_next(tx, "outpost", away) is None
        assert ledger.claim(tx, taken, "outpost", away) is None
        assert ledger.claim_next(tx, "home") is not None
