"""Sessions of the web: who stands behind a token. Only the token's SHA-256 is stored."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.storage.tables import inmate, session, staff
from digitizer.support.clock import now

#: However busy, a session ends after this and its owner logs in again.
LONGEST = timedelta(hours=12)
#: ``seen`` is written at most so often: a page with twenty pictures is one look.
_COARSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Idle:
    """After how long without a request a session ends, by who it belongs to."""

    inmate: timedelta
    staff: timedelta

    def of(self, kind: ActorKind) -> timedelta:
        return self.inmate if kind is ActorKind.INMATE else self.staff


@dataclass(frozen=True, slots=True)
class Session:
    """One open session. ``called`` is the person's name as the page greets him."""

    token_hash: str
    actor: Actor
    called: str
    steps_done: int
    csrf: str
    seen: datetime


def open_session(
    tx: sa.Connection, *, inmate_id: int | None = None, staff_id: int | None = None, steps: int
) -> str:
    """Returns the token, which exists nowhere else. Sweeps away what is past any use."""
    at = now()
    tx.execute(sa.delete(session).where(session.c.created < at - LONGEST))
    token = secrets.token_urlsafe(32)
    tx.execute(
        sa.insert(session).values(
            token_hash=_digest(token), inmate_id=inmate_id, staff_id=staff_id,
            steps_done=steps, csrf=secrets.token_urlsafe(32), created=at, seen=at,
        )
    )  # fmt: skip
    return token


def find_session(tx: sa.Connection, token: str, idle: Idle) -> Session | None:
    """None if unknown, idle or lived too long, or if its owner may no longer come in."""
    row = tx.execute(
        sa.select(
            session, inmate.c.booking_number, inmate.c.first_name, inmate.c.last_name,
            inmate.c.pin_hash, staff.c.name, staff.c.role, staff.c.active,
        )
        .outerjoin(inmate, session.c.inmate_id == inmate.c.id)
        .outerjoin(staff, session.c.staff_id == staff.c.id)
        .where(session.c.token_hash == _digest(token))
    ).first()  # fmt: skip
    found = None if row is None else _session(row)
    if row is None or found is None:
        return None
    at = now()
    alive = at - row.seen < idle.of(found.actor.kind) and at - row.created < LONGEST
    return found if alive else None


def _session(row: sa.Row[Any]) -> Session | None:
    if row.booking_number is not None and row.pin_hash:
        actor = Actor(ActorKind.INMATE, row.booking_number)
        called = f"{row.first_name} {row.last_name}".strip()
    elif row.name is not None and row.active:
        actor = Actor(ActorKind.STAFF, row.name, StaffRole(row.role))
        called = row.name
    else:
        return None
    return Session(row.token_hash, actor, called, row.steps_done, row.csrf, row.seen)


def needs_touch(found: Session) -> bool:
    return now() - found.seen > _COARSE


def touch(tx: sa.Connection, found: Session) -> None:
    tx.execute(
        sa.update(session).where(session.c.token_hash == found.token_hash).values(seen=now())
    )


def close_session(tx: sa.Connection, token: str) -> bool:
    """Whether there was one."""
    done = tx.execute(sa.delete(session).where(session.c.token_hash == _digest(token)))
    return done.rowcount == 1


def close_sessions_of_inmate(tx: sa.Connection, inmate_id: int) -> None:
    """At a new login, and when staff give a new PIN: one inmate, one open session."""
    tx.execute(sa.delete(session).where(session.c.inmate_id == inmate_id))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
