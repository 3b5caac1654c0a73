"""A facility with video calls in memory, and a call in which both are."""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digitizer.calls import recordings, records, service
from digitizer.calls.board import Board
from digitizer.calls.records import CallRecord, NewCall
from digitizer.calls.states import CallKind, Guest, Seen, Stage
from digitizer.engines.calls.fake import FakeEngine
from digitizer.engines.calls.port import Flow, Seat
from digitizer.facility import Facility
from digitizer.model.call_settings import Calls
from digitizer.model.people import MACHINE
from digitizer.people import roster
from digitizer.storage.database import reading, writing
from digitizer.support.clock import new_id, now
from tests.support.call_kit import OFFER, TWO

_HEAD = b'{"t":"a","c":"opus","s":1700000000000000,"u":1700000000000000}'
#: Two packets of a sound, as Janus writes them.
SOUND = b"MJR00002" + struct.pack(">H", len(_HEAD)) + _HEAD + b"".join(
    b"MEET" + struct.pack(">IH", 20 * each, 16)
    + struct.pack(">BBHII", 128, 111, each, 960 * each, 7) + b"said"
    for each in range(2)
)  # fmt: skip
FLOWS = Flow(connected=True, sound=True, picture=True)
SETTINGS = Calls(video=True, media_address="192.0.2.1", relay_host="calls.jail.example")


def nothing(tx: sa.Connection, visit: str) -> None:
    """Stands against the visit."""


def with_calls(facility: Facility, **own: Any) -> Facility:
    """The same home with a board in memory, whose clock does not run by itself. ``own`` are
    settings of its calls."""
    calls = SETTINGS.model_copy(update=own)
    changed = replace(facility, settings=facility.settings.model_copy(update={"calls": calls}))
    service.put(Board(changed, FakeEngine()), "a secret of the relay")
    return changed


def plan(
    facility: Facility,
    booking: str,
    correspondent: int,
    kind: CallKind = CallKind.FAMILY,
    *,
    minutes: int = 30,
    visit: str = "",
) -> str:
    """A call that begins now."""
    at = now()
    with writing(facility.engine) as tx:
        inmate = roster.inmate_row_id(tx, booking)
        until = at + timedelta(minutes=minutes)
        return records.make(tx, NewCall(visit or new_id(), kind, inmate, correspondent, at, until))


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
    facility: Facility,
    booking: str,
    correspondent: int,
    kind: CallKind = CallKind.FAMILY,
    **own: Any,
) -> tuple[Facility, str]:
    """Both are in it, are seen, and are heard, and agreed if it is recorded. ``own`` as of
    ``with_calls``."""
    changed = with_calls(facility, **own)
    call = plan(changed, booking, correspondent, kind)
    if own.get("record"):
        agreed(changed, call, dict.fromkeys(Seat, True))
    found, board = bring(changed, call, Stage.LIVE), service.board_of(changed)
    for seat in TWO:
        board.publish(found, seat, OFFER)
        engine = board.engine
        assert isinstance(engine, FakeEngine)
        engine.send(found.rooms.meeting, seat, FLOWS)
    return changed, call


def agreed(facility: Facility, call: str, answers: Mapping[Seat, bool]) -> None:
    with writing(facility.engine) as tx:
        for seat, agrees in answers.items():
            records.note_answer(tx, call, seat, agrees=agrees)


def written(facility: Facility, call: str, sound: bytes = SOUND, number: int = 1) -> Path:
    """As the media server leaves it of a call, a while ago."""
    folder = service.media_plan(facility.home, facility.settings.calls).recordings
    folder.mkdir(parents=True, exist_ok=True)
    key = record(facility, call).rooms.key
    path = folder / f"videoroom-monitored-{key}-user-visitor-{number}-audio-0.mjr"
    path.write_bytes(sound)
    os.utime(path, (0, 0))
    return path


def leave_recording(facility: Facility, call: str) -> Path:
    """It is over, and was recorded; both agreed."""
    agreed(facility, call, dict.fromkeys(Seat, True))
    bring(facility, call, Stage.ENDED)
    return written(facility, call)


def recorded(facility: Facility, call: str) -> None:
    """As ``leave_recording``, and kept."""
    leave_recording(facility, call)
    assert recordings.take_in(facility, MACHINE).calls == 1
