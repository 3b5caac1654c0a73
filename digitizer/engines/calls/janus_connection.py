"""One connection to Janus: a session, plugin handles in it, and requests that wait for answers.

Every request carries a token that is signed for the next minute and for one plugin (``token_auth``
of Janus). Events that nobody asked for go to whoever holds the handle, in the thread that reads:
they must take them quickly, and ask nothing.

Janus drops the session, with all its media, when this connection ends: no call outlives the
program whose clock ends it.
"""

from __future__ import annotations

import base64
import hmac
import itertools
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any

from digitizer.engines.calls.port import CallError, EngineDown, Refused
from digitizer.engines.calls.websocket import UnixWebSocket, WebSocketEnded

log = logging.getLogger("digitizer")

PLUGIN = "janus.plugin.videoroom"
#: Seconds for an answer. Janus answers in milliseconds, or has lost its wits.
_ANSWER = 10.0
#: Seconds between signs of life; Janus ends a session without (``session_timeout``).
_KEEP_ALIVE = 10.0
_TOKEN_SECONDS = 60

Json = dict[str, Any]
OnEvent = Callable[[Json], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a plugin said, and the SDP that came with it, empty if none did."""

    data: Json
    sdp: str


class RoomError(Refused):
    """The VideoRoom refuses; ``code`` is its number for why."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{text} ({code})")
        self.code = code


@dataclass(eq=False)
class _Waiting:
    done: threading.Event = field(default_factory=threading.Event)
    answer: Json | None = None


def signed_token(secret: str, until: int) -> str:
    """Good until then (seconds since 1970), for our one plugin."""
    claims = f"{until},janus,{PLUGIN}"
    mac = hmac.new(secret.encode(), claims.encode(), "sha1").digest()
    return f"{claims}:{base64.b64encode(mac).decode()}"


class JanusConnection:
    """Opens it, with a session. Raises EngineDown."""

    def __init__(self, path: Path, secret: str) -> None:
        self._secret = secret
        self._numbers = itertools.count(1)
        self._waiting: dict[str, _Waiting] = {}
        self._holders: dict[int, OnEvent] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        try:
            self._socket = UnixWebSocket(path, "janus-protocol", _ANSWER)
        except OSError as error:
            raise EngineDown(f"Janus does not answer at {path}: {error}") from None
        threading.Thread(target=self._read, name="janus", daemon=True).start()
        try:
            self._session = int(self._ask({"janus": "create"})["data"]["id"])
        except CallError:
            self.close()
            raise
        threading.Thread(target=self._keep_alive, name="janus-alive", daemon=True).start()

    @property
    def alive(self) -> bool:
        return not self._ended.is_set()

    def attach(self, on_event: OnEvent) -> int:
        """A new handle on the VideoRoom."""
        found = self._ask({"janus": "attach", "session_id": self._session, "plugin": PLUGIN})
        handle = int(found["data"]["id"])
        self._holders[handle] = on_event
        return handle

    def detach(self, handle: int) -> None:
        """Ends a handle and its media, if it is there and Janus is."""
        self._holders.pop(handle, None)
        try:
            self._ask({"janus": "detach", "session_id": self._session, "handle_id": handle})
        except (EngineDown, Refused) as error:
            log.debug("a handle was gone already: %s", error)

    def tell(self, handle: int, body: Json, sdp: str = "", kind: str = "offer") -> Answer:
        """Asks the plugin; waits for what it says at last. Raises RoomError, Refused and
        EngineDown."""
        asked: Json = {"janus": "message", "session_id": self._session, "handle_id": handle}
        asked["body"] = body
        if sdp:
            asked["jsep"] = {"type": kind, "sdp": sdp}
        found = self._ask(asked)
        data: Json = found.get("plugindata", {}).get("data", {})
        if "error_code" in data:
            raise RoomError(int(data["error_code"]), str(data.get("error", "refused")))
        return Answer(data, str(found.get("jsep", {}).get("sdp", "")))

    def close(self) -> None:
        self._ended.set()
        self._socket.close()

    def _ask(self, asked: Json) -> Json:
        waiting, name = _Waiting(), str(next(self._numbers))
        with self._lock:
            self._waiting[name] = waiting
        try:
            self._send({**asked, "transaction": name})
            if not waiting.done.wait(_ANSWER):
                self.close()  # what it says later would answer nobody
                raise EngineDown("Janus does not answer")
        finally:
            with self._lock:
                self._waiting.pop(name, None)
        if waiting.answer is None:
            raise EngineDown("Janus is gone")
        if waiting.answer.get("janus") == "error":
            error = waiting.answer.get("error", {})
            raise Refused(f"Janus refuses: {error.get('reason')} ({error.get('code')})")
        return waiting.answer

    def _send(self, message: Json) -> None:
        token = signed_token(self._secret, int(time()) + _TOKEN_SECONDS)
        if not self.alive:
            raise EngineDown("Janus is gone")
        try:
            self._socket.send(json.dumps({**message, "token": token}))
        except OSError as error:
            raise EngineDown(f"Janus is gone: {error}") from None

    def _read(self) -> None:
        try:
            while True:
                self._sort(json.loads(self._socket.receive()))
        except (WebSocketEnded, OSError, ValueError) as error:
            log.debug("the connection to Janus ended: %s", error)
        finally:
            self.close()
            self._wake_all()

    def _wake_all(self) -> None:
        with self._lock:
            for waiting in self._waiting.values():
                waiting.done.set()

    def _sort(self, message: Json) -> None:
        if message.get("janus") == "ack":  # the answer itself comes later
            return
        with self._lock:
            waiting = self._waiting.get(str(message.get("transaction", "")))
        if waiting:
            waiting.answer = message
            waiting.done.set()
            return
        if message.get("janus") == "timeout":
            self._ended.set()
        holder = self._holders.get(message.get("sender", 0))
        if holder:
            holder(message)

    def _keep_alive(self) -> None:
        while not self._ended.wait(_KEEP_ALIVE):
            try:
                # It is answered with an "ack", which nobody waits for.
                beat = {"janus": "keepalive", "session_id": self._session}
                self._send({**beat, "transaction": "alive"})
            except EngineDown:
                return
