"""What one person asks for and another confirms on their own login: neither can do it alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.access.permissions import RULES, Act
from digitizer.model.errors import Conflict
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.storage.tables import event, joint_request, staff
from digitizer.support.clock import now

#: How long a request waits for its second person.
LIFE = timedelta(hours=24)
#: Whoever gave somebody a login, or the role for it, may have used it; within this time the person
#: whose it is has noticed.
_STRANGE = timedelta(days=7)
_GIVES_LOGIN = (Verb.ADD_STAFF, Verb.REACTIVATE_STAFF, Verb.RESET_LOGIN, Verb.CHANGE_ROLE)


@dataclass(frozen=True, slots=True)
class JointRequest:
    """Who asked, why, and when."""

    by: str
    reason: str
    made: datetime

    @property
    def until(self) -> datetime:
        return self.made + LIFE


def waiting(tx: sa.Connection, subject: Subject, act: Act) -> JointRequest | None:
    """The request that a second person can confirm now. None where there is none: it is too old, or
    who made it has left or may no longer do this."""
    row = tx.execute(
        sa.select(joint_request, staff.c.name)
        .join(staff, staff.c.id == joint_request.c.staff_id)
        .where(
            joint_request.c.subject == str(subject),
            joint_request.c.made > now() - LIFE,
            staff.c.active,
            staff.c.role.in_([str(role) for role in RULES[act].roles]),
        )
        .order_by(joint_request.c.made)
    ).first()
    return JointRequest(row.name, row.reason, row.made) if row else None


def need_two_people(tx: sa.Connection, first: str, second: str) -> None:
    """Raises Conflict where one of the two gave the other a login of late: both may be that one."""
    pairs = (
        sa.and_(event.c.actor == giver, event.c.subject == str(Subject.staff(given)))
        for giver, given in ((first, second), (second, first))
    )
    given_lately = sa.select(event.c.seq).where(
        event.c.verb.in_([str(each) for each in _GIVES_LOGIN]),
        event.c.at > now() - _STRANGE,
        sa.or_(*pairs),
    )
    if tx.execute(given_lately).first():
        raise Conflict(
            f"Between {first} and {second} one gave the other a login, or a role, within the last "
            f"{_STRANGE.days} days. Somebody else must confirm it."
        )


def ask(tx: sa.Connection, subject: Subject, by: Actor, reason: str) -> None:
    """The request waits from now on; earlier ones about the same are gone."""
    forget(tx, subject)
    staff_id = tx.execute(sa.select(staff.c.id).where(staff.c.name == by.name)).scalar()
    if staff_id is None:
        raise Conflict(f"{by.name} is not on the staff list, and cannot ask for a second person.")
    tx.execute(
        sa.insert(joint_request).values(
            id=secrets.token_hex(8),
            subject=str(subject),
            staff_id=staff_id,
            reason=reason,
            made=now(),
        )
    )


def forget(tx: sa.Connection, subject: Subject) -> None:
    """It was done, or what it was about has changed."""
    tx.execute(sa.delete(joint_request).where(joint_request.c.subject == str(subject)))
