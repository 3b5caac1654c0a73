"""The days that a report is about, by the clock of the facility."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from digitizer.model.errors import UsageError
from digitizer.support.clock import midnight

_LONGEST = 366
_DAYS_DRAWN = 92
_EARLIEST, _LATEST = date(1990, 1, 1), date(2199, 12, 31)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first local day to the last, both in it."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Raises UsageError for what is no period, or too long a one."""
        if not _EARLIEST <= self.first <= self.last <= _LATEST:
            raise UsageError("The first day must not be after the last; both from 1990 to 2199.")
        if (self.last - self.first).days >= _LONGEST:
            raise UsageError("A report is about a year at most.")

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """Raises UsageError."""
        if not (_EARLIEST.year <= year <= _LATEST.year and 1 <= month <= 12):
            raise UsageError("Write a month as 2026-11.")
        return cls(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))

    @property
    def start(self) -> datetime:
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The moment after it."""
        return midnight(self.last + timedelta(days=1))

    @property
    def by_week(self) -> bool:
        """Whether there are too many days to tell apart."""
        return (self.last - self.first).days >= _DAYS_DRAWN

    def step_of(self, moment: datetime) -> date:
        """The day, or where weeks are counted the first day of its week that is in the period."""
        day = moment.astimezone().date()
        return max(self.first, day - timedelta(days=day.weekday())) if self.by_week else day

    def steps(self) -> Iterator[date]:
        """All of these days, in order."""
        step = self.first
        while step <= self.last:
            yield step
            week_on = step - timedelta(days=step.weekday()) + _WEEK
            step = week_on if self.by_week else step + timedelta(days=1)
