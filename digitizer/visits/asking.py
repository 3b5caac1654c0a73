"""Within a transaction: asking the rules about a visit, and reading the address of a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from digitizer.access.acting import Action
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.visit_settings import Visits
from digitizer.model.visits import (
    BookedVisit,
    Flagged,
    Guest,
    OpenSlot,
    Refusal,
    Slot,
    VisitKind,
    VisitState,
    is_monitored,
)
from digitizer.people import roster
from digitizer.support.clock import now
from digitizer.support.visible import as_name
from digitizer.visits import books, places, records, rules
from digitizer.visits.rules import Book, Wanted
from digitizer.visits.slots import local_day, slots_between

_MOST_DAYS, _LONGEST_NAME = 366, 120


def slot_named(tx: sa.Connection, name: str) -> Slot:
    """Raises NotFound for what names none; whether it is offered, the rules say."""
    found = re.fullmatch(r"([0-9]{1,9})-([0-9]{8}T[0-9]{4})Z", name)
    try:
        if found is None:
            raise ValueError
        starts = datetime.strptime(found[2], "%Y%m%dT%H%M").replace(tzinfo=UTC)
        session = places.session(tx, int(found[1]))
    except ValueError:
        raise NotFound("There is no such time.") from None
    ends = starts + timedelta(minutes=session.of.minutes)
    return Slot(session.id, session.of.room, session.of.kind, starts, ends)


def slot_of(visit: BookedVisit) -> Slot:
    return Slot(visit.session, visit.room, visit.kind, visit.starts, visit.ends)


def against(
    tx: sa.Connection, limits: Visits, wanted: Wanted, holder: str = ""
) -> tuple[Refusal, ...]:
    """What stands against it now."""
    book = book_for(tx, wanted.slot, holder)
    return rules.refusals(wanted, book, limits, now(), None)


def standing(
    tx: sa.Connection, limits: Visits, visits: Sequence[BookedVisit], at: datetime
) -> Iterator[tuple[str, tuple[Refusal, ...]]]:
    """What stands against each of these, with one look at all that is known."""
    if not visits:
        return
    first, last = min(each.starts for each in visits), max(each.ends for each in visits)
    book = books.open_book(tx, first, last, at)
    for each in visits:
        yield each.id, rules.refusals(wanted_of(tx, each), book, limits, at, None)


def flagged(
    tx: sa.Connection, limits: Visits, visits: Sequence[BookedVisit], at: datetime
) -> tuple[Flagged, ...]:
    """Those of these that something stands against, which nobody left as it is."""
    left, by_id = records.left(tx), {each.id: each for each in visits}
    found = []
    for visit_id, stands in standing(tx, limits, visits, at):
        new = tuple(each for each in stands if (visit_id, each.key) not in left)
        if new:
            found.append(Flagged(by_id[visit_id], new))
    return tuple(found)


def need_same_kind(tx: sa.Connection, visit: BookedVisit, when: Slot) -> None:
    """Raises Conflict where a visit cannot have this time and be the same."""
    if when.kind is not visit.kind:
        raise Conflict("A visit keeps its kind. Cancel it, and book another.")
    if places.session(tx, when.session).of.monitored != is_monitored(visit):
        raise Conflict("The other session is monitored otherwise. Cancel it, and book another.")


def sessions_monitored(tx: sa.Connection, monitored: bool) -> frozenset[int]:
    """The sessions whose visits are, or are not."""
    return frozenset(each.id for each in places.sessions(tx) if each.of.monitored == monitored)


def book_for(tx: sa.Connection, slot: Slot, holder: str = "") -> Book:
    """What is known of this time. ``holder`` is the id of a time that is kept, and does not count
    against itself."""
    return books.open_book(tx, slot.starts, slot.ends, now(), holder=holder)


def nowhere() -> Slot:
    """In place of a time, where every time is asked about."""
    return Slot(0, 0, VisitKind.IN_PERSON, now(), now())


def need_none(found: Sequence[Refusal], *, outside: bool = False) -> None:
    """Raises Conflict with what stands against it."""
    if found:
        said = [each.told if outside else each.sentence for each in found]
        raise Conflict(" ".join(dict.fromkeys(said)))


def wanted_of(tx: sa.Connection, visit: BookedVisit, slot: Slot | None = None) -> Wanted:
    """A visit as it is booked, or (with a ``slot``) as it would be then: against that counts all
    that is there."""
    return Wanted(
        slot=slot or slot_of(visit),
        inmate_id=records.inmate_row_of(tx, visit.id),
        inmate=visit.inmate,
        guests=visit.guests,
        id=visit.id,
        order=None if slot else (visit.asked, visit.id),
    )


def open_times(
    tx: sa.Connection,
    limits: Visits,
    wanted: Wanted,
    kinds: Sequence[VisitKind],
    first: date,
    last: date,
) -> tuple[tuple[OpenSlot, ...], tuple[Refusal, ...]]:
    """The times of these days that nothing stands against, for whoever ``wanted`` names (its own
    time does not matter); and, where there is none, what stands against every one of them."""
    last = min(last, first + timedelta(days=_MOST_DAYS))
    outside = wanted.from_outside
    sessions = [
        each
        for each in places.sessions(tx)
        if each.of.kind in kinds and (each.of.for_family or not outside)
    ]
    some = slots_between(sessions, first, last, None)
    if not some:
        return (), ()
    at = now()
    book = books.open_book(tx, some[0].starts, some[-1].ends, at)
    found, everywhere = [], None
    for slot in some:
        asked = Wanted(
            slot,
            wanted.inmate_id,
            wanted.inmate,
            wanted.guests,
            wanted.id,
            from_outside=outside,
        )
        stands = rules.refusals_of_time(asked, book, limits, at, None)
        if not stands:
            found.append(_open(slot, book))
        kept = [each for each in stands if everywhere is None or each.rule in everywhere]
        everywhere = {each.rule: each for each in kept}
    return tuple(found), tuple((everywhere or {}).values())


def _open(slot: Slot, book: Book) -> OpenSlot:
    room, session = book.rooms[slot.room], book.sessions[slot.session]
    here = [each for each in book.places if each.overlaps(slot) and each.slot.room == slot.room]
    same = [each for each in here if each.slot.session == slot.session]
    free = min(
        session.of.capacity - rules.most_at_once(same, slot),
        room.places - rules.most_at_once(here, slot),
    )
    return OpenSlot(slot, room.name, room.medium, free)


def keep(
    action: Action,
    visit_id: str,
    wanted: Wanted,
    *,
    state: VisitState,
    booker: int | None,
) -> BookedVisit:
    """Nothing stands against it: it has its place, and the log says so."""
    session = places.session(action.tx, wanted.slot.session)
    records.add(
        action.tx,
        visit_id,
        wanted.slot,
        wanted.inmate_id,
        wanted.guests,
        state=state,
        booker=booker,
        monitored=session.of.monitored,
    )
    verb = Verb.BOOK_VISIT if state is VisitState.BOOKED else Verb.ASK_FOR_VISIT
    action.record(
        verb,
        Subject.visit(visit_id),
        inmate=wanted.inmate.booking_number,
        kind=str(wanted.slot.kind),
        starts=wanted.slot.starts.isoformat(),
        visitors=len(wanted.guests),
    )
    return records.get(action.tx, visit_id)


def wanted_for(
    tx: sa.Connection, booking_number: str, slot: Slot, guests: Sequence[Guest]
) -> Wanted:
    """A new one. Raises NotFound."""
    row = roster.inmate_row_id(tx, booking_number)
    person = roster.find_inmate(tx, booking_number)
    return Wanted(slot, row, person, tuple(guests))


def day_of(at: datetime) -> date:
    return local_day(at, None)


def checked(guests: Sequence[Guest]) -> tuple[Guest, ...]:
    """Without spaces around names, and nobody twice. Raises UsageError."""
    kept = [Guest(as_name(each.name), each.correspondent, each.born) for each in guests]
    if any(not each.name or len(each.name) > _LONGEST_NAME for each in kept):
        raise UsageError("A visitor needs a name of at most 120 characters.")
    if any(each.born and each.born > day_of(now()) for each in kept):
        raise UsageError("A date of birth cannot be to come.")
    return tuple(dict.fromkeys(kept))
