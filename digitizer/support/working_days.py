"""A calendar of working days, by which clocks of the law are counted: in dates of local time alone,
so that no hour that is skipped or repeated in a year can move one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

_SATURDAY, _SUNDAY = 5, 6
_DAY = timedelta(days=1)
_MONDAY, _THURSDAY = 0, 3
#: US federal holidays (5 U.S.C. 6103): on a day of the year, or on the n-th weekday of a month (-1:
#: the last).
_FIXED = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
_MOVING = (
    (1, _MONDAY, 3),
    (2, _MONDAY, 3),
    (5, _MONDAY, -1),
    (9, _MONDAY, 1),
    (10, _MONDAY, 2),
    (11, _THURSDAY, 4),
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Saturdays, Sundays and holidays are no working days. ``days`` are single holidays, ``yearly``
    those of each year as month and day; ``federal``: also those of the US government."""

    days: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()
    federal: bool = False

    def is_working(self, day: date) -> bool:
        if day.weekday() in (_SATURDAY, _SUNDAY) or day in self.days:
            return False
        if (day.month, day.day) in self.yearly:
            return False
        return not (self.federal and day in _observed(day.year))

    def working_day_after(self, day: date, number: int) -> date:
        """The ``number``-th working day after this one, which does not count itself."""
        left = number
        while left:
            day += _DAY
            left -= self.is_working(day)
        return day

    def last_day(self, first: date, days: int) -> date:
        """So many calendar days after ``first``, which does not count itself; where that is no
        working day, the next one: nobody could hand anything in."""
        day = first + timedelta(days=days)
        while not self.is_working(day):
            day += _DAY
        return day

    def working_days_until(self, first: date, last: date) -> int:
        """How many working days come after ``first``, up to ``last`` and with it."""
        between = ((first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
        return sum(map(self.is_working, between))


def holiday_of(text: str) -> date | tuple[int, int]:
    """A holiday as people write it: ``2026-11-27``, or ``12-26`` for one of each year. Raises
    ValueError."""
    if text.count("-") == 1:
        leap = date.fromisoformat(f"2024-{text}")
        return leap.month, leap.day
    return date.fromisoformat(text)


def calendar_of(holidays: tuple[str, ...], *, federal: bool) -> Calendar:
    """Raises ValueError for what is no holiday."""
    found = [holiday_of(each) for each in holidays]
    days = frozenset(each for each in found if isinstance(each, date))
    yearly = frozenset(each for each in found if not isinstance(each, date))
    return Calendar(days, yearly, federal)


@cache
def _observed(year: int) -> frozenset[date]:
    """The federal holidays of a year as they are observed: one on a Saturday on the Friday before,
    one on a Sunday on the Monday after. The next New Year's may be observed in this year."""
    return frozenset(_moved(each) for one in (year, year + 1) for each in _federal(one))


def _federal(year: int) -> Iterator[date]:
    for month, day in _FIXED:
        yield date(year, month, day)
    for month, weekday, number in _MOVING:
        yield _nth(year, month, weekday, number)


def _moved(day: date) -> date:
    if day.weekday() == _SATURDAY:
        return day - _DAY
    return day + _DAY if day.weekday() == _SUNDAY else day


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    if number < 0:
        end = date(year, month + 1, 1) - _DAY
        return end - timedelta(days=(end.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
