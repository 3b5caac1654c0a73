"""Visits, as staff see to them: a day's visits, booking, answering requests, outcomes, and the list
of visits that something stands against since they were booked.

Nothing but a person cancels a visit. That list is made anew whenever it is looked at, from what is
true then (``rules``): so nothing that changes elsewhere can be missed, and what is fixed leaves it
by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from digitizer.access.acting import Action, acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, Inmate
from digitizer.model.visit_settings import Visits
from digitizer.model.visits import (
    BookedVisit,
    Flagged,
    Guest,
    OpenSlot,
    Outcome,
    Refusal,
    VisitKind,
    VisitState,
    outcomes_of,
)
from digitizer.people import roster
from digitizer.people.correspondents import contacts
from digitizer.people.correspondents.contacts import Contact
from digitizer.support.clock import midnight, new_id, now
from digitizer.visits import asking, notices, records, video
from digitizer.visits.notices import News
from digitizer.visits.rules import Wanted

_LONGEST_NOTE = 500
_MOST_OF_ONE = 50


@dataclass(frozen=True, slots=True)
class Day:
    """One day's visits by time and room, whatever became of them."""

    day: date
    visits: tuple[BookedVisit, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person: requests, visits that something stands against, visits that are
    over and have no outcome, and those whose call failed, with nothing booked in their place."""

    requests: tuple[BookedVisit, ...]
    flagged: tuple[Flagged, ...]
    without_outcome: tuple[BookedVisit, ...]
    lost: tuple[BookedVisit, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A visit, what stands against it now, and what of that was left as it is (``left``)."""

    visit: BookedVisit
    refusals: tuple[Refusal, ...]
    left: tuple[Refusal, ...]
    is_over: bool
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """The times that can be booked for this inmate. Where there is none, ``why`` is what stands
    against all of them."""

    inmate: Inmate
    contacts: tuple[Contact, ...]
    open: tuple[OpenSlot, ...]
    why: tuple[Refusal, ...]


def of_day(facility: Facility, day: date, by: Actor) -> Day:
    with looking(facility, by, Act.SEE_VISITS) as look:
        first, last = midnight(day), midnight(day + timedelta(days=1))
        return Day(day, records.between(look.tx, first, last))


def of_inmate(facility: Facility, booking_number: str, by: Actor) -> tuple[BookedVisit, ...]:
    """The newest first. Raises NotFound."""
    with looking(facility, by, Act.SEE_VISITS) as look:
        row = roster.inmate_row_id(look.tx, booking_number)
        return records.of_inmate(look.tx, row, _MOST_OF_ONE)


def waiting(facility: Facility, by: Actor) -> Waiting:
    with looking(facility, by, Act.SEE_VISITS) as look:
        at = now()
        visits = records.to_come(look.tx, at)
        return Waiting(
            requests=tuple(each for each in visits if each.state is VisitState.REQUESTED),
            flagged=asking.flagged(look.tx, facility.settings.visits, visits, at),
            without_outcome=records.without_outcome(look.tx, at),
            lost=video.lost(look.tx, facility.settings),
        )


def find(facility: Facility, visit_id: str, by: Actor) -> Shown:
    """Raises NotFound."""
    with looking(facility, by, Act.SEE_VISITS) as look:
        visit, at = records.get(look.tx, visit_id), now()
        stands: tuple[Refusal, ...] = ()
        if visit.stands and visit.ends > at:
            wanted = asking.wanted_of(look.tx, visit)
            stands = asking.against(look.tx, facility.settings.visits, wanted)
        left = records.left(look.tx)
        return Shown(
            visit=visit,
            refusals=tuple(each for each in stands if (visit.id, each.key) not in left),
            left=tuple(each for each in stands if (visit.id, each.key) in left),
            is_over=visit.ends <= at,
            outcomes=outcomes_of(visit),
        )


def times(
    facility: Facility,
    booking_number: str,
    kind: VisitKind,
    by: Actor,
    *,
    first: date | None = None,
    days: int = 28,
    moving: str = "",
) -> Times:
    """Times for this inmate, from ``first`` (None: today) on; ``moving`` is a visit that would be
    moved there. Raises NotFound."""
    with looking(facility, by, Act.SEE_VISITS) as look:
        row = roster.inmate_row_id(look.tx, booking_number)
        person = roster.find_inmate(look.tx, booking_number)
        guests = records.get(look.tx, moving).guests if moving else ()
        wanted = Wanted(asking.nowhere(), row, person, guests, id=moving)
        begins = first or asking.day_of(now())
        until = begins + timedelta(days=max(days, 1) - 1)
        limits = facility.settings.visits
        some, why = asking.open_times(look.tx, limits, wanted, [kind], begins, until)
        known = contacts.of_inmate(look.tx, row)
        return Times(person, tuple(each for each in known if each.approved), some, why)


def book(
    facility: Facility, booking_number: str, slot: str, guests: Sequence[Guest], by: Actor
) -> str:
    """Books it; returns its id. ``slot`` is the address of a time (``Slot.name``). Raises
    NotFound, UsageError for guests that cannot be, and Conflict with what stands against it."""
    with acting(facility, by, Act.BOOK_VISIT) as action:
        when = asking.slot_named(action.tx, slot)
        wanted = asking.wanted_for(action.tx, booking_number, when, asking.checked(guests))
        asking.need_none(asking.against(action.tx, facility.settings.visits, wanted))
        visit = asking.keep(action, new_id(), wanted, state=VisitState.BOOKED, booker=None)
        video.follow(action, facility.settings, visit)
        notices.tell(action, facility, visit, News.BOOKED)
    return visit.id


def approve(facility: Facility, visit_id: str, by: Actor) -> None:
    """A request becomes a visit; all rules are asked again. Raises NotFound, and Conflict for what
    is no request any more, has begun, or a rule stands against."""
    with acting(facility, by, Act.BOOK_VISIT) as action:
        visit = _in_state(action, visit_id, VisitState.REQUESTED)
        if visit.starts <= now():
            raise Conflict("It is too late to approve this visit.")
        wanted = asking.wanted_of(action.tx, visit)
        asking.need_none(asking.against(action.tx, facility.settings.visits, wanted))
        records.set_state(action.tx, visit, VisitState.BOOKED)
        action.record(Verb.APPROVE_VISIT, Subject.visit(visit_id))
        after = records.get(action.tx, visit_id)
        video.follow(action, facility.settings, after)
        notices.tell(action, facility, after, News.BOOKED)


def refuse(facility: Facility, visit_id: str, by: Actor, reason: str) -> None:
    """Whoever asked reads the reason. Raises NotFound, Conflict for what is no request any more,
    and UsageError without a reason."""
    with acting(facility, by, Act.DECIDE_VISIT, reason=reason) as action:
        visit = _in_state(action, visit_id, VisitState.REQUESTED)
        records.set_state(action.tx, visit, VisitState.REFUSED, action.why, "staff")
        action.record(Verb.REFUSE_VISIT, Subject.visit(visit_id))
        notices.tell(action, facility, records.get(action.tx, visit_id), News.REFUSED)


def cancel(facility: Facility, visit_id: str, by: Actor, reason: str) -> None:
    """Visitors and the inmate read the reason. Raises NotFound, Conflict for what is not booked
    or is over, and UsageError without a reason."""
    with acting(facility, by, Act.DECIDE_VISIT, reason=reason) as action:
        visit = _in_state(action, visit_id, VisitState.BOOKED)
        if visit.ends <= now():
            raise Conflict("This visit is over. Say what became of it.")
        records.set_state(action.tx, visit, VisitState.CANCELLED, action.why, "staff")
        action.record(Verb.CANCEL_VISIT, Subject.visit(visit_id))
        after = records.get(action.tx, visit_id)
        video.follow(action, facility.settings, after)
        notices.tell(action, facility, after, News.CANCELLED)


def move(facility: Facility, visit_id: str, slot: str, by: Actor, reason: str) -> None:
    """The same visit at another time; its kind stays. Raises NotFound, Conflict for what is not
    booked, is over, or a rule stands against there, and UsageError without a reason."""
    with acting(facility, by, Act.DECIDE_VISIT, reason=reason) as action:
        visit = _in_state(action, visit_id, VisitState.BOOKED)
        if visit.starts <= now():
            raise Conflict("This visit has begun. It cannot be moved.")
        when = asking.slot_named(action.tx, slot)
        asking.need_same_kind(action.tx, visit, when)
        wanted = asking.wanted_of(action.tx, visit, when)
        asking.need_none(asking.against(action.tx, facility.settings.visits, wanted))
        records.move(action.tx, visit, when)
        action.record(
            Verb.MOVE_VISIT,
            Subject.visit(visit_id),
            before=visit.starts.isoformat(),
            starts=when.starts.isoformat(),
        )
        after = records.get(action.tx, visit_id)
        video.follow(action, facility.settings, after)
        notices.tell(action, facility, after, News.MOVED)


def leave_as_is(
    facility: Facility, visit_id: str, keys: Collection[str], by: Actor, reason: str
) -> None:
    """What stands against it is known, and it takes place all the same. ``keys`` are those that
    were seen: what is new since then stays on the list. Raises NotFound, Conflict where none of
    them stands against it any more, and UsageError without a reason."""
    with acting(facility, by, Act.DECIDE_VISIT, reason=reason) as action:
        visit = _in_state(action, visit_id, VisitState.BOOKED)
        wanted = asking.wanted_of(action.tx, visit)
        stands = asking.against(action.tx, facility.settings.visits, wanted)
        left = [each.key for each in stands if each.key in keys]
        if not left:
            raise Conflict("Nothing of this stands against the visit any more.")
        for key in left:
            records.leave(action.tx, visit_id, key, action.why, by.name)
        action.record(Verb.LEAVE_VISIT, Subject.visit(visit_id), rules=left)


def record_outcome(
    facility: Facility, visit_id: str, outcome: Outcome, by: Actor, note: str = ""
) -> None:
    """What became of it; a later word replaces the one before, and both are in the log. Raises
    NotFound, Conflict before it begins, and UsageError for what cannot have become of it."""
    with acting(facility, by, Act.BOOK_VISIT) as action:
        visit = _in_state(action, visit_id, VisitState.BOOKED)
        if visit.starts > now():
            raise Conflict("This visit has not begun. Cancel it if it will not take place.")
        if outcome not in outcomes_of(visit):
            raise UsageError("That cannot have become of this visit.")
        if len(note) > _LONGEST_NOTE:
            raise UsageError("A note has at most 500 characters.")
        records.note_outcome(action.tx, visit, outcome, note.strip())
        action.record(Verb.RECORD_OUTCOME, Subject.visit(visit_id), outcome=str(outcome))


def look_after(facility: Facility, by: Actor) -> int:
    """Requests that nobody answered in time are over, and whoever asked is told; returns how many.
    Visits have their calls, and what became of these (``video``). And what was left as it is, and
    does not stand against its visit any more, was left for that once: should it come back, it is
    new."""
    video.look_after(facility, by)
    with looking(facility, by, Act.OPERATE) as look:
        at = now()
        late = [each.id for each in records.unanswered(look.tx, at)]
        fixed = _fixed(look.tx, facility.settings.visits, at)
    for visit_id, keys in fixed.items():
        with acting(facility, by, Act.OPERATE) as action:
            records.forget_left(action.tx, visit_id, keys)
            action.record(Verb.END_LEAVING_VISIT, Subject.visit(visit_id), rules=sorted(keys))
    return sum(_let_lapse(facility, each, by) for each in late)


def _fixed(tx: sa.Connection, limits: Visits, at: datetime) -> dict[str, set[str]]:
    """By visit to come, the keys that were left and stand against it no more."""
    left: dict[str, set[str]] = {}
    for visit_id, key in records.left(tx):
        left.setdefault(visit_id, set()).add(key)
    visits = [each for each in records.to_come(tx, at) if each.id in left]
    stands = dict(asking.standing(tx, limits, visits, at))
    gone = {each: left[each] - {one.key for one in some} for each, some in stands.items()}
    return {each: keys for each, keys in gone.items() if keys}


def _let_lapse(facility: Facility, visit_id: str, by: Actor) -> bool:
    """False: it was answered meanwhile."""
    with suppress(_AnsweredError), acting(facility, by, Act.OPERATE) as action:
        visit = records.get(action.tx, visit_id)
        if visit.state is not VisitState.REQUESTED:
            raise _AnsweredError("It was answered.")
        records.set_state(action.tx, visit, VisitState.LAPSED, by="time")
        action.record(Verb.LAPSE_VISIT, Subject.visit(visit_id))
        notices.tell(action, facility, records.get(action.tx, visit_id), News.LAPSED)
        return True
    return False


class _AnsweredError(Exception):
    """Leaves a transaction that has nothing to do."""


def may_book(by: Actor) -> bool:
    """Whether this person may book and answer; the verbs check it again."""
    return is_permitted(by, Act.BOOK_VISIT)


def _in_state(action: Action, visit_id: str, state: VisitState) -> BookedVisit:
    """Raises NotFound, and Conflict where somebody was quicker."""
    visit = records.get(action.tx, visit_id)
    if visit.state is not state:
        raise Conflict("Somebody else decided about this visit already. Look at it again.")
    return visit
