"""A visit by video from its booking to its outcome, with calls in memory and the board's own clock:
nobody types anything of a call."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer.calls import actions as calls
from digitizer.calls import board, service
from digitizer.calls.rooms import NobodyWatches
from digitizer.calls.states import CallKind, Stage
from digitizer.calls.states import Outcome as Became
from digitizer.engines.calls.fake import FakeEngine
from digitizer.engines.calls.port import Seat
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound
from digitizer.model.events import Verb
from digitizer.model.people import MACHINE, Actor, ActorKind, StaffRole
from digitizer.model.visits import (
    Guest,
    Limit,
    Medium,
    Outcome,
    PrivilegedVisit,
    VisitKind,
    VisitRule,
    VisitState,
)
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event
from digitizer.storage.tables_calls import video_call
from digitizer.storage.tables_visits import visit
from digitizer.support.clock import now
from digitizer.visits import actions, own_visits, setup, video
from tests.support.call_kit import OFFER, TWO
from tests.support.conversing import mailed
from tests.support.made_mail import CLERK, ORSON, PETRA, SUPERVISOR, as_inmate
from tests.support.met_calls import FLOWS, record, with_calls
from tests.support.visiting import (
    MINA,
    as_visitor,
    in_days,
    make_room,
    make_session,
    make_visitor,
    times_for,
    today,
    with_visits,
)

INMATE = as_inmate(ORSON)
A_DAY = timedelta(days=1)


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where it is about noon, so that a session around now lies within a day."""
    monkeypatch.setenv("TZ", f"X{datetime.now(UTC).hour - 12:+d}")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def here(noon: None, facility: Facility) -> Facility:
    """Every day a visit by video of half an hour begins in this minute, and one half an hour
    later."""
    known = with_calls(with_visits(facility))
    make_screens(known)
    return known


def make_screens(facility: Facility, name: str = "Screens", **values: object) -> int:
    begins = datetime.now().astimezone().replace(second=0, microsecond=0)
    usual = {
        "kind": VisitKind.VIDEO,
        "begins": clock_time(begins.hour, begins.minute),
        "ends": (begins + timedelta(minutes=60)).time(),
        "minutes": 30,
        "capacity": 5,
    }
    room = make_room(facility, name, Medium.VIDEO, 5)
    return make_session(facility, room, **{**usual, **values})


def free(facility: Facility, kind: VisitKind = VisitKind.VIDEO, days: int = 2) -> list[str]:
    return times_for(facility, kind=kind, day=in_days(days))


def ask(facility: Facility, me: Actor, which: int = 0) -> str:
    held = own_visits.hold_time(facility, ORSON, free(facility)[which], me)
    return own_visits.book_time(facility, held, [], me)


def is_today(facility: Facility, visit_id: str) -> None:
    """Two days pass for this visit and its call."""
    with writing(facility.engine) as tx:
        for table, key in ((visit, visit.c.id), (video_call, video_call.c.visit)):
            for row in tx.execute(sa.select(table).where(key == visit_id)).all():
                earlier = {"starts": row.starts - 2 * A_DAY, "ends": row.ends - 2 * A_DAY}
                tx.execute(sa.update(table).where(key == visit_id).values(**earlier))


def meet(facility: Facility, call: str, me: Actor) -> None:
    """Both come, staff say who the visitor is, and both are seen."""
    switchboard, engine = service.board_of(facility), service.board_of(facility).engine
    assert isinstance(engine, FakeEngine)
    for by in (me, INMATE):
        calls.see(facility, call, by)
    calls.publish(facility, call, OFFER, me)
    switchboard.tick()
    video.identify(facility, call, CLERK)
    for by, seat in ((me, Seat.VISITOR), (INMATE, Seat.INMATE)):
        calls.publish(facility, call, OFFER, by)
        engine.send(record(facility, call).rooms.meeting, seat, FLOWS)
    switchboard.tick()
    assert record(facility, call).call.stage is Stage.LIVE


def go_on(facility: Facility, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock goes on to the end, a look each ten seconds."""
    switchboard, at = service.board_of(facility), now()
    while not record(facility, call).call.stage.is_over:
        at += timedelta(seconds=10)
        monkeypatch.setattr(board, "now", lambda at=at: at)
        for seat in TWO:
            switchboard.page_is_open(call, seat)
        switchboard.tick()
    monkeypatch.setattr(board, "now", now)


def state_of(facility: Facility, visit_id: str) -> tuple[VisitState, Outcome | None]:
    found = actions.find(facility, visit_id, CLERK).visit
    return found.state, found.outcome


def test_a_visit_by_video_from_asking_to_its_outcome(
    here: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = as_visitor(make_visitor(here))
    asked = ask(here, me)
    assert calls.listed(here, me) == (), "nobody approved it yet"
    actions.approve(here, asked, CLERK)
    call = record(here, asked)
    assert (call.visit, call.call.kind, call.call.stage) == (
        asked,
        CallKind.FAMILY,
        Stage.SCHEDULED,
    )
    booked = own_visits.find_own(here, asked, me)
    shown = video.of_visits(here, [booked], me)[asked]
    assert not shown.is_open
    assert shown.opens == booked.starts - timedelta(minutes=15)
    is_today(here, asked)
    booked = own_visits.find_own(here, asked, me)
    for by in (me, INMATE):
        assert video.of_visits(here, [booked], by)[asked].is_open
    assert video.of_visits(here, [booked], as_inmate(PETRA)) == {}
    meet(here, asked, me)
    go_on(here, asked, monkeypatch)
    assert state_of(here, asked) == (VisitState.BOOKED, None)
    actions.look_after(here, MACHINE)
    assert state_of(here, asked) == (VisitState.BOOKED, Outcome.COMPLETED)
    told = details(here, Verb.RECORD_OUTCOME)
    assert told["outcome"] == "completed"
    assert told["talk"] >= 29
    assert actions.waiting(here, CLERK).lost == ()


def test_what_staff_say_of_a_visit_stays(here: Facility) -> None:
    me = as_visitor(make_visitor(here))
    asked = booked(here, me)
    meet(here, asked, me)
    calls.leave(here, asked, INMATE)
    actions.record_outcome(here, asked, Outcome.DEVICE_FAILED, CLERK, "the screen")
    actions.look_after(here, MACHINE)
    assert state_of(here, asked)[1] is Outcome.DEVICE_FAILED


@pytest.mark.parametrize(
    ("who", "became"),
    [("visitor", Outcome.VISITOR_ENDED_EARLY), ("inmate", Outcome.INMATE_ENDED_EARLY)],
)
def test_who_left_early_is_known(here: Facility, who: str, became: Outcome) -> None:
    me = as_visitor(make_visitor(here))
    asked = booked(here, me)
    meet(here, asked, me)
    calls.leave(here, asked, me if who == "visitor" else INMATE)
    actions.look_after(here, MACHINE)
    assert state_of(here, asked)[1] is became


def details(facility: Facility, verb: Verb) -> dict[str, Any]:
    """Of the one event of this kind."""
    with reading(facility.engine) as tx:
        asked = sa.select(event.c.detail).where(event.c.verb == str(verb))
        return dict(tx.execute(asked).scalar_one())


def booked(facility: Facility, me: Actor) -> str:
    """It begins now."""
    asked = ask(facility, me)
    actions.approve(facility, asked, CLERK)
    is_today(facility, asked)
    return asked


def test_a_visit_that_is_cancelled_has_no_call(here: Facility) -> None:
    me = as_visitor(make_visitor(here))
    one = ask(here, me)
    actions.approve(here, one, CLERK)
    own_visits.cancel_own(here, one, me)
    assert record(here, one).call.outcome is Became.CANCELLED
    two = booked(here, me)
    calls.publish(here, two, OFFER, me)
    service.board_of(here).tick()
    actions.cancel(here, two, CLERK, "storm")
    with pytest.raises(Conflict):
        calls.publish(here, two, OFFER, me)
    service.board_of(here).tick()
    shown = calls.see(here, two, me)
    assert (shown.stage, shown.reason, shown.line) == (Stage.CANCELLED, "storm", 0)
    actions.look_after(here, MACHINE)
    assert state_of(here, two) == (VisitState.CANCELLED, None)


def test_cancelling_while_they_talk_ends_the_call_for_both(here: Facility) -> None:
    me = as_visitor(make_visitor(here))
    asked = booked(here, me)
    meet(here, asked, me)
    actions.cancel(here, asked, CLERK, "an alarm in the unit")
    service.board_of(here).tick()
    for by in (me, INMATE):
        shown = calls.see(here, asked, by)
        assert (shown.stage, shown.reason, shown.line) == (
            Stage.CANCELLED,
            "an alarm in the unit",
            0,
        )


def test_a_visit_that_is_moved_takes_its_call_along(here: Facility) -> None:
    me = as_visitor(make_visitor(here))
    asked = ask(here, me, 1)
    actions.approve(here, asked, CLERK)
    is_today(here, asked)
    with writing(here.engine) as tx:  # it begins in ten minutes
        soon = {"starts": now() + timedelta(minutes=10), "ends": now() + timedelta(minutes=40)}
        tx.execute(sa.update(video_call).values(**soon))
        tx.execute(sa.update(visit).values(**soon))
    calls.see(here, asked, me)
    calls.publish(here, asked, OFFER, me)
    service.board_of(here).tick()
    assert record(here, asked).call.stage is Stage.WAITING
    video_times = free(here)
    actions.move(here, asked, video_times[0], CLERK, "a repair")
    service.board_of(here).tick()
    moved, at = record(here, asked).call, actions.find(here, asked, CLERK).visit
    assert (moved.starts, moved.ends, moved.stage) == (at.starts, at.ends, Stage.SCHEDULED)
    assert calls.see(here, asked, me).line == 0
    with pytest.raises(Conflict):
        calls.publish(here, asked, OFFER, me)
    is_today(here, asked)
    meet(here, asked, me)


def test_a_ban_before_and_during_holds_for_a_person(here: Facility) -> None:
    guest = make_visitor(here)
    me = as_visitor(guest)
    asked = booked(here, me)
    assert video.standing(here, asked, CLERK) == ()
    days = today(), None
    number = guest.correspondent
    ban = setup.restrict(here, Limit.NO_VISITS, number, "", days, SUPERVISOR, "a threat")
    assert [each.rule for each in video.standing(here, asked, CLERK)] == [VisitRule.BANNED]
    calls.see(here, asked, me)
    calls.publish(here, asked, OFFER, me)
    service.board_of(here).tick()
    with pytest.raises(Conflict, match="may not visit"):
        video.identify(here, asked, CLERK)
    setup.end_restriction(here, ban, SUPERVISOR, "a mistake")
    meet(here, asked, me)
    setup.restrict(here, Limit.NO_VISITS, number, "", days, SUPERVISOR, "a threat")
    assert [each.rule for each in video.standing(here, asked, CLERK)] == [VisitRule.BANNED]
    assert [each.visit.id for each in actions.waiting(here, CLERK).flagged] == [asked]
    assert record(here, asked).call.stage is Stage.LIVE, "a person decides"
    calls.end(here, asked, CLERK, "banned meanwhile")
    actions.look_after(here, MACHINE)
    found = actions.find(here, asked, CLERK).visit
    assert (found.outcome, found.outcome_note) == (Outcome.TERMINATED, "banned meanwhile")
    last = mailed(here)[-1]
    assert last.subject.startswith("A video visit was ended by staff")
    assert f"/family/calls/{asked}" in last.body
    assert "banned" not in last.body, "whoever reads the mailbox may be somebody else"
    assert video.standing(here, asked, CLERK) == ()
    with pytest.raises(Conflict):
        actions.cancel(here, asked, CLERK, "too late")


def lose(facility: Facility, visit_id: str) -> None:
    """The service was down all the time."""
    with writing(facility.engine) as tx:
        for table, key in ((visit, visit.c.id), (video_call, video_call.c.visit)):
            past = {"starts": now() - timedelta(hours=3), "ends": now() - timedelta(hours=2)}
            tx.execute(sa.update(table).where(key == visit_id).values(**past))
    service.board_of(facility).tick()
    actions.look_after(facility, MACHINE)


def test_a_call_that_failed_is_booked_again_by_the_rules(here: Facility) -> None:
    known = here.settings.visits.model_copy(update={"a_week": 1})
    strict = replace(here, settings=here.settings.model_copy(update={"visits": known}))
    me = as_visitor(make_visitor(strict))
    asked = booked(strict, me)
    lose(strict, asked)
    assert state_of(strict, asked)[1] is Outcome.CALL_LOST
    assert [each.id for each in actions.waiting(strict, CLERK).lost] == [asked]
    proposed = video.times_again(strict, asked, CLERK)
    assert proposed
    made = video.book_again(strict, asked, proposed[0].slot.name, CLERK)
    assert state_of(strict, made) == (VisitState.BOOKED, None)
    assert record(strict, made).call.stage is Stage.SCHEDULED
    assert record(strict, asked).again == made
    waits = actions.waiting(strict, CLERK)
    assert (waits.lost, waits.flagged) == ((), ()), "what failed does not count in its week"
    assert video.times_again(strict, asked, CLERK) is None
    with pytest.raises(Conflict):
        video.book_again(strict, asked, proposed[-1].slot.name, CLERK)


def test_where_nothing_is_free_it_waits_until_a_person_decides(here: Facility) -> None:
    me = as_visitor(make_visitor(here))
    asked = booked(here, me)
    setup.close_days(here, None, today(), in_days(60), SUPERVISOR, "works")
    lose(here, asked)
    assert video.times_again(here, asked, CLERK) == ()
    assert [each.id for each in actions.waiting(here, CLERK).lost] == [asked]
    video.not_again(here, asked, CLERK, "they do not want it")
    assert actions.waiting(here, CLERK).lost == ()
    with pytest.raises(Conflict):
        video.not_again(here, asked, CLERK, "again")


@pytest.mark.parametrize("role", StaffRole)
def test_a_visit_with_an_attorney_is_a_call_that_no_role_watches(
    here: Facility, role: StaffRole
) -> None:
    make_screens(here, "Booths", kind=VisitKind.ATTORNEY, for_family=False)
    guest = make_visitor(here, MINA)
    slot = free(here, VisitKind.ATTORNEY)[0]
    made = actions.book(here, ORSON, slot, [guest], CLERK)
    is_today(here, made)
    assert isinstance(actions.find(here, made, CLERK).visit, PrivilegedVisit)
    assert record(here, made).call.kind is CallKind.ATTORNEY
    meet(here, made, as_visitor(guest))
    by = Actor(ActorKind.STAFF, f"Some {role}", role, proven=True)
    assert calls.see(here, made, by).visible == {}
    for seat in Seat:
        with pytest.raises(NobodyWatches):
            calls.watch(here, made, seat, by)
        with pytest.raises((NobodyWatches, NotAllowed)):
            calls.mute(here, made, seat, by, muted=True)
    with pytest.raises((NobodyWatches, NotAllowed)):
        calls.warn(here, made, "clothing", by)


def test_an_attorney_who_is_nobody_here_has_no_call_and_staff_see_that(here: Facility) -> None:
    make_screens(here, "Booths", kind=VisitKind.ATTORNEY, for_family=False)
    slot = free(here, VisitKind.ATTORNEY)[0]
    made = actions.book(here, ORSON, slot, [Guest("Lee Lawyer")], CLERK)
    actions.look_after(here, MACHINE)
    found = actions.find(here, made, CLERK).visit
    assert video.of_visits(here, [found], CLERK) == {}


def test_what_was_booked_without_calls_has_its_call_when_there_are(
    noon: None, facility: Facility
) -> None:
    plain = with_visits(facility, approval="automatic")
    make_screens(plain)
    me = as_visitor(make_visitor(plain))
    made = ask(plain, me)
    actions.look_after(plain, MACHINE)
    found = own_visits.find_own(plain, made, me)
    assert found.room_name == "Screens"
    assert video.of_visits(plain, [found], me) == {}
    with pytest.raises(NotFound):
        record(plain, made)
    known = with_calls(plain)
    for _ in range(2):
        actions.look_after(known, MACHINE)
    assert record(known, made).call.starts == found.starts
    with reading(known.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(video_call)).scalar_one() == 1
    own_visits.cancel_own(plain, made, me)
    assert record(known, made).call.stage is Stage.CANCELLED
