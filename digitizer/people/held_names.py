"""Known booking numbers that came with another person's name, until a person confirms who it is.

Meanwhile nothing about the known person changes, and nobody logs in as them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import NotFound
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.storage.tables import held_name, inmate
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class HeldName:
    """``known`` is the person as they are here, ``listed`` as the roster file names them; ``more``
    are the file's other columns."""

    known: Inmate
    listed: Inmate
    more: Mapping[str, str]
    since: datetime


def hold(tx: sa.Connection, inmate_id: int, listed: Inmate, more: Mapping[str, str]) -> None:
    """Keeps what the file says; of a name that is held already, what it says now."""
    row = {"inmate": asdict(listed), "more": dict(more)}
    known = sa.update(held_name).where(held_name.c.inmate_id == inmate_id)
    if tx.execute(known.values(row=row)).rowcount == 0:
        tx.execute(sa.insert(held_name).values(inmate_id=inmate_id, since=now(), row=row))


def all_held(tx: sa.Connection) -> tuple[HeldName, ...]:
    """Those held longest first."""
    return _held(tx)


def find_held(tx: sa.Connection, booking_number: str) -> HeldName:
    """Raises NotFound."""
    found = _held(tx, inmate.c.booking_number == booking_number)
    if not found:
        raise NotFound(f"No name is held for {booking_number}. See: digitizer roster held")
    return found[0]


def is_held(tx: sa.Connection, inmate_id: int) -> bool:
    asked = sa.select(held_name.c.inmate_id).where(held_name.c.inmate_id == inmate_id)
    return tx.execute(asked).first() is not None


def let_go(tx: sa.Connection, inmate_id: int) -> None:
    tx.execute(sa.delete(held_name).where(held_name.c.inmate_id == inmate_id))


def _held(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[HeldName, ...]:
    rows = tx.execute(
        sa.select(inmate, held_name.c.since, held_name.c.row)
        .join(held_name, held_name.c.inmate_id == inmate.c.id)
        .where(*where)
        .order_by(held_name.c.since, inmate.c.booking_number)
    )
    return tuple(
        HeldName(
            known=_person(dict(row._mapping)),
            listed=_person(row.row["inmate"]),
            more=row.row["more"],
            since=row.since,
        )
        for row in rows
    )


def _person(columns: Mapping[str, Any]) -> Inmate:
    return Inmate(
        booking_number=columns["booking_number"],
        last_name=columns["last_name"],
        first_name=columns["first_name"],
        housing_unit=columns["housing_unit"],
        status=CustodyStatus(columns["status"]),
    )
