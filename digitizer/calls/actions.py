"""The verbs of video calls: of the two who talk, and of staff.

Who talks is known by their login, or by the link that they were given: an inmate has the inmate's
seat, each guest one of their own (``records.SeatRecord``), in calls of their own and in no other.
Staff have no seat. Of an attorney's call they see that it is on and for how long, and in the lobby
who the attorney is; nothing of what follows, whatever their role (``rooms``).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from digitizer.access.acting import Look, acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.calls import records, states
from digitizer.calls.board import Board, room_of
from digitizer.calls.records import CallRecord, SeatRecord
from digitizer.calls.rooms import NobodyWatches
from digitizer.calls.service import board_of, relay_secret
from digitizer.calls.states import Call, CallKind, Guest, Notice, NotNow, Outcome, Stage
from digitizer.engines.calls.port import CallError, Refused, Room, Seat, WatchLine
from digitizer.engines.calls.turn import RelayPass, relay_pass
from digitizer.facility import Facility
from digitizer.model.call_settings import Calls
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.people import roster
from digitizer.storage.tables_calls import call_seat, video_call
from digitizer.support.clock import now

__all__ = ["CallKind", "Notice", "Outcome", "Seat", "Stage"]

#: Asked of a visit, in the transaction in which it counts; raises Conflict.
Need = Callable[[sa.Connection, str], None]


class Recording(StrEnum):
    """NO: it is none, and nobody is asked; ASK: the reader has not answered; WAITS: another has
    not; REFUSED: somebody does not agree; OUT: the reader does not, and cannot come."""

    NO = "no"
    ASK = "ask"
    WAITS = "waits"
    YES = "yes"
    REFUSED = "refused"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Sitter:
    """A guest of a call. ``is_here``: their page is open. ``is_known``: staff saw who they are.
    ``sent_out_why``: staff sent them out. ``correspondent``: whether they have an account, else
    they come by a link (``has_link``), which one device has (``is_opened``), where
    they ``typed`` a name."""

    seat: Seat
    name: str
    is_here: bool
    is_known: bool
    is_out: bool
    sent_out_why: str
    identified_by: str
    has_account: bool
    typed: str
    has_link: bool
    is_opened: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A call as those who may know of it see it. ``guests``: everybody but the inmate. ``seat``:
    the reader's own; None: they have none. ``elsewhere``: another device of theirs has it.
    ``opens``: from when it can be entered. ``left``: seconds. ``place``: "lobby" or "meeting" where
    the reader may be now, "" for nowhere. ``line``: the number of the reader's own line; 0: they
    have none. ``visible``: whom they can see, with the number of what is sent. ``warned``: of how
    many minutes; 0: of none. ``paused``: until somebody of staff looks again; ``watched``: whether
    somebody does now. ``recording``: how it stands with it. ``again``: another visit was booked in
    its place."""

    id: str
    kind: CallKind
    inmate: str
    visitor: str
    starts: datetime
    ends: datetime
    opens: datetime
    stage: Stage
    outcome: Outcome | None
    left: int
    warned: int
    place: str
    line: int
    visible: dict[str, int]
    here: frozenset[Seat]
    notice: str
    talk: timedelta
    ours: timedelta
    planned: timedelta
    moved: timedelta
    is_booked_again: bool
    again: bool
    paused: bool
    watched: bool
    recording: Recording
    reason: str
    guests: tuple[Sitter, ...] = ()
    seat: Seat | None = None
    elsewhere: bool = False

    @property
    def can_be_watched(self) -> bool:
        return self.kind is CallKind.FAMILY

    @property
    def nobody_looks(self) -> bool:
        """At a call that is on and could be watched."""
        return self.can_be_watched and self.stage is Stage.LIVE and not self.watched


def listed(facility: Facility, by: Actor) -> tuple[Shown, ...]:
    """Calls of the last day and of the next week: one's own, or for staff all of them."""
    with looking(facility, by, Act.SEE_CALLS) as look:
        board = board_of(facility)
        day = timedelta(days=1)
        found = records.find(
            look.tx,
            records.rules_of(facility.settings.calls),
            video_call.c.starts > now() - day,
            video_call.c.starts < now() + 7 * day,
            *_own(look),
        )
        return tuple(_shown(look.tx, board, each, by) for each in found)


def see(
    facility: Facility, call_id: str, by: Actor, device: str = "", *, looks: bool = False
) -> Shown:
    """How it stands. Of those who talk it also says that their page is open: it asks each second.
    ``device`` is a name that the page made up, by which it is told from others of the same person.
    ``looks``: staff have the call before their eyes, which counts of those who could warn and end
    it."""
    with looking(facility, by, Act.SEE_CALLS) as look:
        record, board = own_call(look, facility, call_id), board_of(facility)
        seat = seat_of(record, by)
        own = facility.settings.calls
        if seat and states.may_enter(record.call, seat, now()) and record.may_come(own, seat):
            board.page_is_open(record.id, seat)
        elif looks and is_permitted(by, Act.RUN_CALL) and record.rooms.is_watchable:
            board.looks_at(record.id, by.name)
        shown = _shown(look.tx, board, record, by)
        if seat and device:
            shown = replace(shown, elsewhere=board.is_elsewhere(record.id, seat, device))
    if seat or shown.stage.is_over or not shown.here:
        return shown
    return replace(shown, visible=_watched(board, record, by))


def _watched(board: Board, record: CallRecord, by: Actor) -> dict[str, int]:
    """Whom staff can see now: nobody whom they know in an attorney's call, and nobody while the
    server is down."""
    found: dict[str, int] = {}
    for seat in sorted(record.call.here):
        with suppress(NobodyWatches, CallError, Conflict):
            if room_of(record, seat, now()):
                number = board.watching(record, by.name, seat).shown().get(seat)
                found |= {str(seat): number} if number else {}
    return found


def relay(facility: Facility, call_id: str, by: Actor) -> RelayPass:
    """A way to the media server, for the browser of somebody who may be in this call, or watch it.
    Raises Conflict while nobody may be in it."""
    with looking(facility, by, Act.SEE_CALLS) as look:
        record = own_call(look, facility, call_id)
    seat, at = seat_of(record, by), now()
    may = (
        states.may_enter(record.call, seat, at) if seat else states.can_be_entered(record.call, at)
    )
    if not may:
        over = record.call.stage.is_over
        raise Conflict("The call is over." if over else "It cannot begin yet.")
    # Ports are counted by this name: nobody can take those of the others of their call.
    who = seat or secrets.token_hex(4)
    urls = relay_urls(facility)
    return relay_pass(relay_secret(facility), urls, f"{record.id}-{who}", now())


def relay_urls(facility: Facility) -> tuple[str, ...]:
    """The ways to the relay, as WebRTC writes them: that which serves a call best comes first."""
    own = facility.settings.calls
    host = f"[{own.relay_host}]" if ":" in own.relay_host else own.relay_host
    urls = [f"turn:{host}:{own.relay_port}?transport={each}" for each in ("udp", "tcp")]
    if own.certificate:
        urls.append(f"turns:{host}:{own.tls_port}?transport=tcp")
    return tuple(urls)


def publish(
    facility: Facility,
    call_id: str,
    offer: str,
    by: Actor,
    device: str = "",
    *,
    moves: bool = True,
) -> tuple[str, int]:
    """Sends sound and picture of whoever acts; the server's answer, and the number of the line.
    ``moves``: also where another ``device`` of theirs has the seat, which loses it. Raises Conflict
    where it cannot begin yet, or the server does not answer."""
    with looking(facility, by, Act.OWN_CALL) as look:
        record = own_call(look, facility, call_id)
    try:
        seat = need_seat(record, by)
        answer, held = board_of(facility).publish(record, seat, offer, device, moves=moves)
    except CallError as error:
        raise failed(error) from None
    with acting(facility, by, Act.OWN_CALL) as action:
        action.record(Verb.ENTER_CALL, Subject.call(record.id), room=_place(record, held.room))
    return answer, held.number


def leave(facility: Facility, call_id: str, by: Actor) -> None:
    """Ends the call for all, once they met, unless another visitor goes on; before, and then,
    whoever leaves may come again."""
    with acting(facility, by, Act.OWN_CALL) as action:
        record = own_call(action, facility, call_id)
        seat, call = need_seat(record, by), record.call
        if call.stage is Stage.LIVE:
            call = states.leave(call, seat, now())
            ended = {"ended_by": _ended_by(seat)} if call.stage.is_over else {}
            records.keep(action.tx, record.id, call, **ended)
        action.record(Verb.LEAVE_CALL, Subject.call(record.id), seat=str(seat))
    # Not in the transaction: a media server that hangs keeps nobody else from writing.
    board_of(facility).page_closed(record.id, seat)
    if record.call.stage is Stage.LIVE and call.stage.is_over:
        board_of(facility).close(record)


def _ended_by(seat: Seat) -> str:
    """Which of the two sides it was."""
    return str(Seat.INMATE if seat is Seat.INMATE else Seat.VISITOR)


def watch(facility: Facility, call_id: str, seat: str, by: Actor) -> str:
    """The server's offer of what this seat sends. Raises Conflict where it sends nothing, and
    NobodyWatches to staff who ask for an attorney's call."""
    whom, board = _seat(seat), board_of(facility)
    with looking(facility, by, Act.SEE_CALLS) as look:
        record = own_call(look, facility, call_id)
    try:
        offer = _line(board, record, by, whom).watch(whom)
    except CallError as error:
        raise failed(error) from None
    with acting(facility, by, Act.SEE_CALLS) as action:
        action.record(Verb.WATCH_CALL, Subject.call(record.id))
    return offer


def answer(facility: Facility, call_id: str, seat: str, sdp: str, by: Actor) -> None:
    """The browser's answer to that offer. Raises as ``watch``."""
    whom, board = _seat(seat), board_of(facility)
    with looking(facility, by, Act.SEE_CALLS) as look:
        record = own_call(look, facility, call_id)
    try:
        _line(board, record, by, whom).answer(whom, sdp)
    except CallError as error:
        raise failed(error) from None


def identify(
    facility: Facility, call_id: str, by: Actor, need: Need, seat: str = Seat.VISITOR
) -> None:
    """Staff saw this guest's face and document in their lobby. Raises Conflict where they do not
    wait there, and what ``need`` raises, which asks the schedule whether the two may meet now: of
    that, calls know nothing."""
    identifying, whom = acting(facility, by, Act.RUN_CALL), _seat(seat)
    with identifying as action:
        record = own_call(action, facility, call_id)
        need(action.tx, record.visit)
        call = changed(lambda each: states.identify(each, whom), record.call)
        records.keep(action.tx, record.id, call)
        records.write_seat(action.tx, record.id, whom, identified=now(), identified_by=by.name)
        action.record(Verb.IDENTIFY_VISITOR, Subject.call(record.id), seat=str(whom))


def send_out(facility: Facility, call_id: str, seat: str, by: Actor, reason: str) -> None:
    """One guest is sent out with a reason, which they read, and cannot come back; the others go
    on. Raises Conflict for the last visitor: then the call ends (``end``)."""
    sending, whom = acting(facility, by, Act.END_CALL, reason=reason), _seat(seat)
    with sending as action:
        record = own_call(action, facility, call_id)
        call = changed(lambda each: states.send_out(each, whom), record.call)
        records.keep(action.tx, record.id, call)
        records.write_seat(action.tx, record.id, whom, sent_out_why=action.why)
        action.record(Verb.SEND_OUT_GUEST, Subject.call(record.id), seat=str(whom))
    board_of(facility).send_out(record, whom)


def warn(facility: Facility, call_id: str, notice: str, by: Actor) -> None:
    """Tells both what staff saw or heard. Raises UsageError for what is no notice, and
    NobodyWatches for an attorney's call, of which nobody could know anything."""
    warning = acting(facility, by, Act.RUN_CALL)
    if notice not in tuple(Notice):
        raise UsageError("Choose what to say.")
    with warning as action:
        record = own_call(action, facility, call_id)
        record.rooms.watched()
        if record.call.stage.is_over:
            raise Conflict("The call is over.")
        records.keep(action.tx, record.id, record.call, notice=notice, noticed=now())
        action.record(Verb.WARN_CALL, Subject.call(record.id), notice=notice)


def mute(facility: Facility, call_id: str, seat: str, by: Actor, *, muted: bool) -> None:
    """Whether this seat's sound is passed on. Raises as ``warn``."""
    muting, whom = acting(facility, by, Act.RUN_CALL), _seat(seat)
    with looking(facility, by, Act.SEE_CALLS) as look:
        record = own_call(look, facility, call_id)
    room = record.rooms.watched()
    if not states.may_meet(record.call, now()):
        raise Conflict("They have not met.")
    try:
        board_of(facility).engine.mute(room, whom, muted=muted)
    except CallError as error:
        raise failed(error) from None
    with muting as action:
        about = Subject.call(record.id)
        action.record(Verb.MUTE_CALL, about, seat=str(whom), muted=muted)


def end(
    facility: Facility, call_id: str, by: Actor, reason: str, *, identity: bool = False
) -> None:
    """Ends it at once for both, who read the reason and cannot come back. ``identity``: because
    the visitor is somebody else. Raises Conflict once it is over, and UsageError without a
    reason."""
    with acting(facility, by, Act.END_CALL, reason=reason) as action:
        record = own_call(action, facility, call_id)
        ended = states.refuse if identity else states.terminate
        call = changed(lambda each: ended(each, now()), record.call)
        records.keep(action.tx, record.id, call, ended_by=by.name, reason=action.why)
        about = Subject.call(record.id)
        action.record(Verb.TERMINATE_CALL, about, outcome=str(call.outcome))
    board_of(facility).close(record)


def _own(look: Look) -> tuple[sa.ColumnElement[bool], ...]:
    """Which calls are one's own; nothing for staff, who see all."""
    match look.by.kind:
        case ActorKind.INMATE:
            mine = roster.inmate_row_id(look.tx, look.by.name)
            return (video_call.c.inmate_id == mine,)
        case ActorKind.CORRESPONDENT:
            theirs = call_seat.c.correspondent_id == look.correspondent
            return (video_call.c.id.in_(sa.select(call_seat.c.call_id).where(theirs)),)
        case ActorKind.GUEST:
            own = sa.select(call_seat.c.call_id).where(call_seat.c.id == int(look.by.name))
            return (video_call.c.id.in_(own),)
        case _:
            return ()


def own_call(look: Look, facility: Facility, call_id: str) -> CallRecord:
    """Raises NotFound for a call of others, as for none."""
    rules = records.rules_of(facility.settings.calls)
    found = records.find(look.tx, rules, video_call.c.id == call_id, *_own(look))
    if not found:
        raise records.missing()
    return found[0]


def _seat(text: str) -> Seat:
    if text not in tuple(Seat):
        raise UsageError("There is no such seat.")
    return Seat(text)


def seat_of(record: CallRecord, by: Actor) -> Seat | None:
    """Where they sit in this call; None for staff."""
    match by.kind:
        case ActorKind.INMATE:
            return Seat.INMATE
        case ActorKind.CORRESPONDENT:
            whose = (each for each in record.seats if str(each.correspondent) == by.name)
        case ActorKind.GUEST:
            whose = (each for each in record.seats if str(each.id) == by.name)
        case _:
            return None
    found = next(whose, None)
    return found.seat if found else None


def need_seat(record: CallRecord, by: Actor) -> Seat:
    """Raises NotFound for who has none."""
    seat = seat_of(record, by)
    if seat is None:
        raise records.missing()
    return seat


def _line(board: Board, record: CallRecord, by: Actor, whom: Seat) -> WatchLine:
    """The line of whoever asks: their seat's, or for staff one by which they watch."""
    if by.kind is ActorKind.STAFF:
        return board.watching(record, by.name, whom)
    held = board.line_of(record.id, need_seat(record, by))
    if held is None:
        raise Conflict("You are not in this call now.")
    return held.line


def changed(verb: Callable[[Call], Call], call: Call) -> Call:
    try:
        return verb(call)
    except NotNow as error:
        raise Conflict(str(error)) from None


def failed(error: CallError) -> Conflict:
    """What people are told of it."""
    if isinstance(error, Refused):
        return Conflict(str(error))
    return Conflict("The video server does not answer. It is tried again by itself.")


def _place(record: CallRecord, room: Room | None) -> str:
    if room is None:
        return ""
    return "meeting" if room == record.rooms.meeting else "lobby"


def _shown(tx: sa.Connection, board: Board, record: CallRecord, by: Actor) -> Shown:
    call, at, seat = record.call, now(), seat_of(record, by)
    held = board.line_of(record.id, seat) if seat else None
    visible: dict[str, int] = {}
    if held:
        visible = {str(each): number for each, number in held.line.shown().items()}
    room = room_of(record, seat, at) if seat else None
    return Shown(
        id=record.id,
        kind=call.kind,
        inmate=roster.inmate_of_row(tx, record.inmate).full_name,
        visitor=", ".join(each.name for each in record.seats if each.seat.is_visitor),
        starts=call.starts,
        ends=call.ends,
        opens=call.opens(),
        stage=call.stage,
        outcome=call.outcome,
        left=int(call.left(at).total_seconds()),
        warned=states.warned_of(call, at) or 0,
        place=_place(record, room),
        line=held.number if held and held.room == room else 0,
        visible=visible,
        here=call.here,
        notice=record.notice,
        talk=call.measured.talk,
        ours=call.measured.ours,
        planned=call.planned,
        moved=call.moved,
        is_booked_again=call.is_booked_again,
        again=bool(record.again),
        paused=call.is_paused,
        watched=board.is_watched(record.id),
        recording=_recording(record, board.facility.settings.calls, seat),
        reason=record.reason,
        guests=tuple(_sitter(call, each) for each in record.seats),
        seat=seat,
    )


def _sitter(call: Call, of: SeatRecord) -> Sitter:
    guest = call.guest(of.seat) or Guest(of.seat)
    return Sitter(
        seat=of.seat,
        name=of.name,
        is_here=of.seat in call.here,
        is_known=guest.known,
        is_out=guest.out,
        sent_out_why=of.sent_out_why,
        identified_by=of.identified_by,
        has_account=of.correspondent is not None,
        typed=of.typed,
        has_link=of.has_link,
        is_opened=of.is_opened,
    )


def _recording(record: CallRecord, own: Calls, seat: Seat | None) -> Recording:
    if not record.is_asked(own):
        return Recording.NO
    if seat and seat not in record.agrees:
        return Recording.ASK
    out = record.kept_out(own)
    if seat in out:
        return Recording.OUT
    if not all(agrees for each, agrees in record.agrees.items() if each not in out):
        return Recording.REFUSED
    return Recording.YES if record.is_recorded(own) else Recording.WAITS
