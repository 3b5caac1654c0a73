"""The numbers fit what was filed, page by page."""

from __future__ import annotations

import pytest

from digitizer.capture.scans import ledger
from digitizer.facility import House
from digitizer.model.paper import Split, SplitLetter
from digitizer.operations.counts import Numbers, count
from digitizer.screening import decisions
from digitizer.storage.tables import reading, writing
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


def _numbers(house: House) -> Numbers:
    with reading(house.engine) as tx:
        return count(tx)


def test_an_empty_home_has_every_series(house: House) -> None:
    found = _numbers(house)
    assert found.scans == {"waiting": 0, "working": 0, "filed": 0, "held": 0}
    assert set(found.letters) >= {"delivered", "held", "awaiting_review"}
    assert (found.pages, found.held, found.read) == ({}, {}, {})
    assert (found.tries, found.duplicates, found.last_taken_in) == (0, 0, None)


def test_pages_by_place(house: House) -> None:
    code = new_cover(house)
    letters = (SplitLetter(code, (2,), (3, 4), (5,)), SplitLetter(code, (6,), (7,), (), (DOUBT,)))
    file(house, Split(letters=letters, recorded=(1,)))
    held_whole(house, content=b"2")
    assert _numbers(house).pages == {
        "blank": 1, "cover": 2, "delivered": 2, "held": 1, "recorded": 1, "unfiled": 3,
    }  # fmt: skip


def test_held_by_reason_until_it_is_settled(house: House) -> None:
    letter, scan = held_letter(house), held_whole(house, LEGAL)
    assert _numbers(house).held == {"legal": 1, "sheet_count": 1}
    decisions.assign(house, letter, ORSON, CLERK, "why")
    decisions.reject(house, scan, CLERK, "why")
    assert _numbers(house).held == {}


def test_work_that_failed_and_what_came_twice(house: House) -> None:
    first = take(house, b"1")
    deliver(house, ORSON, "words", b"2")
    with writing(house.engine) as tx:
        ledger.claim(tx, first.id, "a test")
        ledger.count_try(tx, first.id, 3, "why")
    found = _numbers(house)
    assert (found.tries, found.queue.waiting, found.queue.oldest) == (1, 1, first.taken_in)
    assert (found.scans["filed"], found.letters["delivered"]) == (1, 1)
    assert found.read == {"made-up": 1}
    assert found.last_taken_in is not None
    with writing(house.engine) as tx:
        ledger.claim(tx, first.id, "a test")
        ledger.give_back(tx, "a test", died=True)
    assert _numbers(house).deaths == 1


@pytest.mark.parametrize("times", [1, 3])
def test_duplicates(house: House, times: int) -> None:
    from digitizer.capture.intake import take_in

    path = house.home / "work" / "same.pdf"
    path.write_bytes(b"same")
    for _ in range(times):
        take_in(house, [path], "default", ["same.pdf"], OPERATOR)
    assert _numbers(house).duplicates == times - 1
