"""The engines that keep one contract: in memory, and Janus with its relay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from digitizer.engines.calls.fake import FakeEngine
from digitizer.engines.calls.port import CallEngine, Flow, Line, Room, Seat
from tests.support.call_kit import OFFER, RealServers, missing, real_servers
from tests.support.call_peers import Peers, chromium_with_devices
from tests.support.in_browser import CHROMIUM
from tests.support.patience import until


@dataclass(frozen=True, slots=True)
class Tried:
    """An engine, and how somebody sends sound and a picture by a line of it, until they arrive."""

    engine: CallEngine
    send: Callable[[Room, Seat, Line], None]


@pytest.fixture(scope="module")
def real() -> Iterator[RealServers]:
    if missing():
        pytest.skip(missing() or "")
    with real_servers() as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium here")
    with chromium_with_devices() as found:
        yield found


@pytest.fixture
def peers(real: RealServers, chromium: Any) -> Iterator[Peers]:
    relay = f"{real.plan.relay_address}:{real.plan.relay_port}"
    made = Peers(chromium, relay, real.servers.own.relay)
    yield made
    made.leave()


@pytest.fixture(params=["memory", "janus"])
def tried(request: pytest.FixtureRequest) -> Iterator[Tried]:
    if request.param == "memory":
        yield _in_memory()
        return
    engine = request.getfixturevalue("real").engine()
    peers: Peers = request.getfixturevalue("peers")

    def send(room: Room, seat: Seat, line: Line) -> None:
        peer = peers.make()
        peer.send(line)
        until(lambda: _flows(peer.page, line))

    yield Tried(engine, send)
    engine.stop()


def _flows(page: Any, line: Line) -> bool:
    page.wait_for_timeout(50)  # the page answers nobody while nobody waits for it
    return line.flow().picture and line.flow().sound


def _in_memory() -> Tried:
    engine = FakeEngine()

    def send(room: Room, seat: Seat, line: Line) -> None:
        line.publish(OFFER)
        engine.send(room, seat, Flow(connected=True, sound=True, picture=True))

    return Tried(engine, send)


@pytest.fixture
def engine(tried: Tried) -> CallEngine:
    return tried.engine
