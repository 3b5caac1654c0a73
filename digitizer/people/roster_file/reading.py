"""A roster file as people: every line is understood, or named with what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from digitizer.model.errors import RosterError
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people.roster_file.custody import UnknownWord, custody, in_words
from digitizer.people.roster_file.known_headings import STATUSES
from digitizer.people.roster_file.layout import (
    AGREED,
    NONE,
    Choices,
    Column,
    Layout,
    agreed_name,
    layout_of,
    plain_heading,
)
from digitizer.people.roster_file.numbers import booking_number
from digitizer.people.roster_file.problems import RowProblem
from digitizer.people.roster_file.table import Record, Table, read_table, without_total
from digitizer.people.roster_file.text import text_of
from digitizer.people.roster_file.written_names import names_of, split_name

#: Where ``more`` keeps the number of the person, as against that of the booking.
PERSON_ID = "person_id"


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person as the file lists them. ``more`` holds columns that this program keeps and does
    not use; ``lines`` are those of the file."""

    inmate: Inmate
    more: Mapping[str, str]
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A file that was read. ``problems`` name the lines that are not understood, and
    ``unknown_words`` the words of its status column that nobody explained yet. ``lines`` is how
    many of them list somebody."""

    headings: tuple[str, ...]
    layout: Layout
    rows: tuple[RosterRow, ...]
    problems: tuple[RowProblem, ...]
    unknown_words: tuple[str, ...] = ()
    lines: int = 0

    @property
    def lists_housing(self) -> bool:
        return self.layout.has(Column.HOUSING_UNIT)


def read_file(
    raw: bytes, name: str, choices: Choices, remembered: Choices, today: date
) -> RosterFile:
    """``choices`` are what a person says now, else ``remembered`` counts where it fits the file.

    Raises RosterError for what is no roster at all, and UsageError for a choice of a column that
    is not there.
    """
    table = read_table(text_of(raw, name), name)
    if not table.headings:
        raise _no_inmate(name)
    if not choices and remembered.fit(table.headings):
        choices = remembered
    layout = layout_of(table.headings, choices, name)
    if layout.missing:
        problem = RowProblem(0, _missing(table, layout))
        return RosterFile(table.headings, layout, (), (problem,), lines=len(table.records))
    if not table.records:
        raise _no_inmate(name)
    if layout.agreed:
        return _agreed(table, layout)
    return _free(table, layout, choices, today)


def _no_inmate(name: str) -> RosterError:
    return RosterError(f"{name} lists no inmate. Export the roster again.")


def _missing(table: Table, layout: Layout) -> str:
    doubtful = [
        f"{column} may be {' or '.join(found)}"
        for column, found in layout.candidates.items()
        if len(found) > 1 and column in layout.missing
    ]
    which = f" ({'; '.join(doubtful)})" if doubtful else ""
    return (
        f"the first line must name the columns. Missing: {', '.join(layout.missing)}{which}. "
        f"Expected: {','.join(AGREED)} (more columns are allowed), or say which column is which, "
        f'as in --map {layout.missing[0]}="{table.headings[0].strip()}". '
        f"The file has: {', '.join(each.strip() for each in table.headings)}."
    )


def _agreed(table: Table, layout: Layout) -> RosterFile:
    """Each person once, with nothing to be explained."""
    rows: list[RosterRow] = []
    problems: list[RowProblem] = []
    seen: dict[str, int] = {}
    for record in table.records:
        try:
            row = _agreed_row(table, record)
        except ValueError as error:
            problems.append(RowProblem(record.line, str(error)))
            continue
        booking = row.inmate.booking_number
        if booking in seen:
            problems.append(RowProblem(record.line, f"{booking} is in line {seen[booking]} too"))
        else:
            rows.append(row)
        seen[booking] = record.line
    return RosterFile(
        table.headings, layout, tuple(rows), tuple(problems), lines=len(table.records)
    )


def _check_length(table: Table, record: Record) -> None:
    if len(record.cells) > len(table.headings):
        raise ValueError("it has more fields than the first line has columns")
    if len(record.cells) < len(table.headings):
        raise ValueError("it has fewer fields than the first line has columns")


def _agreed_row(table: Table, record: Record) -> RosterRow:
    _check_length(table, record)
    cells = {
        agreed_name(heading): " ".join(cell.split())
        for heading, cell in zip(table.headings, record.cells, strict=True)
    }
    if not re.fullmatch(r"[^\s\x00-\x1f]{1,64}", cells["booking_number"]):
        raise ValueError(f"booking_number {cells['booking_number']!r} is empty or has spaces")
    if not cells["last_name"] and not cells["first_name"]:
        raise ValueError("it has no name")
    if any(not (cells[name] + "x").isprintable() for name in AGREED):
        raise ValueError("it has a control character")
    status = _agreed_status(cells["status"])
    person = Inmate(
        cells["booking_number"],
        cells["last_name"],
        cells["first_name"],
        cells["housing_unit"],
        status,
    )
    more = {heading: cell for heading, cell in cells.items() if heading not in AGREED}
    return RosterRow(person, more, (record.line,))


def _agreed_status(word: str) -> CustodyStatus:
    plain = re.sub(r"[\s_-]+", "", word.casefold())
    for status in CustodyStatus:
        if plain == status.value.replace("_", ""):
            return status
    raise ValueError(f"status {word!r} is not one of {', '.join(CustodyStatus)}")


def _free(table: Table, layout: Layout, choices: Choices, today: date) -> RosterFile:
    """As the systems export them: a person may be on several lines, which must agree."""
    try:
        records = without_total(table.records)
    except ValueError as error:
        records = table.records
        short = RowProblem(records[-1].line, str(error))
        return RosterFile(table.headings, layout, (), (short,), lines=len(records))
    read = _reader(table, layout, choices, today)
    found: dict[str, list[RosterRow]] = {}
    problems: list[RowProblem] = []
    words: dict[str, None] = {}
    for record in records:
        try:
            row = read(record)
        except ValueError as error:
            problems.append(RowProblem(record.line, str(error)))
            if isinstance(error, UnknownWord):
                words[error.word] = None
            continue
        found.setdefault(row.inmate.booking_number, []).append(row)
    rows = []
    for same in found.values():
        folded = _folded(same)
        if isinstance(folded, RowProblem):
            problems.append(folded)
        else:
            rows.append(folded)
    problems.sort(key=lambda each: each.line)
    return RosterFile(
        table.headings, layout, tuple(rows), tuple(problems), tuple(words), len(records)
    )


def _folded(same: Sequence[RosterRow]) -> RosterRow | RowProblem:
    """Several lines of one booking number as one person, where they agree in all that is read."""
    first = same[0]
    lines = tuple(line for each in same for line in each.lines)
    for other in same[1:]:
        if (other.inmate, other.more) != (first.inmate, first.more):
            booking, line = first.inmate.booking_number, other.lines[0]
            message = (
                f"{booking} is {_described(other)} here, but {_described(first)} in line "
                f"{first.lines[0]}"
            )
            return RowProblem(line, message, tuple(each for each in lines if each != line))
    return replace(first, lines=lines)


def _described(row: RosterRow) -> str:
    person = row.inmate
    number = f", person {row.more[PERSON_ID]}" if PERSON_ID in row.more else ""
    unit = f", {person.housing_unit}" if person.housing_unit else ""
    return f"{person.full_name}{unit}, {person.status.replace('_', ' ')}{number}"


def _reader(
    table: Table, layout: Layout, choices: Choices, today: date
) -> Callable[[Record], RosterRow]:
    """How a line of this table is read. The function raises ValueError for what it is not sure
    of."""
    places = {heading: place for place, heading in reversed([*enumerate(table.headings)])}
    wanted = {
        column: [places[each] for each in headings]
        for column, headings in layout.columns.items()
        if headings != (NONE,)
    }
    asks_yes_or_no = {plain_heading(each) for each in layout.columns.get(Column.STATUS, ())} <= (
        STATUSES[1]
    )

    def cell(record: Record, column: Column, joint: str = " ") -> str:
        cells = (" ".join(record.cells[place].split()) for place in wanted.get(column, ()))
        return joint.join(each for each in cells if each)

    def read(record: Record) -> RosterRow:
        _check_length(table, record)
        number = booking_number(cell(record, Column.BOOKING_NUMBER))
        if Column.LAST_NAME in wanted:
            last, first = names_of(
                cell(record, Column.LAST_NAME),
                cell(record, Column.FIRST_NAME),
                cell(record, Column.MIDDLE_NAME),
                cell(record, Column.SUFFIX),
            )
        else:
            last, first = split_name(cell(record, Column.FULL_NAME))
        unit = cell(record, Column.HOUSING_UNIT, "-")
        word = cell(record, Column.STATUS) if Column.STATUS in wanted else None
        if word is not None and asks_yes_or_no:
            word = in_words(word)
        released = cell(record, Column.RELEASE_DATE) if Column.RELEASE_DATE in wanted else None
        status = custody(word, released, unit, choices.words, today)
        if not f"{last}{first}{unit}x".isprintable():
            raise ValueError("it has a control character")
        kept = (Column.PERSON_ID, Column.LANGUAGE, Column.LARGE_PRINT)
        more = {str(each): said for each in kept if (said := cell(record, each))}
        return RosterRow(Inmate(number, last, first, unit, status), more, (record.line,))

    return read
