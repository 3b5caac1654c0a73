"""Which room a call has: an attorney's is watched by nobody, whoever asks, in whatever state."""

from __future__ import annotations

import inspect
import itertools
import typing
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.calls.rooms import NobodyWatches, Rooms
from digitizer.calls.states import CallKind
from digitizer.engines.calls.fake import FakeEngine
from digitizer.engines.calls.port import (
    CallEngine,
    MonitoredRoom,
    PrivilegedRoom,
    Refused,
    Room,
    Seat,
    seats_of,
)

KEYS = st.text("abcdef0123456789-", min_size=1, max_size=40)


@given(st.sampled_from(CallKind), KEYS)
def test_only_a_familys_call_can_be_watched(kind: CallKind, key: str) -> None:
    rooms = Rooms(kind, key)
    if kind is CallKind.FAMILY:
        assert rooms.watched() == rooms.meeting == MonitoredRoom(key)
    else:
        assert rooms.meeting == PrivilegedRoom(key)
        with pytest.raises(NobodyWatches):
            rooms.watched()


@given(KEYS, KEYS)
def test_no_room_of_one_call_has_the_name_of_anothers(one: str, other: str) -> None:
    """Neither a lobby's that of a meeting, nor a monitored one's that of a privileged."""
    names = [
        (kind, key, what)
        for kind, key in itertools.product(CallKind, {one, other})
        for what in ("meeting", *Seat)
    ]
    privileged = {_room(*each).name for each in names if _is_privileged(each)}
    watched = {_room(*each).name for each in names if not _is_privileged(each)}
    assert not privileged & watched


def _room(kind: CallKind, key: str, what: str) -> Room:
    rooms = Rooms(kind, key)
    return rooms.meeting if what == "meeting" else rooms.lobby_of(Seat(what))


def _is_privileged(each: tuple[CallKind, str, str]) -> bool:
    return each[0] is CallKind.ATTORNEY and each[2] == "meeting"


@given(KEYS, st.booleans())
def test_an_attorneys_room_has_a_third_seat_for_who_interprets_and_no_fourth(
    key: str, interpreted: bool
) -> None:
    room = Rooms(CallKind.ATTORNEY, key, interpreted).meeting
    more = {Seat.INTERPRETER} if interpreted else set()
    assert set(seats_of(room)) == {Seat.VISITOR, Seat.INMATE} | more
    engine = FakeEngine()
    engine.open(room)
    for seat in set(Seat) - set(seats_of(room)):
        with pytest.raises(Refused):
            engine.admit(room, seat)
    other = Rooms(CallKind.ATTORNEY, key, not interpreted).meeting
    assert other.name != room.name, "one seat more is another room: nothing is added to it"


def test_every_verb_that_watches_or_records_takes_a_monitored_room_alone() -> None:
    """Of the port: a new verb that takes any room is a decision, made here."""
    any_room = {"open", "admit", "remove", "close", "statistics"}
    for name, verb in inspect.getmembers(CallEngine, inspect.isfunction):
        taken = typing.get_type_hints(verb).get("room")
        if name.startswith("_") or taken is None:
            continue
        assert taken is MonitoredRoom or name in any_room, name


@given(KEYS)
def test_no_engine_is_talked_into_it(key: str) -> None:
    engine: Any = FakeEngine()
    for room in (Rooms(CallKind.ATTORNEY, key).meeting, replace(PrivilegedRoom(key)), key, None):
        if room is not None and room != key:
            engine.open(room)
        for verb in (engine.monitor, lambda each: engine.record(each, on=True)):
            with pytest.raises(TypeError):
                verb(room)
