"""What stands against a visit: one pure function, asked before a time is kept, again when it is
booked, when it is approved, and of every visit that is booked, for as long as it is to come.

So a change is never lost: whatever is true now, of custody, contacts, bans, closed days, sessions
and rooms, is what the list for review is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from digitizer.model.people import Inmate
from digitizer.model.visit_settings import Visits
from digitizer.model.visits import (
    Apart,
    Closure,
    Guest,
    Limit,
    Medium,
    Refusal,
    Restriction,
    Session,
    Slot,
    VisitKind,
    VisitRoom,
    VisitRule,
)
from digitizer.visits.slots import local_day, monday, offers


@dataclass(frozen=True, slots=True)
class Place:
    """A place that is taken: by a visit that is requested or booked, or by a time that is kept
    while somebody books it (``held``). ``order`` tells which was first."""

    id: str
    slot: Slot
    inmate_id: int
    correspondents: frozenset[int]
    order: tuple[datetime, str]
    held: bool = False

    def overlaps(self, slot: Slot) -> bool:
        return self.slot.starts < slot.ends and slot.starts < self.slot.ends


@dataclass(frozen=True, slots=True)
class Blocked:
    """Mail between a correspondent and an inmate is blocked; ``until`` is the last day."""

    id: int
    correspondent: int
    inmate_id: int | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Book:
    """All that is known now of what visits depend on. ``contacts`` are approved, as pairs of a
    correspondent and an inmate's row."""

    rooms: Mapping[int, VisitRoom]
    sessions: Mapping[int, Session]
    closures: tuple[Closure, ...]
    restrictions: tuple[Restriction, ...]
    aparts: tuple[Apart, ...]
    blocks: tuple[Blocked, ...]
    contacts: frozenset[tuple[int, int]]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A visit that somebody wants, or that is booked (``id``; then only what came before it counts
    against it). ``from_outside``: the notice that a session asks for binds them."""

    slot: Slot
    inmate_id: int
    inmate: Inmate
    guests: tuple[Guest, ...]
    id: str = ""
    order: tuple[datetime, str] | None = None
    from_outside: bool = False

    @property
    def is_privileged(self) -> bool:
        return self.slot.kind is VisitKind.ATTORNEY


def refusals(
    wanted: Wanted, book: Book, limits: Visits, at: datetime, zone: tzinfo | None
) -> tuple[Refusal, ...]:
    """Every rule that stands against it; none where it may be."""
    day = local_day(wanted.slot.starts, zone)
    found = (
        *_of_time(wanted, book, at, zone, day),
        *_of_inmate(wanted, book, day),
        *_of_place(wanted, book),
        *_of_party(wanted, limits, day),
    )
    if wanted.is_privileged:
        return found
    return (*found, *_of_guests(wanted, book, limits, day), *_of_week(wanted, book, limits, zone))


def refusals_of_time(
    wanted: Wanted, book: Book, limits: Visits, at: datetime, zone: tzinfo | None
) -> tuple[Refusal, ...]:
    """As far as it is known before anybody says who comes along: for times that are offered."""
    day = local_day(wanted.slot.starts, zone)
    found = (
        *_of_time(wanted, book, at, zone, day),
        *_of_inmate(wanted, book, day),
        *_of_place(wanted, book),
    )
    if wanted.is_privileged:
        return found
    return (*found, *_of_bans(wanted, book, day), *_of_week(wanted, book, limits, zone))


def _of_time(
    wanted: Wanted, book: Book, at: datetime, zone: tzinfo | None, day: date
) -> Iterator[Refusal]:
    slot, room = wanted.slot, book.rooms[wanted.slot.room]
    session = book.sessions[slot.session]
    if slot.ends <= at or (not wanted.id and slot.starts <= at):
        yield Refusal(VisitRule.OVER)
    if not offers(session, slot, zone):
        yield Refusal(VisitRule.NOT_OFFERED, str(session.id))
    if room.ended is not None:
        yield Refusal(VisitRule.ROOM_ENDED, str(room.id), room.name)
    for each in book.closures:
        if each.holds_on(day, room.id):
            yield Refusal(VisitRule.CLOSED, str(each.id), each.reason)
    if wanted.from_outside:
        yield from _of_notice(slot, session, at)


def _of_notice(slot: Slot, session: Session, at: datetime) -> Iterator[Refusal]:
    if not session.of.for_family:
        yield Refusal(VisitRule.NOT_OFFERED, str(session.id))
    if at > slot.starts - timedelta(hours=session.of.notice_hours):
        yield Refusal(VisitRule.TOO_SOON)
    if slot.starts > at + timedelta(days=session.of.ahead_days):
        yield Refusal(VisitRule.TOO_FAR)


def _of_inmate(wanted: Wanted, book: Book, day: date) -> Iterator[Refusal]:
    person, units = wanted.inmate, book.sessions[wanted.slot.session].of.units
    if person.absence:
        yield Refusal(VisitRule.ABSENT, str(person.status), str(person.status).replace("_", " "))
    if units and person.housing_unit not in units:
        yield Refusal(VisitRule.OTHER_UNIT, person.housing_unit, person.housing_unit)
    if wanted.is_privileged:
        return
    for each in book.restrictions:
        own = each.inmate_id == wanted.inmate_id and each.correspondent is None
        if own and each.holds_on(day):
            yield from _limited(each, wanted, book)


def _limited(each: Restriction, wanted: Wanted, book: Book) -> Iterator[Refusal]:
    by_video = book.rooms[wanted.slot.room].medium is Medium.VIDEO
    if each.limit is Limit.VIDEO_ONLY:
        if not by_video:
            yield Refusal(VisitRule.VIDEO_ONLY, str(each.id), each.reason)
        return
    of_visitor = each.correspondent is not None
    rule = VisitRule.BANNED if of_visitor else VisitRule.SUSPENDED
    yield Refusal(rule, str(each.id), each.reason)


def _of_place(wanted: Wanted, book: Book) -> Iterator[Refusal]:
    slot, others = wanted.slot, _before(wanted, book)
    near = [each for each in others if each.overlaps(slot)]
    here = [each for each in near if each.slot.room == slot.room]
    same = [each for each in here if each.slot.session == slot.session]
    room, session = book.rooms[slot.room], book.sessions[slot.session]
    if most_at_once(same, slot) >= session.of.capacity or most_at_once(here, slot) >= room.places:
        yield Refusal(VisitRule.FULL)
    if any(each.inmate_id == wanted.inmate_id for each in near):
        yield Refusal(VisitRule.INMATE_BUSY)
    theirs = {each.correspondent for each in wanted.guests} - {None}
    if any(theirs & each.correspondents for each in near):
        yield Refusal(VisitRule.VISITOR_BUSY)
    for group in book.aparts:
        if group.ended is not None or wanted.inmate_id not in group.inmates:
            continue
        others_of_it = group.inmates - {wanted.inmate_id}
        if any(each.inmate_id in others_of_it for each in here):
            yield Refusal(VisitRule.APART, str(group.id), group.reason)


def _before(wanted: Wanted, book: Book) -> Iterable[Place]:
    """What counts against it: everything else that has a place; for a visit that is booked, the
    visits that were there before."""
    for each in book.places:
        if each.id == wanted.id:
            continue
        if wanted.order is None or (not each.held and each.order < wanted.order):
            yield each


def most_at_once(places: Iterable[Place], slot: Slot) -> int:
    """The most of these that take place at one moment of this time."""
    some = [each.slot for each in places]
    starts = {slot.starts, *(each.starts for each in some if each.starts > slot.starts)}
    return max(sum(each.starts <= at < each.ends for each in some) for at in starts)


def _of_party(wanted: Wanted, limits: Visits, day: date) -> Iterator[Refusal]:
    guests = wanted.guests
    if not guests:
        yield Refusal(VisitRule.NOBODY)
    if len(guests) > limits.visitors:
        yield Refusal(VisitRule.TOO_MANY, str(len(guests)))
    minors = [each for each in guests if each.is_minor(day, limits.adult_age)]
    if len(guests) - len(minors) > limits.adults:
        yield Refusal(VisitRule.TOO_MANY_ADULTS, str(len(guests) - len(minors)))
    if guests and len(minors) == len(guests):
        yield Refusal(VisitRule.NO_ADULT)


def _of_guests(wanted: Wanted, book: Book, limits: Visits, day: date) -> Iterator[Refusal]:
    for each in wanted.guests:
        if each.correspondent is not None:
            if (each.correspondent, wanted.inmate_id) not in book.contacts:
                yield Refusal(VisitRule.NO_CONTACT, str(each.correspondent), each.name)
        elif not each.is_minor(day, limits.adult_age):
            yield Refusal(VisitRule.UNKNOWN_ADULT, each.name, each.name)
    yield from _of_bans(wanted, book, day)


def _of_bans(wanted: Wanted, book: Book, day: date) -> Iterator[Refusal]:
    theirs = {each.correspondent for each in wanted.guests} - {None}
    for each in book.restrictions:
        with_them = each.inmate_id in (None, wanted.inmate_id)
        if each.correspondent in theirs and with_them and each.holds_on(day):
            yield from _limited(each, wanted, book)
    for block in book.blocks:
        between = block.correspondent in theirs and block.inmate_id in (None, wanted.inmate_id)
        if between and (block.until is None or day <= block.until):
            yield Refusal(VisitRule.BLOCKED, str(block.id))


def _of_week(wanted: Wanted, book: Book, limits: Visits, zone: tzinfo | None) -> Iterator[Refusal]:
    week = monday(local_day(wanted.slot.starts, zone))
    had = sum(
        each.inmate_id == wanted.inmate_id
        and each.slot.kind is not VisitKind.ATTORNEY
        and monday(local_day(each.slot.starts, zone)) == week
        for each in _before(wanted, book)
    )
    if had >= limits.a_week:
        yield Refusal(VisitRule.QUOTA, str(limits.a_week))
