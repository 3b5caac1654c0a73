"""Real media servers for tests of calls, on ports that are free, and what a browser would offer."""

from __future__ import annotations

import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from digitizer.engines.calls.janus import JanusEngine, JanusSecrets
from digitizer.engines.calls.port import Seat
from digitizer.engines.calls.servers import MediaServers, missing_programs
from digitizer.engines.calls.written import MediaPlan, Ports, ServerSecrets

BITRATE = 400_000
#: Who talks in most of the calls of tests.
TWO = (Seat.VISITOR, Seat.INMATE)
OTHER = {Seat.VISITOR: Seat.INMATE, Seat.INMATE: Seat.VISITOR}

#: Sound and a picture, as Chromium offers them, shortened.
OFFER = "\r\n".join(
    (
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "a=msid-semantic: WMS one",
        *(
            line
            for mid, media in enumerate(
                ("audio 9 UDP/TLS/RTP/SAVPF 111", "video 9 UDP/TLS/RTP/SAVPF 96")
            )
            for line in (
                f"m={media}",
                "c=IN IP4 0.0.0.0",
                "a=ice-ufrag:aaaa",
                "a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa",
                "a=candidate:1 1 udp 1 198.51.100.7 5000 typ host",
                "a=fingerprint:sha-256 " + ":".join(["AA"] * 32),
                "a=setup:actpass",
                f"a=mid:{mid}",
                "a=sendonly",
                "a=rtcp-mux",
                "a=rtpmap:111 opus/48000/2" if mid == 0 else "a=rtpmap:96 VP8/90000",
            )
        ),
        "",
    )
)


def missing() -> str | None:
    """Why there can be no real call here; None if there can."""
    if missing_programs():
        return f"apt-get install {' '.join(missing_programs())}"
    if own_address() is None:
        return "this machine has no address but its loopback, which Janus leaves out"
    return None


def own_address() -> str | None:
    """An IPv4 address of this machine that is not its loopback. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.254", 9))
        except OSError:
            return None
        found = str(asked.getsockname()[0])
    return None if found.startswith("127.") else found


@dataclass(frozen=True, slots=True)
class RealServers:
    servers: MediaServers
    secrets: JanusSecrets

    @property
    def plan(self) -> MediaPlan:
        return self.servers.plan

    def engine(self) -> JanusEngine:
        """As another process of ours would have it."""
        return JanusEngine(self.plan.socket, self.secrets, self.plan.recordings, BITRATE)


@contextmanager
def real_servers() -> Iterator[RealServers]:
    folder = Path(tempfile.mkdtemp(prefix="calls-"))
    first = free_ports()
    plan = MediaPlan(
        folder / ("deeper" * 20) / "calls",  # than a socket's path may be long
        own_address() or "",
        "127.0.0.1",
        first,
        Ports(first + 1, first + 99),
        Ports(first + 100, first + 199),
    )
    own = JanusSecrets(*(secrets.token_hex(16) for _ in range(3)))
    servers = MediaServers(plan, ServerSecrets(own.requests, own.rooms, secrets.token_hex(16)))
    try:
        servers.start()
        servers.wait()
        yield RealServers(servers, own)
    finally:
        servers.stop()
        shutil.rmtree(folder)


#: Held while this process lives, each for the ports behind it: tests run side by side.
_TAKEN: list[socket.socket] = []


def free_ports() -> int:
    """The first of two hundred below those that the system gives out, which no other test has."""
    for first in range(12_000, 32_000, 200):
        taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            taken.bind(("127.0.0.1", first))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tried:
                tried.bind(("127.0.0.1", first + 1))  # where a relay that runs here listens
        except OSError:
            taken.close()
            continue
        _TAKEN.append(taken)
        return first + 1
    raise AssertionError("no port is free")
