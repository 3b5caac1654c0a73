"""Kiosks: devices that staff enrolled, so that a terminal is known by more than its address.

Staff invite a kiosk by its name and get a code, which is typed at the device once, within the hour.
The device then bears a token (``enrolment``). Only hashes of both are kept.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.errors import NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.storage.tables import kiosk
from digitizer.support.clock import now

CODE_GOOD_FOR = timedelta(hours=1)
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nobody confuses them
_CODE_LENGTH = 10
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Kiosk:
    """One kiosk by its name. ``waits_until``: its code was not typed yet, and is good until then.
    ``enrolled`` is None until a device was; ``seen`` is about when somebody last logged in there.
    """

    name: str
    waits_until: datetime | None
    enrolled: datetime | None
    seen: datetime | None
    revoked: datetime | None


def invite(facility: Facility, name: str, by: Actor) -> str:
    """Returns the code, which is shown once. A device enrolled by this name before stays enrolled
    until the code is used. Raises UsageError for a name that cannot be used."""
    inviting = acting(facility, by, Act.KIOSKS)
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise UsageError(f"A kiosk's name must have 1 to {_LONGEST_NAME} printable characters.")
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    values = {"code_hash": digest(code), "code_until": now() + CODE_GOOD_FOR, "revoked": None}
    with inviting as action:
        known = sa.update(kiosk).where(kiosk.c.name == name)
        if action.tx.execute(known.values(**values)).rowcount == 0:
            action.tx.execute(sa.insert(kiosk).values(name=name, **values))
        action.record(Verb.INVITE_KIOSK, Subject.kiosk(name))
    return f"{code[:5]}-{code[5:]}"


def revoke(facility: Facility, name: str, by: Actor) -> None:
    """The device is like any other from now on. Raises NotFound."""
    with acting(facility, by, Act.KIOSKS) as action:
        known = sa.update(kiosk).where(kiosk.c.name == name, kiosk.c.revoked.is_(None))
        gone = {"code_hash": None, "code_until": None, "token_hash": None, "revoked": now()}
        if action.tx.execute(known.values(**gone)).rowcount == 0:
            raise NotFound(f"There is no kiosk {name}.")
        action.record(Verb.REVOKE_KIOSK, Subject.kiosk(name))


def forget_codes(tx: sa.Connection) -> None:
    """Of a home that comes from a backup: codes that waited then may have been used since."""
    tx.execute(sa.update(kiosk).values(code_hash=None, code_until=None))


def kiosks(facility: Facility, by: Actor) -> tuple[Kiosk, ...]:
    """All that are not revoked, by name."""
    with looking(facility, by, Act.KIOSKS) as look:
        rows = look.tx.execute(
            sa.select(kiosk).where(kiosk.c.revoked.is_(None)).order_by(kiosk.c.name)
        )
        return tuple(
            Kiosk(row.name, row.code_until, row.enrolled, row.seen, row.revoked) for row in rows
        )


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
