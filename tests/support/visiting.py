"""Rooms, sessions and people for visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from digitizer.calls import records as call_records
from digitizer.calls.records import NewCall
from digitizer.calls.states import Call, CallKind, Stage
from digitizer.calls.states import Outcome as Became
from digitizer.facility import Facility
from digitizer.model.people import Actor, CustodyStatus
from digitizer.model.visits import Guest, Limit, Medium, NewSession, Refusal, VisitKind
from digitizer.people.correspondents.actions import Entry
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate
from digitizer.storage.tables_visits import visit, visit_hold
from digitizer.visits import actions, own_visits, setup
from tests.support.conversing import as_correspondent, give_account, make_contact, with_family
from tests.support.made_mail import CLERK, ORSON, SUPERVISOR

MINA = Entry("Mina Marlow", "", "mina@example.org", "es")


def with_visits(facility: Facility, **values: object) -> Facility:
    """The same home, with accounts for people outside, and these settings of [visits]."""
    known = with_family(facility)
    visits = known.settings.visits.model_copy(update=values)
    return replace(known, settings=known.settings.model_copy(update={"visits": visits}))


def today() -> date:
    return datetime.now().astimezone().date()


def in_days(number: int) -> date:
    return today() + timedelta(days=number)


def next_monday() -> date:
    """A whole week that lies in the notice of every session here."""
    return today() + timedelta(days=7 - today().weekday())


def make_room(
    facility: Facility, name: str = "Hall", medium: Medium = Medium.IN_PERSON, places: int = 2
) -> int:
    return setup.make_room(facility, name, medium, places, SUPERVISOR)


def daily(room: int, **values: object) -> NewSession:
    """Every day from 10 to 12, two visits of an hour after each other, one at once."""
    usual = NewSession(
        room=room,
        kind=VisitKind.IN_PERSON,
        days=frozenset(range(7)),
        begins=time(10),
        ends=time(12),
        minutes=60,
        first_day=today() - timedelta(days=30),
        notice_hours=1,
    )
    return replace(usual, **values)  # type: ignore[arg-type]


def make_session(facility: Facility, room: int | None = None, **values: object) -> int:
    where = make_room(facility) if room is None else room
    return setup.make_session(facility, daily(where, **values), SUPERVISOR)


def times_for(
    facility: Facility,
    booking_number: str = ORSON,
    kind: VisitKind = VisitKind.IN_PERSON,
    day: date | None = None,
) -> list[str]:
    """The addresses of the open times of one day (next Monday)."""
    first = day or next_monday()
    found = actions.times(facility, booking_number, kind, CLERK, first=first, days=1)
    return [each.slot.name for each in found.open]


def make_visitor(facility: Facility, entry: Entry | None = None, to: str = ORSON) -> Guest:
    """An approved contact with an account."""
    person = entry or Entry("Ida Marlow", "", "ida@example.org", "en")
    number = make_contact(facility, person, to)
    give_account(facility, number, person.email)
    return Guest(person.name, number)


def as_visitor(guest: Guest) -> Actor:
    assert guest.correspondent is not None
    return as_correspondent(guest.correspondent)


def book_first(facility: Facility, guest: Guest, booking_number: str = ORSON) -> str:
    """Staff book the first open time."""
    slot = times_for(facility, booking_number)[0]
    return actions.book(facility, booking_number, slot, [guest], CLERK)


def ask_first(facility: Facility, guest: Guest, booking_number: str = ORSON) -> str:
    """They book it themselves."""
    me = as_visitor(guest)
    slot = times_for(facility, booking_number)[0]
    held = own_visits.hold_time(facility, booking_number, slot, me)
    return own_visits.book_time(facility, held, [], me)


def set_custody(facility: Facility, booking_number: str, status: CustodyStatus) -> None:
    """As a roster would; nothing else of it changes."""
    with writing(facility.engine) as tx:
        this = sa.update(inmate).where(inmate.c.booking_number == booking_number)
        tx.execute(this.values(status=str(status)))


def let_time_pass(facility: Facility, visit_id: str, hours: int) -> None:
    """It began so many hours earlier than it did."""
    with writing(facility.engine) as tx:
        row = tx.execute(sa.select(visit).where(visit.c.id == visit_id)).one()
        by = timedelta(hours=hours)
        this = sa.update(visit).where(visit.c.id == visit_id)
        tx.execute(this.values(starts=row.starts - by, ends=row.ends - by))


def lose_call(facility: Facility, visit_id: str, correspondent: int) -> None:
    """The visit had a call, which failed by our fault."""
    with writing(facility.engine) as tx:
        row = tx.execute(sa.select(visit).where(visit.c.id == visit_id)).one()
        times = row.starts, row.ends
        new = NewCall(visit_id, CallKind.FAMILY, row.inmate_id, correspondent, *times)
        call_records.make(tx, new)
        lost = Call(new.kind, *times, stage=Stage.LOST, outcome=Became.TECHNICAL, over_at=row.ends)
        call_records.keep(tx, visit_id, lost)


def end_holds(facility: Facility) -> None:
    """The ten minutes of everybody are over."""
    with writing(facility.engine) as tx:
        row = sa.update(visit_hold)
        tx.execute(row.values(until=datetime.now().astimezone() - timedelta(seconds=1)))


def add_visits(facility: Facility, ids: dict[str, str], owner: str, another: str) -> None:
    """One of everything, for the tests of every verb and every route: ``cora`` visits the owner,
    ``stranger`` the other inmate."""
    room = make_room(facility, places=5)
    ids["visit_room"] = str(room)
    ids["visit_session"] = str(make_session(facility, room, capacity=5))
    weeks = [next_monday() + timedelta(days=7 * number) for number in range(4)]
    cora, stranger = Guest("Cora", int(ids["cora"])), Guest("A stranger", int(ids["stranger"]))
    first, second = times_for(facility, owner, day=weeks[0])
    ids["visit"] = actions.book(facility, owner, first, [cora], CLERK)
    ids["others_visit"] = actions.book(facility, another, first, [stranger], CLERK)
    held = own_visits.hold_time(facility, owner, second, as_visitor(cora))
    ids["asked_visit"] = own_visits.book_time(facility, held, [], as_visitor(cora))
    begun = times_for(facility, owner, day=weeks[1])[0]
    ids["begun_visit"] = actions.book(facility, owner, begun, [cora], CLERK)
    let_time_pass(facility, ids["begun_visit"], 24 * 60)
    lose_call(facility, ids["begun_visit"], int(ids["cora"]))
    flagged = times_for(facility, owner, day=weeks[1])[1]
    ids["flagged_visit"] = actions.book(facility, owner, flagged, [cora], CLERK)
    closed = setup.close_days(facility, room, weeks[1], weeks[1], SUPERVISOR, "storm")
    ids["visit_closure"] = str(closed)
    (ids["visit_flag"],) = (each.key for each in flagged_in(facility, ids["flagged_visit"]))
    days = today(), today()
    limit = setup.restrict(facility, Limit.VIDEO_ONLY, None, owner, days, SUPERVISOR, "why")
    ids["visit_limit"] = str(limit)
    group = setup.keep_apart(facility, [owner, another], SUPERVISOR, "co-defendants")
    setup.end_apart(facility, group, SUPERVISOR, "sentenced")
    ids["visit_apart"] = str(setup.keep_apart(facility, [owner, another], SUPERVISOR, "a fight"))
    ids["free_time"] = times_for(facility, owner, day=weeks[2])[0]
    last = times_for(facility, owner, day=weeks[2])[1]
    ids["held_time"] = own_visits.hold_time(facility, owner, last, as_visitor(cora))
    one = times_for(facility, another, day=weeks[2] + timedelta(days=1))[0]
    ids["others_time"] = own_visits.hold_time(facility, another, one, as_visitor(stranger))
    with writing(facility.engine) as tx:
        long = datetime.now().astimezone() + timedelta(days=1)
        tx.execute(sa.update(visit_hold).values(until=long))


def flagged_in(facility: Facility, visit_id: str) -> tuple[Refusal, ...]:
    return actions.find(facility, visit_id, CLERK).refusals
