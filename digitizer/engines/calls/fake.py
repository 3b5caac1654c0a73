"""The port in memory, for tests and for a machine without a media server: nobody is seen by it.

The same contract is tested of it as of Janus. What flows is said by ``send``, where a browser
would send it.
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field

from digitizer.engines.calls.offers import checked_offer, without_addresses
from digitizer.engines.calls.port import (
    EchoRoom,
    EngineDown,
    Flow,
    MonitoredRoom,
    Refused,
    Removed,
    Room,
    Seat,
    Statistics,
    need_monitored,
    need_seat,
)

#: What a server answers and offers, as far as anybody looks at it.
_SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=fake\r\nt=0 0\r\n"


@dataclass(eq=False)
class _Place:
    """What is in one room."""

    echoes: bool = False
    lines: dict[Seat, FakeLine] = field(default_factory=dict)
    watchers: list[FakeLine] = field(default_factory=list)
    sending: dict[Seat, int] = field(default_factory=dict)
    muted: set[Seat] = field(default_factory=set)
    recorded: bool = False
    held: bool = False


class FakeLine:
    """As ``janus.JanusLine``."""

    def __init__(self, engine: FakeEngine, place: _Place, seat: Seat | None) -> None:
        self._engine = engine
        self._place = place
        self._seat = seat
        self._ended = False
        self._offered: set[Seat] = set()
        self.now = Flow()

    @property
    def alive(self) -> bool:
        return not self._ended

    def publish(self, offer: str) -> str:
        self._need()
        checked_offer(offer)
        if self._seat is None or self._seat in self._place.sending:
            raise Refused("They send already.")
        self._place.sending[self._seat] = self._engine.next_number()
        return _SDP

    def shown(self) -> dict[Seat, int]:
        sending = self._place.sending.items()
        return {k: v for k, v in sending if k is not self._seat or self._place.echoes}

    def watch(self, seat: Seat) -> str:
        self._need()
        if seat not in self.shown():
            raise Refused("There is nobody to be seen.")
        self._offered.add(seat)
        return _SDP

    def answer(self, seat: Seat, sdp: str) -> None:
        self._need()
        without_addresses(sdp)
        if seat not in self._offered:
            raise Refused("Nothing was offered.")

    def flow(self) -> Flow:
        return self.now if self.alive else Flow(slow=self.now.slow)

    def hang_up(self) -> None:
        if self._ended:
            return
        self._ended = True
        if self._seat and self._place.lines.get(self._seat) is self:
            del self._place.lines[self._seat]
            self._place.sending.pop(self._seat, None)

    def _need(self) -> None:
        if self._engine.down:
            raise EngineDown("It is down.")
        if self._ended:
            raise Refused("This line ended.")


class FakeEngine:
    """``die`` and ``come_back`` are what happens to a media server."""

    def __init__(self) -> None:
        self.down = False
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._places: dict[Room, _Place] = {}
        self._out: set[tuple[Room, Seat]] = set()

    def open(self, room: Room) -> None:
        self._need()
        self._places.setdefault(room, _Place(echoes=isinstance(room, EchoRoom)))

    def admit(self, room: Room, seat: Seat) -> FakeLine:
        with self._lock:
            place = self._place(room)
            need_seat(room, seat)
            if (room, seat) in self._out:
                raise Removed("They were removed from this room.")
            if seat in place.lines:
                place.lines[seat].hang_up()
            place.lines[seat] = FakeLine(self, place, seat)
            return place.lines[seat]

    def monitor(self, room: MonitoredRoom) -> FakeLine:
        place = self._place(need_monitored(room))
        line = FakeLine(self, place, None)
        place.watchers.append(line)
        return line

    def mute(self, room: MonitoredRoom, seat: Seat, *, muted: bool) -> None:
        place = self._place(need_monitored(room))
        (place.muted.add if muted else place.muted.discard)(seat)

    def hold(self, room: MonitoredRoom, *, held: bool) -> None:
        self._place(need_monitored(room)).held = held

    def remove(self, room: Room, seat: Seat) -> None:
        need_seat(room, seat)
        with self._lock:
            self._out.add((room, seat))
            line = self._place(room).lines.get(seat)
        if line:
            line.hang_up()

    def close(self, room: Room) -> None:
        self._need()
        place = self._places.pop(room, None)
        for line in [*place.lines.values(), *place.watchers] if place else ():
            line.hang_up()

    def statistics(self, room: Room) -> Statistics:
        self._need()
        place = self._places.get(room, _Place())
        return Statistics({seat: line.flow() for seat, line in place.lines.items()})

    def record(self, room: MonitoredRoom, *, on: bool) -> None:
        self._place(need_monitored(room)).recorded = on

    def stop(self) -> None:
        self.die()
        self.down = False

    def send(self, room: Room, seat: Seat, flow: Flow) -> None:
        """From now on this flows from whoever sits there."""
        self._place(room).lines[seat].now = flow

    def is_held(self, room: Room) -> bool:
        return self._place(room).held

    def is_recorded(self, room: Room) -> bool:
        return self._place(room).recorded

    def die(self) -> None:
        """Everything that was in it is gone."""
        self.down = True
        for place in self._places.values():
            for line in [*place.lines.values(), *place.watchers]:
                line.hang_up()
        self._places.clear()

    def come_back(self) -> None:
        self.down = False

    def next_number(self) -> int:
        return next(self._numbers)

    def _need(self) -> None:
        if self.down:
            raise EngineDown("It is down.")

    def _place(self, room: Room) -> _Place:
        self._need()
        if room not in self._places:
            raise Refused("There is no such room.")
        return self._places[room]
