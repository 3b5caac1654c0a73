"""Which column of a file is what: by the headings that systems are known to write, or as a person
said. A heading that may be two things is nobody's: a person says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from digitizer.model.errors import RosterError, UsageError
from digitizer.model.people import CustodyStatus
from digitizer.people.roster_file.known_headings import (
    FIRST_NAMES,
    FULL_NAMES,
    HOUSING,
    LANGUAGES,
    LARGE_PRINTS,
    LAST_NAMES,
    MIDDLE_NAMES,
    NUMBERS_OF_BOOKINGS,
    NUMBERS_OF_PEOPLE,
    PLACES,
    RELEASES,
    STATUSES,
    SUFFIXES,
    UNITS,
)

#: The columns that were agreed on first, in their names: such a file is read without any freedom.
AGREED = ("booking_number", "last_name", "first_name", "housing_unit", "status")
#: In place of a heading: the file has no such column.
NONE = "-"


class Column(StrEnum):
    """What this program reads from a roster; the words are those of ``--map``."""

    BOOKING_NUMBER = "booking_number"
    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    MIDDLE_NAME = "middle_name"
    SUFFIX = "suffix"
    FULL_NAME = "full_name"
    HOUSING_UNIT = "housing_unit"
    STATUS = "status"
    RELEASE_DATE = "release_date"
    PERSON_ID = "person_id"
    LANGUAGE = "language"
    LARGE_PRINT = "large_print"


Headings = tuple[str, ...]
Columns = Mapping[Column, Headings]
Words = Mapping[str, CustodyStatus]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person said about a file's columns, and about its words for a custody status (as
    ``plain_word`` writes them). Several headings of one column are joined; ``NONE`` says that there
    is none: then everyone listed is in custody, or keeps the housing unit that they have here."""

    columns: Columns = field(default_factory=dict)
    words: Words = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.columns or self.words)

    def fit(self, headings: Sequence[str]) -> bool:
        """Whether the file has every column that they name."""
        known = {plain_heading(each) for each in headings}
        named = (each for every in self.columns.values() for each in every if each != NONE)
        return all(plain_heading(each) in known for each in named)


@dataclass(frozen=True, slots=True)
class Layout:
    """``agreed``: as agreed on, and read without any freedom. ``missing`` are the columns that must
    be there and were not found; ``candidates`` those headings that may be one of them."""

    columns: Columns
    agreed: bool = False
    missing: tuple[Column, ...] = ()
    candidates: Mapping[Column, Headings] = field(default_factory=dict)

    def has(self, column: Column) -> bool:
        return bool(self.columns.get(column)) and self.columns[column] != (NONE,)


def plain_heading(heading: str) -> str:
    """``Booking #``, ``BookingNumber`` and ``booking_no.`` are one heading."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading).replace("#", " number ").casefold()
    words = re.findall(r"[^\W_]+", spaced)
    return "".join("number" if word in ("no", "num", "nbr", "nr") else word for word in words)


def plain_word(word: str) -> str:
    """A word of a status column, without capitals, spaces and punctuation."""
    return "".join(each for each in word.casefold() if each.isalnum())


def agreed_name(heading: str) -> str:
    """A heading as the agreed file is read: only capitals, spaces and hyphens are free."""
    return re.sub(r"[\s-]+", "_", heading.strip().casefold())


def layout_of(headings: Sequence[str], choices: Choices, name: str) -> Layout:
    """Raises RosterError for a column that is there twice, and UsageError where a person named one
    that is not there."""
    if not choices and {*AGREED} <= {agreed_name(each) for each in headings}:
        _refuse_doubles([agreed_name(each) for each in headings], AGREED, name)
        return Layout({Column(each): (each,) for each in AGREED}, agreed=True)
    plain: dict[str, str] = {}
    for each in headings:
        plain.setdefault(plain_heading(each), each)
    columns = {column: _chosen(column, named, plain) for column, named in choices.columns.items()}
    candidates: dict[Column, Headings] = {}
    for column, tiers in _TIERS.items():
        if column not in columns:
            found = _found(tiers, plain)
            (columns if len(found) == 1 else candidates)[column] = found
    _find_housing(columns, plain)
    columns = {column: found for column, found in columns.items() if found}
    used = [plain_heading(each) for every in columns.values() for each in every]
    _refuse_doubles([plain_heading(each) for each in headings], used, name)
    layout = Layout(columns, missing=_missing(columns), candidates=candidates)
    return _without_number_twice(layout, choices)


def _refuse_doubles(found: Sequence[str], needed: Sequence[str], name: str) -> None:
    counted = Counter(found)
    if doubled := [each for each in dict.fromkeys(needed) if counted[each] > 1]:
        raise RosterError(
            f"{name}: the first line names a column twice: {', '.join(doubled)}. "
            "Remove the one that is not needed."
        )


def _chosen(column: Column, named: Headings, plain: Mapping[str, str]) -> Headings:
    if named == (NONE,):
        return named
    if lacking := [each for each in named if plain_heading(each) not in plain]:
        raise UsageError(
            f"There is no column {lacking[0]!r} for {column}. The file has: "
            f"{', '.join(plain.values())}."
        )
    return tuple(plain[plain_heading(each)] for each in named)


#: For each column the headings that are it; those of a later group only where there is none of an
#: earlier one.
_TIERS: Mapping[Column, Sequence[frozenset[str]]] = {
    Column.BOOKING_NUMBER: (NUMBERS_OF_BOOKINGS, NUMBERS_OF_PEOPLE),
    Column.LAST_NAME: (LAST_NAMES,),
    Column.FIRST_NAME: (FIRST_NAMES,),
    Column.MIDDLE_NAME: (MIDDLE_NAMES,),
    Column.SUFFIX: (SUFFIXES,),
    Column.FULL_NAME: (FULL_NAMES,),
    Column.STATUS: STATUSES,
    Column.RELEASE_DATE: (RELEASES,),
    Column.PERSON_ID: (NUMBERS_OF_PEOPLE,),
    Column.LANGUAGE: (LANGUAGES,),
    Column.LARGE_PRINT: (LARGE_PRINTS,),
}


def _found(tiers: Sequence[frozenset[str]], plain: Mapping[str, str]) -> Headings:
    for tier in tiers:
        if found := tuple(heading for name, heading in plain.items() if name in tier):
            return found
    return ()


def _find_housing(columns: dict[Column, Headings], plain: Mapping[str, str]) -> None:
    """One column that says it all; else the parts of the address down to the unit, from the largest
    to the smallest. Cell and bed are left out: mail goes to the unit."""
    if Column.HOUSING_UNIT in columns:
        return
    whole = _found((HOUSING,), plain)
    parts = tuple(plain[each] for each in UNITS if each in plain)
    places = _found((PLACES,), plain)
    if len(whole) == 1 or parts:
        columns[Column.HOUSING_UNIT] = whole if len(whole) == 1 else parts
    elif not whole and len(places) == 1:
        columns[Column.HOUSING_UNIT] = places


def _without_number_twice(layout: Layout, choices: Choices) -> Layout:
    """The column that is taken for the booking number is no number of the person besides."""
    taken = layout.columns.get(Column.BOOKING_NUMBER)
    if taken is None or Column.PERSON_ID in choices.columns:
        return layout
    if layout.columns.get(Column.PERSON_ID) != taken:
        return layout
    left = dict(layout.columns)
    left.pop(Column.PERSON_ID, None)
    return Layout(left, layout.agreed, layout.missing, layout.candidates)


def _missing(columns: Columns) -> tuple[Column, ...]:
    lacking = [each for each in (Column.BOOKING_NUMBER,) if columns.get(each, (NONE,)) == (NONE,)]
    if Column.FULL_NAME not in columns:
        lacking += [each for each in (Column.LAST_NAME, Column.FIRST_NAME) if each not in columns]
    if Column.HOUSING_UNIT not in columns:
        lacking.append(Column.HOUSING_UNIT)
    if Column.STATUS not in columns and Column.RELEASE_DATE not in columns:
        lacking.append(Column.STATUS)
    return tuple(lacking)
