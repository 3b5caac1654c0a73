"""Visits as visitors and inmates see to them: ten minutes, and only what is theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound, TooOften, UsageError
from digitizer.model.visits import Guest, Limit, Medium, VisitKind, VisitState
from digitizer.visits import actions, own_visits, setup
from tests.support.conversing import mailed
from tests.support.made_mail import CLERK, ORSON, PETRA, SUPERVISOR, as_inmate
from tests.support.visiting import (
    MINA,
    as_visitor,
    ask_first,
    book_first,
    end_holds,
    in_days,
    let_time_pass,
    make_room,
    make_session,
    make_visitor,
    next_monday,
    times_for,
    today,
    with_visits,
)


@pytest.fixture
def here(facility: Facility) -> Facility:
    known = with_visits(facility, approval="automatic")
    make_session(known)
    return known


def kept_minors(age: int) -> list[tuple[str, date]]:
    return [("Tom Marlow", date(next_monday().year - age, 1, 1))]


def test_a_time_that_somebody_books_is_nobody_elses_for_ten_minutes(here: Facility) -> None:
    ida, petras = make_visitor(here), make_visitor(here, MINA, PETRA)
    first, second = times_for(here)
    held = own_visits.hold_time(here, ORSON, first, as_visitor(ida))
    assert times_for(here, PETRA) == [second]
    with pytest.raises(Conflict, match="not free"):
        own_visits.hold_time(here, PETRA, first, as_visitor(petras))
    with pytest.raises(Conflict, match="not free"):
        actions.book(here, PETRA, first, [petras], CLERK)
    end_holds(here)
    actions.book(here, PETRA, first, [petras], CLERK)
    with pytest.raises(Conflict, match="ten minutes"):
        own_visits.book_time(here, held, [], as_visitor(ida))


def test_who_takes_another_time_gives_the_first_up(here: Facility) -> None:
    me = as_visitor(make_visitor(here))
    first, second = times_for(here)
    gone = own_visits.hold_time(here, ORSON, first, me)
    own_visits.hold_time(here, ORSON, second, me)
    assert times_for(here, PETRA) == [first]
    with pytest.raises(NotFound):
        own_visits.held_time(here, gone, me)
    own_visits.give_up_time(here, me)
    assert times_for(here, PETRA) == [first, second]


def test_two_who_book_for_one_inmate_at_one_time_do_not_both_get_it(facility: Facility) -> None:
    """A time that is only kept so far counts as a visit of that inmate."""
    here = with_visits(facility, approval="automatic")
    make_session(here)
    make_session(here, make_room(here, "Screens", Medium.VIDEO), kind=VisitKind.VIDEO)
    ida, mina = make_visitor(here), make_visitor(here, MINA)
    own_visits.hold_time(here, ORSON, times_for(here)[0], as_visitor(ida))
    seen = own_visits.own_times(here, ORSON, as_visitor(mina)).open
    taken = actions.times(here, PETRA, VisitKind.VIDEO, CLERK, first=next_monday(), days=1).open[0]
    assert taken.slot not in [each.slot for each in seen]
    with pytest.raises(Conflict, match="not free"):
        own_visits.hold_time(here, ORSON, taken.slot.name, as_visitor(mina))


def test_nobody_books_and_cancels_for_ever(here: Facility) -> None:
    """Each is a slip of paper for the inmate."""
    me = make_visitor(here)
    for _ in range(20):
        own_visits.cancel_own(here, ask_first(here, me), as_visitor(me))
    with pytest.raises(TooOften):
        ask_first(here, me)
    other = make_visitor(here, MINA)
    ask_first(here, other)


def test_all_rules_are_asked_again_at_the_end(here: Facility) -> None:
    ida = make_visitor(here)
    held = own_visits.hold_time(here, ORSON, times_for(here)[0], as_visitor(ida))
    days = next_monday() - timedelta(days=7), None
    setup.restrict(here, Limit.NO_VISITS, ida.correspondent, "", days, SUPERVISOR, "x")
    with pytest.raises(Conflict, match="may not visit on this day"):
        own_visits.book_time(here, held, [], as_visitor(ida))
    assert own_visits.own_visits(here, as_visitor(ida)) == ()


def test_pressed_twice_it_is_one_visit(here: Facility) -> None:
    me = as_visitor(make_visitor(here))
    held = own_visits.hold_time(here, ORSON, times_for(here)[0], me)
    assert own_visits.book_time(here, held, [], me) == own_visits.book_time(here, held, [], me)
    assert len(own_visits.own_visits(here, me)) == 1
    assert len(mailed(here)) == 0  # they know: it is they who booked it


def test_minors_come_along_and_adults_do_not(here: Facility) -> None:
    me = as_visitor(make_visitor(here))
    held = own_visits.hold_time(here, ORSON, times_for(here)[0], me)
    with pytest.raises(UsageError, match="Only minors"):
        own_visits.book_time(here, held, kept_minors(40), me)
    booked = own_visits.book_time(here, held, kept_minors(9), me)
    assert [each.name for each in own_visits.find_own(here, booked, me).guests] == [
        "Ida Marlow",
        "Tom Marlow",
    ]


def test_only_a_contact_sees_times_and_only_who_comes_sees_a_visit(here: Facility) -> None:
    ida, stranger = make_visitor(here), make_visitor(here, MINA, PETRA)
    booked = ask_first(here, ida)
    them = as_visitor(stranger)
    ways: tuple[Callable[[], object], ...] = (
        lambda: own_visits.own_times(here, ORSON, them),
        lambda: own_visits.hold_time(here, ORSON, times_for(here)[0], them),
        lambda: own_visits.find_own(here, booked, them),
        lambda: own_visits.cancel_own(here, booked, them),
        lambda: own_visits.calendar_of(here, booked, them),
        lambda: own_visits.decline(here, booked, as_inmate(PETRA)),
    )
    for theirs in ways:
        with pytest.raises(NotFound):
            theirs()
    with pytest.raises(NotAllowed):
        own_visits.own_times(here, ORSON, as_inmate(ORSON))


def test_notice_binds_who_books_from_outside(here: Facility) -> None:
    me = as_visitor(make_visitor(here))
    make_session(here, make_room(here, "Late"), notice_hours=24 * 10, ahead_days=12)
    seen = own_visits.own_times(here, ORSON, me).open
    late = {each.slot.starts.astimezone().date() for each in seen if each.room_name == "Late"}
    assert late
    assert min(late) >= in_days(10)
    assert max(late) <= in_days(12)
    far = times_for(here, day=in_days(60))[0]
    with pytest.raises(Conflict, match="cannot be booked yet"):
        own_visits.hold_time(here, ORSON, far, me)


def test_no_time_of_an_attorney_is_offered_or_can_be_had(facility: Facility) -> None:
    here = with_visits(facility)
    me = as_visitor(make_visitor(here))
    make_session(here, kind=VisitKind.ATTORNEY)
    assert own_visits.own_times(here, ORSON, me).open == ()
    slot = times_for(here, kind=VisitKind.ATTORNEY)[0]
    with pytest.raises(NotFound):
        own_visits.hold_time(here, ORSON, slot, me)


def test_who_is_banned_reads_so_and_of_others_nothing(here: Facility) -> None:
    ida = make_visitor(here)
    days = today(), None
    number = setup.restrict(
        here, Limit.NO_VISITS, ida.correspondent, ORSON, days, SUPERVISOR, "a long story"
    )
    seen = own_visits.own_times(here, ORSON, as_visitor(ida))
    assert seen.open == ()
    assert seen.why == ("A visitor may not visit on this day.",)
    setup.end_restriction(here, number, SUPERVISOR, "it was another")
    setup.keep_apart(here, [ORSON, PETRA], SUPERVISOR, "co-defendants")
    book_first(here, make_visitor(here, MINA, PETRA), PETRA)
    session = times_for(here)[0].split("-")[0]
    taken = f"{session}-{_first_moment(here)}"
    with pytest.raises(Conflict) as refused:
        own_visits.hold_time(here, ORSON, taken, as_visitor(ida))
    assert str(refused.value) == "This time is not free."


def _first_moment(here: Facility) -> str:
    (visit,) = actions.of_day(here, next_monday(), CLERK).visits
    return f"{visit.starts:%Y%m%dT%H%MZ}"


def test_a_visit_can_be_cancelled_until_it_begins(here: Facility) -> None:
    ida = make_visitor(here)
    booked = ask_first(here, ida)
    let_time_pass(here, booked, 24 * 30)
    ways: tuple[Callable[[], object], ...] = (
        lambda: own_visits.cancel_own(here, booked, as_visitor(ida)),
        lambda: own_visits.decline(here, booked, as_inmate(ORSON)),
    )
    for late in ways:
        with pytest.raises(Conflict, match="cannot be cancelled any more"):
            late()
    other = ask_first(here, ida)
    own_visits.cancel_own(here, other, as_visitor(ida))
    assert own_visits.find_own(here, other, as_visitor(ida)).state is VisitState.CANCELLED
    assert b"STATUS:CANCELLED" in own_visits.calendar_of(here, other, as_visitor(ida))


def test_an_inmate_declines_and_the_visitor_is_told(here: Facility) -> None:
    ida = make_visitor(here)
    booked = ask_first(here, ida)
    (seen,) = own_visits.inmates_visits(here, as_inmate(ORSON))
    assert seen.id == booked
    own_visits.decline(here, booked, as_inmate(ORSON))
    assert mailed(here)[-1].subject.startswith("A visit is cancelled")
    after = own_visits.find_own(here, booked, as_visitor(ida))
    assert (after.state, after.ended_by) == (VisitState.CANCELLED, "inmate")


def test_an_inmate_knows_nothing_of_a_request(facility: Facility) -> None:
    here = with_visits(facility, approval="staff")
    make_session(here)
    asked = ask_first(here, make_visitor(here))
    assert own_visits.inmates_visits(here, as_inmate(ORSON)) == ()
    with pytest.raises(NotFound):
        own_visits.decline(here, asked, as_inmate(ORSON))


def test_who_was_booked_by_another_cannot_cancel_for_them(here: Facility) -> None:
    ida, mina = make_visitor(here), make_visitor(here, MINA)
    staffs = actions.book(here, ORSON, times_for(here)[0], [ida, mina], CLERK)
    own_visits.cancel_own(here, staffs, as_visitor(mina))
    assert own_visits.find_own(here, staffs, as_visitor(ida)).state is VisitState.CANCELLED
    assert isinstance(ida, Guest)


def test_nothing_is_offered_where_the_settings_say_so(facility: Facility) -> None:
    here = with_visits(facility, family=False)
    make_session(here)
    me = as_visitor(make_visitor(here))
    assert not own_visits.is_offered(here, me)
    with pytest.raises(NotFound):
        own_visits.hold_time(here, ORSON, times_for(here)[0], me)
