"""What is recorded of a call: only what both agreed to, encrypted, and never left about."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.audit import events_of
from digitizer.calls import actions, guests, recordings, records, service
from digitizer.calls.actions import Recording
from digitizer.calls.rooms import NobodyWatches
from digitizer.calls.states import CallKind, Outcome, Stage
from digitizer.engines.calls.fake import FakeEngine
from digitizer.engines.calls.port import Room, Seat
from digitizer.facility import Facility
from digitizer.model.call_settings import Unrecorded
from digitizer.model.errors import Conflict, NotAllowed, NotFound, StorageError, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import MACHINE, Actor, ActorKind, StaffRole
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_calls import call_seat, recorded_file
from digitizer.support import failpoints
from digitizer.support.clock import now
from tests.support.call_kit import OFFER
from tests.support.conversing import as_correspondent, make_contact
from tests.support.made_mail import CLERK, ORSON, SUPERVISOR, as_inmate
from tests.support.met_calls import (
    SOUND,
    agreed,
    bring,
    leave_recording,
    met,
    plan,
    record,
    recorded,
    with_calls,
    written,
)

INMATE = as_inmate(ORSON)


@pytest.fixture
def visitor(facility: Facility) -> Actor:
    return as_correspondent(make_contact(facility))


def _is_recorded(home: Facility, room: Room) -> bool:
    engine = service.board_of(home).engine
    assert isinstance(engine, FakeEngine)
    return engine.is_recorded(room)


def _known(home: Facility, visitor: Actor, kind: CallKind = CallKind.FAMILY) -> str:
    """A call in which both may meet at once."""
    call = plan(home, ORSON, int(visitor.name), kind)
    bring(home, call, Stage.IDENTIFIED)
    return call


def test_both_are_asked_before_they_come_in(facility: Facility, visitor: Actor) -> None:
    home = with_calls(facility, record=True)
    call = _known(home, visitor)
    for by in (visitor, INMATE):
        assert actions.see(home, call, by).recording is Recording.ASK
        with pytest.raises(Conflict, match="agree"):
            actions.publish(home, call, OFFER, by)
    recordings.answer(home, call, visitor, agrees=True)
    assert actions.see(home, call, visitor).recording is Recording.WAITS
    actions.publish(home, call, OFFER, visitor)
    meeting = record(home, call).rooms.meeting
    assert not _is_recorded(home, meeting), "the other has not agreed"
    recordings.answer(home, call, INMATE, agrees=True)
    actions.publish(home, call, OFFER, INMATE)
    assert _is_recorded(home, meeting)
    for by in (visitor, INMATE, CLERK):
        assert actions.see(home, call, by).recording is Recording.YES
    with reading(home.engine) as tx:
        said = events_of(tx, Subject.call(call))
    assert [each.verb for each in said].count(Verb.ANSWER_RECORDING) == 2


def test_who_does_not_agree_has_the_visit_without_a_recording(
    facility: Facility, visitor: Actor
) -> None:
    home = with_calls(facility, record=True)
    call = _known(home, visitor)
    recordings.answer(home, call, visitor, agrees=True)
    recordings.answer(home, call, INMATE, agrees=False)
    for by in (visitor, INMATE):
        actions.publish(home, call, OFFER, by)
        assert actions.see(home, call, by).recording is Recording.REFUSED
    assert not _is_recorded(home, record(home, call).rooms.meeting)


def test_or_no_visit_where_the_facility_holds_none_without(
    facility: Facility, visitor: Actor
) -> None:
    home = with_calls(facility, record=True, without_agreement=Unrecorded.NO_VISIT)
    call = _known(home, visitor)
    recordings.answer(home, call, INMATE, agrees=False)
    shown = actions.see(home, call, visitor)
    assert (shown.stage, shown.outcome) == (Stage.ENDED, Outcome.NOT_AGREED)
    with pytest.raises(Conflict):
        actions.publish(home, call, OFFER, visitor)
    with pytest.raises(Conflict):
        recordings.answer(home, call, visitor, agrees=True)


def _interpreter(home: Facility, call: str) -> Actor:
    """Who interprets, and came by a link."""
    seat = guests.add(home, call, "Nell Newcome", CLERK, interprets=True)
    device, _ = guests.open_link(home, guests.make_link(home, call, seat, CLERK), "Nell", "phone")
    visit = guests.visit_of(home, device)
    assert visit is not None
    with writing(home.engine) as tx:
        found = records.get(tx, call, records.rules_of(home.settings.calls))
        known = tuple(replace(each, known=True) for each in found.call.guests)
        records.keep(tx, call, replace(found.call, guests=known))
    return visit.actor


def test_it_is_recorded_once_everybody_agreed(facility: Facility, visitor: Actor) -> None:
    home = with_calls(facility, record=True)
    call = _known(home, visitor)
    nell = _interpreter(home, call)
    meeting = record(home, call).rooms.meeting
    for by in (visitor, INMATE):
        recordings.answer(home, call, by, agrees=True)
        actions.publish(home, call, OFFER, by)
    assert not _is_recorded(home, meeting)
    assert actions.see(home, call, visitor).recording is Recording.WAITS
    with pytest.raises(Conflict, match="agree"):
        actions.publish(home, call, OFFER, nell)
    recordings.answer(home, call, nell, agrees=True)
    actions.publish(home, call, OFFER, nell)
    assert _is_recorded(home, meeting)


def test_it_stops_where_somebody_comes_late_who_does_not_agree(
    facility: Facility, visitor: Actor
) -> None:
    home, call = met(facility, ORSON, int(visitor.name), record=True)
    meeting = record(home, call).rooms.meeting
    assert _is_recorded(home, meeting)
    nell = _interpreter(home, call)
    recordings.answer(home, call, nell, agrees=False)
    actions.publish(home, call, OFFER, nell)
    assert not _is_recorded(home, meeting)
    service.board_of(home).tick()
    with writing(home.engine) as tx:
        found = records.get(tx, call, records.rules_of(home.settings.calls)).call
        came = tuple(replace(each, last=now()) for each in found.guests)
        records.keep(tx, call, replace(found, guests=came, stage=Stage.ENDED))
    left = written(home, call)
    assert recordings.take_in(home, MACHINE).refused == 1
    assert not left.exists()


def test_who_does_not_agree_stays_out_while_another_visitor_can_come(
    facility: Facility, visitor: Actor
) -> None:
    home = with_calls(facility, record=True, without_agreement=Unrecorded.NO_VISIT)
    call = _known(home, visitor)
    nell = _interpreter(home, call)
    recordings.answer(home, call, nell, agrees=False)
    shown = actions.see(home, call, nell)
    assert (shown.stage, shown.recording) == (Stage.IDENTIFIED, Recording.OUT)
    with pytest.raises(Conflict):
        actions.publish(home, call, OFFER, nell)
    for by in (visitor, INMATE):
        recordings.answer(home, call, by, agrees=True)
        actions.publish(home, call, OFFER, by)
    assert _is_recorded(home, record(home, call).rooms.meeting)


def test_where_nothing_is_recorded_nobody_is_asked(facility: Facility, visitor: Actor) -> None:
    home, call = met(facility, ORSON, int(visitor.name))
    assert actions.see(home, call, visitor).recording is Recording.NO
    with pytest.raises(Conflict):
        recordings.answer(home, call, visitor, agrees=True)
    assert not _is_recorded(home, record(home, call).rooms.meeting)


@pytest.mark.parametrize("stage", Stage)
def test_an_attorneys_call_is_never_recorded(
    facility: Facility, visitor: Actor, stage: Stage
) -> None:
    """Whatever the state and the role, and whatever the settings and a table say."""
    home, call = met(facility, ORSON, int(visitor.name), CallKind.ATTORNEY, record=True)
    agreed(home, call, dict.fromkeys(Seat, True))
    found = bring(home, call, stage)
    assert not found.is_asked(home.settings.calls)
    assert not found.is_recorded(home.settings.calls)
    for by in (visitor, INMATE):
        assert actions.see(home, call, by).recording is Recording.NO
        with pytest.raises(Conflict):
            recordings.answer(home, call, by, agrees=True)
        if stage.is_known:
            actions.publish(home, call, OFFER, by)
    if not stage.is_over:
        assert not _is_recorded(home, found.rooms.meeting)
    left = written(home, call)
    recordings.take_in(home, MACHINE)
    for role in StaffRole:
        by = Actor(ActorKind.STAFF, f"Some {role}", role, proven=True)
        assert recordings.recorded(home, call, by) is None
        with pytest.raises((NobodyWatches, NotAllowed, NotFound)):
            recordings.export(home, call, by, "why")
    assert left.exists() is not stage.is_over, "what may not be there goes once the call is over"


def test_what_was_recorded_is_kept_encrypted_and_nowhere_else(
    facility: Facility, visitor: Actor
) -> None:
    home, call = met(facility, ORSON, int(visitor.name), record=True)
    plain = leave_recording(home, call)
    kept = recordings.take_in(home, MACHINE)
    assert (kept.calls, kept.refused, plain.exists()) == (1, 0, False)
    for path in home.home.rglob("*"):
        assert not path.is_file() or b"said" not in path.read_bytes(), path
    assert recordings.incomplete(home) == recordings.left_over(home) == ()
    found = recordings.recorded(home, call, CLERK)
    assert found is not None
    assert (found.files, found.size) == (1, len(SOUND))


def test_it_is_taken_out_with_a_reason_that_is_in_the_log(
    facility: Facility, visitor: Actor
) -> None:
    home, call = met(facility, ORSON, int(visitor.name), record=True)
    recorded(home, call)
    with pytest.raises(NotAllowed):
        recordings.export(home, call, CLERK, "I want to")
    with pytest.raises(UsageError):
        recordings.export(home, call, SUPERVISOR, " ")
    film = recordings.export(home, call, SUPERVISOR, "Threat at minute three")
    with zipfile.ZipFile(io.BytesIO(b"".join(film.pieces))) as made:
        assert made.testzip() is None
        (name,) = made.namelist()
        assert name == "1-visitor.webm"
        assert made.read(name).count(b"said") == 2
    with reading(home.engine) as tx:
        last = list(events_of(tx, Subject.call(call)))[-1]
    assert last.verb == Verb.EXPORT_RECORDING
    assert last.detail["why"] == "Threat at minute three"


def test_what_nobody_agreed_to_goes(facility: Facility, visitor: Actor) -> None:
    home, call = met(facility, ORSON, int(visitor.name), record=True)
    plain = leave_recording(home, call)
    agreed(home, call, {Seat.INMATE: False})
    kept = recordings.take_in(home, MACHINE)
    assert (kept.calls, kept.refused, plain.exists()) == (0, 1, False)
    assert recordings.recorded(home, call, CLERK) is None


def test_a_call_that_goes_on_is_left_alone(facility: Facility, visitor: Actor) -> None:
    home, call = met(facility, ORSON, int(visitor.name), record=True)
    plain = written(home, call)
    assert recordings.take_in(home, MACHINE).calls == 0
    assert plain.exists()


def test_a_file_of_no_call_is_reported(facility: Facility, visitor: Actor) -> None:
    home, call = met(facility, ORSON, int(visitor.name), record=True)
    plain = leave_recording(home, call)
    strange = plain.with_name("videoroom-elsewhere.mjr")
    plain.rename(strange)
    assert recordings.take_in(home, MACHINE).calls == 0
    assert recordings.left_over(home) == (strange.name,)


class _DeadError(BaseException):
    pass


def _dies(home: Facility, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    def die(name: str) -> None:
        if name == point:
            raise _DeadError

    with monkeypatch.context() as changed:
        changed.setattr(recordings, "failpoint", die)
        with pytest.raises(_DeadError):
            recordings.take_in(home, MACHINE)


@pytest.mark.parametrize("point", failpoints.RECORDING_POINTS)
def test_whoever_dies_over_it_loses_nothing(
    facility: Facility, visitor: Actor, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    home, call = met(facility, ORSON, int(visitor.name), record=True)
    plain = leave_recording(home, call)
    _dies(home, monkeypatch, point)
    assert plain.exists()
    assert recordings.take_in(home, MACHINE).calls == 1
    assert not plain.exists()
    assert recordings.incomplete(home) == ()
    with reading(home.engine) as tx:
        names = set(tx.execute(sa.select(recorded_file.c.sha256)).scalars())
    assert {*recordings.store_of(home, call).names()} == names
    assert len(recordings.keys_of(home).names()) == 1


def _another_key(home: Facility, call: str) -> None:
    for each in (home.home / "keys" / "recordings").iterdir():
        each.unlink()


def _no_files(home: Facility, call: str) -> None:
    for name in recordings.store_of(home, call).names():
        recordings.store_of(home, call).delete(name)


@pytest.mark.parametrize("lose", [_another_key, _no_files])
def test_a_recording_that_is_not_whole_is_told(
    facility: Facility, visitor: Actor, lose: Callable[[Facility, str], None]
) -> None:
    home, call = met(facility, ORSON, int(visitor.name), record=True)
    recorded(home, call)
    lose(home, call)
    assert recordings.incomplete(home) == (call,)
    with pytest.raises((NotFound, StorageError)):
        recordings.export(home, call, SUPERVISOR, "why")


def test_two_calls_that_say_the_same_have_each_their_own(
    facility: Facility, visitor: Actor
) -> None:
    home, call = met(facility, ORSON, int(visitor.name), record=True)
    other = plan(home, ORSON, int(visitor.name))
    for each in (call, other):
        recorded(home, each)
    for each in (call, other):
        assert b"".join(recordings.export(home, each, SUPERVISOR, "why").pieces)


def test_who_came_late_is_taken_in_under_the_same_key(facility: Facility, visitor: Actor) -> None:
    home, call = met(facility, ORSON, int(visitor.name), record=True)
    recorded(home, call)
    late: Path = written(home, call, SOUND + b"x", number=2)
    assert recordings.take_in(home, MACHINE).calls == 1
    assert not late.exists()
    assert len(recordings.keys_of(home).names()) == 1
    film = recordings.export(home, call, SUPERVISOR, "why")
    with zipfile.ZipFile(io.BytesIO(b"".join(film.pieces))) as made:
        assert len(made.namelist()) in (1, 2)


def test_a_visit_at_another_time_asks_again(facility: Facility, visitor: Actor) -> None:
    from digitizer.calls import states

    home = with_calls(facility, record=True)
    call = plan(home, ORSON, int(visitor.name))
    agreed(home, call, dict.fromkeys(Seat, True))
    found = record(home, call).call
    with writing(home.engine) as tx:
        records.plan_anew(tx, call, states.at_another_time(found, found.starts, found.ends))
        said = tx.execute(sa.select(call_seat.c.agrees)).scalar_one()
    assert (said, record(home, call).agrees) == ("", {})
