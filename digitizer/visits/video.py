"""Where visits and video calls meet: the one place in which the schedule knows of calls, which know
nothing of it.

A visit that is booked in a room of video has a call from then on, made in the transaction that
books it, moved and called off in those that move and cancel it. The call has the visit's id, so
that it can be neither lost nor doubled: what was booked before there were calls gets its own when
the service looks after visits. What became of the call becomes the visit's outcome there.

What kind of call it is, the type of the visit alone says: with an attorney it can be no other than
one that nobody watches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

import sqlalchemy as sa

from digitizer.access.acting import Action, acting, looking
from digitizer.access.permissions import Act
from digitizer.calls import actions as calls
from digitizer.calls import records as call_records
from digitizer.calls import states
from digitizer.calls.records import CallRecord, NewCall
from digitizer.calls.states import Call, CallKind, NotNow, Stage
from digitizer.calls.states import Outcome as Became
from digitizer.engines.calls.port import Seat
from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.model.settings import Settings
from digitizer.model.visits import (
    BookedVisit,
    Medium,
    OpenSlot,
    Outcome,
    PrivilegedVisit,
    Refusal,
    SocialVisit,
    VisitRule,
    VisitState,
    is_monitored,
)
from digitizer.support.clock import new_id, now
from digitizer.visits import asking, notices, records
from digitizer.visits.notices import News

#: Under this key somebody decided that a call that failed is not booked again.
_NOT_AGAIN = "call failed"
#: For so many days another time is looked for.
_AHEAD = timedelta(days=28)
_LONGEST_NOTE = 500

_OUTCOMES = {
    Became.COMPLETED: Outcome.COMPLETED,
    Became.VISITOR_ABSENT: Outcome.VISITOR_ABSENT,
    Became.NOT_IDENTIFIED: Outcome.NO_IDENTITY,
    Became.TERMINATED_BY_STAFF: Outcome.TERMINATED,
    Became.TECHNICAL: Outcome.CALL_LOST,
    Became.NOT_AGREED: Outcome.NOT_AGREED,
    Became.UNWATCHED: Outcome.MONITOR_ABSENT,
}
#: Whoever was to come reads the reason and how to object.
_STAFF_ENDED = (Outcome.TERMINATED, Outcome.NO_IDENTITY)
_LEFT_EARLY = {
    str(Seat.INMATE): Outcome.INMATE_ENDED_EARLY,
    str(Seat.VISITOR): Outcome.VISITOR_ENDED_EARLY,
}


@dataclass(frozen=True, slots=True)
class VisitCall:
    """The call of a visit, as its pages show it. ``opens``: from when it can be entered, and
    ``is_open``: whether it can be now. ``again`` is the visit that was booked in its place."""

    id: str
    stage: Stage
    opens: datetime
    is_open: bool
    outcome: Became | None
    talk: timedelta
    ours: timedelta
    planned: timedelta
    again: str


def follow(action: Action, settings: Settings, visit: BookedVisit) -> None:
    """The call of a visit that this action changed is as the visit is now. Raises Conflict where
    the call has begun, or is over: that cannot be undone."""
    call = call_records.of_visits(action.tx, _rules(settings), [visit.id]).get(visit.id)
    is_called = visit.state is VisitState.BOOKED and visit.medium is Medium.VIDEO
    if call is None:
        if is_called and settings.calls.video:
            _make(action, visit)
    elif not is_called:
        if call.call.stage is not Stage.CANCELLED:
            _call_off(action, visit, call)
    elif _is_elsewhere(call.call, visit):
        _plan_anew(action, visit, call)


def _is_elsewhere(call: Call, visit: BookedVisit) -> bool:
    at = call.starts, call.ends
    return at != (visit.starts, visit.ends) or call.stage is Stage.CANCELLED


def kind_of(visit: BookedVisit) -> CallKind:
    """By the type of the visit, and by nothing else."""
    match visit:
        case PrivilegedVisit():
            return CallKind.ATTORNEY
        case SocialVisit():
            return CallKind.FAMILY
        case _:
            assert_never(visit)


def caller_of(visit: BookedVisit) -> int | None:
    """Who of the visitors has the seat in the call: whoever booked it, if they come along, or the
    first who can have an account. None: nobody can."""
    known = [each.correspondent for each in visit.guests if each.correspondent is not None]
    if visit.booker in known:
        return visit.booker
    return next(iter(known), visit.booker)


def others_of(visit: BookedVisit, caller: int) -> tuple[int, ...]:
    """The other visitors who can have an account: each gets a seat of their own. A visit with an
    attorney has one seat for who comes, and one for who interprets."""
    if isinstance(visit, PrivilegedVisit):
        return ()
    known = (each.correspondent for each in visit.guests)
    return tuple(each for each in dict.fromkeys(known) if each not in (None, caller))


def _make(action: Action, visit: BookedVisit) -> None:
    """Where nobody among the visitors can have an account there is no call; staff see that."""
    caller = caller_of(visit)
    if caller is None:
        return
    inmate = records.inmate_row_of(action.tx, visit.id)
    kind, others = kind_of(visit), others_of(visit, caller)
    new = NewCall(visit.id, kind, inmate, caller, visit.starts, visit.ends, others)
    call_records.make(action.tx, new)
    action.record(Verb.NOTE_CALL, Subject.call(visit.id), stage=str(Stage.SCHEDULED))


def _call_off(action: Action, visit: BookedVisit, found: CallRecord) -> None:
    """Whoever is in it is sent out at the next look of the board, in whatever process that is."""
    call = _changed(lambda: states.call_off(found.call, now()))
    ended = {"ended_by": action.by.name, "reason": visit.reason}
    call_records.keep(action.tx, found.id, call, **ended)
    action.record(Verb.NOTE_CALL, Subject.call(found.id), stage=str(call.stage))


def _plan_anew(action: Action, visit: BookedVisit, found: CallRecord) -> None:
    call = _changed(lambda: states.at_another_time(found.call, visit.starts, visit.ends))
    call_records.plan_anew(action.tx, found.id, call)
    action.record(
        Verb.NOTE_CALL,
        Subject.call(found.id),
        stage=str(call.stage),
        starts=visit.starts.isoformat(),
    )


def _changed(verb: Callable[[], Call]) -> Call:
    try:
        return verb()
    except NotNow:
        raise Conflict(
            "The call of this visit has begun, or is over. Say what became of it."
        ) from None


def of_visits(
    facility: Facility, visits: Sequence[BookedVisit], by: Actor
) -> Mapping[str, VisitCall]:
    """The calls of these visits, by the visit's id; of those outside and of inmates their own."""
    with looking(facility, by, Act.SEE_CALLS) as look:
        rules, at = _rules(facility.settings), now()
        found = call_records.of_visits(look.tx, rules, [each.id for each in visits])
        mine = {
            each.id
            for each in visits
            if by.kind is not ActorKind.INMATE or each.inmate.booking_number == by.name
        }
        return {
            key: _shown(each, at)
            for key, each in found.items()
            if key in mine and look.correspondent in (None, *_callers(each))
        }


def _callers(found: CallRecord) -> tuple[int, ...]:
    return tuple(each.correspondent for each in found.seats if each.correspondent is not None)


def is_to_come(visit: BookedVisit, found: Mapping[str, VisitCall], at: datetime) -> bool:
    """Whether it goes on, or is still to come; a call goes on past its end by our fault, and is
    over when it ended before. ``found`` are the calls of visits."""
    call = found.get(visit.id)
    if visit.stands and call and visit.starts <= at:
        return call.is_open
    return visit.stands and visit.ends > at and visit.outcome is None


def _shown(found: CallRecord, at: datetime) -> VisitCall:
    call = found.call
    return VisitCall(
        id=found.id,
        stage=call.stage,
        opens=call.opens(),
        is_open=states.can_be_entered(call, at),
        outcome=call.outcome,
        talk=call.measured.talk,
        ours=call.measured.ours,
        planned=call.planned,
        again=found.again,
    )


def standing(facility: Facility, call_id: str, by: Actor) -> tuple[Refusal, ...]:
    """What stands against the visit of this call now, and was not left as it is; nothing for a
    call that is over."""
    with looking(facility, by, Act.SEE_VISITS) as look:
        return _standing(look.tx, facility.settings, call_id)


def _standing(tx: sa.Connection, settings: Settings, call_id: str) -> tuple[Refusal, ...]:
    visit = records.find(tx, call_id)
    if visit is None or visit.state is not VisitState.BOOKED or visit.outcome is not None:
        return ()
    flagged = asking.flagged(tx, settings.visits, [visit], now())
    found = flagged[0].refusals if flagged else ()
    # A call that goes on past its end does so by our fault.
    return tuple(each for each in found if each.rule is not VisitRule.OVER)


def identify(facility: Facility, call_id: str, by: Actor, seat: str = Seat.VISITOR) -> None:
    """As ``calls.actions.identify``, by which the two may meet; raises Conflict as well while
    something stands against the visit that nobody decided about."""

    def need(tx: sa.Connection, visit: str) -> None:
        asking.need_none(_standing(tx, facility.settings, visit))

    calls.identify(facility, call_id, by, need, seat)


def look_after(facility: Facility, by: Actor) -> int:
    """Visits that were booked before there were calls get theirs, and calls that are over give
    their visits an outcome; returns how many outcomes. Only what a call knows is an outcome: why
    an inmate did not come, a person says."""
    with looking(facility, by, Act.OPERATE) as look:
        bare, over = _without_call(look.tx, facility.settings), _over(look.tx, facility.settings)
    for visit_id in bare:
        with suppress(_DoneError), acting(facility, by, Act.OPERATE) as action:
            if visit_id not in _without_call(action.tx, facility.settings):
                raise _DoneError
            _make(action, records.get(action.tx, visit_id))
    return sum(_note_outcome(facility, each, by) for each in over)


class _DoneError(Exception):
    """Leaves a transaction that has nothing to do."""


def _without_call(tx: sa.Connection, settings: Settings) -> tuple[str, ...]:
    if not settings.calls.video:
        return ()
    visits = [each for each in records.by_video(tx, now()) if caller_of(each) is not None]
    ids = [each.id for each in visits if each.outcome is None]
    known = call_records.of_visits(tx, _rules(settings), ids)
    return tuple(each for each in ids if each not in known)


def _over(tx: sa.Connection, settings: Settings) -> dict[str, CallRecord]:
    rules = _rules(settings)
    visits = records.without_outcome_by_video(tx, now() + rules.early)
    found = call_records.of_visits(tx, rules, [each.id for each in visits])
    return {key: each for key, each in found.items() if outcome_of(each) is not None}


def _note_outcome(facility: Facility, visit_id: str, by: Actor) -> bool:
    """False: somebody said it meanwhile."""
    with suppress(_DoneError), acting(facility, by, Act.OPERATE) as action:
        call = _over(action.tx, facility.settings).get(visit_id)
        outcome = outcome_of(call) if call else None
        if call is None or outcome is None:
            raise _DoneError
        visit = records.get(action.tx, visit_id)
        records.note_outcome(action.tx, visit, outcome, call.reason[:_LONGEST_NOTE])
        action.record(
            Verb.RECORD_OUTCOME,
            Subject.visit(visit_id),
            outcome=str(outcome),
            talk=_minutes(call.call.measured.talk),
            ours=_minutes(call.call.measured.ours),
            theirs=_minutes(call.call.measured.theirs),
        )
        if outcome in _STAFF_ENDED:
            notices.tell(action, facility, visit, News.ENDED)
        return True
    return False


def outcome_of(found: CallRecord) -> Outcome | None:
    """What a call makes known of its visit; None while it is not over, and where only a person
    can say it."""
    became = found.call.outcome
    if became is Became.LEFT_EARLY:
        return _LEFT_EARLY.get(found.ended_by, Outcome.COMPLETED)
    return _OUTCOMES.get(became) if became else None


def lost(tx: sa.Connection, settings: Settings) -> tuple[BookedVisit, ...]:
    """Visits whose call failed by our fault, in whose place nothing is booked, and of which nobody
    said that nothing will be; by time."""
    left = records.left(tx)
    found = [each.visit for each in call_records.lost(tx, _rules(settings))]
    return records.some(tx, [each for each in found if (each, _NOT_AGAIN) not in left])


def times_again(facility: Facility, visit_id: str, by: Actor) -> tuple[OpenSlot, ...] | None:
    """The times at which such a visit can be held again, by the rules; the first is proposed.
    None for any other visit. Raises NotFound."""
    with looking(facility, by, Act.SEE_VISITS) as look:
        visit = records.get(look.tx, visit_id)
        if visit_id not in {each.id for each in lost(look.tx, facility.settings)}:
            return None
        whose = visit.inmate.booking_number
        wanted = asking.wanted_for(look.tx, whose, asking.nowhere(), visit.guests)
        first, limits = asking.day_of(now()), facility.settings.visits
        days = first, first + _AHEAD
        open_now, _ = asking.open_times(look.tx, limits, wanted, [visit.kind], *days)
        alike = asking.sessions_monitored(look.tx, is_monitored(visit))
        return tuple(each for each in open_now if each.slot.session in alike)


def book_again(facility: Facility, visit_id: str, slot: str, by: Actor) -> str:
    """The same people at another time, in place of a visit whose call failed; returns the id of the
    new visit. Raises NotFound, and Conflict for what did not fail, is booked again already, or a
    rule stands against."""
    with acting(facility, by, Act.BOOK_VISIT) as action:
        before = _need_lost(action, facility.settings, visit_id)
        when = asking.slot_named(action.tx, slot)
        asking.need_same_kind(action.tx, before, when)
        wanted = asking.wanted_for(action.tx, before.inmate.booking_number, when, before.guests)
        asking.need_none(asking.against(action.tx, facility.settings.visits, wanted))
        made = asking.keep(action, new_id(), wanted, state=VisitState.BOOKED, booker=before.booker)
        call_records.note_again(action.tx, before.id, made.id)
        follow(action, facility.settings, made)
        notices.tell(action, facility, made, News.BOOKED)
    return made.id


def not_again(facility: Facility, visit_id: str, by: Actor, reason: str) -> None:
    """Nothing is booked in its place. Raises as ``book_again``, and UsageError without a reason."""
    with acting(facility, by, Act.DECIDE_VISIT, reason=reason) as action:
        _need_lost(action, facility.settings, visit_id)
        records.leave(action.tx, visit_id, _NOT_AGAIN, action.why, by.name)
        action.record(Verb.LEAVE_VISIT, Subject.visit(visit_id), rules=[_NOT_AGAIN])


def _need_lost(action: Action, settings: Settings, visit_id: str) -> BookedVisit:
    visit = records.get(action.tx, visit_id)
    if visit_id not in {each.id for each in lost(action.tx, settings)}:
        raise Conflict("This visit is booked again, or needs no other.")
    return visit


def _minutes(time: timedelta) -> int:
    return round(time.total_seconds() / 60)


def _rules(settings: Settings) -> states.CallRules:
    return call_records.rules_of(settings.calls)
