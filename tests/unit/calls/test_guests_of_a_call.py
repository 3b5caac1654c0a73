"""Several guests in one call, by its states: who comes late, leaves, is away or is sent out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.calls.states import (
    Call,
    CallKind,
    Guest,
    NotNow,
    Outcome,
    Seen,
    Stage,
    at_another_time,
    call_off,
    identify,
    leave,
    look,
    may_enter,
    may_meet,
    may_sit,
    send_out,
)
from digitizer.engines.calls.port import Flow, Seat

START = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
FLOWS = Flow(connected=True, sound=True, picture=True)
FIRST, SECOND, THIRD = Seat.VISITOR, Seat.VISITOR_2, Seat.INTERPRETER
ALL = frozenset({FIRST, SECOND, THIRD, Seat.INMATE})


def _made(*seats: Seat) -> Call:
    guests = tuple(Guest(seat) for seat in seats or (FIRST, SECOND, THIRD))
    return Call(CallKind.FAMILY, START, START + timedelta(minutes=30), guests=guests)


def _look(call: Call, seconds: float, here: frozenset[Seat] = ALL) -> Call:
    at = START + timedelta(seconds=seconds)
    flows = {seat: FLOWS for seat in here if may_sit(call, seat, at)}
    return look(call, Seen(at, here, flows))


def _live(*known: Seat) -> Call:
    call = _look(_made(), -60)
    for seat in known:
        call = identify(call, seat)
    return _look(_look(call, 0), 1)


def test_each_is_identified_before_they_meet_the_inmate() -> None:
    call = _live(FIRST)
    at = START + timedelta(seconds=2)
    assert call.stage is Stage.LIVE
    assert may_sit(call, FIRST, at)
    assert not may_sit(call, SECOND, at)
    assert not may_sit(call, THIRD, at)
    call = identify(call, SECOND)
    assert may_sit(call, SECOND, at)
    assert call.stage is Stage.LIVE


def test_who_interprets_alone_does_not_meet_the_inmate() -> None:
    call = identify(_look(_made(), -60), THIRD)
    assert call.stage is Stage.WAITING
    assert not may_meet(_look(call, 5), START + timedelta(seconds=5))


def test_when_the_first_leaves_the_other_stays() -> None:
    call = leave(_live(FIRST, SECOND), FIRST, START + timedelta(seconds=5))
    assert call.stage is Stage.LIVE
    call = _look(call, 8, ALL - {FIRST})
    assert call.seen is not None
    assert call.seen.talking
    assert not may_sit(call, FIRST, START + timedelta(seconds=9)), "staff look again who it is"
    assert may_enter(call, FIRST, START + timedelta(seconds=9))
    assert identify(_look(call, 10), FIRST).stage is Stage.LIVE


def test_when_the_last_visitor_leaves_it_is_over() -> None:
    at = START + timedelta(seconds=5)
    call = leave(_live(FIRST, SECOND, THIRD), SECOND, at)
    call = _look(call, 6, ALL - {SECOND})
    call = leave(call, FIRST, at + timedelta(seconds=5))
    assert (call.stage, call.outcome) == (Stage.ENDED, Outcome.LEFT_EARLY)


def test_the_inmate_ends_it_for_all_and_who_interprets_for_nobody() -> None:
    at = START + timedelta(seconds=5)
    assert leave(_live(FIRST, SECOND), Seat.INMATE, at).stage is Stage.ENDED
    assert leave(_live(FIRST, THIRD), THIRD, at).stage is Stage.LIVE


def test_who_was_sent_out_does_not_come_back_and_the_others_go_on() -> None:
    call = send_out(_live(FIRST, SECOND), FIRST)
    at = START + timedelta(seconds=5)
    assert call.stage is Stage.LIVE
    assert not may_enter(call, FIRST, at)
    with pytest.raises(NotNow):
        identify(_look(call, 5), FIRST)
    with pytest.raises(NotNow, match="End the call"):
        send_out(call, SECOND)
    assert send_out(call, THIRD).stage is Stage.LIVE


def test_time_is_the_visitors_while_one_of_them_is_there() -> None:
    call = _live(FIRST, SECOND)
    before = call.measured.theirs
    for second in range(2, 30):
        call = _look(call, second, frozenset({SECOND, Seat.INMATE}))
    assert call.measured.theirs == before
    assert call.measured.talk >= timedelta(seconds=27)


def test_who_was_away_for_long_is_identified_again_while_the_other_goes_on() -> None:
    call = _live(FIRST, SECOND)
    for second in range(2, 130):
        call = _look(call, second, ALL - {FIRST})
    call = _look(call, 130)
    assert call.stage is Stage.LIVE
    assert not may_sit(call, FIRST, START + timedelta(seconds=131))
    assert may_sit(call, SECOND, START + timedelta(seconds=131))


def test_when_all_were_away_nobody_is_known_by_the_one_who_comes_back() -> None:
    call = _live(FIRST, SECOND)
    for second in range(2, 130):
        call = _look(call, second, frozenset({Seat.INMATE}))
    call = _look(call, 130, frozenset({FIRST, Seat.INMATE}))
    assert call.stage is Stage.WAITING
    assert not may_meet(call, START + timedelta(seconds=131))


_STEPS = st.one_of(
    st.tuples(st.just("look"), st.integers(0, 300), st.frozensets(st.sampled_from(Seat))),
    st.tuples(st.sampled_from(["identify", "leave", "out"]), st.sampled_from(Seat)),
)


@given(st.sets(st.sampled_from(Seat)), st.lists(_STEPS, max_size=60))
def test_nobody_meets_the_inmate_whom_staff_did_not_see(seats: set[Seat], steps: list[Any]) -> None:
    """In any order, of any guests: and who was sent out is out for good."""
    call, at = _made(FIRST, *sorted(seats - {FIRST, Seat.INMATE})), START - timedelta(minutes=10)
    seen, out = set[Seat](), set[Seat]()
    for step in steps:
        try:
            match step:
                case ("look", seconds, here):
                    at += timedelta(seconds=seconds)
                    call = look(call, Seen(at, here, dict.fromkeys(here, FLOWS)))
                case ("identify", seat):
                    call = identify(call, seat)
                    seen.add(seat)
                case ("leave", seat):
                    call = leave(call, seat, at)
                    seen.discard(seat)
                case ("out", seat):
                    call = send_out(call, seat)
                    out.add(seat)
        except NotNow:
            continue
        for guest in call.guests:
            if may_sit(call, guest.seat, at):
                assert guest.seat in seen - out
            if guest.seat in out:
                assert not may_enter(call, guest.seat, at)
        if may_meet(call, at):
            assert any(each.is_visitor for each in seen - out)
        outsiders = set(Seat) - {each.seat for each in call.guests} - {Seat.INMATE}
        assert not any(may_enter(call, each, at) for each in outsiders)


def test_planned_anew_everybody_is_seen_anew() -> None:
    call = call_off(replace(_live(FIRST, SECOND), stage=Stage.IDENTIFIED), START)
    anew = at_another_time(call, START + timedelta(days=1), START + timedelta(days=1, minutes=30))
    assert anew.guests == (Guest(FIRST), Guest(SECOND), Guest(THIRD))
