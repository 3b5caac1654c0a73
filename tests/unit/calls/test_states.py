"""A call's states, each by itself and in any order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.calls.states import (
    Call,
    CallKind,
    CallRules,
    Measured,
    NotNow,
    Outcome,
    Seen,
    Stage,
    identify,
    leave_early,
    look,
    may_enter,
    may_meet,
    refuse,
    terminate,
    warned_of,
)
from digitizer.engines.calls.port import Flow, Seat
from digitizer.model.call_settings import Unwatched

START = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
END = START + timedelta(minutes=30)
FLOWS = Flow(connected=True, sound=True, picture=True)
BOTH = frozenset({Seat.VISITOR, Seat.INMATE})
VISITOR = frozenset({Seat.VISITOR})


def made(kind: CallKind = CallKind.FAMILY) -> Call:
    return Call(kind, START, END)


def seen(at: datetime, here: frozenset[Seat] = BOTH, talk: bool = True, **more: Any) -> Seen:
    return Seen(at, here, dict.fromkeys(here, FLOWS) if talk else {}, **more)


def after(call: Call, seconds: float, look_at: Callable[[datetime], Seen]) -> Call:
    """Looked at each second."""
    at = call.seen.at if call.seen else call.starts
    for each in range(1, int(seconds) + 1):
        call = look(call, look_at(at + timedelta(seconds=each)))
    return call


def about(time: timedelta, seconds: int) -> bool:
    """Less than a look off: what changes between two looks is seen at the second."""
    return abs(time.total_seconds() - seconds) <= 1


def live() -> Call:
    """At the second of its start."""
    call = look(made(), seen(START - timedelta(minutes=2), VISITOR, talk=False))
    return look(identify(call), seen(START))


def test_the_way_of_a_call() -> None:
    call = made()
    assert not may_enter(call, Seat.VISITOR, START - timedelta(minutes=16))
    assert may_enter(call, Seat.VISITOR, START - timedelta(minutes=15))
    call = look(call, seen(START - timedelta(minutes=2), VISITOR, talk=False))
    assert call.stage is Stage.WAITING
    assert not may_meet(call, START)
    call = identify(call)
    assert not may_meet(call, START - timedelta(seconds=1))
    assert may_meet(call, START)
    call = look(call, seen(START))
    assert call.stage is Stage.LIVE
    call = after(call, 30 * 60, seen)
    assert (call.stage, call.outcome) == (Stage.ENDED, Outcome.COMPLETED)
    assert call.over_at == END
    assert call.measured == Measured(talk=timedelta(minutes=30))


def test_it_ends_at_the_second() -> None:
    call = after(live(), 30 * 60 - 1, seen)
    assert call.stage is Stage.LIVE
    assert call.left(END - timedelta(seconds=1)) == timedelta(seconds=1)
    call = look(call, seen(END))
    assert call.stage is Stage.ENDED
    assert not may_enter(call, Seat.INMATE, END)


@pytest.mark.parametrize(
    ("left", "warned"), [(301, None), (300, 5), (61, 5), (60, 1), (1, 1)], ids=str
)
def test_both_are_warned_at_five_and_at_one_minute(left: int, warned: int | None) -> None:
    assert warned_of(live(), END - timedelta(seconds=left)) == warned


def test_nobody_is_warned_of_the_end_of_what_did_not_begin() -> None:
    assert warned_of(made(), END - timedelta(seconds=30)) is None


def test_a_fault_of_ours_moves_the_end() -> None:
    call = after(live(), 600, seen)
    call = after(call, 120, lambda at: seen(at, talk=False, engine=False))
    call = after(call, 60, seen)
    assert call.stage is Stage.LIVE
    assert call.moved == timedelta(minutes=2)
    call = after(call, 30 * 60, seen)
    assert (call.stage, call.over_at) == (Stage.ENDED, END + timedelta(minutes=2))
    assert call.measured.talk == timedelta(minutes=30)


def test_a_fault_of_the_inmates_device_is_ours_too() -> None:
    call = after(live(), 60, seen)
    call = after(call, 60, lambda at: Seen(at, BOTH, {Seat.VISITOR: FLOWS}))
    assert about(call.measured.ours, 60)


def test_a_visitor_who_is_away_moves_nothing() -> None:
    call = after(live(), 60, seen)
    call = after(call, 60, lambda at: seen(at, frozenset({Seat.INMATE})))
    assert about(call.measured.theirs, 60)
    assert call.end == END
    assert call.stage is Stage.LIVE
    assert after(call, 5, seen).stage is Stage.LIVE


def test_who_was_away_for_long_is_identified_again() -> None:
    call = after(live(), 60, seen)
    call = after(call, 121, lambda at: seen(at, frozenset({Seat.INMATE})))
    call = after(call, 5, seen)
    assert call.stage is Stage.WAITING
    assert not may_meet(call, START + timedelta(minutes=5))
    assert look(identify(call), seen(START + timedelta(minutes=5))).stage is Stage.LIVE


def test_staff_who_come_late_move_the_end() -> None:
    call = after(made(), 240, lambda at: seen(at, VISITOR, talk=False))
    assert call.stage is Stage.WAITING
    call = after(identify(call), 10, seen)
    assert call.stage is Stage.LIVE
    assert call.end - END >= timedelta(minutes=3, seconds=55)


def test_a_visitor_who_comes_late_moves_nothing() -> None:
    call = after(made(), 240, lambda at: seen(at, frozenset()))
    call = after(call, 1, lambda at: seen(at, VISITOR, talk=False))
    call = after(identify(call), 10, seen)
    assert call.end - END <= timedelta(seconds=2)


def test_what_does_not_come_back_is_lost_and_booked_again() -> None:
    call = after(live(), 600, seen)
    call = after(call, 40 * 60, lambda at: seen(at, talk=False, engine=False))
    assert (call.stage, call.outcome) == (Stage.LOST, Outcome.TECHNICAL)
    assert call.is_booked_again
    assert call.over_at == END + timedelta(minutes=15)
    assert about(call.measured.talk, 600)


def test_a_service_that_was_down_all_the_time_lost_the_call() -> None:
    """Nobody looked: nobody knows who was there, and it is not for them to prove."""
    assert look(made(), seen(END + timedelta(hours=5), frozenset())).stage is Stage.LOST


def test_a_service_that_was_down_for_a_while_moves_the_end() -> None:
    call = after(live(), 60, seen)
    call = look(call, seen(START + timedelta(minutes=6)))
    assert call.measured.ours == timedelta(minutes=4, seconds=45)
    assert call.stage is Stage.WAITING  # nobody saw who sat there meanwhile


def test_a_visitor_who_never_came() -> None:
    call = after(made(), 30 * 60, lambda at: seen(at, frozenset({Seat.INMATE}), talk=False))
    assert (call.stage, call.outcome) == (Stage.ENDED, Outcome.VISITOR_ABSENT)
    assert not call.is_booked_again


def test_an_inmate_who_never_came_is_told_from_a_fault() -> None:
    call = look(made(), seen(START - timedelta(minutes=2), VISITOR, talk=False))
    call = after(identify(call), 50 * 60, lambda at: seen(at, VISITOR))
    assert (call.stage, call.outcome) == (Stage.ENDED, Outcome.INMATE_ABSENT)


def test_a_visitor_whom_nobody_identified_is_not_to_blame() -> None:
    call = after(made(), 50 * 60, lambda at: seen(at, VISITOR, talk=False))
    assert call.stage is Stage.LOST


@pytest.mark.parametrize(
    ("verb", "outcome"),
    [(terminate, Outcome.TERMINATED_BY_STAFF), (refuse, Outcome.NOT_IDENTIFIED)],
)
def test_staff_end_it_at_once(verb: Any, outcome: Outcome) -> None:
    at = START + timedelta(minutes=3, seconds=7)
    call = verb(live(), at)
    assert (call.stage, call.outcome, call.over_at) == (Stage.TERMINATED, outcome, at)
    with pytest.raises(NotNow):
        verb(call, at)


def test_both_may_leave_early_once_they_met() -> None:
    with pytest.raises(NotNow):
        leave_early(made(), START)
    assert leave_early(live(), START + timedelta(minutes=1)).outcome is Outcome.LEFT_EARLY


def test_nobody_is_identified_who_is_not_there() -> None:
    for call in (made(), live(), look(made(), seen(START, frozenset({Seat.INMATE})))):
        with pytest.raises(NotNow):
            identify(call)


_STEPS = st.one_of(
    st.tuples(
        st.just("look"),
        st.integers(0, 400),
        st.frozensets(st.sampled_from(Seat)),
        st.frozensets(st.sampled_from(Seat)),
        st.booleans(),
    ),
    st.sampled_from([("identify",), ("terminate",), ("refuse",), ("leave_early",)]),
)


@given(st.sampled_from(CallKind), st.lists(_STEPS, max_size=60))
def test_in_any_order(kind: CallKind, steps: list[Any]) -> None:
    call, at, known = made(kind), START - timedelta(minutes=10), False
    for step in steps:
        before = call
        if step[0] == "look":
            at += timedelta(seconds=step[1])
            call = look(call, Seen(at, step[2], dict.fromkeys(step[3], FLOWS), step[4]))
        else:
            call, known = _done(call, step[0], at, known)
        _check(before, call, at, known)


def _done(call: Call, verb: str, at: datetime, known: bool) -> tuple[Call, bool]:
    try:
        if verb == "identify":
            return identify(call), True
        ends = {"terminate": terminate, "refuse": refuse, "leave_early": leave_early}
        return ends[verb](call, at), known
    except NotNow:
        return call, known


def _check(before: Call, call: Call, at: datetime, known: bool) -> None:
    assert call.kind is before.kind
    assert (call.starts, call.ends) == (before.starts, before.ends)
    if before.stage.is_over:
        assert call == before
    if call.stage.is_known or may_meet(call, at):
        assert known, "the inmate could be shown to somebody whom nobody saw"
    if call.stage is Stage.LIVE:
        assert at < call.end
    assert before.end <= call.end <= call.ends + call.rules.most_moved
    spent = call.measured
    assert min(spent.talk, spent.ours, spent.theirs) >= timedelta(0)
    in_visit = max(timedelta(0), min(at, call.ends + call.rules.most_moved) - call.starts)
    assert spent.talk + spent.ours + spent.theirs <= in_visit
    assert call.stage.is_over == (call.over_at is not None) == (call.outcome is not None)
    if call.over_at:
        assert call.over_at <= call.end
    if call.is_booked_again:
        assert call.outcome is Outcome.TECHNICAL


def test_a_facility_may_leave_the_end_where_it_is() -> None:
    call = replace(live(), rules=CallRules(most_moved=timedelta(0)))
    assert after(call, 60, lambda at: seen(at, talk=False)).end == END


def alone(at: datetime) -> Seen:
    """Both talk, and nobody of staff looks."""
    return seen(at, watched=False)


def ruled(unwatched: Unwatched, kind: CallKind = CallKind.FAMILY) -> Call:
    rules = CallRules(unwatched=unwatched, unwatched_after=timedelta(seconds=30))
    return replace(live(), kind=kind, rules=rules)


def test_a_call_goes_on_unwatched_where_the_facility_says_so_and_staff_are_told() -> None:
    call = after(ruled(Unwatched.CONTINUE), 60, alone)
    assert (call.stage, call.is_paused, call.nobody_looks) == (Stage.LIVE, False, True)
    assert about(call.measured.talk, 60)


def test_a_call_is_paused_until_somebody_looks_and_the_time_is_ours() -> None:
    call = after(ruled(Unwatched.PAUSE), 29, alone)
    assert not call.is_paused
    call = after(call, 61, alone)
    assert (call.stage, call.is_paused) == (Stage.LIVE, True)
    call = after(call, 1, seen)
    assert not call.is_paused
    assert about(call.measured.ours, 60)
    assert about(call.moved, 60)
    call = after(call, 31 * 60, seen)
    assert (call.stage, call.outcome) == (Stage.ENDED, Outcome.COMPLETED)
    assert about(call.measured.talk, 30 * 60)


def test_one_look_begins_the_time_anew() -> None:
    call = ruled(Unwatched.PAUSE)
    for _ in range(5):
        call = after(after(call, 25, alone), 1, seen)
    assert not call.is_paused
    assert call.measured.ours == timedelta(0)


def test_a_pause_that_does_not_end_loses_the_call() -> None:
    call = after(ruled(Unwatched.PAUSE), 60 * 60, alone)
    assert (call.stage, call.outcome) == (Stage.LOST, Outcome.UNWATCHED)
    assert call.is_booked_again
    assert call.over_at == END + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("minute", "stage"), [(10, Stage.LOST), (23, Stage.LOST), (26, Stage.ENDED)], ids=str
)
def test_an_unwatched_call_ends_and_is_held_again_if_much_of_it_is_missing(
    minute: int, stage: Stage
) -> None:
    call = after(ruled(Unwatched.END), minute * 60, seen)
    call = after(call, 29, alone)
    assert call.stage is Stage.LIVE
    call = after(call, 1, alone)
    assert (call.stage, call.outcome) == (stage, Outcome.UNWATCHED)


@pytest.mark.parametrize("unwatched", Unwatched)
def test_nobody_need_look_at_an_attorneys_call(unwatched: Unwatched) -> None:
    call = after(ruled(unwatched, CallKind.ATTORNEY), 29 * 60, alone)
    assert (call.stage, call.nobody_looks) == (Stage.LIVE, False)
    assert about(call.measured.talk, 29 * 60)


@pytest.mark.parametrize("unwatched", Unwatched)
def test_of_the_time_in_which_the_service_was_away_nobody_knows_who_looked(
    unwatched: Unwatched,
) -> None:
    call = after(ruled(unwatched), 60, seen)
    assert call.seen is not None
    call = look(call, alone(call.seen.at + timedelta(seconds=100)))
    assert (call.stage, call.nobody_looks) == (Stage.LIVE, False)
