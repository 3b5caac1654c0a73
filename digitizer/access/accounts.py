"""The accounts that people log in to: rows of inmates and staff, with their secrets as hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.access.login_steps import InmateAccount
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.storage.tables import held_name, inmate, staff
from digitizer.storage.tables_correspondents import correspondent_account
from digitizer.support.clock import now

NOBODY = InmateAccount(id=0, booking_number="?", pin_hash=None, question=None, answer_hash=None)


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """One person on the staff list, also one who left (not ``active``).

    ``must_change``: at the next login they choose a new password; with ``code_until`` the one that
    is hashed here is a one-time code, good until then. ``has_second_step``: codes from an app.
    """

    id: int
    actor: Actor
    password_hash: str | None
    active: bool
    must_change: bool = False
    code_until: datetime | None = None
    has_second_step: bool = False

    @property
    def usable_hash(self) -> str | None:
        """What a password is compared with; None where none is good."""
        is_over = self.code_until is not None and now() >= self.code_until
        return self.password_hash if self.active and not is_over else None


@dataclass(frozen=True, slots=True)
class FamilyAccount:
    """The login of a correspondent. ``tell``: they want e-mails of news, ``tell_content``: with the
    words of a message in them, where the facility allows it."""

    id: int
    correspondent: int
    email: str
    password_hash: str
    made: datetime
    tell: bool
    tell_content: bool

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.CORRESPONDENT, str(self.correspondent))


def plain_email(typed: str) -> str:
    """As addresses are compared."""
    return typed.strip().casefold()


def family_account(tx: sa.Connection, email: str) -> FamilyAccount | None:
    """By e-mail address, in capitals or not."""
    return _family_account(tx, correspondent_account.c.plain_email == plain_email(email))


def account_of(tx: sa.Connection, correspondent_id: int) -> FamilyAccount | None:
    """The login of this record, if it has one."""
    return _family_account(tx, correspondent_account.c.correspondent_id == correspondent_id)


def account_with(tx: sa.Connection, account_id: int) -> FamilyAccount | None:
    return _family_account(tx, correspondent_account.c.id == account_id)


def _family_account(tx: sa.Connection, which: sa.ColumnElement[bool]) -> FamilyAccount | None:
    row = tx.execute(sa.select(correspondent_account).where(which)).first()
    if row is None:
        return None
    return FamilyAccount(
        id=row.id,
        correspondent=row.correspondent_id,
        email=row.email,
        password_hash=row.password_hash,
        made=row.made,
        tell=row.tell,
        tell_content=row.tell_content,
    )


def renew_family_hash(tx: sa.Connection, account_id: int, old: str, new: str) -> None:
    """As ``renew_pin_hash``."""
    own = correspondent_account
    same = (own.c.id == account_id, own.c.password_hash == old)
    tx.execute(sa.update(own).where(*same).values(password_hash=new))


def inmate_account(tx: sa.Connection, typed: str) -> InmateAccount:
    """By booking number, in capitals or not; NOBODY if no inmate or more than one has it, or if it
    is not certain who has it."""
    number = typed.strip()
    rows = tx.execute(
        sa.select(inmate, held_name.c.since)
        .outerjoin(held_name, held_name.c.inmate_id == inmate.c.id)
        .where(sa.func.lower(inmate.c.booking_number) == number.lower())
    ).all()
    exact = [row for row in rows if row.booking_number == number]
    if len(exact or rows) != 1:
        return NOBODY
    (row,) = exact or rows
    if row.since is not None:
        return NOBODY
    return InmateAccount(
        id=row.id,
        booking_number=row.booking_number,
        pin_hash=row.pin_hash,
        question=row.question,
        answer_hash=row.answer_hash,
        must_change=row.must_change_pin,
    )


def staff_account(tx: sa.Connection, name: str) -> StaffAccount | None:
    """By name, exactly as it was entered; None if nobody on the staff list has it."""
    row = tx.execute(sa.select(staff).where(staff.c.name == name)).first()
    if row is None:
        return None
    return StaffAccount(
        id=row.id,
        actor=Actor(ActorKind.STAFF, row.name, StaffRole(row.role)),
        password_hash=row.password_hash,
        active=row.active,
        must_change=row.must_change,
        code_until=row.code_until,
        has_second_step=row.totp_secret is not None,
    )


def has_pin(tx: sa.Connection, account: InmateAccount) -> bool:
    """Whether the PIN that was checked is still theirs: hashing takes a moment, and staff may have
    given out another one meanwhile."""
    same = sa.select(inmate.c.id).where(
        inmate.c.id == account.id,
        inmate.c.booking_number == account.booking_number,
        inmate.c.pin_hash == account.pin_hash,
    )
    is_held = sa.select(held_name.c.since).where(held_name.c.inmate_id == account.id)
    return tx.execute(same).first() is not None and tx.execute(is_held).first() is None


def is_unchanged(tx: sa.Connection, account: StaffAccount) -> bool:
    """As ``has_pin``: whether the login that was checked is still as it was, role and all."""
    return staff_account(tx, account.actor.name) == account


def renew_pin_hash(tx: sa.Connection, inmate_id: int, old: str | None, new: str) -> None:
    """The same PIN, hashed with today's costs; nothing if the PIN was changed meanwhile."""
    same = (inmate.c.id == inmate_id, inmate.c.pin_hash == old)
    tx.execute(sa.update(inmate).where(*same).values(pin_hash=new))


def renew_password_hash(tx: sa.Connection, staff_id: int, old: str | None, new: str) -> None:
    """As ``renew_pin_hash``."""
    same = (staff.c.id == staff_id, staff.c.password_hash == old)
    tx.execute(sa.update(staff).where(*same).values(password_hash=new))


def spend_one_time_code(tx: sa.Connection, account: StaffAccount) -> bool:
    """A one-time code opens one login; False if it was spent, or replaced, in the meantime."""
    if account.code_until is None:
        return True
    done = tx.execute(
        sa.update(staff)
        .where(staff.c.id == account.id, staff.c.password_hash == account.password_hash)
        .values(password_hash=None, code_until=None)
    )
    return done.rowcount == 1
