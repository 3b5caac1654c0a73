"""A file of protected senders (CSV): all of it is imported, or nothing.

Its columns are ``kind,name,organisation,address,reference,expires``, in any order; only ``kind``
and one of the names are needed. A line for a sender who is known changes the entry. It revokes
nobody, and gives nobody back who is revoked: those are decisions.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from digitizer.legal import senders
from digitizer.model.errors import UsageError
from digitizer.model.legal import NewSender, ProtectedSender, SenderKind

LARGEST_FILE = 4 * 1024 * 1024
_MOST_LINES = 20_000
COLUMNS = ("kind", "name", "organisation", "address", "reference", "expires")
_NAMES = {"organization": "organisation", "bar_number": "reference", "type": "kind"}
_DELIMITERS = ",;\t"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that is not understood, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is understood, and the entry that it changes; None: it is a new one."""

    line: int
    entry: NewSender
    known: ProtectedSender | None
    fields: tuple[str, ...]

    @property
    def changes(self) -> bool:
        return self.known is not None and bool(self.fields)


@dataclass(frozen=True, slots=True)
class Preview:
    """What importing the file would do. With anything ``wrong``, nothing of it is imported."""

    lines: tuple[Line, ...]
    wrong: tuple[Wrong, ...]

    @property
    def added(self) -> int:
        return sum(each.known is None for each in self.lines)

    @property
    def changed(self) -> int:
        return sum(each.changes for each in self.lines)

    @property
    def unchanged(self) -> int:
        return len(self.lines) - self.added - self.changed

    def check(self) -> None:
        """Raises UsageError where a line is wrong, with all of these lines."""
        if self.wrong:
            says = [f"line {each.line}: {each.reason}" for each in self.wrong[:_SHOWN]]
            tail = ["and more lines"] if len(self.wrong) > _SHOWN else []
            listed = "; ".join([*says, *tail])
            raise UsageError(f"Nothing was imported. Correct the file: {listed}")


def plan(tx: sa.Connection, content: bytes) -> Preview:
    """Raises UsageError for what is no such file at all."""
    known = {senders.identity(each): each for each in senders.look_up(tx)}
    lines: list[Line] = []
    wrong: list[Wrong] = []
    seen: dict[tuple[str, str], int] = {}
    for number, cells in _records(content):
        try:
            entry = senders.checked(_entry(cells))
        except UsageError as error:
            wrong.append(Wrong(number, str(error)))
            continue
        who = senders.identity(entry)
        if who in seen:
            wrong.append(Wrong(number, f"This is the sender of line {seen[who]} again."))
            continue
        seen[who] = number
        before = known.get(who)
        fields = senders.differences(before, entry) if before else ()
        lines.append(Line(number, entry, before, fields))
    return Preview(tuple(lines), tuple(wrong))


def _records(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    text = _text(content)
    first = text.lstrip().splitlines()[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count), strict=True
    )
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UsageError(
            f"Line {reader.line_num}: {error} (is a quotation mark left open?)"
        ) from None
    headings = [_heading(cell) for cell in rows[0][1]]
    if "kind" not in headings or not {"name", "organisation"} & set(headings):
        raise UsageError(f"The first line must name the columns: {','.join(COLUMNS)}")
    if len(rows) > _MOST_LINES:
        raise UsageError(f"The file has more than {_MOST_LINES} lines. Divide it.")
    for number, row in rows[1:]:
        yield number, dict(zip(headings, (cell.strip() for cell in row), strict=False))


def _text(content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        raise UsageError(f"The file has more than {LARGEST_FILE >> 20} MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("The file is not UTF-8 text. Save it as CSV (UTF-8).") from None
    if not text.strip():
        raise UsageError("The file is empty.")
    return text


def _heading(cell: str) -> str:
    name = "_".join(cell.strip().casefold().split())
    return _NAMES.get(name, name)


def _entry(cells: dict[str, str]) -> NewSender:
    """Raises UsageError."""
    kind = cells.get("kind", "").casefold()
    if kind not in list(SenderKind):
        raise UsageError(f"The kind must be one of {', '.join(SenderKind)}.")
    return NewSender(
        kind=SenderKind(kind),
        name=cells.get("name", ""),
        organisation=cells.get("organisation", ""),
        address=cells.get("address", "").replace(";", "\n"),
        reference=cells.get("reference", ""),
        expires=day(cells.get("expires", "")),
    )


def day(text: str) -> date | None:
    """Raises UsageError."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise UsageError("Write the day as 2027-06-30.") from None
