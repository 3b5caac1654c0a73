"""The port over Janus (its VideoRoom), as Debian 12 ships it: version 1.1.

A room of Janus lets in who holds one of its tokens. Tokens and the secrets of monitored rooms are
derived from a key of the home, so that every process of ours can end a call that another admitted.

A privileged room is made with a secret that is forgotten at once: Janus starts no recording,
forwards no media and changes nothing in that room without it (``lock_record``,
``lock_rtp_forward``), whoever asks. It has a token for each of its seats from the start, and shows
its media only to who entered with one of them (``require_pvtid``). For the same reason nobody can
destroy it: it is emptied, and is gone with the next start of Janus. An echo room is closed as any
other, but none of our verbs watches or records it.
"""

from __future__ import annotations

import hmac
import itertools
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from digitizer.engines.calls.janus_connection import JanusConnection, Json, RoomError
from digitizer.engines.calls.offers import PICTURE, SOUND, checked_offer, without_addresses
from digitizer.engines.calls.port import (
    CallError,
    EchoRoom,
    EngineDown,
    Flow,
    MonitoredRoom,
    PrivilegedRoom,
    Refused,
    Removed,
    Room,
    Seat,
    Statistics,
    need_monitored,
    need_seat,
    seats_of,
)

# What the VideoRoom says.
_NO_SUCH_ROOM, _ROOM_EXISTS, _NO_SUCH_FEED, _UNAUTHORIZED, _NAME_TAKEN = 426, 427, 428, 433, 436

_generations = itertools.count(1)


@contextmanager
def _unless(code: int) -> Iterator[None]:
    """Leaves a refusal with this number alone: what was asked for is so already."""
    try:
        yield
    except RoomError as error:
        if error.code != code:
            raise


@dataclass(frozen=True, slots=True)
class JanusSecrets:
    """``requests`` signs each request, ``rooms`` makes rooms, and from ``tokens`` what opens each
    of them is derived."""

    requests: str
    rooms: str
    tokens: str


class JanusLine:
    """The signalling of a seat, or of a watcher (``seat`` is None)."""

    def __init__(self, connection: JanusConnection, room: Room, seat: Seat | None) -> None:
        self._connection = connection
        self._room = room
        self._seat = seat
        self._lock = threading.Lock()
        self._shown: dict[Seat, int] = {}
        self._watched: dict[Seat, int] = {}
        self._flow = Flow()
        self._ended = False
        self._private = 0
        self._published: Callable[[], None] = lambda: None
        self._handle = connection.attach(self._hear)

    @property
    def alive(self) -> bool:
        return not self._ended and self._connection.alive

    def enter(self, token: str, published: Callable[[], None]) -> None:
        """Raises RoomError. ``published`` is called once its media is described."""
        self._published = published
        name = str(self._seat) if self._seat else f"staff-{secrets.token_hex(8)}"
        body = {"request": "join", "ptype": "publisher", "room": self._room.name, "id": name}
        try:
            joined = self._connection.tell(self._handle, {**body, "token": token}).data
        except Refused:
            self.hang_up()
            raise
        self._private = int(joined["private_id"])
        self._note(joined)

    def publish(self, offer: str) -> str:
        body = {"request": "publish"}
        answer = self._connection.tell(self._need(), body, checked_offer(offer)).sdp
        self._published()
        return answer

    def shown(self) -> dict[Seat, int]:
        with self._lock:
            return dict(self._shown)

    def watch(self, seat: Seat) -> str:
        self._need()
        with self._lock:
            before = self._watched.pop(seat, None)
        if before is not None:
            self._connection.detach(before)
        handle = self._connection.attach(lambda _: None)
        asked = {
            "request": "join",
            "ptype": "subscriber",
            "room": self._room.name,
            "streams": [{"feed": str(seat)}],
            "private_id": self._private,
        }
        try:
            offer = self._connection.tell(handle, asked).sdp
        except Refused:
            self._connection.detach(handle)
            raise
        with self._lock:
            self._watched[seat] = handle
        return offer

    def answer(self, seat: Seat, sdp: str) -> None:
        self._need()
        with self._lock:
            handle = self._watched.get(seat)
        if handle is None:
            raise Refused("Nothing was offered.")
        self._connection.tell(handle, {"request": "start"}, without_addresses(sdp), "answer")

    def flow(self) -> Flow:
        return self._flow if self.alive else Flow(slow=self._flow.slow)

    def hang_up(self) -> None:
        with self._lock:
            if self._ended:
                return
            self._ended = True
            handles = [*self._watched.values(), self._handle]
            self._watched.clear()
        with suppress(CallError):  # at once: what detaching does, Janus does a little later
            self._connection.tell(self._handle, {"request": "leave"})
        for handle in handles:
            self._connection.detach(handle)

    def _need(self) -> int:
        if not self._connection.alive:
            raise EngineDown("Janus is gone")
        if self._ended:
            raise Refused("This line ended.")
        return self._handle

    def _hear(self, event: Json) -> None:
        match event.get("janus"):
            case "webrtcup":
                self._flow = replace(self._flow, connected=True)
                if self._seat and isinstance(self._room, EchoRoom):
                    with self._lock:
                        self._shown[self._seat] = next(_generations)
            case "media":
                what = "sound" if event.get("type") == "audio" else "picture"
                self._flow = replace(self._flow, **{what: bool(event.get("receiving"))})
            case "slowlink":
                self._flow = replace(self._flow, slow=self._flow.slow + 1)
            case "hangup":
                self._flow = Flow(slow=self._flow.slow)
            case "detached":
                self._ended = True
            case "event":
                self._note(event.get("plugindata", {}).get("data", {}))

    def _note(self, said: Json) -> None:
        """Keeps who can be seen. What is "ok" is about oneself."""
        with self._lock:
            for each in said.get("publishers", ()):
                if each.get("id") in tuple(Seat):
                    self._shown[Seat(each["id"])] = next(_generations)
            for news in ("unpublished", "leaving", "kicked"):
                if said.get(news) in tuple(Seat):
                    self._shown.pop(Seat(said[news]), None)
        if said.get("videoroom") == "destroyed" or said.get("leaving") == "ok":
            self._ended = True
            self._flow = Flow(slow=self._flow.slow)


class JanusEngine:
    """``recordings`` is the folder that recordings of monitored rooms are written to. It connects
    when it is first asked for something, and again after Janus died."""

    def __init__(self, socket: Path, own: JanusSecrets, recordings: Path, bitrate: int) -> None:
        self._socket = socket
        self._own = own
        self._recordings = recordings
        self._bitrate = bitrate
        self._lock = threading.RLock()
        self._connection: JanusConnection | None = None
        self._control = 0
        self._lines: dict[tuple[Room, Seat], JanusLine] = {}
        self._watchers: list[tuple[Room, JanusLine]] = []
        self._out: set[tuple[Room, Seat]] = set()
        self._muted: set[tuple[Room, Seat]] = set()
        self._on_hold: set[Room] = set()

    def open(self, room: Room) -> None:
        seats, monitored = seats_of(room), type(room) is MonitoredRoom
        body = {
            "request": "create",
            "admin_key": self._own.rooms,
            "room": room.name,
            "secret": self._secret_of(room) or secrets.token_hex(32),
            "is_private": True,
            "permanent": False,
            "publishers": len(seats),
            "allowed": [self._token(room, seat) for seat in seats],
            "require_pvtid": True,
            "bitrate": self._bitrate,
            "bitrate_cap": True,
            "fir_freq": 10,
            "audiocodec": "opus",
            "videocodec": "vp8",
            "record": False,
            "lock_record": True,
        }
        if monitored:
            body["rec_dir"] = str(self._recordings)
        with _unless(_ROOM_EXISTS):
            self._tell(body)

    def admit(self, room: Room, seat: Seat) -> JanusLine:
        need_seat(room, seat)
        with self._lock:
            if (room, seat) in self._out:
                raise Removed("They were removed from this room.")
            before = self._lines.pop((room, seat), None)
            if before:
                before.hang_up()
            try:
                line = self._entered(room, seat)
            except RoomError as error:
                if error.code == _UNAUTHORIZED:
                    raise Removed("They were removed from this room.") from None
                if error.code != _NAME_TAKEN or not isinstance(room, MonitoredRoom):
                    raise
                self._tell_room(room, {"request": "kick", "id": str(seat)})
                line = self._entered(room, seat)  # another process of ours held it
            self._lines[room, seat] = line
        return line

    def monitor(self, room: MonitoredRoom) -> JanusLine:
        need_monitored(room)
        token = secrets.token_hex(32)
        with self._lock:
            self._change_tokens(room, "add", token)
            line = JanusLine(self._up(), room, None)
            line.enter(token, lambda: None)
            self._watchers = [each for each in self._watchers if each[1].alive]
            self._watchers.append((room, line))
        self._change_tokens(room, "remove", token)  # it opens once
        return line

    def mute(self, room: MonitoredRoom, seat: Seat, *, muted: bool) -> None:
        need_monitored(room)
        (self._muted.add if muted else self._muted.discard)((room, seat))
        self._pass_on(room, seat, SOUND)

    def hold(self, room: MonitoredRoom, *, held: bool) -> None:
        need_monitored(room)
        (self._on_hold.add if held else self._on_hold.discard)(room)
        for seat in Seat:
            for medium in (SOUND, PICTURE):
                self._pass_on(room, seat, medium)

    def remove(self, room: Room, seat: Seat) -> None:
        need_seat(room, seat)
        with self._lock:
            self._out.add((room, seat))
            line = self._lines.pop((room, seat), None)
        if isinstance(room, MonitoredRoom):
            self._change_tokens(room, "remove", self._token(room, seat))
            with _unless(_NO_SUCH_FEED):
                self._tell_room(room, {"request": "kick", "id": str(seat)})
        if line:
            line.hang_up()

    def close(self, room: Room) -> None:
        if not isinstance(room, PrivilegedRoom):
            with _unless(_NO_SUCH_ROOM):
                self._tell_room(room, {"request": "destroy", "permanent": False})
        with self._lock:
            ended = [self._lines.pop(key) for key in [*self._lines] if key[0] == room]
            ended += [line for whose, line in self._watchers if whose == room]
            self._watchers = [each for each in self._watchers if each[0] != room]
            self._muted = {each for each in self._muted if each[0] != room}
            self._on_hold.discard(room)
        for line in ended:
            line.hang_up()

    def statistics(self, room: Room) -> Statistics:
        self._up()
        with self._lock:
            return Statistics(
                {k[1]: line.flow() for k, line in self._lines.items() if k[0] == room}
            )

    def record(self, room: MonitoredRoom, *, on: bool) -> None:
        need_monitored(room)
        self._tell_room(room, {"request": "enable_recording", "record": on})

    def stop(self) -> None:
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None

    def _entered(self, room: Room, seat: Seat) -> JanusLine:
        line = JanusLine(self._up(), room, seat)
        line.enter(self._token(room, seat), lambda: self._mute_again(room, seat))
        return line

    def _mute_again(self, room: Room, seat: Seat) -> None:
        for medium in (SOUND, PICTURE):
            if isinstance(room, MonitoredRoom) and self._is_mute(room, seat, medium):
                self._pass_on(room, seat, medium)

    def _is_mute(self, room: Room, seat: Seat, medium: str) -> bool:
        return room in self._on_hold or (medium == SOUND and (room, seat) in self._muted)

    def _pass_on(self, room: MonitoredRoom, seat: Seat, medium: str) -> None:
        """Or not, as is decided for this seat and this room."""
        mute = self._is_mute(room, seat, medium)
        body = {"request": "moderate", "id": str(seat), "mid": medium, "mute": mute}
        with _unless(_NO_SUCH_FEED):  # it is muted when it comes
            self._tell_room(room, body)

    def _change_tokens(self, room: MonitoredRoom, action: str, token: str) -> None:
        body = {"request": "allowed", "action": action, "allowed": [token]}
        with _unless(_NO_SUCH_ROOM):
            self._tell_room(room, body)

    def _tell_room(self, room: MonitoredRoom | EchoRoom, body: Json) -> None:
        self._tell({**body, "room": room.name, "secret": self._secret_of(room)})

    def _tell(self, body: Json) -> None:
        with self._lock:
            connection, control = self._up(), self._control
        connection.tell(control, body)

    def _up(self) -> JanusConnection:
        with self._lock:
            if self._connection is None or not self._connection.alive:
                self._connection = JanusConnection(self._socket, self._own.requests)
                self._control = self._connection.attach(lambda _: None)
            return self._connection

    def _secret_of(self, room: Room) -> str:
        """By which rooms are changed; empty for a privileged one: nobody has it."""
        return self._derived(room, "secret") if type(room) in (MonitoredRoom, EchoRoom) else ""

    def _token(self, room: Room, seat: Seat) -> str:
        return self._derived(room, f"seat {seat}")

    def _derived(self, room: Room, use: str) -> str:
        return hmac.new(
            self._own.tokens.encode(), f"{room.name}\n{use}".encode(), "sha256"
        ).hexdigest()
