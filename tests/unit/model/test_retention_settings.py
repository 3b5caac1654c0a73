"""Schedules: a period with a source, or for ever."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from digitizer.model.retention_settings import Period, Retention, Schedule


def test_nothing_has_an_end_unless_it_is_set() -> None:
    assert {each.period for each in dict(Retention()).values()} == {None}


@pytest.mark.parametrize("keep", ["", "7", "7 years ago", "0 years", "29 days", "4 weeks"])
def test_what_is_no_period_or_too_short_is_refused(keep: str) -> None:
    with pytest.raises(ValidationError):
        Schedule(keep=keep, source="the law")


def test_a_period_needs_a_source() -> None:
    with pytest.raises(ValidationError, match="source"):
        Schedule(keep="7 years")
    assert Schedule(keep="7 years", source="Utah GRS-2269").period == Period(7, "year")


@pytest.mark.parametrize(
    ("period", "day", "over"),
    [
        ("7 years", date(2020, 2, 29), date(2027, 2, 28)),
        ("1 month", date(2026, 1, 31), date(2026, 2, 28)),
        ("12 months", date(2026, 12, 1), date(2027, 12, 1)),
        ("90 days", date(2026, 1, 1), date(2026, 4, 1)),
        ("5 weeks", date(2026, 1, 1), date(2026, 2, 5)),
    ],
)
def test_when_a_period_is_over(period: str, day: date, over: date) -> None:
    assert Period.of(period).after(day) == over


@given(
    number=st.integers(1, 300),
    unit=st.sampled_from(["day", "week", "month", "year"]),
    day=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
)
def test_no_period_is_shorter_than_its_least(number: int, unit: str, day: date) -> None:
    period = Period(number, unit)
    assert period.after(day) - day >= timedelta(days=period.least_days)
