"""Sessions of the web apps: who holds each token. Only the token's SHA-256 is stored."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.storage.tables import held_name, inmate, session, staff
from digitizer.storage.tables_correspondents import correspondent, correspondent_account
from digitizer.support.clock import now

#: However busy it is, a session ends after this, and its owner logs in again.
LONGEST = timedelta(hours=12)
#: ``seen`` is written at most this often: a page with twenty pictures is one look.
_COARSE = timedelta(seconds=30)
#: A session that was last used so far in the future would be idle for nobody knows how long.
_CLOCK_SET_BACK = timedelta(minutes=5)
#: So many digits of a token's hash tell sessions apart where people see them.
_SHOWN = 16
_ADDRESS_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Idle:
    """After how long without a request a session ends, by whom it belongs to."""

    inmate: timedelta
    staff: timedelta
    correspondent: timedelta = timedelta(minutes=30)

    def of(self, kind: ActorKind) -> timedelta:
        if kind is ActorKind.CORRESPONDENT:
            return self.correspondent
        return self.inmate if kind is ActorKind.INMATE else self.staff


@dataclass(frozen=True, slots=True)
class Session:
    """One open session. ``called`` is the person's name as a page greets them; ``proved`` is when
    they last proved who they are. ``must_change``: a password or PIN that was given out must be
    changed first. ``has_second_step`` is staff's, as in ``StaffAccount``."""

    token_hash: str
    actor: Actor
    called: str
    steps_done: int
    csrf: str
    seen: datetime
    proved: datetime | None = None
    must_change: bool = False
    has_second_step: bool = False

    @property
    def id(self) -> str:
        return self.token_hash[:_SHOWN]


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as a list shows it: since when it is open, when it was last used, from which
    address. ``id`` opens nothing."""

    id: str
    created: datetime
    seen: datetime
    terminal: str | None


def open_session(
    tx: sa.Connection,
    *,
    inmate_id: int | None = None,
    staff_id: int | None = None,
    correspondent_id: int | None = None,
    steps: int,
    terminal: str = "",
) -> str:
    """Returns the token, which exists nowhere else. Removes sessions that lived too long."""
    at = now()
    tx.execute(sa.delete(session).where(session.c.created < at - LONGEST))
    token = secrets.token_urlsafe(32)
    tx.execute(
        sa.insert(session).values(
            token_hash=_digest(token),
            inmate_id=inmate_id,
            staff_id=staff_id,
            correspondent_id=correspondent_id,
            steps_done=steps,
            csrf=secrets.token_urlsafe(32),
            created=at,
            seen=at,
            proved=at,
            terminal=terminal[:_ADDRESS_LENGTH] or None,
        )
    )
    return token


_WITH_OWNER = (
    sa.select(
        session,
        inmate.c.booking_number,
        inmate.c.first_name,
        inmate.c.last_name,
        inmate.c.pin_hash,
        inmate.c.must_change_pin,
        staff.c.name,
        staff.c.role,
        staff.c.active,
        held_name.c.since,
        staff.c.must_change,
        staff.c.totp_secret.is_not(None).label("has_second_step"),
        correspondent.c.name.label("outside"),
        correspondent_account.c.id.label("account"),
    )
    .outerjoin(inmate, session.c.inmate_id == inmate.c.id)
    .outerjoin(held_name, session.c.inmate_id == held_name.c.inmate_id)
    .outerjoin(staff, session.c.staff_id == staff.c.id)
    .outerjoin(correspondent, session.c.correspondent_id == correspondent.c.id)
    .outerjoin(
        correspondent_account, correspondent_account.c.correspondent_id == correspondent.c.id
    )
)


def find_session(tx: sa.Connection, token: str, idle: Idle) -> Session | None:
    """None if it is unknown, idle or too old, or if its owner may no longer log in."""
    row = tx.execute(_WITH_OWNER.where(session.c.token_hash == _digest(token))).first()
    owner = None if row is None else _owner(row)
    if row is None or owner is None:
        return None
    actor, called = owner
    at = now()
    if at - row.seen >= idle.of(actor.kind) or at - row.created >= LONGEST:
        return None
    if row.seen - at >= _CLOCK_SET_BACK:
        return None
    return Session(
        token_hash=row.token_hash,
        actor=actor,
        called=called,
        steps_done=row.steps_done,
        csrf=row.csrf,
        seen=row.seen,
        proved=row.proved,
        must_change=bool(row.must_change or row.must_change_pin),
        has_second_step=bool(row.has_second_step),
    )


def _owner(row: sa.Row[Any]) -> tuple[Actor, str] | None:
    """Whose session it is, and what they are called; None if they may no longer log in."""
    if row.booking_number is not None and row.pin_hash and row.since is None:
        name = f"{row.first_name} {row.last_name}".strip()
        return Actor(ActorKind.INMATE, row.booking_number), name
    if row.name is not None and row.active:
        return Actor(ActorKind.STAFF, row.name, StaffRole(row.role)), row.name
    if row.outside is not None and row.account is not None:
        return Actor(ActorKind.CORRESPONDENT, str(row.correspondent_id)), row.outside
    return None


def needs_touch(found: Session) -> bool:
    return now() - found.seen > _COARSE


def touch(tx: sa.Connection, found: Session) -> None:
    tx.execute(
        sa.update(session).where(session.c.token_hash == found.token_hash).values(seen=now())
    )


def close_session(tx: sa.Connection, token: str) -> bool:
    """Ends it; returns whether it was open."""
    done = tx.execute(sa.delete(session).where(session.c.token_hash == _digest(token)))
    return done.rowcount == 1


def close_sessions_of_inmate(tx: sa.Connection, inmate_id: int) -> None:
    """At a new login, and when staff give out a new PIN: an inmate has one open session."""
    tx.execute(sa.delete(session).where(session.c.inmate_id == inmate_id))


def close_sessions_of_staff(tx: sa.Connection, staff_id: int) -> int:
    """When a role or a password changes, or someone leaves. Returns how many were open."""
    return tx.execute(sa.delete(session).where(session.c.staff_id == staff_id)).rowcount


def close_sessions_of_correspondent(tx: sa.Connection, correspondent_id: int) -> int:
    """When a password changes, or an account is deleted. Returns how many were open."""
    own = session.c.correspondent_id == correspondent_id
    return tx.execute(sa.delete(session).where(own)).rowcount


def close_all_sessions(tx: sa.Connection) -> int:
    """Of a home that comes from a backup: who was logged in then may have lost the right since.
    Returns how many were open."""
    return tx.execute(sa.delete(session)).rowcount


def close_session_of_staff(tx: sa.Connection, staff_id: int, session_id: str) -> bool:
    """Ends one of this person's, by the id that a list shows; returns whether there was one."""
    shown = sa.func.substr(session.c.token_hash, 1, _SHOWN) == session_id
    done = tx.execute(sa.delete(session).where(session.c.staff_id == staff_id, shown))
    return done.rowcount == 1


def sessions_of_staff(tx: sa.Connection, staff_id: int, idle: Idle) -> tuple[OpenSession, ...]:
    """Those of one person that are still good, the one used last first."""
    at = now()
    rows = tx.execute(
        sa.select(session)
        .where(
            session.c.staff_id == staff_id,
            session.c.seen > at - idle.staff,
            session.c.created > at - LONGEST,
        )
        .order_by(session.c.seen.desc())
    )
    return tuple(
        OpenSession(row.token_hash[:_SHOWN], row.created, row.seen, row.terminal) for row in rows
    )


def mark_proved(tx: sa.Connection, found: Session) -> None:
    """Its owner has proved just now who they are."""
    tx.execute(
        sa.update(session).where(session.c.token_hash == found.token_hash).values(proved=now())
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
