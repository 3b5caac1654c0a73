"""Calls as they are stored: made for a visit, read, and written after each look."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.calls.rooms import Rooms
from digitizer.calls.states import Call, CallKind, CallRules, Measured, Outcome, Seen, Stage
from digitizer.engines.calls.port import Flow, Seat
from digitizer.model.call_settings import Calls
from digitizer.model.errors import NotFound
from digitizer.storage.tables_calls import video_call

_ANSWERS = {True: "yes", False: "no"}
_FLOWS = Flow(connected=True, sound=True, picture=True)


@dataclass(frozen=True, slots=True)
class NewCall:
    """For a visit that was booked. ``inmate`` is the number of the inmate's record."""

    visit: str
    kind: CallKind
    inmate: int
    correspondent: int
    starts: datetime
    ends: datetime


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
    identified_by: str
    notice: str
    noticed: datetime | None
    ended_by: str
    reason: str
    again: str
    agrees: Mapping[Seat, bool]

    def is_asked(self, settings: Calls) -> bool:
        """Whether both are asked if they agree to a recording: of an attorney's call nobody is."""
        return settings.record and self.rooms.is_watchable

    def may_come(self, settings: Calls, seat: Seat) -> bool:
        """Nobody's camera is needed before they answered."""
        return seat in self.agrees or not self.is_asked(settings)

    def is_recorded(self, settings: Calls) -> bool:
        return self.is_asked(settings) and all(self.agrees.get(seat, False) for seat in Seat)


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
            visitor_agrees="",
            inmate_agrees="",
            identified_by="",
            notice="",
            outcome="",
            ended_by="",
            reason="",
            again="",
        )
    )
    return new.visit


def plan_anew(tx: sa.Connection, call_id: str, call: Call) -> None:
    """At another time, and in rooms of its own: who was sent out of those before may come."""
    keep(
        tx,
        call_id,
        call,
        starts=call.starts,
        ends=call.ends,
        room_key=secrets.token_hex(16),
        identified=None,
        identified_by="",
        notice="",
        noticed=None,
        ended_by="",
        reason="",
        visitor_agrees="",
        inmate_agrees="",
    )


def note_answer(tx: sa.Connection, call_id: str, seat: Seat, *, agrees: bool) -> None:
    """To the question whether it may be recorded."""
    _write(tx, call_id, **{f"{seat}_agrees": _ANSWERS[agrees]})


def get(tx: sa.Connection, call_id: str, rules: CallRules) -> CallRecord:
    """Raises NotFound."""
    row = tx.execute(sa.select(video_call).where(video_call.c.id == call_id)).one_or_none()
    if row is None:
        raise missing()
    return _record(row, rules)


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
    return tuple(_record(row, rules) for row in tx.execute(asked))


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
        visitor_at=call.visitor_at,
        inmate_came=call.inmate_came,
        over=call.over_at,
        outcome=str(call.outcome or ""),
        **more,
    )


def _write(tx: sa.Connection, call_id: str, **values: Any) -> None:
    tx.execute(sa.update(video_call).where(video_call.c.id == call_id).values(**values))


def _listed(seats: Collection[Seat]) -> str:
    return " ".join(sorted(map(str, seats)))


def _seats(text: str) -> frozenset[Seat]:
    return frozenset(map(Seat, text.split()))


def _record(row: sa.Row[Any], rules: CallRules) -> CallRecord:
    kind = CallKind(row.kind)
    return CallRecord(
        id=row.id,
        visit=row.visit,
        rooms=Rooms(kind, row.room_key),
        inmate=row.inmate_id,
        correspondent=row.correspondent_id,
        call=_call(row, kind, rules),
        identified_by=row.identified_by,
        notice=row.notice,
        noticed=row.noticed,
        ended_by=row.ended_by,
        reason=row.reason,
        again=row.again,
        agrees=_agrees(row),
    )


def _call(row: sa.Row[Any], kind: CallKind, rules: CallRules) -> Call:
    spent = (timedelta(seconds=each) for each in (row.talk, row.ours, row.theirs))
    return Call(
        kind=kind,
        starts=row.starts,
        ends=row.ends,
        rules=rules,
        stage=Stage(row.stage),
        measured=Measured(*spent),
        seen=_seen(row),
        visitor_at=row.visitor_at,
        inmate_came=row.inmate_came,
        unwatched=timedelta(seconds=row.unwatched),
        over_at=row.over,
        outcome=Outcome(row.outcome) if row.outcome else None,
    )


def _agrees(row: sa.Row[Any]) -> Mapping[Seat, bool]:
    said = {Seat.VISITOR: row.visitor_agrees, Seat.INMATE: row.inmate_agrees}
    return {seat: each == _ANSWERS[True] for seat, each in said.items() if each}


def _seen(row: sa.Row[Any]) -> Seen | None:
    if row.looked is None:
        return None
    flows = dict.fromkeys(_seats(row.flowing), _FLOWS)
    return Seen(row.looked, _seats(row.here), flows, row.server_ran, row.watched)
