"""What staff decide about visits in general: rooms, sessions, closed days, restrictions, and who is
kept apart. None of it cancels a visit that is booked: it puts it on the list for review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import UsageError
from digitizer.model.events import VISITS, Verb
from digitizer.model.people import Actor
from digitizer.model.visits import (
    Apart,
    Closure,
    Limit,
    Medium,
    NewSession,
    Restriction,
    Session,
    VisitRoom,
)
from digitizer.people import roster
from digitizer.visits import limits, places

_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Setup:
    """Rooms and sessions in use, and all limits that were not ended."""

    rooms: tuple[VisitRoom, ...]
    sessions: tuple[Session, ...]
    closures: tuple[Closure, ...]
    restrictions: tuple[Restriction, ...]
    aparts: tuple[Apart, ...]
    units: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Whether anything can be booked at all."""
        return bool(self.sessions)

    def room(self, number: int | None) -> VisitRoom | None:
        return next((each for each in self.rooms if each.id == number), None)


def see(facility: Facility, by: Actor) -> Setup:
    with looking(facility, by, Act.SEE_VISITS) as look:
        rooms = [each for each in places.rooms(look.tx) if each.ended is None]
        used = {each.id for each in rooms}
        sessions = [
            each for each in places.sessions(look.tx) if each.ended is None and each.of.room in used
        ]
        units = {each.housing_unit for each in roster.all_inmates(look.tx)} - {""}
        return Setup(
            rooms=tuple(rooms),
            sessions=tuple(sessions),
            closures=limits.closures(look.tx),
            restrictions=limits.restrictions(look.tx),
            aparts=limits.aparts(look.tx),
            units=tuple(sorted(units)),
        )


def make_room(facility: Facility, name: str, medium: Medium, most: int, by: Actor) -> int:
    """``most``: so many visits can be in it at once. Raises UsageError, and Conflict where the name
    is taken."""
    with acting(facility, by, Act.VISIT_PLACES) as action:
        number = places.add_room(action.tx, name, medium, most)
        action.record(Verb.MAKE_VISIT_ROOM, VISITS, room=number, medium=str(medium), places=most)
    return number


def end_room(facility: Facility, room_id: int, by: Actor) -> None:
    """Raises NotFound."""
    with acting(facility, by, Act.VISIT_PLACES) as action:
        places.end_room(action.tx, room_id)
        action.record(Verb.END_VISIT_ROOM, VISITS, room=room_id)


def make_session(facility: Facility, new: NewSession, by: Actor) -> int:
    """Raises NotFound, and UsageError for what cannot be."""
    with acting(facility, by, Act.VISIT_PLACES) as action:
        number = places.add_session(action.tx, new)
        action.record(
            Verb.MAKE_VISIT_SESSION, VISITS, session=number, room=new.room, kind=str(new.kind)
        )
    return number


def end_session(facility: Facility, session_id: int, by: Actor) -> None:
    """Raises NotFound."""
    with acting(facility, by, Act.VISIT_PLACES) as action:
        places.end_session(action.tx, session_id)
        action.record(Verb.END_VISIT_SESSION, VISITS, session=session_id)


def leave_out_date(
    facility: Facility, session_id: int, day: date, by: Actor, *, out: bool = True
) -> None:
    """The session does not take place on this day; or (``out`` False) it does after all. Raises
    NotFound."""
    with acting(facility, by, Act.VISIT_PLACES) as action:
        places.leave_out(action.tx, session_id, day, out=out)
        action.record(
            Verb.CHANGE_VISIT_SESSION, VISITS, session=session_id, day=day.isoformat(), out=out
        )


def close_days(
    facility: Facility, room: int | None, first: date, last: date, by: Actor, reason: str
) -> int:
    """No visits on these days, in one room or (None) in all. Raises NotFound, and UsageError."""
    with acting(facility, by, Act.LIMIT_VISITS, reason=reason) as action:
        if room is not None:
            places.room(action.tx, room)
        number = limits.close(action.tx, room, first, last, _short(action.why))
        action.record(
            Verb.CLOSE_DAYS,
            VISITS,
            closure=number,
            room=room,
            first=first.isoformat(),
            last=last.isoformat(),
        )
    return number


def lift_closure(facility: Facility, closure_id: int, by: Actor, reason: str) -> None:
    """Visits can be on these days again. Raises NotFound, and UsageError without a reason."""
    with acting(facility, by, Act.LIMIT_VISITS, reason=reason) as action:
        limits.lift(action.tx, closure_id)
        action.record(Verb.OPEN_CLOSED_DAYS, VISITS, closure=closure_id)


def restrict(
    facility: Facility,
    limit: Limit,
    correspondent: int | None,
    booking_number: str,
    days: tuple[date, date | None],
    by: Actor,
    reason: str,
) -> int:
    """Of a visitor, an inmate ("": none), or the two together; ``days`` are the first and the last
    on which it holds. Raises NotFound, and UsageError."""
    with acting(facility, by, Act.LIMIT_VISITS, reason=reason) as action:
        row = roster.inmate_row_id(action.tx, booking_number) if booking_number else None
        why = _short(action.why)
        number = limits.restrict(action.tx, limit, correspondent, row, days, why)
        action.record(
            Verb.RESTRICT_VISITS,
            VISITS,
            restriction=number,
            limit=str(limit),
            correspondent=correspondent,
            inmate=booking_number or None,
            until=days[1].isoformat() if days[1] else None,
        )
    return number


def end_restriction(facility: Facility, restriction_id: int, by: Actor, reason: str) -> None:
    """Raises NotFound, and UsageError without a reason."""
    with acting(facility, by, Act.LIMIT_VISITS, reason=reason) as action:
        limits.end_restriction(action.tx, restriction_id)
        action.record(Verb.END_VISIT_RESTRICTION, VISITS, restriction=restriction_id)


def keep_apart(facility: Facility, booking_numbers: Sequence[str], by: Actor, reason: str) -> int:
    """These inmates are never in one room at one time. Raises NotFound, and UsageError unless they
    are two or more."""
    with acting(facility, by, Act.LIMIT_VISITS, reason=reason) as action:
        rows = [roster.inmate_row_id(action.tx, each) for each in booking_numbers]
        number = limits.keep_apart(action.tx, rows, _short(action.why))
        action.record(Verb.KEEP_APART, VISITS, group=number, inmates=list(booking_numbers))
    return number


def end_apart(facility: Facility, apart_id: int, by: Actor, reason: str) -> None:
    """Raises NotFound, and UsageError without a reason."""
    with acting(facility, by, Act.LIMIT_VISITS, reason=reason) as action:
        limits.end_apart(action.tx, apart_id)
        action.record(Verb.END_KEEPING_APART, VISITS, group=apart_id)


def may_set_up(by: Actor) -> bool:
    """Whether this person may change anything here; the verbs check it again."""
    return is_permitted(by, Act.VISIT_PLACES)


def _short(reason: str) -> str:
    if len(reason) > _LONGEST_REASON:
        raise UsageError("A reason has at most 500 characters.")
    return reason
