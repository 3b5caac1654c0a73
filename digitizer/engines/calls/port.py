"""What the product asks of a media server: rooms, who may enter them, and what flows there.

A room is of one of two kinds, and the kind is its type. In a monitored room staff may watch, mute
and record. A privileged room (an attorney's) has two seats, or three with an interpreter, and
nothing else: there is no value that stands for a watcher of it, no verb that records it, and the
server that holds it is told so as well (``janus``). No kind becomes the other: each has
identifiers of its own.

A third kind is no call: in an echo room one person sits alone, and sees what of them arrives.

What is warned of is no verb here. A warning is written into the call's record and shown by our
pages: it must arrive where the media does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

#: SDP of one end; longer is no offer of a browser's.
LONGEST_SDP = 64 * 1024


class Seat(StrEnum):
    """Who is seen and heard in a room. Staff who watch have no seat."""

    VISITOR = "visitor"
    INMATE = "inmate"
    VISITOR_2 = "visitor-2"
    VISITOR_3 = "visitor-3"
    VISITOR_4 = "visitor-4"
    INTERPRETER = "interpreter"

    @property
    def is_visitor(self) -> bool:
        return self not in (Seat.INMATE, Seat.INTERPRETER)


VISITORS = tuple(each for each in Seat if each.is_visitor)


@dataclass(frozen=True, slots=True)
class MonitoredRoom:
    """``key`` is unique for ever: a room that is opened again gets a new one."""

    key: str

    @property
    def name(self) -> str:
        return f"monitored-{self.key}"


@dataclass(frozen=True, slots=True)
class PrivilegedRoom:
    """As ``MonitoredRoom``, for what nobody may watch or record. It has two seats; where it is
    ``interpreted`` it is another room, with a third."""

    key: str
    interpreted: bool = False

    @property
    def name(self) -> str:
        return f"{'interpreted' if self.interpreted else 'privileged'}-{self.key}"


@dataclass(frozen=True, slots=True)
class EchoRoom:
    """As ``MonitoredRoom``, for one person who tries their camera. Only the visitor's seat is in
    it, and who sits there sees themselves (``shown``)."""

    key: str

    @property
    def name(self) -> str:
        return f"echo-{self.key}"


Room = MonitoredRoom | PrivilegedRoom | EchoRoom


class CallError(Exception):
    """The media server did not do what was asked; the text says why, for the log."""


class EngineDown(CallError):
    """It does not answer, or it died: everything that was in it is gone."""


class Refused(CallError):
    """It answers, and says no."""


class Removed(Refused):
    """Whoever sat there was removed, and cannot come back into this room."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What reaches the server from one seat now. ``connected``: its media connection stands.
    ``sound`` and ``picture``: packets of it arrived within the last second or so. ``slow`` counts
    how often the server saw many packets lost."""

    connected: bool = False
    sound: bool = False
    picture: bool = False
    slow: int = 0

    @property
    def flows(self) -> bool:
        """A picture is not needed: on a bad line the voice is kept."""
        return self.connected and (self.sound or self.picture)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of a room: what flows from each seat whose line is held by this process."""

    flows: dict[Seat, Flow]

    def of(self, seat: Seat) -> Flow:
        return self.flows.get(seat, Flow())


class WatchLine(Protocol):
    """The signalling of somebody who looks: offers are the server's, answers the browser's."""

    @property
    def alive(self) -> bool:
        """False once it was ended, by whomever, or the server died."""

    def shown(self) -> dict[Seat, int]:
        """Who can be seen now, but for oneself; in an echo room oneself. The number changes when
        the same person comes again: what was fetched before shows nothing more."""

    def watch(self, seat: Seat) -> str:
        """The server's offer (SDP) of what this seat sends. Raises Refused if it sends nothing."""

    def answer(self, seat: Seat, sdp: str) -> None:
        """The browser's answer to that offer. Raises Refused."""

    def hang_up(self) -> None:
        """Ends it, however often it is called."""


class Line(WatchLine, Protocol):
    """The signalling of one seat."""

    def publish(self, offer: str) -> str:
        """The browser's offer (SDP) to send; the server's answer. Once for each line. Raises
        Refused."""

    def flow(self) -> Flow:
        """What of this seat reaches the server now."""


class CallEngine(Protocol):
    """Every verb raises EngineDown where the server is gone."""

    def open(self, room: Room) -> None:
        """Makes the room. One that is open already is left as it is."""

    def admit(self, room: Room, seat: Seat) -> Line:
        """A line for this seat; an earlier one of the same seat ends. Raises Removed."""

    def monitor(self, room: MonitoredRoom) -> WatchLine:
        """A line for staff, whom the others do not see. Raises TypeError for any other room."""

    def mute(self, room: MonitoredRoom, seat: Seat, *, muted: bool) -> None:
        """Whether the sound of this seat is passed on. Raises TypeError for any other room."""

    def hold(self, room: MonitoredRoom, *, held: bool) -> None:
        """Whether nothing that anybody sends there is passed on, neither sound nor picture; what
        was muted stays so after it. Also of who comes meanwhile. Raises TypeError for any other
        room."""

    def remove(self, room: Room, seat: Seat) -> None:
        """Ends the seat's line, and lets nobody sit there again: the right to enter goes first."""

    def close(self, room: Room) -> None:
        """Ends every line in it, and the room. One that is not open is left alone."""

    def statistics(self, room: Room) -> Statistics:
        """What flows there."""

    def record(self, room: MonitoredRoom, *, on: bool) -> None:
        """Starts or stops recording. Raises TypeError for any other room."""

    def stop(self) -> None:
        """Lets go of the server; every line ends."""


def seats_of(room: Room) -> tuple[Seat, ...]:
    """Who can sit there, and nobody else."""
    match room:
        case MonitoredRoom():
            return tuple(Seat)
        case PrivilegedRoom():
            third = (Seat.INTERPRETER,) if room.interpreted else ()
            return (Seat.VISITOR, Seat.INMATE, *third)
        case EchoRoom():
            return (Seat.VISITOR,)


def need_seat(room: Room, seat: Seat) -> None:
    """Raises Refused where the room has no such seat."""
    if seat not in seats_of(room):
        raise Refused(f"This room has no seat of the {seat}.")


def need_monitored(room: Room) -> MonitoredRoom:
    """For what must stop even a caller whose types nobody checked. Raises TypeError."""
    if type(room) is not MonitoredRoom:
        raise TypeError(f"{type(room).__name__} is no room that can be watched or recorded")
    return room
