"""The staff list in the tables: who is on it, their roles, and whether they can log in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.access import second_step, sessions
from digitizer.access.sessions import Idle, OpenSession
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.people import StaffRole
from digitizer.storage.tables import staff


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One person on the staff list. ``id`` is their number in a page's address.

    ``must_change``: they choose a new password at the next login; ``code_until`` is how long the
    one-time code for it is good, None where there is none.
    """

    id: int
    name: str
    role: StaffRole
    active: bool
    can_log_in: bool
    must_change: bool
    code_until: datetime | None
    has_second_step: bool
    recovery_codes: int
    sessions: tuple[OpenSession, ...]


def all_staff(tx: sa.Connection, idle: Idle) -> tuple[StaffMember, ...]:
    """Everyone, those who work here first, by name."""
    rows = tx.execute(sa.select(staff).order_by(staff.c.active.desc(), staff.c.name))
    return tuple(_member(tx, row, idle) for row in rows)


def find_member(tx: sa.Connection, staff_id: int, idle: Idle) -> StaffMember:
    """Raises NotFound."""
    row = tx.execute(sa.select(staff).where(staff.c.id == staff_id)).first()
    if row is None:
        raise NotFound("Nobody on the staff list has this number.")
    return _member(tx, row, idle)


def find_named(tx: sa.Connection, name: str, idle: Idle) -> StaffMember:
    """Raises NotFound."""
    name = " ".join(name.split())
    row = tx.execute(sa.select(staff).where(staff.c.name == name)).first()
    if row is None:
        raise NotFound(f"Nobody on the staff list is named {name}.")
    return _member(tx, row, idle)


def update(tx: sa.Connection, member: StaffMember, **values: object) -> None:
    tx.execute(sa.update(staff).where(staff.c.id == member.id).values(**values))


def need_an_administrator(tx: sa.Connection, without: StaffMember) -> None:
    """Raises Conflict where nobody could administer this home without that person."""
    if not others_who_administer(tx, without):
        raise Conflict(
            f"{without.name} is the last administrator who can log in. Make somebody else an "
            "administrator first."
        )


def others_who_administer(tx: sa.Connection, without: StaffMember) -> int:
    """How many other administrators there are who can log in."""
    count = sa.select(sa.func.count()).select_from(staff)
    return int(
        tx.execute(
            count.where(
                staff.c.role == str(StaffRole.ADMINISTRATOR),
                staff.c.active,
                staff.c.password_hash.is_not(None),
                staff.c.code_until.is_(None),
                staff.c.id != without.id,
            )
        ).scalar_one()
    )


def _member(tx: sa.Connection, row: sa.Row[tuple[object, ...]], idle: Idle) -> StaffMember:
    return StaffMember(
        id=row.id,
        name=row.name,
        role=StaffRole(row.role),
        active=row.active,
        can_log_in=row.active and row.password_hash is not None,
        must_change=row.must_change,
        code_until=row.code_until,
        has_second_step=row.totp_secret is not None,
        recovery_codes=second_step.recovery_codes_left(tx, row.id),
        sessions=sessions.sessions_of_staff(tx, row.id, idle),
    )
