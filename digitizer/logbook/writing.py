"""What both logs share: whose an entry is, what is searched, and what is kept of a correction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import UsageError
from digitizer.model.logbook import Correction
from digitizer.model.people import Inmate
from digitizer.people import roster
from digitizer.people.correspondents.records import plain
from digitizer.storage.tables import inmate, letter, scan
from digitizer.storage.tables_logbook import logbook_correction
from digitizer.support.clock import now
from digitizer.support.visible import as_name

LONGEST_NAME, LONGEST_NOTE, _LONGEST_ADDRESS = 120, 500, 600
_MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Whose:
    """An inmate of the roster, or only a name."""

    row: int | None
    inmate: Inmate | None
    name: str

    @property
    def words(self) -> str:
        return f"{self.name} ({self.inmate.booking_number})" if self.inmate else self.name


def whose(tx: sa.Connection, booking_number: str, name: str) -> Whose:
    """Raises NotFound for an unknown number, and UsageError without a name."""
    if booking_number:
        row = roster.inmate_row_id(tx, booking_number)
        person = roster.inmate_of_row(tx, row)
        return Whose(row, person, person.full_name)
    typed = one_line(name, LONGEST_NAME)
    if not typed:
        raise UsageError("Say whose it is, or what name stands on the envelope.")
    return Whose(None, None, typed)


def one_line(text: str, most: int = LONGEST_NOTE) -> str:
    """What a person typed, on one line. Raises UsageError where it is too long."""
    line = as_name(text)
    if len(line) > most:
        raise UsageError("That is too long. Shorten it.")
    return line


def lines_of(text: str) -> str:
    """An address as its lines. Raises UsageError where it is too long."""
    lines = [line for line in map(as_name, text.splitlines()) if line]
    address = "\n".join(lines)
    if len(lines) > _MOST_LINES or len(address) > _LONGEST_ADDRESS:
        raise UsageError("An address has at most 8 lines, together 600 characters.")
    return address


def check_item(tx: sa.Connection, some_id: str) -> str | None:
    """The id of a letter or scan; None where none is given. Raises UsageError for any other."""
    known = some_id.strip()
    if not known:
        return None
    for table in (letter, scan):
        if tx.execute(sa.select(table.c.id).where(table.c.id == known)).first():
            return known
    raise UsageError("No letter or scan has this id. Leave it empty, or look at the id again.")


def searched(*texts: str) -> str:
    return plain(" ".join(texts))


def matching(table: sa.Table, text: str) -> list[sa.ColumnElement[bool]]:
    """That an entry has every word of the text: in what was written, or in the name and number that
    its inmate has by now. The entry's table is joined to the roster."""
    return [
        sa.or_(
            sa.and_(
                *(table.c.plain.contains(part, autoescape=True) for part in plain(word).split())
            ),
            *(
                sa.func.lower(column).contains(word.lower(), autoescape=True)
                for column in (inmate.c.booking_number, inmate.c.last_name, inmate.c.first_name)
            ),
        )
        for word in text.split()
        if plain(word)
    ]


def entries(
    tx: sa.Connection,
    table: sa.Table,
    where: Iterable[sa.ColumnElement[bool]],
    start: int = 0,
    most: int | None = None,
) -> list[sa.Row[Any]]:
    """Newest first."""
    asked = (
        sa.select(table)
        .outerjoin(inmate, table.c.inmate_id == inmate.c.id)
        .where(*where)
        .order_by(table.c.id.desc())
        .offset(start)
        .limit(most)
    )
    return list(tx.execute(asked).all())


def recorded_before(tx: sa.Connection, table: sa.Table, form: str) -> int | None:
    """The entry that this page was recorded as already."""
    if not form:
        return None
    return tx.execute(sa.select(table.c.id).where(table.c.form == form)).scalar()


def keep_correction(
    tx: sa.Connection,
    which: sa.Column[Any],
    number: int,
    before: Mapping[str, str],
    reason: str,
    by: str,
) -> None:
    """``which`` is the column that names the entry."""
    values = {which.name: number, "before": dict(before), "reason": reason, "by": by, "at": now()}
    tx.execute(sa.insert(logbook_correction).values(**values))


def corrections_of(
    tx: sa.Connection, which: sa.Column[Any], numbers: Collection[int]
) -> dict[int, tuple[Correction, ...]]:
    """By entry, the first one first."""
    found: dict[int, tuple[Correction, ...]] = {}
    asked = sa.select(logbook_correction).where(which.in_(sorted(numbers)))
    for row in tx.execute(asked.order_by(logbook_correction.c.id)):
        number = row._mapping[which.name]
        made = Correction(row.before, row.reason, row.by, row.at)
        found[number] = (*found.get(number, ()), made)
    return found
