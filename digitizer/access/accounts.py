"""Whose account it is that someone knocks for: rows of inmates and staff, secrets as hashes."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.access.login_steps import Account
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.storage.tables import inmate, staff

NOBODY = Account(0, "?", None, None, None)


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """One member of staff, also one who left (not ``active``)."""

    id: int
    actor: Actor
    password_hash: str | None
    active: bool


def inmate_account(tx: sa.Connection, typed: str) -> Account:
    """By booking number, capitals or not; NOBODY where that names no one, or two."""
    number = typed.strip()
    rows = tx.execute(
        sa.select(inmate).where(sa.func.lower(inmate.c.booking_number) == number.lower())
    ).all()
    exact = [row for row in rows if row.booking_number == number]
    if len(exact or rows) != 1:
        return NOBODY
    (row,) = exact or rows
    return Account(row.id, row.booking_number, row.pin_hash, row.question, row.answer_hash)


def staff_account(tx: sa.Connection, name: str) -> StaffAccount | None:
    """By name, as it was entered."""
    row = tx.execute(sa.select(staff).where(staff.c.name == name)).first()
    if row is None:
        return None
    actor = Actor(ActorKind.STAFF, row.name, StaffRole(row.role))
    return StaffAccount(row.id, actor, row.password_hash, row.active)
