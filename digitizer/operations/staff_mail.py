"""Alarms and the digest by e-mail: who gets them, and how an address leaves with one click.

The settings name the addresses; whoever reads the e-mails of one can leave, without a login, by the
link in it. That stands in the log, which says who left until an administrator, or the same link,
takes it back. So an address that the settings name is still written there, and is told as one that
has left.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from digitizer import audit
from digitizer.access.accounts import plain_email
from digitizer.access.acting import acting, looking
from digitizer.access.attempts import LOGIN_PAGE
from digitizer.access.permissions import Act, is_permitted
from digitizer.engines.codes.cover_code import KeyRing
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.model.settings import Settings
from digitizer.notifications import outbox
from digitizer.people.correspondents.telling import link
from digitizer.storage.database import reading, writing

_SIGNED_BYTES = 20


class StaffMail(StrEnum):
    """What staff get by e-mail."""

    ALARMS = "alarms"
    DIGEST = "digest"

    def named(self, settings: Settings) -> tuple[str, ...]:
        """The addresses that the settings name for it."""
        alarms = settings.alarms
        return alarms.mail_to if self is StaffMail.ALARMS else alarms.digest_to

    @property
    def setting(self) -> str:
        return "alarms.mail_to" if self is StaffMail.ALARMS else "alarms.digest_to"


@dataclass(frozen=True, slots=True)
class Left:
    """An address that the settings name, and that gets this no more."""

    what: StaffMail
    address: str
    since: datetime


def recipients(tx: sa.Connection, settings: Settings, what: StaffMail) -> tuple[str, ...]:
    """Those that the settings name, without those that left."""
    return tuple(each for each in what.named(settings) if _left(tx, what, each) is None)


def left(tx: sa.Connection, settings: Settings) -> tuple[Left, ...]:
    """The addresses in the settings that left."""
    return tuple(
        Left(what, address, since)
        for what in StaffMail
        for address in what.named(settings)
        if (since := _left(tx, what, address)) is not None
    )


def put(
    tx: sa.Connection,
    facility: Facility,
    what: StaffMail,
    recipient: str,
    subject: str,
    body: str,
    cause: Subject,
) -> None:
    """Puts one e-mail to staff into the outbox; with a link to leave, where the settings say how
    browsers reach our pages from outside."""
    settings, server = facility.settings, facility.settings.mail_server
    leave = None
    if settings.family.enabled and settings.family.address:
        token = token_of(what, recipient, facility.keys.keys[facility.keys.current])
        leave = link(settings, f"/staff-mail/{token}")
    foot = leave or f"ask who keeps the settings to take you out of {what.setting}."
    outbox.put(
        tx,
        recipient,
        subject,
        f"{body}\n--\nNo more of these e-mails: {foot}\n",
        cause=cause,
        sender=server.sender if server else "",
        leave=leave,
    )


def of_link(facility: Facility, token: str) -> tuple[StaffMail, bool]:
    """For whoever has the link of an e-mail: what it is about, and whether its address left. Raises
    NotFound for a link that is not good (any more)."""
    what, address = _meant(facility, token)
    with reading(facility.engine) as tx:
        return what, _left(tx, what, address) is not None


def leave_by_link(facility: Facility, token: str) -> None:
    """Whoever has the link of an e-mail gets no more of them. Raises NotFound."""
    what, address = _meant(facility, token)
    with writing(facility.engine) as tx:
        if _left(tx, what, address) is None:
            about = subject_of(what, address)
            audit.record(tx, LOGIN_PAGE, Verb.LEAVE_STAFF_MAIL, about, of=what, address=address)


def take_up_by_link(facility: Facility, token: str) -> None:
    """They left by mistake, and get them again. Raises NotFound."""
    what, address = _meant(facility, token)
    with writing(facility.engine) as tx:
        if _left(tx, what, address) is not None:
            about = subject_of(what, address)
            audit.record(tx, LOGIN_PAGE, Verb.TAKE_UP_STAFF_MAIL, about, of=what, address=address)


def who_left(facility: Facility, by: Actor) -> tuple[Left, ...]:
    with looking(facility, by, Act.OPERATE) as look:
        return left(look.tx, facility.settings)


def may_see(by: Actor) -> bool:
    return is_permitted(by, Act.OPERATE)


def send_again(facility: Facility, what: StaffMail, address: str, by: Actor) -> None:
    """Its owner wants these e-mails after all. Raises Conflict where it did not leave."""
    with acting(facility, by, Act.OPERATE) as action:
        known = {plain_email(each) for each in what.named(facility.settings)}
        if plain_email(address) not in known or _left(action.tx, what, address) is None:
            raise Conflict(f"{address} has not left.")
        about = subject_of(what, address)
        action.record(Verb.TAKE_UP_STAFF_MAIL, about, of=what, address=address)


def _left(tx: sa.Connection, what: StaffMail, address: str) -> datetime | None:
    """Since when; None where it gets them."""
    events = audit.events_of(tx, subject_of(what, address))
    last = events[-1] if events else None
    return last.at if last is not None and last.verb == Verb.LEAVE_STAFF_MAIL else None


def subject_of(what: StaffMail, address: str) -> Subject:
    """Short enough for the log, however long the address is."""
    named = hashlib.sha256(plain_email(address).encode("utf-8")).hexdigest()[:32]
    return Subject("staff mail", f"{what}:{named}")


def _meant(facility: Facility, token: str) -> tuple[StaffMail, str]:
    given = token.lower().encode("utf-8", "surrogatepass")
    for what, address in _named(facility.settings):
        known = _tokens(what, address, facility.keys)
        if any(hmac.compare_digest(given, each) for each in known):
            return what, address
    raise NotFound("This link is not good any more.")


def _named(settings: Settings) -> Iterator[tuple[StaffMail, str]]:
    for what in StaffMail:
        for address in what.named(settings):
            yield what, address


def _tokens(what: StaffMail, address: str, keys: KeyRing) -> Iterator[bytes]:
    """Under each key that still signs."""
    for number, key in keys.keys.items():
        if number not in keys.retired:
            yield token_of(what, address, key).encode()


def token_of(what: StaffMail, address: str, key: bytes) -> str:
    """Of one address and one kind of e-mail; nobody can guess it, and no address stands in it."""
    said = f"leave {what} {plain_email(address)}".encode()
    made = hmac.digest(key, said, hashlib.sha256)
    return base64.b32encode(made[:_SIGNED_BYTES]).decode("ascii").lower()
