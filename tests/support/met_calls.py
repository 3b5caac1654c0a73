"""A facility with video calls in memory, and a call in which both are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from digitizer.calls import records, service
from digitizer.calls.board import Board
from digitizer.calls.records import CallRecord, NewCall
from digitizer.calls.states import CallKind, Guest, Seen, Stage
from digitizer.engines.calls.fake import FakeEngine
from digitizer.engines.calls.port import Flow, Seat
from digitizer.facility import Facility
from digitizer.model.call_settings import Calls
from digitizer.people import roster
from digitizer.storage.database import reading, writing
from digitizer.support.clock import new_id, now
from tests.support.call_kit import OFFER, TWO

FLOWS = Flow(connected=True, sound=True, picture=True)
SETTINGS = Calls(video=True, media_address="192.0.2.1", relay_host="calls.jail.example")


def with_calls(facility: Facility) -> Facility:
    """The same home with a board in memory, whose clock does not run by itself."""
    changed = replace(facility, settings=facility.settings.model_copy(update={"calls": SETTINGS}))
    service.put(Board(changed, FakeEngine()), "a secret of the relay")
    return changed


def plan(
    facility: Facility,
    booking: str,
    correspondent: int,
    kind: CallKind = CallKind.FAMILY,
    *,
    minutes: int = 30,
) -> str:
    """A call that begins now."""
    at = now()
    with writing(facility.engine) as tx:
        inmate = roster.inmate_row_id(tx, booking)
        until = at + timedelta(minutes=minutes)
        return records.make(tx, NewCall(new_id(), kind, inmate, correspondent, at, until))


def record(facility: Facility, call: str) -> CallRecord:
    with reading(facility.engine) as tx:
        return records.get(tx, call, records.rules_of(facility.settings.calls))


def bring(facility: Facility, call: str, stage: Stage) -> CallRecord:
    """Both are there, and it is in this state."""
    found = record(facility, call)
    seen = Seen(now(), frozenset(TWO), dict.fromkeys(TWO, FLOWS))
    with writing(facility.engine) as tx:
        guests = (Guest(Seat.VISITOR, known=stage.is_known, last=seen.at),)
        changed = replace(found.call, stage=stage, seen=seen, guests=guests)
        records.keep(tx, call, changed)
    return record(facility, call)


def met(
    facility: Facility, booking: str, correspondent: int, kind: CallKind = CallKind.FAMILY
) -> tuple[Facility, str]:
    """Both are in it, are seen, and are heard."""
    changed = with_calls(facility)
    call = plan(changed, booking, correspondent, kind)
    found, board = bring(changed, call, Stage.LIVE), service.board_of(changed)
    for seat in TWO:
        board.publish(found, seat, OFFER)
        engine = board.engine
        assert isinstance(engine, FakeEngine)
        engine.send(found.rooms.meeting, seat, FLOWS)
    return changed, call
