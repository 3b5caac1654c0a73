"""Calls as they are stored: made for a visit, read, and written after each look."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.calls.rooms import Rooms
from digitizer.calls.states import Call, CallKind, CallRules, Guest, Measured, Outcome, Seen, Stage
from digitizer.engines.calls.port import VISITORS, Flow, Seat
from digitizer.model.call_settings import Calls, Unrecorded
from digitizer.model.errors import NotFound
from digitizer.storage.tables_calls import call_seat, video_call
from digitizer.storage.tables_correspondents import correspondent

LONGEST_NAME = 120

_ANSWERS = {True: "yes", False: "no"}
_FLOWS = Flow(connected=True, sound=True, picture=True)


@dataclass(frozen=True, slots=True)
class NewCall:
    """For a visit that was booked. ``inmate`` is the number of the inmate's record; ``others`` are
    visitors besides the ``correspondent``, who get seats of their own as far as there are any."""

    visit: str
    kind: CallKind
    inmate: int
    correspondent: int
    starts: datetime
    ends: datetime
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SeatRecord:
    """Who sits there, and by whom they were identified. ``correspondent`` is None for who comes by
    a link: ``has_link`` says whether one is good, ``is_opened`` whether a device has it, and
    ``typed`` what they said their name is."""

    id: int
    seat: Seat
    name: str
    correspondent: int | None
    identified_by: str
    sent_out_why: str
    typed: str
    has_link: bool
    is_opened: bool


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call, whose it is, and what staff said about it. ``ended_by`` is who of staff ended it, or
    the seat that left early. ``again`` is the visit that was booked in its place, if it was lost.
    ``agrees``: to a recording, of each who answered.
    """

    id: str
    visit: str
    rooms: Rooms
    inmate: int
    correspondent: int
    call: Call
    seats: tuple[SeatRecord, ...]
    notice: str
    noticed: datetime | None
    ended_by: str
    reason: str
    again: str
    agrees: Mapping[Seat, bool]

    def is_asked(self, settings: Calls) -> bool:
        """Whether all are asked if they agree to a recording: of an attorney's call nobody is."""
        return settings.record and self.rooms.is_watchable

    def may_come(self, settings: Calls, seat: Seat) -> bool:
        """Nobody's camera is needed before they answered; who does not agree stays out where no
        visit is held without."""
        if not self.is_asked(settings):
            return True
        return seat in self.agrees and seat not in self.kept_out(settings)

    def is_recorded(self, settings: Calls) -> bool:
        """Once everybody who may come agreed, also those who do not come."""
        may_come = {Seat.INMATE, *(each.seat for each in self.call.guests if not each.out)}
        asked = may_come - self.kept_out(settings)
        return self.is_asked(settings) and all(self.agrees.get(seat, False) for seat in asked)

    def goes_on_without(self, seat: Seat) -> bool:
        """Whether another visitor can meet the inmate, if this one does not come."""
        others = (each for each in self.call.guests if each.seat != seat and not each.out)
        return seat is not Seat.INMATE and any(
            each.seat.is_visitor and self.agrees.get(each.seat, True) for each in others
        )

    def kept_out(self, settings: Calls) -> frozenset[Seat]:
        """Who did not agree, where no visit is held without a recording."""
        if settings.without_agreement is not Unrecorded.NO_VISIT:
            return frozenset()
        return frozenset(seat for seat, agrees in self.agrees.items() if not agrees)


def rules_of(settings: Calls) -> CallRules:
    return CallRules(
        early=timedelta(minutes=settings.early_minutes),
        most_moved=timedelta(minutes=settings.most_moved_minutes),
        unwatched=settings.when_nobody_watches,
        unwatched_after=timedelta(seconds=settings.unwatched_seconds),
    )


def make(tx: sa.Connection, new: NewCall) -> str:
    """Returns its id, which is that of its visit: no visit can have two."""
    tx.execute(
        sa.insert(video_call).values(
            id=new.visit,
            visit=new.visit,
            kind=str(new.kind),
            room_key=secrets.token_hex(16),
            inmate_id=new.inmate,
            correspondent_id=new.correspondent,
            starts=new.starts,
            ends=new.ends,
            stage=str(Stage.SCHEDULED),
            talk=0.0,
            ours=0.0,
            theirs=0.0,
            here="",
            flowing="",
            server_ran=True,
            inmate_came=False,
            watched=False,
            unwatched=0.0,
            inmate_agrees="",
            notice="",
            outcome="",
            ended_by="",
            reason="",
            again="",
        )
    )
    for seat, whose in zip(VISITORS, (new.correspondent, *new.others), strict=False):
        add_seat(tx, new.visit, seat, _name_of(tx, whose), whose)
    return new.visit


def _name_of(tx: sa.Connection, whose: int) -> str:
    asked = sa.select(correspondent.c.name).where(correspondent.c.id == whose)
    return str(tx.execute(asked).scalar_one())


def add_seat(
    tx: sa.Connection, call_id: str, seat: Seat, name: str, whose: int | None, **more: Any
) -> int:
    """Returns the number by which whoever sits there is known."""
    made = sa.insert(call_seat).values(
        call_id=call_id,
        seat=str(seat),
        name=name[:LONGEST_NAME],
        correspondent_id=whose,
        known=False,
        identified_by="",
        sent_out=False,
        sent_out_why="",
        typed="",
        csrf="",
        agrees="",
        **more,
    )
    key = tx.execute(made).inserted_primary_key
    assert key is not None
    return int(key[0])


def write_seat(tx: sa.Connection, call_id: str, seat: Seat, **values: Any) -> None:
    whose = (call_seat.c.call_id == call_id) & (call_seat.c.seat == str(seat))
    tx.execute(sa.update(call_seat).where(whose).values(**values))


def plan_anew(tx: sa.Connection, call_id: str, call: Call) -> None:
    """At another time, and in rooms of its own: who was sent out of those before may come."""
    keep(
        tx,
        call_id,
        call,
        starts=call.starts,
        ends=call.ends,
        room_key=secrets.token_hex(16),
        notice="",
        noticed=None,
        ended_by="",
        reason="",
        inmate_agrees="",
    )
    cleared = {"identified": None, "identified_by": "", "sent_out_why": "", "agrees": ""}
    tx.execute(sa.update(call_seat).where(call_seat.c.call_id == call_id).values(**cleared))


def note_answer(tx: sa.Connection, call_id: str, seat: Seat, *, agrees: bool) -> None:
    """To the question whether it may be recorded."""
    said = _ANSWERS[agrees]
    if seat is Seat.INMATE:
        _write(tx, call_id, inmate_agrees=said)
    else:
        write_seat(tx, call_id, seat, agrees=said)


def get(tx: sa.Connection, call_id: str, rules: CallRules) -> CallRecord:
    """Raises NotFound."""
    found = find(tx, rules, video_call.c.id == call_id)
    if not found:
        raise missing()
    return found[0]


def missing() -> NotFound:
    return NotFound("There is no such call.")


def of_visits(
    tx: sa.Connection, rules: CallRules, visits: Collection[str]
) -> Mapping[str, CallRecord]:
    """By the visit; those that have one."""
    if not visits:
        return {}
    return {each.visit: each for each in find(tx, rules, video_call.c.visit.in_(list(visits)))}


def find(
    tx: sa.Connection, rules: CallRules, *where: sa.ColumnElement[bool]
) -> tuple[CallRecord, ...]:
    """By their start."""
    asked = sa.select(video_call).where(*where).order_by(video_call.c.starts, video_call.c.id)
    rows = tx.execute(asked).all()
    seats = _seats_of(tx, [row.id for row in rows])
    return tuple(_record(row, seats.get(row.id, ()), rules) for row in rows)


def _seats_of(tx: sa.Connection, calls: Collection[str]) -> Mapping[str, Sequence[sa.Row[Any]]]:
    found: dict[str, list[sa.Row[Any]]] = {}
    asked = sa.select(call_seat).where(call_seat.c.call_id.in_(list(calls)))
    for row in tx.execute(asked.order_by(call_seat.c.id)) if calls else ():
        found.setdefault(row.call_id, []).append(row)
    return found


def running(tx: sa.Connection, rules: CallRules, at: datetime) -> tuple[CallRecord, ...]:
    """Those that can be entered, and which nothing has ended."""
    over = [str(stage) for stage in Stage if stage.is_over]
    return find(tx, rules, video_call.c.stage.not_in(over), video_call.c.starts <= at + rules.early)


def lost(tx: sa.Connection, rules: CallRules) -> tuple[CallRecord, ...]:
    """Those that were lost, and in whose place nothing was booked."""
    return find(tx, rules, video_call.c.stage == str(Stage.LOST), video_call.c.again == "")


def note_again(tx: sa.Connection, call_id: str, visit: str) -> None:
    """That another visit was booked in its place."""
    _write(tx, call_id, again=visit)


def keep(tx: sa.Connection, call_id: str, call: Call, **more: Any) -> None:
    """Writes what became of it; ``more`` are columns of what staff did."""
    seen = call.seen
    _write(
        tx,
        call_id,
        stage=str(call.stage),
        talk=call.measured.talk.total_seconds(),
        ours=call.measured.ours.total_seconds(),
        theirs=call.measured.theirs.total_seconds(),
        looked=seen.at if seen else None,
        here=_listed(seen.here) if seen else "",
        flowing=_listed([each for each in seen.flows if seen.flows[each].flows]) if seen else "",
        server_ran=seen.engine if seen else True,
        watched=seen.watched if seen else False,
        unwatched=call.unwatched.total_seconds(),
        inmate_came=call.inmate_came,
        over=call.over_at,
        outcome=str(call.outcome or ""),
        **more,
    )
    for each in call.guests:
        values = {"known": each.known, "last": each.last, "sent_out": each.out}
        write_seat(tx, call_id, each.seat, **values)


def _write(tx: sa.Connection, call_id: str, **values: Any) -> None:
    tx.execute(sa.update(video_call).where(video_call.c.id == call_id).values(**values))


def _listed(seats: Collection[Seat]) -> str:
    return " ".join(sorted(map(str, seats)))


def _seats(text: str) -> frozenset[Seat]:
    return frozenset(map(Seat, text.split()))


def _record(row: sa.Row[Any], seats: Sequence[sa.Row[Any]], rules: CallRules) -> CallRecord:
    kind = CallKind(row.kind)
    interpreted = any(each.seat == Seat.INTERPRETER for each in seats)
    return CallRecord(
        id=row.id,
        visit=row.visit,
        rooms=Rooms(kind, row.room_key, interpreted),
        inmate=row.inmate_id,
        correspondent=row.correspondent_id,
        call=_call(row, seats, kind, rules),
        seats=tuple(_seat(each) for each in seats),
        notice=row.notice,
        noticed=row.noticed,
        ended_by=row.ended_by,
        reason=row.reason,
        again=row.again,
        agrees=_agrees(row, seats),
    )


def _seat(row: sa.Row[Any]) -> SeatRecord:
    return SeatRecord(
        id=row.id,
        seat=Seat(row.seat),
        name=row.name,
        correspondent=row.correspondent_id,
        identified_by=row.identified_by,
        sent_out_why=row.sent_out_why,
        typed=row.typed,
        has_link=row.link is not None,
        is_opened=row.device is not None,
    )


def _call(row: sa.Row[Any], seats: Sequence[sa.Row[Any]], kind: CallKind, rules: CallRules) -> Call:
    spent = (timedelta(seconds=each) for each in (row.talk, row.ours, row.theirs))
    return Call(
        kind=kind,
        starts=row.starts,
        ends=row.ends,
        rules=rules,
        stage=Stage(row.stage),
        measured=Measured(*spent),
        seen=_seen(row),
        guests=tuple(
            Guest(Seat(each.seat), each.known, each.last, each.sent_out) for each in seats
        ),
        inmate_came=row.inmate_came,
        unwatched=timedelta(seconds=row.unwatched),
        over_at=row.over,
        outcome=Outcome(row.outcome) if row.outcome else None,
    )


def _agrees(row: sa.Row[Any], seats: Sequence[sa.Row[Any]]) -> Mapping[Seat, bool]:
    said = {Seat.INMATE: row.inmate_agrees} | {Seat(each.seat): each.agrees for each in seats}
    return {seat: each == _ANSWERS[True] for seat, each in said.items() if each}


def _seen(row: sa.Row[Any]) -> Seen | None:
    if row.looked is None:
        return None
    flows = dict.fromkeys(_seats(row.flowing), _FLOWS)
    return Seen(row.looked, _seats(row.here), flows, row.server_ran, row.watched)
