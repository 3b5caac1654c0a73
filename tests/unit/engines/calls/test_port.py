"""What every call engine keeps: tried of the one in memory, and of Janus."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from digitizer.engines.calls.port import (
    CallEngine,
    EchoRoom,
    Flow,
    MonitoredRoom,
    PrivilegedRoom,
    Refused,
    Removed,
    Room,
    Seat,
    need_monitored,
)
from tests.support.call_kit import OFFER, OTHER, TWO
from tests.support.patience import until
from tests.unit.engines.calls.conftest import Tried

_numbers = itertools.count(1)


@pytest.fixture(params=[MonitoredRoom, PrivilegedRoom])
def room(request: pytest.FixtureRequest, engine: CallEngine) -> Room:
    made: Room = request.param(f"contract{next(_numbers)}")
    engine.open(made)
    return made


@pytest.fixture
def monitored(engine: CallEngine) -> MonitoredRoom:
    made = MonitoredRoom(f"contract{next(_numbers)}")
    engine.open(made)
    return made


def test_two_seats_see_each_other_and_nobody_else(tried: Tried, room: Room) -> None:
    lines = {seat: tried.engine.admit(room, seat) for seat in TWO}
    assert all(line.shown() == {} for line in lines.values())
    for seat, line in lines.items():
        tried.send(room, seat, line)
    until(lambda: all(set(line.shown()) == {OTHER[seat]} for seat, line in lines.items()))
    for seat, line in lines.items():
        assert line.watch(OTHER[seat]).startswith("v=0")
        assert tried.engine.statistics(room).of(seat).flows
    with pytest.raises(Refused):
        tried.engine.admit(room, Seat.VISITOR).answer(Seat.INMATE, OFFER)


def test_in_an_echo_room_one_person_sees_themselves(tried: Tried) -> None:
    room = EchoRoom(f"contract{next(_numbers)}")
    tried.engine.open(room)
    line = tried.engine.admit(room, Seat.VISITOR)
    assert line.shown() == {}
    tried.send(room, Seat.VISITOR, line)
    assert set(line.shown()) == {Seat.VISITOR}
    assert line.watch(Seat.VISITOR).startswith("v=0")
    with pytest.raises(Refused):
        tried.engine.admit(room, Seat.INMATE)
    with pytest.raises(TypeError):
        tried.engine.monitor(room)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        tried.engine.record(room, on=True)  # type: ignore[arg-type]
    tried.engine.close(room)
    until(lambda: not line.alive)
    with pytest.raises(Refused):
        tried.engine.admit(room, Seat.VISITOR)


def test_who_comes_later_sees_who_is_there(tried: Tried, room: Room) -> None:
    tried.send(room, Seat.VISITOR, tried.engine.admit(room, Seat.VISITOR))
    later = tried.engine.admit(room, Seat.INMATE)
    until(lambda: set(later.shown()) == {Seat.VISITOR})


def test_nobody_is_seen_who_sends_nothing(engine: CallEngine, room: Room) -> None:
    engine.admit(room, Seat.VISITOR)
    with pytest.raises(Refused):
        engine.admit(room, Seat.INMATE).watch(Seat.VISITOR)


def test_opening_again_changes_nothing(engine: CallEngine, room: Room) -> None:
    line = engine.admit(room, Seat.VISITOR)
    engine.open(room)
    assert line.alive
    line.publish(OFFER)


def test_who_comes_again_takes_their_own_seat(tried: Tried, room: Room) -> None:
    """As from another device, or after the network was gone: the earlier line is over, and the
    other one is told to look again."""
    other = tried.engine.admit(room, Seat.INMATE)
    first = tried.engine.admit(room, Seat.VISITOR)
    tried.send(room, Seat.VISITOR, first)
    until(lambda: Seat.VISITOR in other.shown())
    before = other.shown()[Seat.VISITOR]
    second = tried.engine.admit(room, Seat.VISITOR)
    assert not first.alive
    assert second.alive
    tried.send(room, Seat.VISITOR, second)
    until(lambda: other.shown().get(Seat.VISITOR, before) != before)


def test_who_was_removed_cannot_come_back(tried: Tried, room: Room) -> None:
    line, other = (tried.engine.admit(room, seat) for seat in TWO)
    tried.send(room, Seat.VISITOR, line)
    until(lambda: set(other.shown()) == {Seat.VISITOR})
    tried.engine.remove(room, Seat.VISITOR)
    until(lambda: not line.alive)
    until(lambda: other.shown() == {})
    for _ in range(2):
        with pytest.raises(Removed):
            tried.engine.admit(room, Seat.VISITOR)
    assert other.alive


def test_a_seat_can_be_closed_before_anybody_sits_there(engine: CallEngine, room: Room) -> None:
    engine.remove(room, Seat.VISITOR)
    with pytest.raises(Removed):
        engine.admit(room, Seat.VISITOR)


def test_closing_ends_every_line(engine: CallEngine, room: Room) -> None:
    lines: list[Any] = [engine.admit(room, seat) for seat in TWO]
    if isinstance(room, MonitoredRoom):
        lines.append(engine.monitor(room))
    engine.close(room)
    until(lambda: not any(line.alive for line in lines))
    for line in lines:
        with pytest.raises(Refused):
            line.watch(Seat.VISITOR)
    engine.close(room)


def test_a_line_that_was_hung_up_is_over(engine: CallEngine, room: Room) -> None:
    line = engine.admit(room, Seat.VISITOR)
    line.hang_up()
    line.hang_up()
    assert not line.alive
    with pytest.raises(Refused):
        line.publish(OFFER)


def test_a_watcher_sees_both_and_is_not_seen(tried: Tried, monitored: MonitoredRoom) -> None:
    lines = {seat: tried.engine.admit(monitored, seat) for seat in TWO}
    watcher = tried.engine.monitor(monitored)
    for seat, line in lines.items():
        tried.send(monitored, seat, line)
    until(lambda: set(watcher.shown()) == set(TWO))
    assert watcher.watch(Seat.INMATE).startswith("v=0")
    assert all(set(line.shown()) == {OTHER[seat]} for seat, line in lines.items())
    watcher.hang_up()
    assert not watcher.alive


def test_nobody_watches_mutes_or_records_a_privileged_room(engine: CallEngine) -> None:
    room: Any = PrivilegedRoom(f"contract{next(_numbers)}")
    engine.open(room)
    engine.admit(room, Seat.VISITOR).publish(OFFER)
    for asked in (
        lambda: engine.monitor(room),
        lambda: engine.mute(room, Seat.VISITOR, muted=True),
        lambda: engine.hold(room, held=True),
        lambda: engine.record(room, on=True),
    ):
        with pytest.raises(TypeError):
            asked()


@pytest.mark.parametrize("other", [PrivilegedRoom("a"), "a", None])
def test_only_a_monitored_room_is_one(other: Any) -> None:
    with pytest.raises(TypeError):
        need_monitored(other)


def test_muting_waits_for_who_is_not_there(engine: CallEngine, monitored: MonitoredRoom) -> None:
    engine.mute(monitored, Seat.VISITOR, muted=True)
    engine.admit(monitored, Seat.VISITOR).publish(OFFER)
    engine.mute(monitored, Seat.VISITOR, muted=False)


@pytest.mark.parametrize(
    "offer", ["", "no sdp", OFFER.replace("m=audio", "m=video"), OFFER + "m=audio 9 RTP 0\r\n"]
)
def test_an_offer_that_no_page_makes_is_refused(engine: CallEngine, room: Room, offer: str) -> None:
    with pytest.raises(Refused):
        engine.admit(room, Seat.VISITOR).publish(offer)


def test_nothing_flows_before_anything_does(engine: CallEngine, room: Room) -> None:
    line = engine.admit(room, Seat.VISITOR)
    line.publish(OFFER)
    assert not line.flow().flows
    assert engine.statistics(room).of(Seat.VISITOR) == Flow()
    assert not engine.statistics(room).of(Seat.INMATE).flows
