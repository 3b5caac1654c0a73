"""Periods: local days, weeks where there are many, a month."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

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
