"""Who has to go where there are too many connections."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from urllib.request import urlopen

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from digitizer.entrances.service.patience import PatientProtocol, patient_protocol
from digitizer.entrances.service.web_server import AnnouncedServer
from digitizer.model.settings import Web


class _Connection:
    """Stands for a connection: the crowd only tells them apart."""


def _connections(number: int) -> list[PatientProtocol]:
    return [cast(PatientProtocol, _Connection()) for _ in range(number)]


def _web(**values: object) -> Web:
    """Fewer connections than a setting may be, so that few are too many."""
    return Web().model_copy(update=values)


def test_a_device_may_have_so_many_and_its_next_is_turned_away() -> None:
    crowd = patient_protocol(_web(connections=9, connections_per_client=2)).crowd
    first, second, third, other = _connections(4)
    assert crowd.enter(first, "10.0.0.1") is None
    assert crowd.enter(second, "10.0.0.1") is None
    assert crowd.enter(third, "10.0.0.1") is third
    assert crowd.enter(other, "10.0.0.2") is None
    crowd.leave(first)
    crowd.leave(first)
    assert crowd.enter(first, "10.0.0.1") is None


def test_a_proxy_of_ours_speaks_for_many() -> None:
    web = _web(connections=9, connections_per_client=1, trusted_proxies=("10.0.0.1",))
    crowd = patient_protocol(web).crowd
    assert [crowd.enter(each, "10.0.0.1") for each in _connections(5)] == [None] * 5


def test_who_has_waited_longest_without_a_request_gives_way() -> None:
    crowd = patient_protocol(_web(connections=3, connections_per_client=3)).crowd
    busy, oldest, newer, newest = _connections(4)
    for number, each in enumerate((busy, oldest, newer)):
        crowd.enter(each, f"10.0.0.{number}")
    crowd.note(busy, idle=False)
    assert crowd.enter(newest, "10.0.0.9") is oldest


def test_who_asked_again_has_waited_least() -> None:
    crowd = patient_protocol(_web(connections=2, connections_per_client=2)).crowd
    first, second, third = _connections(3)
    for number, each in enumerate((first, second)):
        crowd.enter(each, f"10.0.0.{number}")
    crowd.note(first, idle=True)
    assert crowd.enter(third, "10.0.0.9") is second


def test_each_server_has_a_crowd_of_its_own() -> None:
    web = Web()
    assert patient_protocol(web).crowd is not patient_protocol(web).crowd


@contextmanager
def _serving(app: Starlette, web: Web) -> Iterator[str]:
    server = AnnouncedServer(app, "127.0.0.1", 0, web)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join()


def test_an_answer_that_takes_us_long_to_make_is_not_cut_off() -> None:
    """A busy machine is no fault of the visitor's."""

    async def slow(_: Request) -> PlainTextResponse:
        await asyncio.sleep(0.5)
        return PlainTextResponse("made at last")

    app = Starlette(routes=[Route("/", slow)])
    with _serving(app, _web(answer_seconds=0.1)) as address:
        assert urlopen(address).read().decode() == "made at last"


_PIECE, _PIECES = b"x" * 65536, 400


async def _large(_: Request) -> StreamingResponse:
    return StreamingResponse(iter([_PIECE] * _PIECES))


def _fetched(address: str, wait_first: float, wait: float) -> int:
    """How much of the large answer comes to somebody who takes a byte, waits, and then takes the
    rest with a wait after each piece."""
    port = int(address.rstrip("/").rpartition(":")[2])
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        line.settimeout(30)
        line.connect(("127.0.0.1", port))
        line.sendall(b"GET / HTTP/1.1\r\nHost: mail\r\nConnection: close\r\n\r\n")
        whole = len(line.recv(1))
        time.sleep(wait_first)
        try:
            while piece := line.recv(65536):
                whole += len(piece)
                time.sleep(wait)
        except ConnectionResetError:
            pass
        return whole


def test_a_large_answer_goes_on_while_it_is_fetched_however_long_that_takes() -> None:
    app = Starlette(routes=[Route("/", _large)])
    with _serving(app, _web(answer_seconds=1.0)) as address:
        began = time.monotonic()
        assert _fetched(address, 0, 0.005) > len(_PIECE) * _PIECES
        assert time.monotonic() - began > 1.0, "it was fetched too fast to say anything"


def test_who_takes_next_to_nothing_of_an_answer_is_cut_off() -> None:
    """A byte does not keep a connection."""
    app = Starlette(routes=[Route("/", _large)])
    with _serving(app, _web(answer_seconds=0.3)) as address:
        assert _fetched(address, 1.5, 0) < len(_PIECE) * _PIECES
