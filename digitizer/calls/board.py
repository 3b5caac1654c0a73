"""The switchboard: who is on which line, and the clock that looks at every call each second.

There is one for a home, in the process that serves its pages; it alone holds lines, so it alone
knows who is there. The media servers are its children, and their secrets are made when they start:
nobody needs them afterwards.

A call's state is in the database, written at each look. What is held here is lost with the process,
and with it every line (``janus_connection``): whoever was in a call comes in again by their page.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic

import sqlalchemy as sa

from digitizer import audit
from digitizer.calls import records, states
from digitizer.calls.records import CallRecord
from digitizer.calls.rooms import NobodyWatches
from digitizer.calls.states import Seen, look, may_enter, may_sit
from digitizer.calls.trials import Trials
from digitizer.engines.calls.port import (
    CallEngine,
    CallError,
    Line,
    MonitoredRoom,
    Room,
    Seat,
    WatchLine,
    seats_of,
)
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, DigitizerError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import MACHINE
from digitizer.storage.database import reading, writing
from digitizer.storage.one_at_a_time import one_at_a_time
from digitizer.storage.tables_calls import video_call
from digitizer.support.clock import now

log = logging.getLogger("digitizer")

#: Seconds between looks.
LOOK = 1.0
#: Seconds after which a page that asked for nothing is closed, or its network gone; and after which
#: nobody of staff looks whose page did not say that it is seen.
PAGE_GONE = 8.0
_NO_LINES = "Video calls are served by another process of this home."

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Held:
    """A line of a seat. ``ends``: when its call does, as it was known last. ``device`` is the one
    that has it, by a name that it made up. ``number`` tells the page whether the line that it
    knows is this one."""

    room: Room
    line: Line
    ends: datetime
    device: str = ""
    number: int = field(default_factory=lambda: next(_numbers))


@dataclass(slots=True)
class Watching:
    """A line of staff, by the room in which it is, and when their page last asked."""

    room: Room
    line: WatchLine
    asked: float


def room_of(record: CallRecord, seat: Seat, at: datetime) -> Room | None:
    """Where this seat may be now: a guest in a lobby of their own until staff know who they are;
    the inmate nowhere until they know a visitor. A guest who was away for long comes back into the
    lobby, even before a look has noted that they are there."""
    if not may_enter(record.call, seat, at):
        return None
    if may_sit(record.call, seat, at):
        return record.rooms.meeting
    return None if seat is Seat.INMATE else record.rooms.lobby_of(seat)


def watched_room(record: CallRecord, seat: Seat, at: datetime) -> MonitoredRoom:
    """In which room staff see this seat: a guest in their lobby, and then all where they meet. In
    an attorney's call a guest is seen until staff know who it is: who waits for the start may talk
    with colleagues. Raises NobodyWatches."""
    guest = record.call.guest(seat)
    if guest is None or guest.known:
        meeting = record.rooms.watched()
        if guest is None or may_sit(record.call, seat, at):
            return meeting
    return record.rooms.lobby_of(seat)


def _watched_rooms(record: CallRecord, at: datetime) -> Iterator[MonitoredRoom]:
    for seat in (Seat.INMATE, *(each.seat for each in record.call.guests)):
        with suppress(NobodyWatches):
            yield watched_room(record, seat, at)


class Board:
    """``engine`` carries the media; ``stop`` ends what was started with it."""

    def __init__(
        self, facility: Facility, engine: CallEngine, stop: Callable[[], None] = lambda: None
    ) -> None:
        self.facility = facility
        self.engine = engine
        self.trials = Trials(engine)
        self._stop_servers = stop
        self._own = facility.settings.calls
        self._rules = records.rules_of(facility.settings.calls)
        self._lock = threading.RLock()
        self._held: dict[tuple[str, Seat], Held] = {}
        self._watching: dict[tuple[str, str, Room], Watching] = {}
        self._pages: dict[tuple[str, Seat], float] = {}
        self._looks: dict[tuple[str, str], float] = {}
        self._paused: set[str] = set()
        self._stopped = threading.Event()
        self._alone = ExitStack()
        self._thread = threading.Thread(target=self._run, name="calls", daemon=True)

    def start(self) -> None:
        """Raises Conflict where another process of this home has the lines."""
        alone = one_at_a_time(self.facility.run_folder, "video-calls")
        if not self._alone.enter_context(alone):
            self._alone.close()
            raise Conflict(_NO_LINES)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self.engine.stop()
        self._stop_servers()
        self._alone.close()

    # what pages ask for

    def page_is_open(self, call_id: str, seat: Seat) -> None:
        with self._lock:
            self._pages[call_id, seat] = monotonic()

    def looks_at(self, call_id: str, watcher: str) -> None:
        """Somebody of staff has this call before their eyes."""
        with self._lock:
            self._looks[call_id, watcher] = monotonic()

    def is_watched(self, call_id: str) -> bool:
        """Whether somebody of staff looks now."""
        gone = monotonic() - PAGE_GONE
        with self._lock:
            return any(at > gone for key, at in self._looks.items() if key[0] == call_id)

    def page_closed(self, call_id: str, seat: Seat) -> None:
        with self._lock:
            self._pages.pop((call_id, seat), None)
            held = self._held.pop((call_id, seat), None)
        if held:
            held.line.hang_up()

    def line_of(self, call_id: str, seat: Seat) -> Held | None:
        """The line that this seat has, if it goes on."""
        with self._lock:
            held = self._held.get((call_id, seat))
        return held if held and held.line.alive else None

    def is_elsewhere(self, call_id: str, seat: Seat, device: str) -> bool:
        """Whether another device of the same person has their seat."""
        held = self.line_of(call_id, seat)
        return held is not None and held.device != device

    def publish(
        self, record: CallRecord, seat: Seat, offer: str, device: str = "", *, moves: bool = True
    ) -> tuple[str, Held]:
        """Sends what this seat's page offers into the room where it may be now. Raises Conflict
        where that is nowhere, or where another device has the seat and this one does not say that
        it ``moves`` here; and CallError."""
        with self._lock:
            room = room_of(record, seat, now())
            if room is None:
                raise Conflict("It cannot begin yet.")
            if not record.may_come(self._own, seat):
                raise Conflict("Say first whether you agree to the recording.")
            if not moves and self.is_elsewhere(record.id, seat, device):
                raise Conflict("You are in this visit on another device.")
            self._hang_up((record.id, seat))
            self.engine.open(room)
            if room == record.rooms.meeting and record.is_asked(self._own):
                # Off again, where somebody comes late who does not agree.
                on = record.is_recorded(self._own)
                self.engine.record(record.rooms.watched(), on=on)
            held = Held(room, self.engine.admit(room, seat), record.call.end, device)
            self._held[record.id, seat] = held
            self.page_is_open(record.id, seat)
        return held.line.publish(offer), held

    def watching(self, record: CallRecord, watcher: str, seat: Seat) -> WatchLine:
        """The line by which staff see the room in which this seat is now. Raises NobodyWatches,
        and Conflict where there is nobody to be seen."""
        room = watched_room(record, seat, now())
        with self._lock:
            known = self._watching.get((record.id, watcher, room))
            if known and known.line.alive:
                known.asked = monotonic()
                return known.line
            if record.call.stage.is_over:
                raise Conflict("The call is over.")
            if known:
                known.line.hang_up()
            self.engine.open(room)
            made = Watching(room, self.engine.monitor(room), monotonic())
            self._watching[record.id, watcher, room] = made
        return made.line

    def close(self, record: CallRecord) -> None:
        """Ends every line of a call that is over: the right to enter goes first."""
        guests = [each.seat for each in record.call.guests]
        with self._lock:
            rooms = {record.rooms.meeting, *(record.rooms.lobby_of(each) for each in guests)}
            for key in [each for each in self._held if each[0] == record.id]:
                self._hang_up(key)
            for watch in [each for each in self._watching if each[0] == record.id]:
                self._watching.pop(watch).line.hang_up()
            self._pages = {k: v for k, v in self._pages.items() if k[0] != record.id}
            self._looks = {k: v for k, v in self._looks.items() if k[0] != record.id}
            self._paused.discard(record.id)
        for room in rooms:
            try:
                for seat in seats_of(room):
                    self.engine.remove(room, seat)
                self.engine.close(room)
            except CallError as error:  # it is gone with the server, or was never opened
                log.debug("a room was not closed: %s", error)

    # the clock

    def tick(self) -> None:
        """One look at every call that can be entered. Where that fails, nobody is on a line after
        the end of their call all the same."""
        at = now()
        self.trials.end_old()
        self._drop_who_looks_no_more()
        try:
            self._look_at_all(at)
        except Exception:  # whatever it was: the database may be away for long
            self._drop_whose_time_is_over(at)
            raise

    def _look_at_all(self, at: datetime) -> None:
        with reading(self.facility.engine) as tx:
            running = records.running(tx, self._rules, at)
            stopped = self._stopped_meanwhile(tx, {each.id for each in running})
        for record in stopped:
            self._settle(record, at)
        if not running:
            return
        looks = {each.id: self._seen(each, at) for each in running}
        with writing(self.facility.engine) as tx:
            # Read again: staff may have ended one meanwhile.
            after = [
                self._looked(tx, each, looks[each.id])
                for each in records.running(tx, self._rules, at)
                if each.id in looks
            ]
        for record in after:
            self._settle(record, at)

    def _stopped_meanwhile(
        self, tx: sa.Connection, running: Collection[str]
    ) -> tuple[CallRecord, ...]:
        """Calls of lines that go on although nobody can enter any more: another process ended
        them, or their visit was cancelled or moved."""
        with self._lock:
            known = {each[0] for each in (*self._held, *self._watching)} - set(running)
        if not known:
            return ()
        return records.find(tx, self._rules, video_call.c.id.in_(sorted(known)))

    def _drop_who_looks_no_more(self) -> None:
        gone = monotonic() - PAGE_GONE
        with self._lock:
            for key in [k for k, each in self._watching.items() if each.asked < gone]:
                self._watching.pop(key).line.hang_up()
            self._looks = {k: at for k, at in self._looks.items() if at >= gone}

    def _drop_whose_time_is_over(self, at: datetime) -> None:
        with self._lock:
            for key in [k for k, held in self._held.items() if held.ends <= at]:
                self._hang_up(key)

    def _looked(self, tx: sa.Connection, record: CallRecord, seen: Seen) -> CallRecord:
        call = look(record.call, seen)
        records.keep(tx, record.id, call)
        if call.stage is not record.call.stage:
            about = Subject.call(record.id)
            detail = {"stage": str(call.stage), "outcome": str(call.outcome or "")}
            audit.record(tx, MACHINE, Verb.NOTE_CALL, about, **detail)
        if call.nobody_looks is not record.call.nobody_looks and not call.stage.is_over:
            audit.record(
                tx,
                MACHINE,
                Verb.NOTE_CALL,
                Subject.call(record.id),
                stage=str(call.stage),
                watched=not call.nobody_looks,
                paused=call.is_paused,
            )
        return replace(record, call=call)

    def _seen(self, record: CallRecord, at: datetime) -> Seen:
        """Whose page asked lately, and what the server gets of whom."""
        gone = monotonic() - PAGE_GONE
        with self._lock:
            here = {seat for seat in Seat if self._pages.get((record.id, seat), 0.0) > gone}
            lines = {seat: self._held.get((record.id, seat)) for seat in Seat}
        flows = {
            seat: held.line.flow()
            for seat, held in lines.items()
            if held and held.room == record.rooms.meeting
        }
        try:
            self.engine.statistics(record.rooms.meeting)
        except CallError:  # also one that is there, and does not know us
            return Seen(at, frozenset(here), flows, False, self.is_watched(record.id))
        return Seen(at, frozenset(here), flows, True, self.is_watched(record.id))

    def _settle(self, record: CallRecord, at: datetime) -> None:
        """Ends the lines that may not go on: of a call that is over, of a seat that may not be
        where it is any more, and of a page that is gone."""
        if record.call.stage.is_over:
            self.close(record)
            return
        self._hold_or_go_on(record)
        with self._lock:
            for seat in Seat:
                held = self._held.get((record.id, seat))
                here = record.call.seen is not None and seat in record.call.seen.here
                if held and (held.room != room_of(record, seat, at) or not here):
                    self._hang_up((record.id, seat))
                elif held:
                    self._held[record.id, seat] = replace(held, ends=record.call.end)
            self._drop_who_may_not_watch(record, at)

    def _hold_or_go_on(self, record: CallRecord) -> None:
        """A server that does not answer now is asked again at the next look."""
        held = record.call.is_paused
        if held is (record.id in self._paused):
            return
        try:
            self.engine.hold(record.rooms.watched(), held=held)
        except CallError as error:
            log.debug("a call was not held: %s", error)
            return
        (self._paused.add if held else self._paused.discard)(record.id)

    def _drop_who_may_not_watch(self, record: CallRecord, at: datetime) -> None:
        rooms = set(_watched_rooms(record, at)) if states.can_be_entered(record.call, at) else set()
        for key in [each for each in self._watching if each[0] == record.id]:
            if self._watching[key].room not in rooms:
                self._watching.pop(key).line.hang_up()

    def send_out(self, record: CallRecord, seat: Seat) -> None:
        """Ends this seat's line wherever it is, and lets nobody sit there again."""
        self.page_closed(record.id, seat)
        for room in (record.rooms.meeting, record.rooms.lobby_of(seat)):
            try:
                self.engine.open(room)
                self.engine.remove(room, seat)
            except CallError as error:  # with the server everybody is out
                log.debug("a seat was not closed: %s", error)

    def _hang_up(self, key: tuple[str, Seat]) -> None:
        held = self._held.pop(key, None)
        if held:
            held.line.hang_up()

    def _run(self) -> None:
        trouble = ""
        while not self._stopped.wait(LOOK):
            try:
                self.tick()
                trouble = ""
            except (DigitizerError, CallError, OSError) as error:
                if str(error) != trouble:
                    log.error("video calls were not looked at: %s", error)
                trouble = str(error)
            except Exception as error:  # whatever it was: a clock that stands ends no call
                if str(error) != trouble:
                    log.exception("video calls were not looked at")
                trouble = str(error)
