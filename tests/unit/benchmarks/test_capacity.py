"""The simulation of a day of mail: nothing is lost in it, and waits follow from work."""

from __future__ import annotations

import random

import pytest

from benchmarks.capacity import (
    Costs,
    Day,
    Fault,
    Place,
    Stack,
    cores_for,
    day_of,
    stacks_of,
)

TWO_HOURS = 2 * 3600.0
ALONE = 0.9 * 2  # what a worker's two cores get done in a second


def _stack(number: int, at: float, work: float, *, large: bool = False) -> Stack:
    return Stack(large, at, number, 30, work)


@pytest.fixture(scope="module")
def stacks() -> list[Stack]:
    return stacks_of(Place("a county", 3, 9_000), Costs(), random.Random(4))


def test_a_day_has_the_pages_of_the_place(stacks: list[Stack]) -> None:
    assert sum(each.pages for each in stacks) == pytest.approx(9_000, abs=3)
    assert [each.at for each in stacks] == sorted(each.at for each in stacks)
    assert {each.number for each in stacks} == set(range(len(stacks)))


def test_alone_a_stack_waits_for_its_own_work() -> None:
    day = day_of([_stack(0, 36_000, 90)], 2)
    assert day.waits == pytest.approx((90 / ALONE,))
    assert day.last == pytest.approx(10 + 50 / 3600)
    assert day.busy == pytest.approx(1)


def test_the_second_waits_for_the_first_and_small_ones_come_before_large_ones() -> None:
    first, large, small = (
        _stack(0, 0, 180),
        _stack(1, 10, 180, large=True),
        _stack(2, 20, 180),
    )
    day = day_of([first, large, small], 2)
    assert day.waits == pytest.approx((100, 290, 180))
    assert day_of([first, large, small], 6).waits == pytest.approx((100, 100, 100))


def test_what_a_dead_machine_had_is_done_by_another(stacks: list[Stack]) -> None:
    """Eight of its sixteen workers die over long stacks; what they had is back after a minute."""
    long = [_stack(number, 0, 1800) for number in range(16)]
    day = day_of(long, 32, [Fault("a machine", 0.1, TWO_HOURS, machines=1)])
    assert day.done_again == 8
    assert sorted(day.waits) == pytest.approx([1000] * 8 + [2000] * 8)
    late = day_of(long, 20, [Fault("a machine", 0.1, TWO_HOURS, machines=1)])
    assert sorted(late.waits)[:2] == pytest.approx([1000, 1000])
    assert len(late.waits) == len(long)
    assert len(day_of(stacks, 8, [Fault("a machine", 11, 60, machines=1)]).waits) == len(stacks)


def test_where_all_machines_are_dead_it_goes_on_when_they_are_back() -> None:
    fault = Fault("the only machine", 10.01, TWO_HOURS, machines=1)
    day = day_of([_stack(0, 36_000, 180)], 2, [fault])
    assert day.waits == pytest.approx((36 + TWO_HOURS + 100,))


def test_nothing_is_filed_while_the_database_is_away(stacks: list[Stack]) -> None:
    fault = Fault("the database", 11, TWO_HOURS)
    filed = _filed(stacks, day_of(stacks, 8, [fault]))
    assert not [each for each in filed if 11 * 3600 <= each < 13 * 3600]
    assert [each for each in _filed(stacks, day_of(stacks, 8)) if 11 * 3600 <= each < 13 * 3600]


def _filed(stacks: list[Stack], day: Day) -> list[float]:
    return [each.at + wait for each, wait in zip(stacks, day.waits, strict=True)]


def test_no_fewer_cores_would_do(stacks: list[Stack]) -> None:
    cores = cores_for(stacks, 900)
    assert day_of(stacks, cores).share(0.95) <= 900
    assert cores == 2 or day_of(stacks, cores - 2).share(0.95) > 900
