"""Periods: local days, weeks where there are many, a month."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.model.errors import UsageError
from digitizer.operations.reports.periods import Period


@pytest.fixture(autouse=True)
def _in_chicago(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/Chicago")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_day_begins_by_the_clock_of_the_place() -> None:
    period = Period(date(2026, 11, 1), date(2026, 11, 1))
    assert period.start == datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert period.end - period.start == timedelta(hours=25)  # the clocks go back


def test_a_month() -> None:
    assert Period.month(2028, 2) == Period(date(2028, 2, 1), date(2028, 2, 29))
    for year, month in ((2026, 13), (2026, 0), (1, 1)):
        with pytest.raises(UsageError):
            Period.month(year, month)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 2, 2), date(2026, 2, 1)),
        (date(2026, 1, 1), date(2027, 1, 2)),
        (date(1, 1, 1), date(1, 1, 1)),
        (date(9999, 12, 31), date(9999, 12, 31)),
    ],
)
def test_what_is_no_period_is_refused(first: date, last: date) -> None:
    with pytest.raises(UsageError):
        Period(first, last)


@pytest.mark.parametrize("days", [1, 92, 93, 366])
def test_every_moment_is_in_one_step(days: int) -> None:
    first = date(2026, 1, 1)
    period = Period(first, first + timedelta(days=days - 1))
    assert period.by_week == (days > 92)
    steps = list(period.steps())
    found = [period.step_of(period.start + timedelta(hours=h)) for h in range(0, days * 24, 6)]
    assert list(dict.fromkeys(found)) == steps


#: Clocks that change at two in the morning, at midnight, by half an hour, and not at all.
ZONES = ("America/Chicago", "America/Havana", "America/Santiago", "Australia/Lord_Howe", "UTC")
_2026 = datetime(2026, 1, 1, tzinfo=UTC)


@settings(max_examples=300)
@given(st.sampled_from(ZONES), st.integers(0, 365 * 24 * 4))
def test_a_moment_is_in_one_day_also_when_clocks_change(zone: str, quarters: int) -> None:
    moment = _2026 + timedelta(minutes=15 * quarters)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        day = moment.astimezone().date()
        near = [Period(day + timedelta(days=n), day + timedelta(days=n)) for n in (-1, 0, 1)]
        assert [each.start <= moment < each.end for each in near] == [False, True, False]
        assert Period(day - timedelta(days=1), day).step_of(moment) == day


@pytest.mark.parametrize("zone", ZONES)
def test_days_that_clocks_change_on_leave_no_hour_out_and_count_none_twice(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    whole = Period(date(2026, 1, 1), date(2026, 12, 31))
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    parts = [Period(day, day) for day in days]
    assert [each.end for each in parts[:-1]] == [each.start for each in parts[1:]]
    assert sum((each.end - each.start for each in parts), timedelta()) == whole.end - whole.start
    lengths = {(each.end - each.start) // timedelta(minutes=30) for each in parts}
    assert lengths == {"UTC": {48}, "Australia/Lord_Howe": {47, 48, 49}}.get(zone, {46, 48, 50})
