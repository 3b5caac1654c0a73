"""How long the web server waits for its visitors, and for how many: connections are few and time
runs out, so that nobody can use them up by being slow.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from enum import Enum, auto

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from digitizer.model.settings import Web
from digitizer.support.networks import is_within, one_device


class _State(Enum):
    IDLE = auto()  # between two requests; uvicorn's own keep-alive ends it
    ARRIVING = auto()
    ANSWERED = auto()  # the request is here, its answer is made or fetched


class _Crowd:
    """The connections of one server."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self._clients: dict[PatientProtocol, str] = {}
        self._of_client: Counter[str] = Counter()
        #: Those without a whole request; who has waited longest comes first.
        self._idle: dict[PatientProtocol, None] = {}

    def enter(self, connection: PatientProtocol, client: str) -> PatientProtocol | None:
        """Returns who has to go, if there are too many now: it has left already."""
        device = one_device(client)
        self._clients[connection] = device
        self._of_client[device] += 1
        self.note(connection, idle=True)
        gone = None
        if self._of_client[device] > self.web.connections_per_client and not is_within(
            client, self.web.trusted_proxies
        ):
            gone = connection
        elif len(self._clients) > self.web.connections:
            gone = next(iter(self._idle))
        if gone is not None:
            self.leave(gone)
        return gone

    def note(self, connection: PatientProtocol, *, idle: bool) -> None:
        self._idle.pop(connection, None)
        if idle and connection in self._clients:
            self._idle[connection] = None

    def leave(self, connection: PatientProtocol) -> None:
        """More than once is no error."""
        self._idle.pop(connection, None)
        device = self._clients.pop(connection, None)
        if device is not None:
            self._of_client[device] -= 1
            if not self._of_client[device]:
                del self._of_client[device]


class PatientProtocol(H11Protocol):
    """A request must arrive whole within ``web.request_seconds``. Of its answer, what we hold for
    the visitor (some 64 KiB; of a shorter one all) must be fetched every ``web.answer_seconds``:
    who takes a large file over a slow line goes on, who takes a byte now and then does not. Where
    there are too many connections, the one that has waited longest without a request gives way."""

    crowd: _Crowd
    _state = _State.IDLE
    _timer: asyncio.TimerHandle | None = None
    #: Whether what we held was fetched since we looked last, so that more could be given.
    _fetched = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        gone = self.crowd.enter(self, self.client[0] if self.client else "")
        if gone is not None:  # its loss is heard only later
            gone.transport.abort()
        self._become(_State.ARRIVING)

    def connection_lost(self, exc: Exception | None) -> None:
        self.crowd.leave(self)
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._state is _State.IDLE:
            self._become(_State.ARRIVING)
        super().data_received(data)
        self._look()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._fetched = True

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def _look(self) -> None:
        """After something was received or sent: what is waited for now."""
        arrived = self.conn.their_state not in (h11.IDLE, h11.SEND_BODY)
        if arrived:
            self._become(_State.ANSWERED)
        elif self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]:
            self._become(_State.ARRIVING)
        else:
            self._become(_State.IDLE)

    def _become(self, state: _State) -> None:
        if state is self._state:
            return
        self._state = state
        self._stop()
        self.crowd.note(self, idle=state is not _State.ANSWERED)
        if state is _State.ARRIVING:
            self._timer = self.loop.call_later(self.crowd.web.request_seconds, self.transport.abort)
        elif state is _State.ANSWERED:
            self._wait_for_fetching()

    def _wait_for_fetching(self) -> None:
        self._fetched = False
        self._timer = self.loop.call_later(self.crowd.web.answer_seconds, self._end_if_unfetched)

    def _end_if_unfetched(self) -> None:
        """An answer that we are still making is no fault of the visitor's."""
        if self.transport.get_write_buffer_size() and not self._fetched:
            self.transport.abort()
        else:
            self._wait_for_fetching()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def patient_protocol(web: Web) -> type[PatientProtocol]:
    """The protocol of one server with these limits."""
    return type("_Protocol", (PatientProtocol,), {"crowd": _Crowd(web)})
