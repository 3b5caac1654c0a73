"""Numbers of a report: a figure is a table with a few columns that can be drawn as bars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0


class Unit(StrEnum):
    COUNT = "count"
    SECONDS = "seconds"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a figure. Only those that are ``drawn`` have bars; these all have one unit."""

    name: str
    unit: Unit = Unit.COUNT
    drawn: bool = True


@dataclass(frozen=True, slots=True)
class FigureRow:
    """``values`` has one number for each column; None where there is nothing to count."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """``key`` names it in addresses and files, ``label`` heads the first column. ``note`` says what
    is counted. ``named``: its rows are names, not days or hours, so that its bars lie."""

    key: str
    title: str
    label: str
    columns: tuple[Column, ...]
    rows: tuple[FigureRow, ...]
    note: str
    named: bool = False

    @property
    def is_empty(self) -> bool:
        return not any(value for row in self.rows for value in row.values)


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of a whole report; None where there is nothing to count."""

    label: str
    value: float | None
    unit: Unit = Unit.COUNT

    @property
    def said(self) -> str:
        return said(self.value, self.unit)


@dataclass(frozen=True, slots=True)
class Report:
    """A period, from its first to its last local day, in numbers."""

    first: date
    last: date
    facts: tuple[Fact, ...]
    figures: tuple[Figure, ...]


def said(value: float | None, unit: Unit) -> str:
    """A number as people read it: ``1,204``, ``3 min 20 s``, ``12.5 %``; a dash for none."""
    if value is None:
        return "–"
    if unit is Unit.PERCENT:
        return f"{value:.1f} %"
    if unit is Unit.SECONDS:
        return _duration(value)
    return f"{value:,.0f}"


def _duration(seconds: float) -> str:
    """Two units at most: nobody reads the seconds of a day."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return _two(seconds, _MINUTE, "min", 1, "s")
    if seconds < _DAY:
        return _two(seconds, _HOUR, "h", _MINUTE, "min")
    return _two(seconds, _DAY, "d", _HOUR, "h")


def _two(seconds: float, large: float, name: str, small: float, smaller: str) -> str:
    whole, rest = divmod(round(seconds / small), round(large / small))
    return f"{whole} {name} {rest} {smaller}" if rest else f"{whole} {name}"
