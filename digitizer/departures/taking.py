"""The page of those who left: a code is typed, opens for an hour, and the file is taken.

Whoever comes here has no account. Booking number and last name are asked for besides the code, so
that a slip alone, found in the street, opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from digitizer import audit
from digitizer.access import pacing
from digitizer.access.acting import acting
from digitizer.access.attempts import LOGIN_PAGE, Refused, attempt, give_back
from digitizer.access.pacing import Pace
from digitizer.access.password_hashing import turn
from digitizer.access.permissions import Act
from digitizer.departures import codes, keeping
from digitizer.departures.codes import Fitting
from digitizer.departures.keeping import BeingMade
from digitizer.engines.codes.takeaway_code import read_takeaway_code
from digitizer.facility import Facility
from digitizer.model.errors import NotAllowed, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.storage.database import reading, writing

__all__ = [
    "BeingMade",
    "NotOpen",
    "NotYet",
    "Opened",
    "Refused",
    "Taken",
    "close",
    "enter",
    "opened",
    "take",
]

#: From its beginning a few times at once; more often from where a line broke.
_TAKES = Pace("takeaway", 6, timedelta(minutes=10))
_RESUMES = Pace("takeaway-on", 60, timedelta(minutes=1))


class NotOpen(NotFound):
    """The token opens nothing, or nothing any more."""

    def __init__(self) -> None:
        super().__init__("This is not open any more.")


class NotYet(NotAllowed):
    """The code is right, but the roster still says that they are in custody. It says nothing of
    whose it is."""

    def __init__(self) -> None:
        super().__init__(
            "The code is right, but it does not open yet: the facility has not noted that you "
            "left. Try again tomorrow. It is not used up by this."
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """A code that is open until ``closes``."""

    closes: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """The file, open to be read once from ``start`` on; its whole length in bytes, and a ``tag``
    that says which one it is."""

    file: IO[bytes]
    length: int
    start: int
    tag: str


def is_open(facility: Facility) -> bool:
    """Whether codes are taken here."""
    return facility.settings.release.export == "on"


@turn()
def enter(facility: Facility, code: str, booking_number: str, last_name: str, terminal: str) -> str:
    """Opens the code for an hour and returns the token that the browser bears. Typed again within
    the hour it opens again, until the same end.

    Raises UsageError for a code that cannot be one, which is no try; Refused, the same for all that
    is wrong; and NotYet. Wrong ones are charged to the terminal like wrong logins.
    """
    _need_open(facility)
    plain = read_takeaway_code(code)
    if plain is None:
        raise UsageError(
            "There is a typing mistake in the code: it has 20 letters and digits. Compare it with "
            "the slip."
        )

    def found() -> Fitting | None:
        with reading(facility.engine) as tx:
            return codes.find(tx, plain, booking_number, last_name)

    made = attempt(facility, Subject("takeaway", "?"), plain, terminal, lambda: found() is not None)
    with writing(facility.engine) as tx:
        give_back(facility, tx, made)
        fitting = codes.find(tx, plain, booking_number, last_name)
        if fitting is None:  # it ended meanwhile
            raise Refused
        is_away = _is_away(fitting)
        token = codes.open_for(tx, fitting) if is_away else ""
        audit.record(
            tx,
            LOGIN_PAGE,
            Verb.OPEN_TAKEAWAY,
            Subject.inmate(fitting.person.booking_number),
            slip=fitting.id,
            opened=is_away,
            terminal=terminal,
        )
    if not is_away:
        raise NotYet
    return token


def opened(facility: Facility, token: str | None) -> Opened | None:
    """What this token opens; None for nothing."""
    found = _borne(facility, token)
    return None if found is None or found.closes is None else Opened(found.closes)


def close(facility: Facility, token: str | None) -> None:
    """The token opens nothing any more: somebody leaves a computer that others use."""
    found = _borne(facility, token)
    if found is not None:
        with writing(facility.engine) as tx:
            codes.close(tx, found.id)
        keeping.forget(facility, found.id)


def take(facility: Facility, token: str | None, start: int = 0, tag: str = "") -> Taken:
    """The file, made now or earlier in this hour, from ``start`` (bytes) on; from its beginning if
    it is not the one with this ``tag`` any more. Raises NotOpen for a token that opens nothing,
    UsageError for a start behind its end, TooOften, BeingMade, and StorageError where it cannot be
    made."""
    found = _borne(facility, token)
    if found is None:
        raise NotOpen
    with writing(facility.engine) as tx:
        pacing.charge(tx, _RESUMES if start else _TAKES, str(found.id))
    number = found.person.booking_number
    owner = Actor(ActorKind.INMATE, number)
    taking = acting(facility, owner, Act.TAKE_ALONG, of=number)
    kept, is_new = keeping.kept(facility, found)
    if tag and tag != kept.tag:
        start = 0
    if start >= kept.length:
        raise UsageError("The file ends before that.")
    if is_new or not start:
        with taking as action:
            lost = {"lost_pictures": kept.lost} if kept.lost else {}
            action.record(
                Verb.TAKE_MAILBOX, Subject.inmate(number), slip=found.id, items=kept.items, **lost
            )
    return Taken(kept.open(start), kept.length, start, kept.tag)


def _borne(facility: Facility, token: str | None) -> Fitting | None:
    if not token or not is_open(facility):
        return None
    with reading(facility.engine) as tx:
        found = codes.borne(tx, token)
    return found if found is not None and _is_away(found) else None


def _is_away(found: Fitting) -> bool:
    """Listed as gone: who is merely missing from a file may well be here."""
    return found.person.status.is_gone


def _need_open(facility: Facility) -> None:
    if not is_open(facility):
        raise NotFound("Nothing is taken along here.")
