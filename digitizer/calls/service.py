"""The one board of a home in this process, with its media servers: made when it is first needed."""

from __future__ import annotations

import logging
import secrets
import socket
import threading
from pathlib import Path

from digitizer.calls.board import Board
from digitizer.engines.calls.janus import JanusEngine, JanusSecrets
from digitizer.engines.calls.servers import MediaServers
from digitizer.engines.calls.written import CannotWrite, MediaPlan, Ports, ServerSecrets
from digitizer.facility import Facility
from digitizer.model.call_settings import Calls
from digitizer.model.errors import NotFound

#: Seconds.
_ANSWERS = 1.0

log = logging.getLogger("digitizer")

_boards: dict[Path, Board] = {}
_relays: dict[Path, str] = {}
_lock = threading.Lock()


def board_of(facility: Facility) -> Board:
    """Starts it, with the media servers, if it does not run. Raises NotFound where the settings
    have no video calls, and Conflict where another process of the home has them."""
    if not facility.settings.calls.video:
        raise NotFound("There are no video calls here.")
    with _lock:
        found = _boards.get(facility.home)
        return found or _started(facility)


def put(board: Board, relay_secret: str) -> None:
    """Uses this board for its home, which was started elsewhere."""
    with _lock:
        _boards[board.facility.home] = board
        _relays[board.facility.home] = relay_secret


def relay_secret(facility: Facility) -> str:
    """What passes to the relay are made with. Raises as ``board_of``."""
    board_of(facility)
    return _relays[facility.home]


def relay_answers(facility: Facility) -> bool:
    """Whether our relay takes connections on this machine."""
    own = facility.settings.calls
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(own.relay_address, own.relay_address)
    try:
        socket.create_connection((here, own.relay_port), _ANSWERS).close()
    except OSError:
        return False
    return True


def stop(facility: Facility) -> None:
    """Ends the calls of this home that this process carries, if it carries any."""
    with _lock:
        board = _boards.pop(facility.home, None)
        _relays.pop(facility.home, None)
    if board:
        board.stop()


def _started(facility: Facility) -> Board:
    own = JanusSecrets(*(secrets.token_hex(32) for _ in range(3)))
    relay = secrets.token_hex(32)
    plan = media_plan(facility.home, facility.settings.calls)
    servers = MediaServers(plan, ServerSecrets(own.requests, own.rooms, relay))
    bitrate = facility.settings.calls.kilobits * 1000
    engine = JanusEngine(plan.socket, own, plan.recordings, bitrate)
    board = Board(facility, engine, servers.stop)
    board.start()
    try:
        servers.start()
    except (CannotWrite, OSError) as error:  # the pages say that the server does not answer
        log.error("the media servers cannot start: %s", error)
    _boards[facility.home] = board
    _relays[facility.home] = relay
    return board


def media_plan(home: Path, own: Calls) -> MediaPlan:
    """Where the media servers of a home live, by its settings."""

    def path(text: str) -> Path | None:
        return home / text if text else None

    return MediaPlan(
        folder=home / "run" / "calls",
        media_address=own.media_address,
        relay_address=own.relay_address,
        relay_port=own.relay_port,
        relay_range=Ports(*own.relay_range),
        media_range=Ports(*own.media_range),
        tls_port=own.tls_port,
        certificate=path(own.certificate),
        certificate_key=path(own.certificate_key),
    )
