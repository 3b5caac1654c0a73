"""What a device does to become a kiosk, and how it is known from then on."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa

from digitizer import audit
from digitizer.access.attempts import LOGIN_PAGE, Refused, attempt, give_back
from digitizer.access.kiosks import digest
from digitizer.access.password_hashing import turn
from digitizer.facility import Facility
from digitizer.model.events import Subject, Verb
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import kiosk
from digitizer.support.clock import now

_SEEN_EVERY = timedelta(minutes=10)


@turn()
def enrol(facility: Facility, code: str, terminal: str) -> str:
    """What the device does with the code: returns its token. Wrong codes are charged to the device
    like wrong logins. Raises Refused."""
    typed = "".join(each for each in code.upper() if each.isalnum())
    unused = (kiosk.c.code_hash == digest(typed), kiosk.c.code_until > now())
    made = attempt(
        facility,
        Subject("kiosk", "?"),
        typed or "nothing",
        terminal,
        lambda: _name(facility, unused) is not None,
    )
    token = secrets.token_urlsafe(32)
    with writing(facility.engine) as tx:
        name = tx.execute(sa.select(kiosk.c.name).where(*unused)).scalar()
        if name is None:  # somebody else was quicker
            raise Refused
        borne = {"token_hash": digest(token), "enrolled": now(), "seen": None}
        used = {"code_hash": None, "code_until": None, **borne}
        tx.execute(sa.update(kiosk).where(kiosk.c.name == name).values(**used))
        give_back(facility, tx, made)
        audit.record(tx, LOGIN_PAGE, Verb.ENROL_KIOSK, Subject.kiosk(name), terminal=terminal)
    return token


def _name(facility: Facility, where: tuple[sa.ColumnElement[bool], ...]) -> str | None:
    with reading(facility.engine) as tx:
        return tx.execute(sa.select(kiosk.c.name).where(*where)).scalar()


def kiosk_of(facility: Facility, token: str) -> str | None:
    """The name of the kiosk that bears this token; None if it is none, or was revoked."""
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(kiosk).where(kiosk.c.token_hash == digest(token))).first()
    if row is None:
        return None
    if row.seen is None or now() - row.seen > _SEEN_EVERY:
        with writing(facility.engine) as tx:
            tx.execute(sa.update(kiosk).where(kiosk.c.name == row.name).values(seen=now()))
    name: str = row.name
    return name
