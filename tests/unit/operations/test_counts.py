"""The numbers fit what was filed, page by page."""

from __future__ import annotations

import pytest

from digitizer.capture.scans import ledger
from digitizer.facility import Facility
from digitizer.model.paper import Split, SplitLetter
from digitizer.operations.counts import Numbers, count
from digitizer.screening import decisions
from digitizer.storage.database import reading, writing
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    LEGAL,
    OPERATOR,
    ORSON,
    deliver,
    file,
    held_letter,
    held_whole,
    new_cover,
    take,
)


def _numbers(facility: Facility) -> Numbers:
    with reading(facility.engine) as tx:
        return count(tx)


def test_an_empty_home_has_every_series(facility: Facility) -> None:
    found = _numbers(facility)
    assert found.scans == {"waiting": 0, "working": 0, "filed": 0, "held": 0}
    assert set(found.letters) >= {"delivered", "held", "awaiting_review"}
    assert (found.pages, found.held, found.read) == ({}, {}, {})
    assert (found.tries, found.duplicates, found.last_taken_in) == (0, 0, None)


def test_pages_by_place(facility: Facility) -> None:
    code = new_cover(facility)
    letters = (SplitLetter(code, (2,), (3, 4), (5,)), SplitLetter(code, (6,), (7,), (), (DOUBT,)))
    file(facility, Split(letters=letters, recorded=(1,)))
    held_whole(facility, content=b"2")
    assert _numbers(facility).pages == {
        "blank": 1,
        "cover": 2,
        "delivered": 2,
        "held": 1,
        "recorded": 1,
        "unfiled": 3,
    }


def test_held_by_reason_until_it_is_decided(facility: Facility) -> None:
    letter, scan = held_letter(facility), held_whole(facility, LEGAL)
    assert _numbers(facility).held == {"legal": 1, "sheet_count": 1}
    decisions.assign(facility, letter, ORSON, CLERK, "why")
    decisions.reject(facility, scan, CLERK, "why")
    assert _numbers(facility).held == {}


def test_work_that_failed_and_what_came_twice(facility: Facility) -> None:
    first = take(facility, b"1")
    deliver(facility, ORSON, "words", b"2")
    with writing(facility.engine) as tx:
        ledger.claim(tx, first.id, "a test")
        ledger.count_try(tx, first.id, 3, "why")
    found = _numbers(facility)
    assert (found.tries, found.queue.waiting, found.queue.oldest) == (1, 1, first.taken_in)
    assert (found.scans["filed"], found.letters["delivered"]) == (1, 1)
    assert found.read == {"made-up": 1}
    assert found.last_taken_in is not None
    with writing(facility.engine) as tx:
        ledger.claim(tx, first.id, "a test")
        ledger.give_back(tx, "a test", died=True)
    assert _numbers(facility).deaths == 1


@pytest.mark.parametrize("times", [1, 3])
def test_duplicates(facility: Facility, times: int) -> None:
    from digitizer.capture.intake import take_in

    path = facility.home / "work" / "same.pdf"
    path.write_bytes(b"same")
    for _ in range(times):
        take_in(facility, [path], "default", ["same.pdf"], OPERATOR)
    assert _numbers(facility).duplicates == times - 1
