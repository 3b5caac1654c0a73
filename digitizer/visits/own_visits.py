"""Visits, as those see to them whom they are of: people outside, who book for an inmate that has
them as an approved contact, and the inmates, who see their own and can decline them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from digitizer.access.acting import Action, Look, acting, keeping, looking
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, TooOften, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind, Inmate
from digitizer.model.visits import (
    WITHDRAWN,
    BookedVisit,
    Guest,
    Held,
    OpenSlot,
    Refusal,
    Slot,
    VisitKind,
    VisitRule,
    VisitState,
)
from digitizer.people import roster
from digitizer.people.correspondents import records as correspondents
from digitizer.support.clock import new_id, now
from digitizer.visits import asking, notices, places, records, rules, video
from digitizer.visits.asking import checked
from digitizer.visits.calendar_file import visit_calendar
from digitizer.visits.notices import News
from digitizer.visits.rules import Wanted

#: What people outside book. A visit with an attorney is booked by staff.
_KINDS = (VisitKind.IN_PERSON, VisitKind.VIDEO)
_MOST_OF_ONE = 50
_KEPT_AWAY = (VisitRule.NO_CONTACT, VisitRule.BANNED, VisitRule.BLOCKED)
_WEEKS = timedelta(days=366)
#: Visits that one person books in a day, also those that they cancelled: of each the inmate gets
#: a slip, and other visitors get an e-mail.
_MOST_A_DAY = 20


@dataclass(frozen=True, slots=True)
class OwnTimes:
    """The times that they can book with this inmate. Where there is none, ``why`` is what stands
    against all of them, in sentences that they may read; empty: nothing is offered."""

    inmate: Inmate
    open: tuple[OpenSlot, ...]
    why: tuple[str, ...]


def are_held(facility: Facility, by: Actor) -> bool:
    """Whether there are visits here at all, for a correspondent or an inmate who asks."""
    act = Act.OWN_VISITS if by.kind is ActorKind.INMATE else Act.BOOK_OWN_VISIT
    with looking(facility, by, act) as look:
        return bool(places.sessions(look.tx))


def is_offered(facility: Facility, by: Actor) -> bool:
    """Whether people outside can book anything here."""
    with looking(facility, by, Act.BOOK_OWN_VISIT) as look:
        return _is_offered(facility, look)


def _is_offered(facility: Facility, look: Look) -> bool:
    sessions = places.sessions(look.tx)
    some = any(each.ended is None and each.of.for_family for each in sessions)
    return facility.settings.visits.family and some


def own_times(facility: Facility, booking_number: str, by: Actor) -> OwnTimes:
    """Raises NotFound where they are no contact of this inmate."""
    with looking(facility, by, Act.BOOK_OWN_VISIT, of=booking_number) as look:
        row = roster.inmate_row_id(look.tx, booking_number)
        person = roster.find_inmate(look.tx, booking_number)
        if not _is_offered(facility, look):
            return OwnTimes(person, (), ())
        nowhere = asking.nowhere()
        wanted = Wanted(nowhere, row, person, (_me(look),), from_outside=True)
        today = asking.day_of(now())
        limits = facility.settings.visits
        ahead = max(each.of.ahead_days for each in places.sessions(look.tx))
        last = today + min(timedelta(days=ahead), _WEEKS)
        some, why = asking.open_times(look.tx, limits, wanted, _KINDS, today, last)
        return OwnTimes(person, some, _told(why))


def _told(why: Sequence[Refusal]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.told for each in why))


def hold_time(facility: Facility, booking_number: str, slot: str, by: Actor) -> str:
    """Keeps a time for ten minutes, in place of what they kept before; returns its id. Raises
    NotFound, and Conflict with what stands against it."""
    with keeping(facility, by, Act.BOOK_OWN_VISIT, of=booking_number) as look:
        when = asking.slot_named(look.tx, slot)
        if not _is_offered(facility, look) or when.kind not in _KINDS:
            raise NotFound("There is no such time.")
        records.give_up(look.tx, look.correspondent or 0)
        wanted = _wanted(look, booking_number, when, (_me(look),))
        book, limits = asking.book_for(look.tx, when), facility.settings.visits
        found = rules.refusals_of_time(wanted, book, limits, now(), None)
        asking.need_none(found, outside=True)
        hold_id = new_id()
        records.hold(look.tx, hold_id, when, wanted.inmate_id, look.correspondent or 0)
    return hold_id


def held_time(facility: Facility, hold_id: str, by: Actor) -> Held:
    """Raises NotFound for what is not theirs, or not kept any more."""
    with looking(facility, by, Act.BOOK_OWN_VISIT) as look:
        return _held(look, hold_id)


def _held(look: Look, hold_id: str) -> Held:
    found = records.held(look.tx, hold_id, look.correspondent or 0)
    if found is None:
        raise NotFound("There is no such time.")
    return found


def give_up_time(facility: Facility, by: Actor) -> None:
    """They keep no time any more."""
    with keeping(facility, by, Act.BOOK_OWN_VISIT) as look:
        records.give_up(look.tx, look.correspondent or 0)


def book_time(
    facility: Facility,
    hold_id: str,
    minors: Sequence[tuple[str, date]],
    by: Actor,
) -> str:
    """Books the time that they keep, or asks staff for it, as the settings say; returns the visit's
    id. ``minors`` come with them: names and dates of birth. All rules are asked again. Booked
    twice, it is one visit.

    Raises NotFound, UsageError for minors that cannot be, Conflict where the ten minutes are over
    or something stands against it, and TooOften.
    """
    with looking(facility, by, Act.BOOK_OWN_VISIT) as look:
        done = records.find(look.tx, hold_id)
        if done is not None and done.booker == look.correspondent:
            return done.id
        booking_number = _held(look, hold_id).booking_number
    automatic = facility.settings.visits.approval == "automatic"
    state = VisitState.BOOKED if automatic else VisitState.REQUESTED
    with acting(facility, by, Act.BOOK_OWN_VISIT, of=booking_number) as action:
        kept = _held(action, hold_id)
        if kept.until <= now():
            raise Conflict("The ten minutes are over. Choose a time again.")
        _check_pace(action)
        guests = (_me(action), *(Guest(name, None, born) for name, born in minors))
        wanted = _wanted(action, booking_number, kept.slot, _need_minors(facility, guests, kept))
        found = asking.against(action.tx, facility.settings.visits, wanted, holder=hold_id)
        asking.need_none(found, outside=True)
        records.give_up(action.tx, action.correspondent or 0)
        visit = asking.keep(action, hold_id, wanted, state=state, booker=action.correspondent)
        if automatic:
            video.follow(action, facility.settings, visit)
            notices.tell(action, facility, visit, News.BOOKED)
    return visit.id


def _check_pace(action: Action) -> None:
    day = now() - timedelta(days=1)
    if records.booked_since(action.tx, action.correspondent or 0, day) >= _MOST_A_DAY:
        raise TooOften


def _need_minors(facility: Facility, guests: Sequence[Guest], kept: Held) -> tuple[Guest, ...]:
    """Raises UsageError for somebody who is grown up: they ask to be a contact themselves."""
    day, age = asking.day_of(kept.slot.starts), facility.settings.visits.adult_age
    some = checked(guests)
    if any(not each.is_minor(day, age) for each in some[1:]):
        raise UsageError(
            "Only minors can be named here. An adult must be a contact of the inmate: ask staff to "
            "add them to the visit."
        )
    return some


def own_visits(facility: Facility, by: Actor) -> tuple[BookedVisit, ...]:
    """Those of a correspondent: that they booked, or come along to. The newest first."""
    with looking(facility, by, Act.BOOK_OWN_VISIT) as look:
        return records.of_correspondent(look.tx, look.correspondent or 0, _MOST_OF_ONE)


def find_own(facility: Facility, visit_id: str, by: Actor) -> BookedVisit:
    """Raises NotFound for what is not theirs."""
    with looking(facility, by, Act.BOOK_OWN_VISIT) as look:
        return _visitors(look, visit_id)


def cancel_own(facility: Facility, visit_id: str, by: Actor) -> None:
    """Raises NotFound for what is not theirs, and Conflict once it begins, where it does not stand
    any more, where somebody else booked it, or where staff did and they may not come any more: it
    is others' visit then."""
    with acting(facility, by, Act.BOOK_OWN_VISIT) as action:
        visit = _visitors(action, visit_id)
        staff_booked = visit.booker is None and not _is_kept_away(action, facility, visit)
        if visit.booker != action.correspondent and not staff_booked:
            raise Conflict("Somebody else booked this visit. Only they, or staff, can cancel it.")
        _end(action, facility, visit, "visitor")


def _is_kept_away(action: Action, facility: Facility, visit: BookedVisit) -> bool:
    """Whether the correspondent who acts may not visit this inmate any more."""
    mine = replace(asking.wanted_of(action.tx, visit), guests=(_me(action),))
    found = asking.against(action.tx, facility.settings.visits, mine)
    return any(each.rule in _KEPT_AWAY for each in found)


def inmates_visits(facility: Facility, by: Actor) -> tuple[BookedVisit, ...]:
    """Of the inmate who asks; the newest first. What was asked for and not booked is not theirs
    yet."""
    with looking(facility, by, Act.OWN_VISITS) as look:
        row = roster.inmate_row_id(look.tx, by.name)
        some = records.of_inmate(look.tx, row, _MOST_OF_ONE)
        return tuple(each for each in some if _is_known_to_inmate(each))


def decline(facility: Facility, visit_id: str, by: Actor) -> None:
    """The inmate does not want it. Raises NotFound for what is not theirs, and Conflict once it
    begins, or where it does not stand any more."""
    with acting(facility, by, Act.OWN_VISITS) as action:
        visit = records.find(action.tx, visit_id)
        own = visit is not None and visit.inmate.booking_number == by.name
        if visit is None or not own or not _is_known_to_inmate(visit):
            raise NotFound(f"There is no visit {visit_id}.")
        _end(action, facility, visit, "inmate")


def _is_known_to_inmate(visit: BookedVisit) -> bool:
    was_asked_for = visit.ended_by == WITHDRAWN
    return visit.state in (VisitState.BOOKED, VisitState.CANCELLED) and not was_asked_for


def calendar_of(facility: Facility, visit_id: str, by: Actor) -> bytes:
    """The visit as a file for a calendar, without the inmate's name. Raises NotFound."""
    with looking(facility, by, Act.BOOK_OWN_VISIT) as look:
        visit = _visitors(look, visit_id)
        language = correspondents.get(look.tx, look.correspondent or 0).language
    return visit_calendar(visit, facility.settings.facility.name, language)


def _end(action: Action, facility: Facility, visit: BookedVisit, who: str) -> None:
    """Raises Conflict."""
    if not visit.stands:
        raise Conflict("This visit does not take place any more.")
    if visit.starts <= now():
        raise Conflict("This visit has begun, or is over. It cannot be cancelled any more.")
    was_booked = visit.state is VisitState.BOOKED
    by = who if was_booked else WITHDRAWN
    records.set_state(action.tx, visit, VisitState.CANCELLED, by=by)
    action.record(Verb.CANCEL_VISIT, Subject.visit(visit.id))
    if was_booked:
        after = records.get(action.tx, visit.id)
        video.follow(action, facility.settings, after)
        notices.tell(action, facility, after, News.CANCELLED, paper=who != "inmate")


def _visitors(look: Look, visit_id: str) -> BookedVisit:
    visit, me = records.find(look.tx, visit_id), look.correspondent
    comes = visit is not None and me in {
        visit.booker,
        *(each.correspondent for each in visit.guests),
    }
    if visit is None or me is None or not comes:
        raise NotFound(f"There is no visit {visit_id}.")
    return visit


def _me(look: Look) -> Guest:
    known = correspondents.get(look.tx, look.correspondent or 0)
    return Guest(known.name, known.id)


def _wanted(look: Look, booking_number: str, slot: Slot, guests: tuple[Guest, ...]) -> Wanted:
    row = roster.inmate_row_id(look.tx, booking_number)
    person = roster.find_inmate(look.tx, booking_number)
    return Wanted(slot, row, person, guests, from_outside=True)
