"""What counts as a task's time."""

from __future__ import annotations

from digitizer.engines.isolation.task_clock import WALL_TIMES, TaskClock
from digitizer.engines.isolation.usage import Usage


def _clock(seconds: float = 10.0) -> TaskClock:
    return TaskClock(seconds, 100.0, Usage(processor=5.0))


def test_a_busy_machine_takes_nothing_from_a_task() -> None:
    clock = _clock()
    clock.look(130.0, Usage(processor=14.9, runs=True))  # a third of a core for 30 s
    assert not clock.is_up
    clock.look(131.0, Usage(processor=15.1, runs=True))
    assert clock.is_up


def test_waiting_counts_by_the_wall() -> None:
    clock = _clock()
    clock.look(109.0, Usage(processor=5.0))
    assert not clock.is_up
    clock.look(111.0, Usage(processor=5.0))
    assert clock.is_up


def test_it_ends_by_the_wall_whatever_it_did() -> None:
    clock = _clock()
    clock.look(100.0 + 10 * WALL_TIMES - 1, Usage(processor=5.0, runs=True))
    assert not clock.is_up
    clock.look(100.0 + 10 * WALL_TIMES + 1, Usage(processor=5.0, runs=True))
    assert clock.is_up


def test_time_of_a_child_that_vanished_for_a_moment_counts_once() -> None:
    clock = _clock()
    clock.look(101.0, Usage(processor=14.0, runs=True))
    clock.look(102.0, Usage(processor=6.0, runs=True))
    clock.look(103.0, Usage(processor=14.5, runs=True))
    assert not clock.is_up, "9.5 seconds"
    clock.look(104.0, Usage(processor=15.5, runs=True))
    assert clock.is_up
