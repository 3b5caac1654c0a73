"""Whatever happens, in any order: never a visit that the rules forbid, never two in a place, never
a change that is lost or silent.

The model below knows the rules in words of its own, and nothing of how they are kept.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import sqlalchemy as sa
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from digitizer.facility import Facility, make_home, open_facility
from digitizer.model.errors import Conflict, NotFound, TooOften
from digitizer.model.people import MACHINE, CustodyStatus
from digitizer.model.visits import Guest, Limit, VisitState
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.actions import Entry
from digitizer.storage.audit_keys import sign_with
from digitizer.storage.database import open_engine, reading, writing
from digitizer.storage.tables import event
from digitizer.storage.tables_visits import visit
from digitizer.visits import actions, own_visits, setup
from digitizer.visits.slots import slots_between
from tests.support import postgres
from tests.support.made_mail import CLERK, ORSON, PETRA, SUPERVISOR, as_inmate, fill_roster
from tests.support.visiting import (
    as_visitor,
    daily,
    end_holds,
    make_room,
    make_visitor,
    next_monday,
    set_custody,
    with_visits,
)

_INMATES = (ORSON, PETRA)
_NAMES = ("Ida", "Mina", "Noor")
_A_WEEK = 3
_STANDING = (VisitState.REQUESTED, VisitState.BOOKED)


#: A fact that stands against a visit.
_Cause: TypeAlias = tuple[str, object]


@dataclass
class _Known:
    """What the test did, and so what must be."""

    status: dict[str, CustodyStatus] = field(
        default_factory=lambda: dict.fromkeys(_INMATES, CustodyStatus.IN_CUSTODY)
    )
    contacts: set[tuple[int, str]] = field(default_factory=set)
    bans: dict[int, tuple[int | None, str | None, date, date | None]] = field(default_factory=dict)
    closed: dict[int, tuple[date, date]] = field(default_factory=dict)
    apart: set[int] = field(default_factory=set)
    states: dict[str, VisitState] = field(default_factory=dict)
    whose: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    left: dict[str, set[_Cause]] = field(default_factory=dict)
    holds: dict[int, tuple[str, str, str]] = field(default_factory=dict)


class _Booking:
    """The same for one home on any database."""

    def __init__(self, facility: Facility) -> None:
        self.at = with_visits(facility, approval="staff", a_week=_A_WEEK)
        room = make_room(self.at, places=2)
        begins = time(10)
        for _ in range(2):
            new = daily(room, begins=begins, ends=time(12), days=frozenset({0, 1}))
            setup.make_session(self.at, new, SUPERVISOR)
        self.guests = [make_visitor(self.at, _entry(name), ORSON) for name in _NAMES]
        self.known = _Known()
        for guest in self.guests:
            number = guest.correspondent
            assert number is not None
            correspondents.approve_contact(self.at, number, PETRA, SUPERVISOR, "asked by both")
            self.known.contacts |= {(number, each) for each in _INMATES}
        monday = next_monday()
        sessions = setup.see(self.at, CLERK).sessions
        some = slots_between(sessions, monday, monday + timedelta(days=1), None)
        self.slots = {each.name: each for each in some}

    def forbidden(self, booking: str, guest: int, slot: str) -> set[_Cause]:
        """What stands against it apart from other visits."""
        known, day = self.known, self.day(slot)
        found: set[_Cause] = {
            ("ban", number)
            for number, (who, whom, first, last) in known.bans.items()
            if who in (None, guest) and whom in (None, booking) and first <= day
            if last is None or day <= last
        }
        found |= {
            ("closed", key) for key, days in known.closed.items() if days[0] <= day <= days[1]
        }
        if known.status[booking] is not CustodyStatus.IN_CUSTODY:
            found.add(("status", known.status[booking]))
        if (guest, booking) not in known.contacts:
            found.add(("contact", guest))
        return found

    def day(self, slot: str) -> date:
        return self.slots[slot].starts.astimezone().date()

    def rows(self) -> dict[str, sa.Row[Any]]:
        with reading(self.at.engine) as tx:
            return {row.id: row for row in tx.execute(sa.select(visit))}

    def check_places(self) -> None:
        """Never two in a place, nor one person in two."""
        rows = [row for row in self.rows().values() if row.state in _STANDING]
        for one in rows:
            at_once = [row for row in rows if row.starts < one.ends and one.starts < row.ends]
            assert len([row for row in at_once if row.session_id == one.session_id]) == 1
            assert len(at_once) <= 2
            assert len({row.inmate_id for row in at_once}) == len(at_once)
            visitors = [self.known.whose[row.id][1] for row in at_once]
            assert len(set(visitors)) == len(visitors)
        for each in {row.inmate_id for row in rows}:
            assert len([row for row in rows if row.inmate_id == each]) <= _A_WEEK

    def check_states(self) -> None:
        """Nothing changed but by what was done."""
        assert {key: row.state for key, row in self.rows().items()} == self.known.states

    def check_flags(self) -> None:
        """The visits on the list are those that something stands against, and was not left."""
        flagged = {each.visit.id for each in actions.waiting(self.at, CLERK).flagged}
        known = self.known
        assert flagged == {
            each
            for each, state in known.states.items()
            if state in _STANDING
            if self.forbidden(*known.whose[each]) - known.left.get(each, set())
        }

    def check_log(self) -> None:
        """Each visit's first and last event are there."""
        with reading(self.at.engine) as tx:
            asked = sa.select(event.c.subject).where(event.c.subject.like("visit:%"))
            subjects = tx.execute(asked).scalars().all()
        for visit_id, state in self.known.states.items():
            mine = subjects.count(f"visit:{visit_id}")
            assert mine >= (1 if state in _STANDING else 2)


def _entry(name: str) -> Entry:
    return Entry(f"{name} Marlow", "", f"{name.lower()}@example.org", "en")


_inmates = st.sampled_from(_INMATES)
_guests = st.integers(0, len(_NAMES) - 1)
_slots = st.integers(0, 7)
#: Mostly here: else nothing is ever booked.
_statuses = st.sampled_from((CustodyStatus.IN_CUSTODY, *CustodyStatus))


class Events(RuleBasedStateMachine):
    """Everything that staff, visitors, inmates and the roster do."""

    template: Path

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copytree(self.template, self.folder / "home")
        facility = open_facility(self.folder / "home")
        with writing(facility.engine) as tx:
            fill_roster(tx)
        self.of = _Booking(facility)
        self.known = self.of.known
        self.at = self.of.at

    def teardown(self) -> None:
        if hasattr(self, "of"):
            self.at.engine.dispose()
            shutil.rmtree(self.folder)

    def _slot(self, number: int) -> str:
        return sorted(self.of.slots)[number % len(self.of.slots)]

    def _some(self, number: int, *states: VisitState) -> str | None:
        some = [key for key, state in self.known.states.items() if state in states]
        return some[number % len(some)] if some else None

    @rule(booking=_inmates, guest=_guests, slot=_slots)
    def staff_book(self, booking: str, guest: int, slot: int) -> None:
        whom, when = self.of.guests[guest], self._slot(slot)
        try:
            made = actions.book(self.at, booking, when, [whom], CLERK)
        except Conflict:
            return
        assert whom.correspondent is not None
        assert not self.of.forbidden(booking, whom.correspondent, when)
        self.known.states[made] = VisitState.BOOKED
        self.known.whose[made] = booking, whom.correspondent, when

    @rule(booking=_inmates, guest=_guests, slot=_slots)
    def keep_time(self, booking: str, guest: int, slot: int) -> None:
        whom, when = self.of.guests[guest], self._slot(slot)
        self.known.holds.pop(guest, None)
        try:
            held = own_visits.hold_time(self.at, booking, when, as_visitor(whom))
        except (Conflict, NotFound):
            return
        assert whom.correspondent is not None
        assert not self.of.forbidden(booking, whom.correspondent, when)
        self.known.holds[guest] = held, booking, when

    @rule(guest=_guests)
    def book_what_is_kept(self, guest: int) -> None:
        if guest not in self.known.holds:
            return
        whom = self.of.guests[guest]
        held, booking, when = self.known.holds[guest]
        assert whom.correspondent is not None
        try:
            made = own_visits.book_time(self.at, held, [], as_visitor(whom))
        except (Conflict, NotFound, TooOften):
            return
        assert not self.of.forbidden(booking, whom.correspondent, when)
        assert made == held
        del self.known.holds[guest]
        self.known.states[made] = VisitState.REQUESTED
        self.known.whose[made] = booking, whom.correspondent, when

    @rule(booking=_inmates, guest=_guests, slot=_slots)
    def book_from_outside(self, booking: str, guest: int, slot: int) -> None:
        self.keep_time(booking, guest, slot)
        self.book_what_is_kept(guest)

    @rule()
    def all_is_well_again(self) -> None:
        for booking in _INMATES:
            self.roster_says(booking, CustodyStatus.IN_CUSTODY)
            for guest in range(len(_NAMES)):
                if (self.of.guests[guest].correspondent, booking) not in self.known.contacts:
                    self.revoke_or_approve_contact(guest, booking)
        while self.known.bans:
            self.end_ban(0)
        while self.known.closed:
            self.lift(0)

    @rule()
    def ten_minutes_pass(self) -> None:
        end_holds(self.at)

    @rule(number=_slots)
    def approve(self, number: int) -> None:
        asked = self._some(number, VisitState.REQUESTED)
        if asked is None:
            return
        try:
            actions.approve(self.at, asked, CLERK)
        except Conflict:
            return
        assert not self.of.forbidden(*self.known.whose[asked])
        self.known.states[asked] = VisitState.BOOKED

    @rule(number=_slots)
    def refuse(self, number: int) -> None:
        asked = self._some(number, VisitState.REQUESTED)
        if asked is not None:
            actions.refuse(self.at, asked, CLERK, "not now")
            self.known.states[asked] = VisitState.REFUSED

    @rule(number=_slots, who=st.sampled_from(("staff", "visitor", "inmate")))
    def cancel(self, number: int, who: str) -> None:
        booked = self._some(number, VisitState.BOOKED)
        if booked is None:
            return
        booking, guest, _ = self.known.whose[booked]
        if who == "staff":
            actions.cancel(self.at, booked, CLERK, "lockdown")
        elif who == "inmate":
            own_visits.decline(self.at, booked, as_inmate(booking))
        else:
            own_visits.cancel_own(self.at, booked, as_visitor(Guest("", guest)))
        self.known.states[booked] = VisitState.CANCELLED

    @rule(number=_slots, slot=_slots)
    def move(self, number: int, slot: int) -> None:
        booked, when = self._some(number, VisitState.BOOKED), self._slot(slot)
        if booked is None:
            return
        booking, guest, _ = self.known.whose[booked]
        try:
            actions.move(self.at, booked, when, CLERK, "another hall")
        except Conflict:
            return
        assert not self.of.forbidden(booking, guest, when)
        self.known.whose[booked] = booking, guest, when
        self.known.left.pop(booked, None)

    @rule(number=_slots)
    def leave_as_is(self, number: int) -> None:
        flagged = actions.waiting(self.at, CLERK).flagged
        some = {each.visit.id: each for each in flagged if each.visit.state is VisitState.BOOKED}
        mine = [each for each in self.known.states if each in some]
        if mine:
            which = mine[number % len(mine)]
            keys = [each.key for each in some[which].refusals]
            actions.leave_as_is(self.at, which, keys, CLERK, "they come from far")
            left = self.known.left.setdefault(which, set())
            left |= self.of.forbidden(*self.known.whose[which])

    @rule()
    def upkeep(self) -> None:
        """What does not stand against a visit any more was left for this once."""
        actions.look_after(self.at, MACHINE)
        for each, left in self.known.left.items():
            left &= self.of.forbidden(*self.known.whose[each])

    @rule(booking=_inmates, status=_statuses)
    def roster_says(self, booking: str, status: CustodyStatus) -> None:
        set_custody(self.at, booking, status)
        self.known.status[booking] = status

    @rule(guest=_guests, booking=st.sampled_from((None, *_INMATES)), last=st.integers(-2, 3))
    def ban(self, guest: int, booking: str | None, last: int) -> None:
        self.end_ban(0)  # one at a time: else nothing is ever booked
        number = self.of.guests[guest].correspondent
        first = next_monday() - timedelta(days=7)
        until = None if last == 3 else next_monday() + timedelta(days=last)
        days, of = (first, until), booking or ""
        made = setup.restrict(self.at, Limit.NO_VISITS, number, of, days, SUPERVISOR, "why")
        self.known.bans[made] = number, booking, first, until

    @rule(number=_slots)
    def end_ban(self, number: int) -> None:
        if self.known.bans:
            which = sorted(self.known.bans)[number % len(self.known.bans)]
            setup.end_restriction(self.at, which, SUPERVISOR, "over")
            del self.known.bans[which]

    @rule(first=st.integers(-1, 1), days=st.integers(0, 1))
    def close(self, first: int, days: int) -> None:
        self.lift(0)
        begin = next_monday() + timedelta(days=first)
        end = begin + timedelta(days=days)
        made = setup.close_days(self.at, None, begin, end, SUPERVISOR, "storm")
        self.known.closed[made] = begin, end

    @rule(number=_slots)
    def lift(self, number: int) -> None:
        if self.known.closed:
            which = sorted(self.known.closed)[number % len(self.known.closed)]
            setup.lift_closure(self.at, which, SUPERVISOR, "over")
            del self.known.closed[which]

    @rule(guest=_guests, booking=_inmates)
    def revoke_or_approve_contact(self, guest: int, booking: str) -> None:
        every = {(each.correspondent, one) for each in self.of.guests for one in _INMATES}
        for person, whom in sorted(every - self.known.contacts):
            assert person is not None
            correspondents.approve_contact(self.at, person, whom, SUPERVISOR, "why")
            self.known.contacts.add((person, whom))
            return
        number = self.of.guests[guest].correspondent
        assert number is not None
        correspondents.remove_contact(self.at, number, booking, SUPERVISOR, "why")
        self.known.contacts.remove((number, booking))

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "of"):
            self.of.check_places()
            self.of.check_states()
            self.of.check_flags()
            self.of.check_log()


def test_on_sqlite(template_home: Path) -> None:
    Events.template = template_home
    often = hypothesis_settings(max_examples=20, stateful_step_count=60)
    run_state_machine_as_test(Events, settings=often)


@pytest.fixture
def on_postgresql(template_home: Path, tmp_path: Path) -> Iterator[Facility]:
    if missing := postgres.missing():
        pytest.skip(missing)
    with postgres.server() as url:
        home = tmp_path / "home"
        home.mkdir()
        (home / "config.toml").write_text(f'[store]\ndatabase_url = "{url}"\n')
        make_home(home)
        facility = open_facility(home)
        with writing(facility.engine) as tx:
            fill_roster(tx)
        yield facility
        facility.engine.dispose()


def test_two_at_once_on_postgresql(on_postgresql: Facility) -> None:
    """Two desks book the same times at once, over connections of their own: of each time
    one gets it, and what was refused changed nothing."""
    of = _Booking(on_postgresql)
    other = replace(of.at, engine=open_engine(on_postgresql.engine.url))
    sign_with(other.engine, other.audit_key_file)
    slots, done = sorted(of.slots), threading.Barrier(2)
    made: dict[str, tuple[str, int, str]] = {}

    def desk(at: Facility, booking: str, guest: Guest) -> Callable[[], None]:
        def work() -> None:
            for slot in slots:
                done.wait(60)
                try:
                    key = actions.book(at, booking, slot, [guest], CLERK)
                except Conflict:
                    continue
                assert guest.correspondent is not None
                made[key] = booking, guest.correspondent, slot

        return work

    one = desk(of.at, ORSON, of.guests[0])
    two = desk(other, PETRA, of.guests[1])
    threads = [threading.Thread(target=each) for each in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    other.engine.dispose()
    of.known.whose.update(made)
    of.known.states.update(dict.fromkeys(made, VisitState.BOOKED))
    assert len(made) == 2 * _A_WEEK
    of.check_places()
    of.check_states()
    of.check_flags()
    of.check_log()
    assert datetime.now().astimezone().date() < next_monday()
