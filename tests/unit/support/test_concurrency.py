"""Doing one thing to many: order is kept, and what fails stops no other."""

from __future__ import annotations

import pytest

from digitizer.support.concurrency import each, good, or_raise


def _half(number: int) -> int:
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number // 2


@pytest.mark.parametrize("threads", [1, 3])
def test_results_and_errors_stand_where_their_items_stood(threads: int) -> None:
    results = each(_half, [2, 3, 4, 5], threads)
    assert [str(each) for each in results] == ["1", "3 is odd", "2", "5 is odd"]
    assert good(results) == [1, 2]


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_among_the_items_is_not_tried_and_stays_as_it_is(threads: int) -> None:
    before = KeyError("before")
    tried: list[int] = []

    def note(number: int) -> str:
        tried.append(number)
        return "tried"

    items: list[int | Exception] = [before, 7]
    assert each(note, items, threads) == [before, "tried"]
    assert tried == [7]


def test_an_item_or_its_error() -> None:
    assert or_raise(5) == 5
    error = OSError("gone")
    with pytest.raises(OSError, match="gone"):
        or_raise(error)
