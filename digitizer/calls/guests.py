"""Guests of a call who have no account: each comes by a link of their own.

What is in the link is a secret of which only the SHA-256 is kept, bound to one seat of one call.
The first device that opens it keeps it: it is given another secret, and the link opens no more.
Both end with the call, when staff revoke them, and when they make a new link. Whoever comes by one
sits in a lobby as anybody else, until staff saw who they are.

As before a login there is no actor before a link is opened: that event is written here.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer import audit
from digitizer.access import pacing
from digitizer.access.acting import Action, acting
from digitizer.access.login import Visit
from digitizer.access.pacing import Pace
from digitizer.access.permissions import Act
from digitizer.calls import records
from digitizer.calls.records import LONGEST_NAME, CallRecord, SeatRecord
from digitizer.calls.service import board_of
from digitizer.calls.states import CallKind
from digitizer.engines.calls.port import VISITORS, Seat
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_calls import call_seat, video_call
from digitizer.support.clock import now

#: Links that one device may try.
_BY_DEVICE = Pace("links of guests opened", 20, timedelta(minutes=1))
#: For so long after a call its guest reads how it came out.
_READS_AFTER = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link leads to. ``is_opened``: a device has it."""

    name: str
    starts: datetime
    ends: datetime
    is_opened: bool


def add(facility: Facility, call_id: str, name: str, by: Actor, *, interprets: bool) -> Seat:
    """Gives a seat to somebody without an account. Raises UsageError without a name, and Conflict
    where no seat is left, or the call is over."""
    adding = acting(facility, by, Act.INVITE_GUEST)
    kept = _checked(name)
    with adding as action:
        record = _running(action, facility, call_id)
        seat = _free_seat(record, interprets=interprets)
        records.add_seat(action.tx, record.id, seat, kept, None)
        action.record(Verb.ADD_GUEST, Subject.call(record.id), seat=str(seat))
    return seat


def make_link(facility: Facility, call_id: str, seat: str, by: Actor) -> str:
    """Returns the token of a new link; the one before, and the device that had it, are out. Raises
    Conflict for who has an account, and once the call is over."""
    return _give(facility, call_id, seat, by, secrets.token_urlsafe(32), Verb.MAKE_GUEST_LINK)


def revoke_link(facility: Facility, call_id: str, seat: str, by: Actor) -> None:
    """Raises as ``make_link``."""
    _give(facility, call_id, seat, by, "", Verb.REVOKE_GUEST_LINK)


def _give(facility: Facility, call_id: str, seat: str, by: Actor, token: str, verb: Verb) -> str:
    with acting(facility, by, Act.INVITE_GUEST) as action:
        record = _running(action, facility, call_id)
        found = _guest(record, seat)
        link = _digest(token) if token else None
        records.write_seat(action.tx, record.id, found.seat, link=link, device=None, csrf="")
        action.record(verb, Subject.call(record.id), seat=str(found.seat))
    board_of(facility).page_closed(record.id, found.seat)
    return token


def of_link(facility: Facility, token: str) -> Invitation:
    """Raises NotFound for a link that is not good (any more)."""
    with reading(facility.engine) as tx:
        row = _by(tx, call_seat.c.link, token)
    if row is None or row.over is not None:
        raise _no_link()
    return Invitation(row.name, row.starts, row.ends, row.device is not None)


def open_link(facility: Facility, token: str, typed: str, terminal: str) -> tuple[str, str]:
    """Gives the link to the device that asks, which is told a secret of its own; and the id of the
    call. ``typed`` is what they say their name is, which staff see beside the one that they noted.
    Raises NotFound, UsageError without a name, TooOften, and Conflict where another device has
    it."""
    name, device = _checked(typed), secrets.token_urlsafe(32)
    with writing(facility.engine) as tx:  # by itself: a refusal must not give it back
        pacing.charge(tx, _BY_DEVICE, terminal)
    with writing(facility.engine) as tx:
        row = _by(tx, call_seat.c.link, token)
        if row is None or row.over is not None:
            raise _no_link()
        if row.device is not None:
            raise Conflict(
                "This link was opened on another device. Go on there, or ask staff for a new link."
            )
        kept = {"device": _digest(device), "csrf": secrets.token_urlsafe(32), "typed": name}
        records.write_seat(tx, row.call_id, Seat(row.seat), **kept)
        guest = Actor(ActorKind.GUEST, str(row.id))
        about = Subject.call(row.call_id)
        audit.record(tx, guest, Verb.OPEN_GUEST_LINK, about, seat=row.seat, terminal=terminal)
    return device, str(row.call_id)


def visit_of(facility: Facility, device: str | None) -> Visit | None:
    """Who holds this device's secret; None for nobody."""
    if not device:
        return None
    with reading(facility.engine) as tx:
        row = _by(tx, call_seat.c.device, device)
    if row is None or (row.over is not None and row.over < now() - _READS_AFTER):
        return None
    return Visit(Actor(ActorKind.GUEST, str(row.id)), row.name, row.csrf)


def _by(
    tx: sa.Connection, column: sa.Column[str] | sa.Column[str | None], secret: str
) -> sa.Row[tuple[object, ...]] | None:
    asked = sa.select(call_seat, video_call.c.over, video_call.c.starts, video_call.c.ends)
    joined = asked.join(video_call, video_call.c.id == call_seat.c.call_id)
    return tx.execute(joined.where(column == _digest(secret))).first()


def _running(action: Action, facility: Facility, call_id: str) -> CallRecord:
    record = records.get(action.tx, call_id, records.rules_of(facility.settings.calls))
    if record.call.stage.is_over:
        raise Conflict("The call is over.")
    return record


def _free_seat(record: CallRecord, *, interprets: bool) -> Seat:
    taken = {each.seat for each in record.seats}
    if interprets:
        if Seat.INTERPRETER in taken:
            raise Conflict("Somebody interprets already.")
        return Seat.INTERPRETER
    if record.call.kind is CallKind.ATTORNEY:
        raise Conflict("An attorney's call has seats for the attorney and an interpreter.")
    free = next((each for each in VISITORS if each not in taken), None)
    if free is None:
        raise Conflict("No seat is left. Several people can sit before one camera.")
    return free


def _guest(record: CallRecord, seat: str) -> SeatRecord:
    found = next((each for each in record.seats if each.seat == seat), None)
    if found is None:
        raise records.missing()
    if found.correspondent is not None:
        raise Conflict("They have an account, and need no link.")
    return found


def _checked(name: str) -> str:
    kept = " ".join(name.split())
    if not kept or len(kept) > LONGEST_NAME or not kept.isprintable():
        raise UsageError("Type a name.")
    return kept


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _no_link() -> NotFound:
    return NotFound("This link is not good any more. Ask whoever gave it to you for a new one.")
