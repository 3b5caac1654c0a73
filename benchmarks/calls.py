"""What calls cost the server: processor of Janus and coturn, bandwidth and packets lost, by how
many calls of 320 x 240 there are at once, each with both who talk and one who watches.

    python -m venv /tmp/peers && /tmp/peers/bin/pip install aiortc
    CALL_PEERS=/tmp/peers/bin/python python -m benchmarks.calls           # 1 5 10 20 40
    CALL_PEERS=/tmp/peers/bin/python python -m benchmarks.calls 1 5 --seconds 10

The servers are the product's, with its settings. Of each call six connections go by the relay: two
that send, two by which both see each other, two by which staff see both. The peers
(``call_peers``) run on this machine too, and what they take is stated apart: where all cores are
busy, loss is theirs as much as the server's.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from digitizer.engines.calls.janus import JanusEngine, JanusSecrets
from digitizer.engines.calls.port import MonitoredRoom, Seat
from digitizer.engines.calls.servers import MediaServers
from digitizer.engines.calls.turn import relay_pass
from digitizer.engines.calls.written import MediaPlan, Ports, ServerSecrets
from tests.support.call_kit import BITRATE, free_ports, missing, own_address

_AT_ONCE = (1, 5, 10, 20, 40)
_PROGRAM = Path(__file__).with_name("call_peers.py")
#: Seconds until what just began runs evenly.
_SETTLES = 5.0


class Peers:
    """One process with many of them."""

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(
            [python, str(_PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = self._process.pid

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        stdin.write(json.dumps({"do": do, **more}) + "\n")
        stdin.flush()
        said: dict[str, Any] = json.loads(stdout.readline())
        return said

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


@dataclass(frozen=True, slots=True)
class Servers:
    media: MediaServers
    engine: JanusEngine
    url: str

    def way(self) -> dict[str, str]:
        """A pass of its own for each connection."""
        own = relay_pass(self.media.own.relay, (self.url,), secrets.token_hex(4), datetime.now(UTC))
        return {"url": self.url, "username": own.username, "credential": own.credential}


@contextmanager
def _servers() -> Iterator[Servers]:
    folder, port = Path(tempfile.mkdtemp(prefix="calls-")), free_ports()
    plan = MediaPlan(
        folder / "calls",
        own_address() or "",
        "127.0.0.1",
        port,
        Ports(40_000, 40_999),
        Ports(41_000, 41_999),
    )
    own = JanusSecrets(*(secrets.token_hex(16) for _ in range(3)))
    media = MediaServers(plan, ServerSecrets(own.requests, own.rooms, secrets.token_hex(16)))
    try:
        media.start()
        media.wait()
        engine = JanusEngine(plan.socket, own, plan.recordings, BITRATE)
        yield Servers(media, engine, f"turn:127.0.0.1:{port}?transport=udp")
        engine.stop()
    finally:
        media.stop()
        shutil.rmtree(folder)


#: The two of a call.
_TALK = (Seat.VISITOR, Seat.INMATE)


def _begin(servers: Servers, processes: list[Peers], number: int) -> MonitoredRoom:
    """One call: both send, both watch, and somebody watches both."""
    room, peers = MonitoredRoom(secrets.token_hex(8)), processes[number % len(processes)]
    servers.engine.open(room)
    lines = {seat: servers.engine.admit(room, seat) for seat in _TALK}
    for place, line in enumerate(lines.values()):
        peer = 10 * number + place
        offer = peers.ask("send", peer=peer, way=servers.way())["sdp"]
        peers.ask("answer", peer=peer, sdp=line.publish(offer))
    watcher = servers.engine.monitor(room)
    shown = [(lines[seat], other) for seat, other in zip(_TALK, _TALK[::-1], strict=True)]
    shown += [(watcher, seat) for seat in _TALK]
    for place, (watching, seat) in enumerate(shown, 2):
        _until(lambda watching=watching, seat=seat: seat in watching.shown())
        peer, offer = 10 * number + place, watching.watch(seat)
        said = peers.ask("watch", peer=peer, way=servers.way(), sdp=offer)
        watching.answer(seat, said["sdp"])
    return room


def _until(true: Any) -> None:
    end = time.monotonic() + 20
    while not true():
        if time.monotonic() > end:
            raise SystemExit("a connection was not made within 20 seconds")
        time.sleep(0.05)


def _spent(pids: dict[str, list[int]]) -> dict[str, float]:
    found = {}
    for name, every in pids.items():
        times = [psutil.Process(pid).cpu_times() for pid in every]
        found[name] = sum(each.user + each.system for each in times)
    return found


def _counted(processes: list[Peers]) -> dict[str, int]:
    every = [each.ask("count") for each in processes]
    return {key: sum(each[key] for each in every) for key in every[0]}


def _measure(servers: Servers, processes: list[Peers], calls: int, seconds: float) -> str:
    rooms = [_begin(servers, processes, each) for each in range(calls)]
    time.sleep(_SETTLES)
    pids = {
        "janus": [servers.media.process("janus") or 0],
        "relay": [servers.media.process("relay") or 0],
        "peers": [each.pid for each in processes],
    }
    spent, before, began = _spent(pids), _counted(processes), time.monotonic()
    time.sleep(seconds)
    after, now_spent, took = _counted(processes), _spent(pids), time.monotonic() - began
    for each in processes:
        each.ask("close")
    for room in rooms:
        servers.engine.close(room)
    cores = {name: (now_spent[name] - spent[name]) / took for name in spent}
    got = {key: after[key] - before[key] for key in after}
    sent = got["sent_bytes"] * 8 / took / 1e6
    lost = got["lost"] / max(1, got["came"] + got["lost"])
    whole = got["came"] / max(1, 2 * got["sent"])  # each packet goes to the other and to staff
    return (
        f"{calls:5} {after['connected']:6} {cores['janus']:7.2f} {cores['relay']:7.2f} "
        f"{cores['peers']:7.2f} {sent:8.1f} {2 * sent * whole:8.1f} {lost:8.2%} {whole:8.1%}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", nargs="*", type=int, default=_AT_ONCE)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    python = os.environ.get("CALL_PEERS", "")
    if missing() or not python:
        print(missing() or "Name a Python that has aiortc in CALL_PEERS.", file=sys.stderr)
        return 1
    print(f"{os.cpu_count()} cores; load before: {os.getloadavg()[0]:.1f}")
    print("calls  conns   janus   relay   peers  Mbit in Mbit out     lost  arrived")
    with ExitStack() as until_done:
        servers = until_done.enter_context(_servers())
        processes = [Peers(python) for _ in range(asked.processes)]
        for each in processes:
            until_done.callback(each.end)
        for calls in asked.calls:
            print(_measure(servers, processes, calls, asked.seconds), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
