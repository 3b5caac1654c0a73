"""Settings of retention: how long each kind of mail is kept, and what says so."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import Field, field_validator, model_validator

from digitizer.model.toml_file import Keys

FOR_EVER = "for ever"
#: Days. Below it, mail would go while people may still undo, recall or appeal.
_LEAST = 30
_UNITS = ("day", "week", "month", "year")


@dataclass(frozen=True, slots=True)
class Period:
    """A whole number of days, weeks, months or years."""

    number: int
    unit: str

    @classmethod
    def of(cls, text: str) -> Period:
        """From "7 years". Raises ValueError."""
        found = re.fullmatch(r"([1-9]\d{0,4}) (day|week|month|year)s?", text.strip())
        if found is None:
            raise ValueError(f'must be "{FOR_EVER}", or a period such as "7 years" or "90 days".')
        return cls(int(found[1]), found[2])

    def after(self, day: date) -> date:
        """The day on which it is over; of a month that is shorter, its last. Raises OverflowError
        where there is no such day."""
        if self.unit in ("day", "week"):
            return day + timedelta(days=self.number * (7 if self.unit == "week" else 1))
        months = day.year * 12 + day.month - 1 + self.number * (12 if self.unit == "year" else 1)
        year, month = divmod(months, 12)
        if year > date.max.year:
            raise OverflowError("the period never ends")
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last))

    @property
    def least_days(self) -> int:
        """No such period is shorter, whatever its months and years."""
        return self.number * {"day": 1, "week": 7, "month": 28, "year": 365}[self.unit]


class Schedule(Keys):
    """How long one kind of mail is kept, counted from the day on which it came in, was sent or took
    place:
    "for ever", or a period such as "7 years"; then ``source`` names what says so."""

    keep: str = FOR_EVER
    source: str = Field(default="", max_length=300)

    @field_validator("keep")
    @classmethod
    def _is_a_period(cls, text: str) -> str:
        if text.strip() == FOR_EVER:
            return FOR_EVER
        period = Period.of(text)
        if period.unit in ("day", "week") and period.least_days < _LEAST:
            raise ValueError(f"must be {_LEAST} days or more.")
        return text.strip()

    @model_validator(mode="after")
    def _has_a_source(self) -> Schedule:
        if self.period is not None and not self.source.strip():
            raise ValueError(
                'needs a source: what says how long this is kept, such as "Utah GRS-2269".'
            )
        return self

    @property
    def period(self) -> Period | None:
        """None: it is kept for ever."""
        return None if self.keep == FOR_EVER else Period.of(self.keep)


class Retention(Keys):
    """What of the electronic store is destroyed once its time is over; nothing, unless a period is
    set. ``letters`` are delivered letters, with earlier scans of their paper; ``rejected`` is mail
    that was rejected; ``messages`` are e-messages and their reply sheets; ``recordings`` are those
    of video calls; ``visits`` are visits that are over, with their calls, outcomes and
    visitors."""

    letters: Schedule = Schedule()
    rejected: Schedule = Schedule()
    messages: Schedule = Schedule()
    recordings: Schedule = Schedule()
    visits: Schedule = Schedule()
