"""The queue: one claimant a scan, tries and deaths counted, the dangerous worked alone."""

from __future__ import annotations

import pytest

from digitizer.capture.scans import ledger
from digitizer.facility import House
from digitizer.model.errors import NotFound
from digitizer.model.mail import ScanState
from digitizer.model.paper import Original
from digitizer.storage.tables import reading, writing
from tests.support.made_mail import scan_row, take


def _claim_next(house: House, by: str = "one") -> str | None:
    with writing(house.engine) as tx:
        found = ledger.claim_next(tx, by)
    return found.id if found else None


def _claim(house: House, scan: str, by: str = "one") -> bool:
    with writing(house.engine) as tx:
        return ledger.claim(tx, scan, by) is not None


def _give_back(house: House, by: str = "one", died: bool = True) -> None:
    with writing(house.engine) as tx:
        ledger.give_back(tx, by, died)


def test_the_same_bytes_are_one_scan(house: House) -> None:
    parts = [Original("a" * 64, "a.jpg", 1), Original("b" * 64, "b.jpg", 1)]
    with writing(house.engine) as tx:
        first = ledger.enter(tx, parts, "default")
        again = ledger.enter(tx, parts, "default")
        other_order = ledger.enter(tx, parts[::-1], "default")
        alone = ledger.enter(tx, parts[:1], "default")
    assert (first.new, again.new) == (True, False)
    assert again.scan == first.scan
    assert len({first.scan.id, other_order.scan.id, alone.scan.id}) == 3
    assert [part.source for part in first.scan.originals] == ["a.jpg", "b.jpg"]


def test_oldest_first_and_once_each(house: House) -> None:
    first, second = take(house, b"1"), take(house, b"2")
    assert [_claim_next(house, "one"), _claim_next(house, "two"), _claim_next(house)] == [
        first.id, second.id, None,
    ]  # fmt: skip
    with reading(house.engine) as tx:
        assert ledger.holds(tx, first.id, "one")
        assert not ledger.holds(tx, first.id, "two")
        assert sorted(ledger.claimants_at_work(tx)) == ["one", "two"]


def test_what_was_tried_in_vain_waits_behind_what_was_tried_less(house: House) -> None:
    hangs, *others = (take(house, content).id for content in (b"1", b"2", b"3"))
    for tries in (1, 2):
        assert _claim(house, hangs)
        with writing(house.engine) as tx:
            ledger.count_try(tx, hangs, 3, "it hung")
        later = take(house, b"later %d" % tries).id
        others.append(later)
    assert [_claim_next(house, str(n)) for n in range(6)] == [*others, hangs, None]


def test_a_claim_of_one_certain_scan(house: House) -> None:
    scan = take(house, b"1").id
    assert _claim(house, scan, "one")
    assert not _claim(house, scan, "two")


def test_three_tries_then_held(house: House) -> None:
    scan = take(house, b"1").id
    held = []
    for _ in range(3):
        assert _claim(house, scan)
        with writing(house.engine) as tx:
            held.append(ledger.count_try(tx, scan, 3, "it hung"))
    assert held == [False, False, True]
    row = scan_row(house, scan)
    assert (row.state, row.doubt, row.tries) == (ScanState.HELD, "worker_failed", 3)
    assert "3 tries (it hung)" in row.reason
    assert _claim_next(house) is None


def test_a_stop_is_not_counted_and_a_death_is(house: House) -> None:
    scan = take(house, b"1").id
    _claim(house, scan)
    _give_back(house, died=False)
    assert scan_row(house, scan).deaths == 0
    _claim(house, scan)
    _give_back(house, died=True)
    row = scan_row(house, scan)
    assert (row.state, row.deaths, row.tries, row.claimed_by) == ("waiting", 1, 0, None)


def test_ten_deaths_then_held(house: House) -> None:
    scan = take(house, b"1").id
    for deaths in range(1, 11):
        assert _claim(house, scan)
        _give_back(house)
        assert scan_row(house, scan).state == ("held" if deaths == 10 else "waiting")
    assert "died 10 times" in scan_row(house, scan).reason


def test_a_scan_that_saw_a_death_is_next_and_alone(house: House) -> None:
    take(house, b"0")
    first, other = take(house, b"1").id, take(house, b"2").id
    _claim(house, first, "one")
    _give_back(house, "one")
    assert _claim(house, other, "busy")
    assert _claim_next(house) is None, "it must wait until nothing else is at work"
    assert not _claim(house, first)
    _give_back(house, "busy", died=False)
    assert _claim_next(house, "one") == first
    assert _claim_next(house, "two") is None, "nothing begins beside it"
    assert not _claim(house, other, "two")


def test_giving_back_touches_only_ones_own(house: House) -> None:
    mine, theirs = take(house, b"1").id, take(house, b"2").id
    _claim(house, mine, "one")
    _claim(house, theirs, "two")
    _give_back(house, "one")
    assert scan_row(house, mine).state == "waiting"
    assert scan_row(house, theirs).claimed_by == "two"


def test_the_state_of_the_queue(house: House) -> None:
    with reading(house.engine) as tx:
        assert ledger.queue_state(tx) == ledger.QueueState(0, 0, None)
    first = take(house, b"1")
    take(house, b"2")
    _claim(house, first.id)
    with reading(house.engine) as tx:
        assert ledger.queue_state(tx) == ledger.QueueState(1, 1, first.taken_in)


def test_no_such_scan(house: House) -> None:
    with reading(house.engine) as tx, pytest.raises(NotFound):
        ledger.find_scan(tx, "none")
