"""Working days, walked through day by day, against a count that was written apart from them."""

from __future__ import annotations

import calendar as months
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digitizer.support import clock
from digitizer.support.working_days import Calendar, calendar_of, holiday_of

#: As the US Office of Personnel Management has them: the days on which they are observed.
OBSERVED = {
    2024: "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
    2027: "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
    2028: "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25",
}


def _days_of(year: int) -> Iterator[date]:
    for month in range(1, 13):
        for day in range(1, months.monthrange(year, month)[1] + 1):
            yield date(year, month, day)


@pytest.mark.parametrize("year", OBSERVED)
def test_federal_holidays_are_those_that_are_published(year: int) -> None:
    federal = Calendar(federal=True)
    weekdays = [each for each in _days_of(year) if each.weekday() < 5]
    off = " ".join(f"{each:%m-%d}" for each in weekdays if not federal.is_working(each))
    assert off == OBSERVED[year]


@pytest.mark.parametrize("year", [2024, 2026])
def test_a_whole_year_of_clocks(year: int) -> None:
    """2024 has a leap day. The other count goes along a list of all days, made for it."""
    rules = calendar_of((f"{year}-11-29", "12-24", "02-29"), federal=True)
    off = {f"{year}-{each}" for each in OBSERVED[year].split()}
    off |= {f"{year}-11-29", f"{year}-12-24", f"{year}-02-29"}
    days = [f"{each:%Y-%m-%d}" for each in _days_of(year)]
    open_days = [
        n for n, each in enumerate(days) if each not in off and _name(each) not in "SatSun"
    ]
    for start in range(len(days) - 60):
        after = [n for n in open_days if n > start]
        first = date.fromisoformat(days[start])
        for number in (1, 10):
            due = rules.working_day_after(first, number)
            assert days.index(due.isoformat()) == after[number - 1]
            assert rules.working_days_until(first, due) == number
        for length in (10, 20):
            last = rules.last_day(first, length)
            wanted = next(n for n in open_days if n >= start + length)
            assert days.index(last.isoformat()) == wanted


def _name(day: str) -> str:
    return datetime.strptime(day, "%Y-%m-%d").strftime("%a")


@pytest.mark.parametrize("zone", ["America/Chicago", "America/St_Johns"])
def test_no_hour_of_a_year_moves_a_clock(zone: str) -> None:
    """Each hour of a year, with the one that is skipped and the one that comes twice: it belongs to
    the day that the wall shows, and its clock to that of noon."""
    was = os.environ.get("TZ")
    clock.go_by(zone)
    try:
        rules, moment = Calendar(federal=True), datetime(2026, 1, 1, 12, tzinfo=UTC)
        hours = 0
        while moment.year == 2026:
            shown = moment.astimezone(ZoneInfo(zone))
            local = moment.astimezone().date()
            assert local == date(shown.year, shown.month, shown.day)
            due = rules.working_day_after(local, 10)
            assert due == rules.working_day_after(date(*shown.timetuple()[:3]), 10)
            moment, hours = moment + timedelta(hours=1), hours + 1
        assert hours == 365 * 24 - 12
    finally:
        clock.go_by("")
    assert os.environ.get("TZ") == was


def test_holidays_as_people_write_them() -> None:
    assert holiday_of("2026-11-27") == date(2026, 11, 27)
    assert holiday_of("02-29") == (2, 29)
    for wrong in ("", "13-01", "2026-02-30", "Christmas", "1-1-1-1"):
        with pytest.raises(ValueError, match=r"isoformat|month|day"):
            holiday_of(wrong)
