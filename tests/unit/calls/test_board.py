"""The switchboard, with an engine in memory: who is where, and what its looks end."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer.calls import actions, board, records, service
from digitizer.calls.rooms import NobodyWatches
from digitizer.calls.states import CallKind, Outcome, Stage
from digitizer.engines.calls.fake import FakeEngine, FakeLine
from digitizer.engines.calls.port import Refused, Removed, Seat
from digitizer.facility import Facility
from digitizer.model.call_settings import Unwatched
from digitizer.model.errors import Conflict, NotAllowed, NotFound, StorageError
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_calls import call_seat, video_call
from digitizer.support.clock import now
from tests.support.call_kit import OFFER, TWO
from tests.support.conversing import IDA, as_correspondent, make_contact
from tests.support.made_mail import CLERK, ORSON, PETRA, as_inmate
from tests.support.met_calls import bring, met, nothing, plan, record, with_calls

INMATE = as_inmate(ORSON)


@pytest.fixture
def visitor(facility: Facility) -> Actor:
    return as_correspondent(make_contact(facility))


def _engine(facility: Facility) -> FakeEngine:
    found = service.board_of(facility).engine
    assert isinstance(found, FakeEngine)
    return found


def _set_stage(facility: Facility, stage: str) -> None:
    with writing(facility.engine) as tx:
        tx.execute(sa.update(video_call).values(stage=stage))


def test_the_visitor_waits_in_the_lobby_and_the_inmate_nowhere(
    facility: Facility, visitor: Actor
) -> None:
    home = with_calls(facility)
    call = plan(home, ORSON, int(visitor.name))
    assert actions.see(home, call, visitor).place == "lobby"
    assert actions.see(home, call, INMATE).place == ""
    actions.publish(home, call, OFFER, visitor)
    with pytest.raises(Conflict):
        actions.publish(home, call, OFFER, INMATE)
    service.board_of(home).tick()
    assert record(home, call).call.stage is Stage.WAITING
    actions.identify(home, call, CLERK, nothing)
    assert {actions.see(home, call, each).place for each in (visitor, INMATE)} == {"meeting"}
    service.board_of(home).tick()
    assert actions.see(home, call, visitor).line == 0, "the line in the lobby is over"


def test_a_call_that_its_clock_ends_lets_nobody_back(facility: Facility, visitor: Actor) -> None:
    home, call = met(facility, ORSON, int(visitor.name))
    rooms = record(home, call).rooms
    with writing(home.engine) as tx:
        tx.execute(sa.update(video_call).values(ends=now() - timedelta(minutes=20)))
    service.board_of(home).tick()
    assert record(home, call).call.stage.is_over
    assert actions.see(home, call, INMATE).line == 0
    with pytest.raises(Conflict):
        actions.publish(home, call, OFFER, visitor)
    engine = _engine(home)
    engine.open(rooms.meeting)
    with pytest.raises(Removed):
        engine.admit(rooms.meeting, Seat.VISITOR)


def test_a_page_that_is_gone_loses_its_line(
    facility: Facility, visitor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, call = met(facility, ORSON, int(visitor.name))
    calls = service.board_of(home)
    calls.tick()
    assert actions.see(home, call, INMATE).line > 0
    later = monotonic() + board.PAGE_GONE + 1
    monkeypatch.setattr(board, "monotonic", lambda: later)
    calls.tick()
    assert calls.line_of(call, Seat.VISITOR) is None
    assert record(home, call).call.stage is Stage.LIVE
    assert actions.see(home, call, visitor).place == "meeting"


@pytest.mark.parametrize("kind", CallKind)
def test_who_was_away_for_long_is_seen_by_staff_before_the_inmate(
    facility: Facility, visitor: Actor, kind: CallKind
) -> None:
    """Also in the moment before the next look: it could be somebody else."""
    home, call = met(facility, ORSON, int(visitor.name), kind)
    rules, rooms = record(home, call).call.rules, record(home, call).rooms
    with writing(home.engine) as tx:
        last = now() - rules.look_again - timedelta(seconds=1)
        tx.execute(sa.update(video_call).values(here=str(Seat.INMATE)))
        tx.execute(sa.update(call_seat).values(last=last))
    service.board_of(home).page_closed(call, Seat.VISITOR)
    actions.publish(home, call, OFFER, visitor)
    held = service.board_of(home).line_of(call, Seat.VISITOR)
    assert held is not None
    assert held.room == rooms.lobby_of(Seat.VISITOR)
    service.board_of(home).tick()
    assert record(home, call).call.stage is Stage.WAITING


def test_a_pass_to_the_relay_is_given_only_while_the_call_can_be_entered(
    facility: Facility, visitor: Actor
) -> None:
    home, call = met(facility, ORSON, int(visitor.name))
    everybody = (visitor, INMATE, CLERK)
    names = {actions.relay(home, call, by).username for by in everybody}
    assert len(names) == 3, "by its name the relay counts who holds its ports"
    weeks = {"starts": now() + timedelta(days=7), "ends": now() + timedelta(days=7, minutes=30)}
    later = plan(home, ORSON, int(visitor.name))
    with writing(home.engine) as tx:
        tx.execute(sa.update(video_call).where(video_call.c.id == later).values(**weeks))
    actions.end(home, call, CLERK, "Contraband was shown")
    for by in everybody:
        for each in (call, later):
            with pytest.raises(Conflict):
                actions.relay(home, each, by)


def test_while_the_media_server_is_asked_others_can_write(
    facility: Facility, visitor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hang for seconds, and mail waits for no call."""
    home, call = met(facility, ORSON, int(visitor.name))
    written = []

    def write(*_: object, **__: object) -> None:
        with writing(home.engine):
            written.append(True)

    monkeypatch.setattr(FakeEngine, "mute", write)
    actions.mute(home, call, Seat.VISITOR, CLERK, muted=True)
    assert written == [True]
    monkeypatch.setattr(FakeLine, "hang_up", write)
    actions.leave(home, call, visitor)
    assert len(written) > 1


def test_a_server_that_died_is_noted_as_ours(facility: Facility, visitor: Actor) -> None:
    home, call = met(facility, ORSON, int(visitor.name))
    _engine(home).die()
    service.board_of(home).tick()
    seen = record(home, call).call.seen
    assert seen is not None
    assert not seen.engine
    with pytest.raises(Conflict, match="does not answer"):
        actions.publish(home, call, OFFER, visitor)
    _engine(home).come_back()
    actions.publish(home, call, OFFER, visitor)


def test_nobody_is_on_a_line_after_the_end_while_the_database_is_away(
    facility: Facility, visitor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, call = met(facility, ORSON, int(visitor.name), CallKind.ATTORNEY)
    calls, ends = service.board_of(home), record(home, call).call.end
    calls.tick()

    def away(_: object) -> None:
        raise StorageError("The database could not be read.")

    monkeypatch.setattr(board, "reading", away)
    for at, goes_on in ((ends - timedelta(seconds=1), True), (ends, False)):
        monkeypatch.setattr(board, "now", lambda at=at: at)
        with pytest.raises(StorageError):
            calls.tick()
        for seat in TWO:
            assert (calls.line_of(call, seat) is not None) is goes_on


def test_a_call_that_cannot_be_read_does_not_stop_the_clock(
    facility: Facility, visitor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, call = met(facility, ORSON, int(visitor.name))
    calls, looked, goes_on = service.board_of(home), threading.Event(), threading.Event()
    _set_stage(home, "unheard of")
    tick = calls.tick

    def look() -> None:
        (goes_on if looked.is_set() else looked).set()
        tick()

    monkeypatch.setattr(calls, "tick", look)
    monkeypatch.setattr(board, "LOOK", 0.01)
    calls.start()
    try:
        assert goes_on.wait(60)
    finally:
        calls.stop()
    _set_stage(home, "live")
    assert record(home, call).call.stage is Stage.LIVE


def test_a_server_that_refuses_us_does_not_stop_the_clock(
    facility: Facility, visitor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As another Janus would, which took the place of ours."""
    home, call = met(facility, ORSON, int(visitor.name))

    def refuse(_: object) -> None:
        raise Refused("Janus refuses: Unauthorized request (403)")

    monkeypatch.setattr(_engine(home), "statistics", refuse)
    with writing(home.engine) as tx:
        tx.execute(sa.update(video_call).values(ends=now() - timedelta(minutes=20)))
    service.board_of(home).tick()
    assert record(home, call).call.stage.is_over


def test_others_calls_are_not_there(facility: Facility, visitor: Actor) -> None:
    home, call = met(facility, ORSON, int(visitor.name))
    other = as_correspondent(make_contact(facility, replace(IDA, name="Sal Stranger")))
    for by in (as_inmate(PETRA), other):
        assert actions.listed(home, by) == ()
        for verb in (
            lambda by=by: actions.see(home, call, by),
            lambda by=by: actions.relay(home, call, by),
            lambda by=by: actions.publish(home, call, OFFER, by),
            lambda by=by: actions.watch(home, call, "inmate", by),
            lambda by=by: actions.leave(home, call, by),
        ):
            with pytest.raises(NotFound):
                verb()


@pytest.mark.parametrize("role", StaffRole)
@pytest.mark.parametrize("stage", Stage)
def test_no_role_sees_hears_or_stops_the_sound_of_an_attorney(
    facility: Facility, visitor: Actor, role: StaffRole, stage: Stage
) -> None:
    """Whatever the state: who sends in the meeting is watched by nobody."""
    home, call = met(facility, ORSON, int(visitor.name), CallKind.ATTORNEY)
    bring(home, call, stage)
    by = Actor(ActorKind.STAFF, f"Some {role}", role, proven=True)
    assert actions.see(home, call, by).visible == {}
    for seat in TWO:
        with pytest.raises((NobodyWatches, Conflict, NotAllowed)):
            actions.watch(home, call, seat, by)
        with pytest.raises((NobodyWatches, NotAllowed)):
            actions.mute(home, call, seat, by, muted=True)
    with pytest.raises((NobodyWatches, NotAllowed)):
        actions.warn(home, call, "clothing", by)


def test_an_attorney_who_was_identified_waits_unseen(facility: Facility, visitor: Actor) -> None:
    """Also for staff who looked on before: who waits for the start may talk with a colleague."""
    home = with_calls(facility)
    call = plan(home, ORSON, int(visitor.name), CallKind.ATTORNEY)
    with writing(home.engine) as tx:
        soon = {"starts": now() + timedelta(minutes=5), "ends": now() + timedelta(minutes=35)}
        tx.execute(sa.update(video_call).values(**soon))
    calls = service.board_of(home)
    actions.see(home, call, visitor)
    actions.publish(home, call, OFFER, visitor)
    calls.tick()
    assert set(actions.see(home, call, CLERK).visible) == {"visitor"}
    seen = calls.watching(record(home, call), CLERK.name, Seat.VISITOR)
    actions.identify(home, call, CLERK, nothing)
    assert actions.see(home, call, CLERK).visible == {}
    with pytest.raises(NobodyWatches):
        actions.watch(home, call, "visitor", CLERK)
    calls.tick()
    assert not seen.alive
    assert actions.see(home, call, visitor).line > 0


def test_staff_end_it_with_a_reason_that_both_read(facility: Facility, visitor: Actor) -> None:
    home, call = met(facility, ORSON, int(visitor.name))
    actions.end(home, call, CLERK, "Contraband was shown")
    for by in (visitor, INMATE):
        shown = actions.see(home, call, by)
        assert (shown.outcome, shown.reason) == (
            Outcome.TERMINATED_BY_STAFF,
            "Contraband was shown",
        )
    with pytest.raises(Conflict):
        actions.end(home, call, CLERK, "Again")


def test_a_lost_call_waits_until_it_is_booked_again(facility: Facility, visitor: Actor) -> None:
    home = with_calls(facility)
    call = plan(home, ORSON, int(visitor.name))
    long_ago = now() - timedelta(hours=3)
    with writing(home.engine) as tx:
        until = long_ago + timedelta(minutes=30)
        tx.execute(sa.update(video_call).values(starts=long_ago, ends=until))
    service.board_of(home).tick()  # the service was down all the time
    rules = records.rules_of(home.settings.calls)
    with writing(home.engine) as tx:
        assert [each.id for each in records.lost(tx, rules)] == [call]
        records.note_again(tx, call, "V-2")
    with reading(home.engine) as tx:
        assert records.lost(tx, rules) == ()
        assert records.get(tx, call, rules).again == "V-2"


def test_one_process_of_a_home_has_the_lines(facility: Facility) -> None:
    first, second = (board.Board(facility, FakeEngine()) for _ in range(2))
    first.start()
    with pytest.raises(Conflict):
        second.start()
    first.stop()
    third = board.Board(facility, FakeEngine())
    third.start()
    third.stop()


class _Watch:
    """Time that goes on only as it is told to: both pages are open, and a look comes each second.
    ``eyes``: who of staff has the call before their eyes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._began, self._since, self._passed = now(), monotonic(), 0

    def go_on(self, home: Facility, call: str, seconds: int, eyes: Actor | None = None) -> None:
        calls = service.board_of(home)
        for _ in range(seconds):
            self._passed += 1
            at = self._began + timedelta(seconds=self._passed)
            ticks = self._since + self._passed
            for module in (board, actions):
                self._monkeypatch.setattr(module, "now", lambda at=at: at)
            self._monkeypatch.setattr(board, "monotonic", lambda ticks=ticks: ticks)
            for seat in TWO:
                calls.page_is_open(call, seat)
            if eyes:
                actions.see(home, call, eyes, looks=True)
            calls.tick()


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> _Watch:
    return _Watch(monkeypatch)


def _unwatched(what: Unwatched) -> dict[str, Any]:
    return {"when_nobody_watches": what, "unwatched_seconds": 20}


def test_nothing_flows_while_the_officer_is_away(
    facility: Facility, visitor: Actor, watch: _Watch
) -> None:
    home, call = met(facility, ORSON, int(visitor.name), **_unwatched(Unwatched.PAUSE))
    room = record(home, call).rooms.meeting
    watch.go_on(home, call, 30, CLERK)
    assert not _engine(home).is_held(room)
    watch.go_on(home, call, 40)
    assert _engine(home).is_held(room), "not only the page says it"
    assert {actions.see(home, call, each).paused for each in (visitor, INMATE)} == {True}
    watch.go_on(home, call, 2, CLERK)
    assert not _engine(home).is_held(room)
    shown = actions.see(home, call, visitor)
    assert (shown.stage, shown.paused) == (Stage.LIVE, False)
    assert shown.moved > timedelta(seconds=10)


def test_a_page_that_no_officer_sees_does_not_count(
    facility: Facility, visitor: Actor, watch: _Watch
) -> None:
    """A hidden tab, whoever may warn nobody, and the two themselves."""
    home, call = met(facility, ORSON, int(visitor.name), **_unwatched(Unwatched.PAUSE))
    investigator = Actor(ActorKind.STAFF, "Some one", StaffRole.INVESTIGATOR, proven=True)
    actions.see(home, call, CLERK)
    watch.go_on(home, call, 15, investigator)
    watch.go_on(home, call, 15, visitor)
    assert record(home, call).call.is_paused


def test_one_grid_looks_at_each_call_that_it_shows(facility: Facility, visitor: Actor) -> None:
    home, one = met(facility, ORSON, int(visitor.name), **_unwatched(Unwatched.PAUSE))
    other, third = (plan(home, PETRA, int(visitor.name)) for _ in range(2))
    for each in (one, other):
        actions.see(home, each, CLERK, looks=True)
    watched = service.board_of(home).is_watched
    assert (watched(one), watched(other), watched(third)) == (True, True, False)


def test_an_unwatched_call_ends_where_the_facility_says_so(
    facility: Facility, visitor: Actor, watch: _Watch
) -> None:
    home, call = met(facility, ORSON, int(visitor.name), **_unwatched(Unwatched.END))
    watch.go_on(home, call, 40)
    shown = actions.see(home, call, visitor)
    assert (shown.stage, shown.outcome) == (Stage.LOST, Outcome.UNWATCHED)
    assert shown.is_booked_again
    with pytest.raises(Conflict):
        actions.publish(home, call, OFFER, visitor)


@pytest.mark.parametrize("what", Unwatched)
def test_an_attorneys_call_is_held_by_nobody(
    facility: Facility, visitor: Actor, watch: _Watch, what: Unwatched
) -> None:
    home, call = met(facility, ORSON, int(visitor.name), CallKind.ATTORNEY, **_unwatched(what))
    watch.go_on(home, call, 60)
    shown = actions.see(home, call, CLERK, looks=True)
    assert (shown.stage, shown.paused, shown.nobody_looks) == (Stage.LIVE, False, False)
    assert not _engine(home).is_held(record(home, call).rooms.meeting)
    assert not service.board_of(home).is_watched(call)
