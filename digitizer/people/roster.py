"""The roster: who is in custody here, as the jail management system exports it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import NotFound, RosterError
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.storage.tables import inmate
from digitizer.support.clock import now

_REQUIRED = ("booking_number", "last_name", "first_name", "housing_unit", "status")
_FAULTS_SHOWN = 10
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # a spreadsheet's "Unicode text"


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One understood line; ``more`` holds the columns that we do not name."""

    inmate: Inmate
    more: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RosterChange:
    """What an import did, in numbers of inmates."""

    added: int
    changed: int
    unchanged: int
    departed: int


def read_roster(path: Path) -> tuple[RosterRow, ...]:
    """Reads a CSV (UTF-8, or Windows-1252 as spreadsheets write it; comma, semicolon or tab).

    Raises RosterError naming each line that cannot be understood; then nothing is imported.
    """
    text = _text(path)
    if not text.strip():
        raise RosterError(f"{path} is empty. Export the roster again.")
    rows: list[RosterRow] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for line, record in _records(path, text):
        try:
            row = _row(record)
        except ValueError as error:
            faults.append(f"line {line}: {error}")
            continue
        booking = row.inmate.booking_number
        if booking in seen:
            faults.append(f"line {line}: {booking} stands in line {seen[booking]} too")
        seen[booking] = line
        rows.append(row)
    if faults:
        raise RosterError(_told(path, faults))
    if not rows:
        raise RosterError(f"{path} names nobody. Export the roster again.")
    return tuple(rows)


_Record = Mapping[str | None, str | list[str] | None]


def _records(path: Path, text: str) -> Iterator[tuple[int, _Record]]:
    """The records with the line where each ends; a line of nothing but delimiters is none."""
    delimiter = max(",;\t", key=text.lstrip().splitlines()[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        _check_header(path, reader.fieldnames or ())
        for record in reader:
            if any(value and str(value).strip() for value in record.values()):
                yield reader.line_num, record
    except csv.Error as error:
        fault = f"line {reader.line_num}: {error} (is a quotation mark left open?)"
        raise RosterError(_told(path, [fault])) from None


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RosterError(f"Cannot read {path}: {error.strerror}.") from None
    encodings = ("utf-16",) if raw[:2] in _UTF16_MARKS else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterError(f"{path} is neither UTF-8 nor Windows-1252 text. Export it again as UTF-8.")


def _normal(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().casefold())


def _check_header(path: Path, names: Sequence[str]) -> None:
    found = [_normal(name) for name in names]
    missing = [name for name in _REQUIRED if name not in found]
    doubled = [name for name in _REQUIRED if found.count(name) > 1]
    if doubled:
        raise RosterError(
            f"{path}: the first line names a column twice: {', '.join(doubled)}. "
            "Leave out the one that is not meant."
        )
    if missing:
        raise RosterError(
            f"{path}: the first line must name the columns; missing: {', '.join(missing)}. "
            f"Expected: {','.join(_REQUIRED)} (more columns are allowed)."
        )


def _row(record: _Record) -> RosterRow:
    if None in record:
        raise ValueError("it has more fields than the first line names")
    cells = {_normal(str(key)): " ".join(str(value or "").split()) for key, value in record.items()}
    if any(value is None for value in record.values()):
        raise ValueError("it has fewer fields than the first line names")
    if not re.fullmatch(r"[^\s\x00-\x1f]{1,64}", cells["booking_number"]):
        raise ValueError(f"booking_number {cells['booking_number']!r} is empty or has spaces")
    if not cells["last_name"] and not cells["first_name"]:
        raise ValueError("it has no name")
    if any(not (cells[name] + "x").isprintable() for name in _REQUIRED):
        raise ValueError("it has a control character")
    person = Inmate(
        cells["booking_number"], cells["last_name"], cells["first_name"],
        cells["housing_unit"], _status(cells["status"]),
    )  # fmt: skip
    return RosterRow(person, {k: v for k, v in cells.items() if k not in _REQUIRED})


def _status(word: str) -> CustodyStatus:
    plain = re.sub(r"[\s_-]+", "", word.casefold())
    for status in CustodyStatus:
        if plain == status.value.replace("_", ""):
            return status
    known = ", ".join(CustodyStatus)
    raise ValueError(f"status {word!r} is none of {known}")


def _told(path: Path, faults: Sequence[str]) -> str:
    shown = "\n".join(f"  {fault}" for fault in faults[:_FAULTS_SHOWN])
    rest = len(faults) - _FAULTS_SHOWN
    more = f"\n  and {rest} more" if rest > 0 else ""
    return f"{path}: nothing was imported. Mend these lines and import again:\n{shown}{more}"


def apply_roster(tx: sa.Connection, rows: Sequence[RosterRow], full: bool) -> RosterChange:
    """Writes the rows. With ``full``, whoever is in custody but not named becomes ``other``."""
    known = {row.booking_number: row for row in tx.execute(sa.select(inmate))}
    added = changed = unchanged = 0
    for row in rows:
        values = _values(row)
        before = known.get(row.inmate.booking_number)
        if before is None:
            tx.execute(sa.insert(inmate).values(**values, changed=now()))
            added += 1
        elif any(getattr(before, name) != value for name, value in values.items()):
            tx.execute(
                sa.update(inmate).where(inmate.c.id == before.id).values(**values, changed=now())
            )
            changed += 1
        else:
            unchanged += 1
    return RosterChange(added, changed, unchanged, _depart(tx, rows) if full else 0)


def _values(row: RosterRow) -> dict[str, object]:
    person = row.inmate
    return {
        "booking_number": person.booking_number,
        "last_name": person.last_name,
        "first_name": person.first_name,
        "housing_unit": person.housing_unit,
        "status": str(person.status),
        "more": dict(row.more),
    }


def _depart(tx: sa.Connection, rows: Sequence[RosterRow]) -> int:
    named = {row.inmate.booking_number for row in rows}
    here = tx.execute(
        sa.select(inmate.c.booking_number).where(inmate.c.status == CustodyStatus.IN_CUSTODY)
    ).scalars()
    gone = [booking for booking in here if booking not in named]
    for booking in gone:
        tx.execute(
            sa.update(inmate)
            .where(inmate.c.booking_number == booking)
            .values(status=str(CustodyStatus.OTHER), changed=now())
        )
    return len(gone)


def find_inmate(tx: sa.Connection, booking_number: str) -> Inmate:
    """Raises NotFound."""
    row = tx.execute(sa.select(inmate).where(inmate.c.booking_number == booking_number)).first()
    if row is None:
        raise NotFound(
            f"No inmate has the booking number {booking_number}. "
            "Check the number, or import a newer roster."
        )
    return as_inmate(row)


def inmate_of_row(tx: sa.Connection, row_id: int) -> Inmate:
    """By the row's id, which is known to exist."""
    return as_inmate(tx.execute(sa.select(inmate).where(inmate.c.id == row_id)).one())


def inmate_row_id(tx: sa.Connection, booking_number: str) -> int:
    find_inmate(tx, booking_number)
    found = tx.execute(
        sa.select(inmate.c.id).where(inmate.c.booking_number == booking_number)
    ).scalar_one()
    return int(found)


def all_inmates(tx: sa.Connection) -> tuple[Inmate, ...]:
    rows = tx.execute(sa.select(inmate).order_by(inmate.c.last_name, inmate.c.first_name))
    return tuple(as_inmate(row) for row in rows)


def as_inmate(row: sa.Row[Any]) -> Inmate:
    """From any row that carries the inmate table's columns."""
    return Inmate(
        row.booking_number, row.last_name, row.first_name,
        row.housing_unit, CustodyStatus(row.status),
    )  # fmt: skip
