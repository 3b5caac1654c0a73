"""Changing the accounts of inmates and staff in the tables; secrets only as hashes."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.model.errors import Conflict
from digitizer.model.people import StaffRole
from digitizer.people import roster
from digitizer.storage.tables import inmate, staff


def set_pin(tx: sa.Connection, booking_number: str, pin_hash: str, *, first: bool = True) -> int:
    """Returns the id of the inmate's row. A ``first`` PIN is given out by staff, and must be
    changed at the next login. Raises NotFound."""
    inmate_id = roster.inmate_row_id(tx, booking_number)
    this = sa.update(inmate).where(inmate.c.id == inmate_id)
    tx.execute(this.values(pin_hash=pin_hash, must_change_pin=first))
    return inmate_id


def remove_pin(tx: sa.Connection, inmate_id: int) -> bool:
    """Returns whether there was one."""
    had = sa.update(inmate).where(inmate.c.id == inmate_id, inmate.c.pin_hash.is_not(None))
    return tx.execute(had.values(pin_hash=None)).rowcount == 1


def set_question(tx: sa.Connection, booking_number: str, question: str, answer_hash: str) -> None:
    """Raises NotFound."""
    inmate_id = roster.inmate_row_id(tx, booking_number)
    tx.execute(
        sa.update(inmate)
        .where(inmate.c.id == inmate_id)
        .values(question=question, answer_hash=answer_hash)
    )


def add_staff(
    tx: sa.Connection, name: str, role: StaffRole, password_hash: str, *, must_change: bool
) -> None:
    """Raises Conflict if the name is taken."""
    if tx.execute(sa.select(staff.c.id).where(staff.c.name == name)).first():
        raise Conflict(f"There is already a member of staff named {name}.")
    tx.execute(
        sa.insert(staff).values(
            name=name,
            role=str(role),
            password_hash=password_hash,
            active=True,
            must_change=must_change,
        )
    )
