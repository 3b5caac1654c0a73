"""A roster file as a table: its headings, and its records with the line of each."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digitizer.model.errors import RosterError
from digitizer.people.roster_file.problems import RowProblem, listed
from digitizer.support.wording import counted

_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one line, as the file has them; ``line`` is where it ends."""

    line: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(cell for each in self.cells if (cell := each.strip()))


@dataclass(frozen=True, slots=True)
class Table:
    """``headings`` as the file writes them. Lines with nothing but delimiters are left out."""

    headings: tuple[str, ...]
    records: tuple[Record, ...]


def read_table(text: str, name: str) -> Table:
    """Comma, semicolon, tab or pipe between the cells; or a JSON list of people, whose records
    count as lines from 1. Raises RosterError."""
    if text.lstrip()[0] in "[{":
        return _from_json(text, name)
    delimiter = max(_DELIMITERS, key=_outside_quotes(text.lstrip().splitlines()[0]).count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        problem = RowProblem(reader.line_num, f"{error} (is a quotation mark left open?)")
        raise RosterError(listed(name, [problem])) from None
    if not rows:
        raise RosterError(f"{name} is empty. Export the roster again.")
    (_, headings), *rest = rows
    return Table(tuple(headings), tuple(Record(line, tuple(row)) for line, row in rest))


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _from_json(text: str, name: str) -> Table:
    try:
        found = json.loads(text, parse_int=str, parse_float=str)
        json.dumps(found, ensure_ascii=False).encode()  # escapes can spell half a character
    except (ValueError, RecursionError):
        raise RosterError(
            f"{name} is neither CSV nor whole JSON. Export the roster again."
        ) from None
    people = _list_in(found)
    if people is None:
        raise RosterError(f"{name} is JSON, but not a list of people. Export the roster as CSV.")
    headings = tuple(dict.fromkeys(key for each in people for key in each))
    records = (
        Record(number, tuple(_cell(each.get(key)) for key in headings))
        for number, each in enumerate(people, 1)
    )
    return Table(headings, tuple(each for each in records if each.filled))


def _list_in(found: Any) -> Sequence[Mapping[str, Any]] | None:
    """The list itself, or the only list within an envelope."""
    if isinstance(found, dict):
        lists = [each for each in found.values() if isinstance(each, list)]
        found = lists[0] if len(lists) == 1 else None
    if isinstance(found, list) and all(isinstance(each, dict) for each in found):
        return found
    return None


def _cell(value: Any) -> str:
    """A value of JSON as a cell; a list or an object within a person (charges) is no cell of
    ours."""
    if value is None or isinstance(value, list | dict):
        return ""
    return str(value)


def without_total(records: Sequence[Record]) -> tuple[Record, ...]:
    """The records without a last line that only counts them. Raises ValueError where its count is
    another: lines are lacking."""
    if not records or (count := _counted(records[-1])) is None:
        return tuple(records)
    people = tuple(records[:-1])
    if count != len(people):
        raise ValueError(
            f"it says that there are {counted(count, 'line')}, but there are {len(people)}"
        )
    return people


def _counted(last: Record) -> int | None:
    words = " ".join(last.filled).replace(":", " ").replace("(", " ").replace(")", " ").casefold()
    numbers = [each for each in words.split() if each.isdecimal()]
    known = _COUNTING | set(numbers)
    is_total = len(numbers) == 1 and set(words.split()) <= known and len(words.split()) > 1
    return int(numbers[0]) if is_total else None


_COUNTING = {
    "total",
    "count",
    "number",
    "of",
    "rows",
    "row",
    "records",
    "record",
    "inmates",
    "affected",
    "selected",
    "grand",
}
