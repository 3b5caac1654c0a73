"""Whom people outside ask to write to, as they typed it, and what staff answered.

They are never told whether somebody of that number and name is here: what fits nobody waits for
staff like all else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.model.people import Inmate
from digitizer.people import roster
from digitizer.people.correspondents import records
from digitizer.people.correspondents.records import Correspondent
from digitizer.people.names import is_named
from digitizer.storage.tables import held_name, inmate
from digitizer.storage.tables_correspondents import contact_ask
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class Ask:
    """``booking_number`` and ``name`` as they were typed; ``refused`` is why staff refused it, None
    while it waits. ``inmate`` is who has both, for staff."""

    id: int
    correspondent: Correspondent
    booking_number: str
    name: str
    asked: datetime
    refused: str | None
    inmate: Inmate | None


def fitting(tx: sa.Connection, booking_number: str, name: str) -> tuple[int, Inmate] | None:
    """Who has this booking number, in capitals or not, and this name, by a way of writing it; None
    for nobody, and where it is not certain whose number it is."""
    asked = sa.select(inmate.c.id).where(
        sa.func.lower(inmate.c.booking_number) == booking_number.strip().lower(),
        inmate.c.id.not_in(sa.select(held_name.c.inmate_id)),
    )
    found = tx.execute(asked).scalars().all()
    if len(found) != 1:
        return None
    person = roster.inmate_of_row(tx, found[0])
    return (found[0], person) if is_named(person, name) else None


def add(
    tx: sa.Connection,
    correspondent_id: int,
    inmate_id: int | None,
    booking_number: str,
    name: str,
) -> None:
    """One that waits already is not added again."""
    typed = {"booking_number": booking_number, "name": name}
    same = [contact_ask.c[key] == value for key, value in typed.items()]
    if tx.execute(sa.select(contact_ask.c.id).where(*same, *_open(correspondent_id))).first():
        return
    whose = {"correspondent_id": correspondent_id, "inmate_id": inmate_id}
    tx.execute(sa.insert(contact_ask).values(**whose, **typed, asked=now()))


def asked_since(tx: sa.Connection, correspondent_id: int, since: datetime) -> int:
    """How often."""
    own = contact_ask.c.correspondent_id == correspondent_id, contact_ask.c.asked >= since
    count = sa.select(sa.func.count()).select_from(contact_ask).where(*own)
    return int(tx.execute(count).scalar_one())


def of_correspondent(tx: sa.Connection, correspondent_id: int) -> tuple[Ask, ...]:
    """What waits or was refused, newest first."""
    own = contact_ask.c.correspondent_id == correspondent_id
    left = sa.or_(contact_ask.c.answered.is_(None), contact_ask.c.refused.is_not(None))
    return _asks(tx, sa.select(contact_ask).where(own, left).order_by(contact_ask.c.id.desc()))


def waiting(tx: sa.Connection) -> tuple[Ask, ...]:
    """What no person has answered, oldest first."""
    open_ = sa.select(contact_ask).where(contact_ask.c.answered.is_(None))
    return _asks(tx, open_.order_by(contact_ask.c.id))


def waiting_one(tx: sa.Connection, ask_id: int) -> Ask | None:
    this = contact_ask.c.id == ask_id, contact_ask.c.answered.is_(None)
    return next(iter(_asks(tx, sa.select(contact_ask).where(*this))), None)


def answer(
    tx: sa.Connection, correspondent_id: int, inmate_id: int, refused: str | None = None
) -> None:
    """Staff approved the contact, or refused it: also one that had been approved."""
    whose = contact_ask.c.correspondent_id == correspondent_id, contact_ask.c.inmate_id == inmate_id
    these = sa.update(contact_ask).where(*whose)
    tx.execute(these.values(answered=now(), refused=refused))


def refuse(tx: sa.Connection, ask_id: int, why: str) -> None:
    this = sa.update(contact_ask).where(contact_ask.c.id == ask_id)
    tx.execute(this.values(answered=now(), refused=why))


def _open(correspondent_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return contact_ask.c.correspondent_id == correspondent_id, contact_ask.c.answered.is_(None)


def _asks(tx: sa.Connection, asked: sa.Select[Any]) -> tuple[Ask, ...]:
    rows = tx.execute(asked).all()
    known = records.get_all(tx, {row.correspondent_id for row in rows})
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows if row.inmate_id})
    return tuple(
        Ask(
            id=row.id,
            correspondent=known[row.correspondent_id],
            booking_number=row.booking_number,
            name=row.name,
            asked=row.asked,
            refused=row.refused,
            inmate=people.get(row.inmate_id),
        )
        for row in rows
    )
