"""Janus itself: what flows, what it refuses to everybody, and what is left when somebody dies."""

from __future__ import annotations

import itertools
import os
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digitizer.engines.calls.janus import JanusEngine, JanusSecrets
from digitizer.engines.calls.janus_connection import JanusConnection, Json, RoomError, signed_token
from digitizer.engines.calls.port import (
    EngineDown,
    Line,
    MonitoredRoom,
    PrivilegedRoom,
    Refused,
    Room,
    Seat,
)
from tests.support.call_kit import OTHER, TWO, RealServers, missing, real_servers
from tests.support.call_peers import Peer, Peers
from tests.support.cut_wire import Wire
from tests.support.patience import until

pytestmark = pytest.mark.browser

_numbers = itertools.count(1)


@pytest.fixture
def engine(real: RealServers) -> Iterator[JanusEngine]:
    made = real.engine()
    yield made
    made.stop()


@pytest.fixture
def monitored(engine: JanusEngine) -> MonitoredRoom:
    room = MonitoredRoom(f"janus{next(_numbers)}")
    engine.open(room)
    return room


@pytest.fixture
def privileged(engine: JanusEngine) -> PrivilegedRoom:
    room = PrivilegedRoom(f"janus{next(_numbers)}")
    engine.open(room)
    return room


def _looked(peer: Peer, true: Any) -> None:
    """Waits for it, and lets the page go on meanwhile."""

    def look() -> bool:
        peer.page.wait_for_timeout(50)
        return bool(true())

    until(look)


def _call(engine: JanusEngine, peers: Peers, room: Room) -> dict[Seat, tuple[Peer, Line]]:
    """Both send, and both watch."""
    call: dict[Seat, tuple[Peer, Line]] = {}
    for seat in TWO:
        call[seat] = peers.make(), engine.admit(room, seat)
    for peer, line in call.values():
        peer.send(line)
    for seat, (peer, line) in call.items():
        _looked(peer, lambda line=line, seat=seat: OTHER[seat] in line.shown())
        peer.watch(line, OTHER[seat])
    return call


def _moves(peer: Peer, seat: Seat) -> None:
    """Waits for new frames and for new sound of this seat."""
    before = peer.received(seat)
    _looked(peer, lambda: peer.received(seat).frames > before.frames + 3)
    _looked(peer, lambda: peer.received(seat).level > before.level)


@pytest.mark.parametrize("kind", [MonitoredRoom, PrivilegedRoom])
def test_both_see_and_hear_each_other(engine: JanusEngine, peers: Peers, kind: Any) -> None:
    room = kind(f"janus{next(_numbers)}")
    engine.open(room)
    call = _call(engine, peers, room)
    for seat, (peer, line) in call.items():
        _moves(peer, OTHER[seat])
        assert line.flow().flows


def test_nobody_learns_an_address_but_this_machines(
    real: RealServers, engine: JanusEngine, peers: Peers, monitored: MonitoredRoom
) -> None:
    """Of its own addresses a browser gathers none; of the other's it is told none."""
    visitor, inmate = peers.make(), engine.admit(monitored, Seat.INMATE)
    line = engine.admit(monitored, Seat.VISITOR)
    visitor.send(line)
    _looked(visitor, lambda: line.flow().flows and visitor.own_addresses())
    assert all(" typ relay " in each for each in visitor.own_addresses())
    _looked(visitor, lambda: Seat.VISITOR in inmate.shown())
    offered = inmate.watch(Seat.VISITOR)
    told = [each for each in offered.splitlines() if each.startswith("a=candidate:")]
    assert told
    assert all(f" {real.plan.media_address} " in each for each in told)


def test_what_is_muted_is_heard_by_nobody(
    engine: JanusEngine, peers: Peers, monitored: MonitoredRoom
) -> None:
    """Also after whoever is muted came again."""
    engine.mute(monitored, Seat.VISITOR, muted=True)
    listener = _call(engine, peers, monitored)[Seat.INMATE][0]
    _looked(listener, lambda: listener.received(Seat.VISITOR).frames > 10)
    assert listener.received(Seat.VISITOR).sound == 0
    engine.mute(monitored, Seat.VISITOR, muted=False)
    _looked(listener, lambda: listener.received(Seat.VISITOR).level > 0)


def test_of_what_is_held_nothing_is_passed_on_until_it_is_let_go(
    engine: JanusEngine, peers: Peers, monitored: MonitoredRoom
) -> None:
    """Neither to the other, nor of who comes again meanwhile; what was muted stays so after it."""
    call = _call(engine, peers, monitored)
    inmate, line = call[Seat.INMATE]
    _moves(inmate, Seat.VISITOR)
    engine.mute(monitored, Seat.VISITOR, muted=True)
    engine.hold(monitored, held=True)
    _stands_still(inmate, Seat.VISITOR)
    assert line.flow().flows, "it is known that they are there"
    again = engine.admit(monitored, Seat.VISITOR)
    visitor = peers.make()
    visitor.send(again)
    _looked(visitor, lambda: again.flow().flows)
    inmate.watch(line, Seat.VISITOR)
    _stands_still(inmate, Seat.VISITOR)
    assert inmate.received(Seat.VISITOR).frames == 0
    engine.hold(monitored, held=False)
    _looked(inmate, lambda: inmate.received(Seat.VISITOR).frames > 10)
    assert inmate.received(Seat.VISITOR).sound == 0
    engine.mute(monitored, Seat.VISITOR, muted=False)
    _looked(inmate, lambda: inmate.received(Seat.VISITOR).level > 0)


def test_who_is_removed_is_seen_no_more(
    engine: JanusEngine, peers: Peers, monitored: MonitoredRoom
) -> None:
    call = _call(engine, peers, monitored)
    inmate, line = call[Seat.INMATE]
    _moves(inmate, Seat.VISITOR)
    engine.remove(monitored, Seat.VISITOR)
    _looked(inmate, lambda: line.shown() == {})
    _stands_still(inmate, Seat.VISITOR)


def _stands_still(peer: Peer, seat: Seat) -> None:
    """Waits until nothing new of this seat came in half a second, in which ten frames would."""
    seen = [peer.received(seat)]

    def still() -> bool:
        peer.page.wait_for_timeout(500)
        seen.append(peer.received(seat))
        return seen[-1] == seen[-2]

    until(still)


def test_another_process_of_ours_can_remove_who_the_first_admitted(
    real: RealServers, engine: JanusEngine, monitored: MonitoredRoom
) -> None:
    line = engine.admit(monitored, Seat.VISITOR)
    other = real.engine()
    other.remove(monitored, Seat.VISITOR)
    until(lambda: not line.alive)
    with pytest.raises(Refused):
        engine.admit(monitored, Seat.VISITOR)
    other.close(monitored)
    other.stop()


def test_a_seat_that_another_process_holds_is_taken_over(
    real: RealServers, engine: JanusEngine, monitored: MonitoredRoom
) -> None:
    first, other = engine.admit(monitored, Seat.VISITOR), real.engine()
    assert other.admit(monitored, Seat.VISITOR).alive
    until(lambda: not first.alive)
    other.stop()


def test_a_monitored_room_is_recorded_when_it_is_asked_for(
    real: RealServers, engine: JanusEngine, peers: Peers, monitored: MonitoredRoom
) -> None:
    folder = real.plan.recordings
    call = _call(engine, peers, monitored)
    assert not [*folder.iterdir()]
    engine.record(monitored, on=True)
    _looked(call[Seat.VISITOR][0], lambda: len([*folder.glob("*.mjr")]) == 4)
    engine.record(monitored, on=False)
    for each in folder.iterdir():
        each.unlink()


@pytest.fixture
def raw(real: RealServers) -> Iterator[JanusConnection]:
    """Somebody who may ask Janus anything, with the key that signs requests."""
    connection = JanusConnection(real.plan.socket, real.secrets.requests)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "asked",
    [
        {"request": "enable_recording", "record": True},
        {"request": "edit", "new_secret": ""},
        {"request": "allowed", "action": "disable"},
        {"request": "allowed", "action": "add", "allowed": ["mine"]},
        {"request": "rtp_forward", "publisher_id": "visitor", "host": "192.0.2.9", "streams": []},
        {"request": "kick", "id": "visitor"},
        {"request": "moderate", "id": "visitor", "mid": "0", "mute": True},
        {"request": "listforwarders"},
        {"request": "destroy"},
        {"request": "join", "ptype": "publisher", "id": "staff"},
        {"request": "join", "ptype": "publisher", "id": "staff", "token": "guessed"},
        {"request": "join", "ptype": "subscriber", "streams": [{"feed": "visitor"}]},
    ],
    ids=lambda asked: "-".join(str(each) for each in asked.values() if isinstance(each, str)),
)
@pytest.mark.parametrize("with_keys", [False, True])
def test_no_request_watches_or_records_a_privileged_room(
    real: RealServers,
    engine: JanusEngine,
    peers: Peers,
    privileged: PrivilegedRoom,
    raw: JanusConnection,
    asked: Json,
    with_keys: bool,
) -> None:
    """Neither without any secret, nor with every secret that this home has."""
    line = engine.admit(privileged, Seat.VISITOR)
    visitor = peers.make()
    visitor.send(line)
    _looked(visitor, lambda: line.flow().flows)
    handle = raw.attach(lambda _: None)
    tried = {"room": privileged.name, "admin_key": real.secrets.rooms if with_keys else ""}
    guesses = [*_every_secret(real, privileged)] if with_keys else [""]
    for guess in guesses:
        with pytest.raises(RoomError):
            raw.tell(handle, {**tried, **({"secret": guess} if guess else {}), **asked})
    assert line.alive
    assert not _recorded(real)


def _every_secret(real: RealServers, room: PrivilegedRoom) -> Iterator[str]:
    own = real.secrets
    yield from (own.requests, own.rooms, own.tokens, real.servers.own.relay)
    same_name = MonitoredRoom(room.key)
    yield real.engine()._secret_of(same_name)


@pytest.mark.parametrize("locked", [True, False])
def test_who_sits_in_a_privileged_room_cannot_record_it(
    real: RealServers, engine: JanusEngine, peers: Peers, raw: JanusConnection, locked: bool
) -> None:
    """Not even our own line, were it to ask: Janus says nothing, and records nothing. A room that
    is not ours shows that the same request records where it may."""
    room = PrivilegedRoom(f"janus{next(_numbers)}")
    if not locked:
        made = {"request": "create", "room": room.name, "admin_key": real.secrets.rooms}
        raw.tell(raw.attach(lambda _: None), made)
    engine.open(room)
    line, visitor = engine.admit(room, Seat.VISITOR), peers.make()
    visitor.send(line)
    _looked(visitor, lambda: line.flow().flows)
    line._connection.tell(line._handle, {"request": "configure", "record": True})
    if locked:
        visitor.page.wait_for_timeout(1000)
    else:
        _looked(visitor, lambda: _recorded(real))
    assert bool(_recorded(real)) is not locked
    for each in _recorded(real):
        each.unlink()


def _recorded(real: RealServers) -> list[Path]:
    """Anywhere that Janus may write."""
    return [*real.plan.folder.rglob("*.mjr")]


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_a_request_that_we_did_not_sign_is_refused(real: RealServers, secret: str) -> None:
    with pytest.raises(Refused):
        JanusConnection(real.plan.socket, secret or secrets.token_hex(16))


def test_a_signature_is_good_for_a_minute(
    real: RealServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    import digitizer.engines.calls.janus_connection as connection

    monkeypatch.setattr(connection, "time", lambda: 1_000_000.0)
    with pytest.raises(Refused):
        JanusConnection(real.plan.socket, real.secrets.requests)
    assert signed_token("s", 5).startswith("5,janus,janus.plugin.videoroom:")


def test_a_cut_network_is_seen_and_the_seat_taken_again(
    real: RealServers, engine: JanusEngine, peers: Peers, monitored: MonitoredRoom
) -> None:
    wire = Wire(real.plan.relay_address, real.plan.relay_port)
    call = {seat: engine.admit(monitored, seat) for seat in TWO}
    visitor, inmate = peers.make(f"127.0.0.1:{wire.port}"), peers.make()
    visitor.send(call[Seat.VISITOR])
    inmate.send(call[Seat.INMATE])
    _looked(inmate, lambda: all(line.flow().flows for line in call.values()))
    wire.cut()
    _looked(inmate, lambda: not engine.statistics(monitored).of(Seat.VISITOR).flows)
    assert engine.statistics(monitored).of(Seat.INMATE).flows
    again, line = peers.make(), engine.admit(monitored, Seat.VISITOR)
    again.send(line)
    inmate_line = call[Seat.INMATE]
    _looked(inmate, lambda: Seat.VISITOR in inmate_line.shown() and line.flow().flows)
    inmate.watch(inmate_line, Seat.VISITOR)
    _moves(inmate, Seat.VISITOR)


def test_no_call_outlives_the_program_that_ends_it(
    real: RealServers, engine: JanusEngine, peers: Peers, privileged: PrivilegedRoom
) -> None:
    """Its connection is gone, and with it every line: also in a room that nobody can destroy."""
    inmate = _call(engine, peers, privileged)[Seat.INMATE][0]
    _moves(inmate, Seat.VISITOR)
    engine.stop()
    _stands_still(inmate, Seat.VISITOR)
    after = real.engine()
    assert after.admit(privileged, Seat.VISITOR).shown() == {}
    after.stop()


@pytest.mark.skipif(bool(missing()), reason=str(missing()))
def test_the_death_of_janus_ends_every_line_and_it_comes_back() -> None:
    with real_servers() as found:
        engine, room = found.engine(), MonitoredRoom("killed")
        engine.open(room)
        lines = [engine.admit(room, seat) for seat in TWO]
        first = found.servers.process("janus")
        assert first
        os.kill(_janus_of(first), signal.SIGKILL)
        until(lambda: not any(line.alive for line in lines))
        with pytest.raises(EngineDown):
            lines[0].watch(Seat.INMATE)
        until(lambda: found.servers.process("janus") not in (None, first))
        until(lambda: _opens(engine, room))
        assert engine.admit(room, Seat.VISITOR).alive
        engine.stop()


def _janus_of(pid: int) -> int:
    """``setpriv`` becomes the program that it starts."""
    assert "janus" in Path(f"/proc/{pid}/cmdline").read_text()
    return pid


def _opens(engine: JanusEngine, room: Room) -> bool:
    try:
        engine.open(room)
    except EngineDown:
        return False
    return True


def test_without_janus_every_verb_says_so(tmp_path: Path) -> None:
    engine = JanusEngine(tmp_path / "none", JanusSecrets("a", "b", "c"), tmp_path, 1)
    room = MonitoredRoom("none")
    for verb in (
        lambda: engine.open(room),
        lambda: engine.admit(room, Seat.VISITOR),
        lambda: engine.monitor(room),
        lambda: engine.mute(room, Seat.VISITOR, muted=True),
        lambda: engine.hold(room, held=True),
        lambda: engine.remove(room, Seat.VISITOR),
        lambda: engine.close(room),
        lambda: engine.statistics(room),
        lambda: engine.record(room, on=True),
    ):
        with pytest.raises(EngineDown):
            verb()
