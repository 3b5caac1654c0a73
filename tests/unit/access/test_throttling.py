"""Counting failures, forgetting them, locking for longer each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from digitizer.access.throttling import Count, Rule, failed, pardoned

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NONE = Count()
RULE = Rule(failures=5, lock=15 * MINUTE, forget=15 * MINUTE)


def _fail(times: int, count: Count = NONE, at: datetime = START) -> Count:
    for _ in range(times):
        count = failed(count, RULE, at)
    return count


def test_four_failures_do_not_lock_and_the_fifth_does() -> None:
    assert not _fail(4).is_locked(START)
    assert _fail(5).until == START + 15 * MINUTE


def test_a_lock_ends() -> None:
    assert not _fail(5).is_locked(START + 15 * MINUTE)


def test_the_second_lock_is_twice_as_long() -> None:
    after = START + 16 * MINUTE
    assert _fail(5, _fail(5), after).until == after + 30 * MINUTE


def test_quiet_time_forgets() -> None:
    count = failed(_fail(4), RULE, START + 4 * 15 * MINUTE)
    assert count.failures == 1


def test_a_right_try_takes_back_its_own_charge_and_its_own_lock() -> None:
    count = pardoned(_fail(5), RULE, START)
    assert (count.failures, count.is_locked(START)) == (4, False)


@given(st.lists(st.integers(0, 40), max_size=60))
def test_every_fifth_remembered_failure_locks_and_no_other(pauses: list[int]) -> None:
    count, at = NONE, START
    for pause in pauses:
        at += pause * MINUTE
        if count.is_locked(at):
            continue
        before = count.failures
        count = failed(count, RULE, at)
        assert count.failures <= before + 1
        assert (count.failures % RULE.failures == 0) == count.is_locked(at)
        assert count.until is not None
        assert count.until - at <= timedelta(days=1)


@given(st.integers(8, 500))
def test_a_lock_lasts_at_most_a_day(locks: int) -> None:
    assert failed(Count(locks * 5 - 1, START), RULE, START).until == START + timedelta(days=1)
