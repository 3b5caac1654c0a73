"""Visits as staff see to them: what is refused, what is flagged, and what nobody may undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Verb
from digitizer.model.people import MACHINE, CustodyStatus
from digitizer.model.visits import (
    Guest,
    Limit,
    Medium,
    Outcome,
    PrivilegedVisit,
    SocialVisit,
    VisitKind,
    VisitRule,
    VisitState,
)
from digitizer.people.correspondents import actions as correspondents
from digitizer.prints import queue
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_visits import visit
from digitizer.visits import actions, own_visits, setup
from tests.support.conversing import mailed
from tests.support.made_mail import CLERK, ORSON, PETRA, SUPERVISOR, events
from tests.support.visiting import (
    MINA,
    as_visitor,
    ask_first,
    book_first,
    let_time_pass,
    make_room,
    make_session,
    make_visitor,
    next_monday,
    set_custody,
    times_for,
    with_visits,
)


@pytest.fixture
def here(facility: Facility) -> Facility:
    known = with_visits(facility, approval="staff")
    make_session(known)
    return known


def flags(facility: Facility, visit_id: str) -> list[VisitRule]:
    """What the list for review says of it."""
    some = actions.waiting(facility, CLERK).flagged
    return [one.rule for each in some if each.visit.id == visit_id for one in each.refusals]


def state_of(facility: Facility, visit_id: str) -> VisitState:
    return actions.find(facility, visit_id, CLERK).visit.state


def test_a_booked_time_is_not_offered_again(here: Facility) -> None:
    ida = make_visitor(here)
    first, second = times_for(here)
    actions.book(here, ORSON, first, [ida], CLERK)
    assert times_for(here, PETRA) == [second]
    with pytest.raises(Conflict, match="not free"):
        actions.book(here, PETRA, first, [make_visitor(here, MINA, PETRA)], CLERK)


def test_everybody_is_told_in_their_language_and_on_paper(here: Facility) -> None:
    ida = make_visitor(here)
    mina = make_visitor(here, MINA)
    slot = times_for(here)[0]
    actions.book(here, ORSON, slot, [ida, mina], CLERK)
    subjects = {each.recipient: each.subject for each in mailed(here)}
    assert subjects["ida@example.org"].startswith("A visit is booked")
    assert subjects["mina@example.org"].startswith("Hay una visita reservada")
    for each in mailed(here):
        assert "Orson" not in each.body
        assert "Testvale" not in each.body
        assert f"{next_monday().isoformat()} 10:00-11:00" in each.body
    with reading(here.engine) as tx:
        (slip,) = queue.waiting(tx)
    assert (slip.title, slip.inmate and slip.inmate.booking_number) == ("Visit", ORSON)


def test_who_has_no_account_is_told_by_the_address_that_staff_noted(here: Facility) -> None:
    number = correspondents.add_correspondent(here, MINA, CLERK)
    correspondents.approve_contact(here, number, ORSON, SUPERVISOR, "asked by both")
    actions.book(here, ORSON, times_for(here)[0], [Guest("Mina Marlow", number)], CLERK)
    assert [each.recipient for each in mailed(here)] == ["mina@example.org"]


@pytest.mark.parametrize(("last", "flagged"), [(-1, False), (0, True), (1, True)])
def test_a_ban_still_holds_on_its_last_day(here: Facility, last: int, flagged: bool) -> None:
    ida = make_visitor(here)
    booked = book_first(here, ida)
    until = next_monday() + timedelta(days=last)
    first = next_monday() - timedelta(days=7)
    setup.restrict(here, Limit.NO_VISITS, ida.correspondent, ORSON, (first, until), SUPERVISOR, "x")
    assert flags(here, booked) == ([VisitRule.BANNED] if flagged else [])
    assert state_of(here, booked) is VisitState.BOOKED
    refused = not times_for(here) or _is_refused(here, ida)
    assert refused is flagged


def _is_refused(here: Facility, guest: Guest) -> bool:
    try:
        actions.book(here, ORSON, times_for(here)[0], [guest], CLERK)
    except Conflict:
        return True
    return False


def test_a_closed_day_flags_and_lifting_it_takes_the_flag_away(here: Facility) -> None:
    booked, day = book_first(here, make_visitor(here)), next_monday()
    closure = setup.close_days(here, None, day, day, SUPERVISOR, "storm")
    assert flags(here, booked) == [VisitRule.CLOSED]
    assert times_for(here) == []
    assert state_of(here, booked) is VisitState.BOOKED
    setup.lift_closure(here, closure, SUPERVISOR, "it went by")
    assert flags(here, booked) == []


@pytest.mark.parametrize("status", [CustodyStatus.RELEASED, CustodyStatus.TRANSFERRED])
def test_a_release_flags_and_a_return_takes_the_flag_away(
    here: Facility, status: CustodyStatus
) -> None:
    booked = book_first(here, make_visitor(here))
    set_custody(here, ORSON, status)
    assert flags(here, booked) == [VisitRule.ABSENT]
    set_custody(here, ORSON, CustodyStatus.IN_CUSTODY)
    assert flags(here, booked) == []


def test_a_contact_that_is_revoked_flags(here: Facility) -> None:
    ida = make_visitor(here)
    booked = book_first(here, ida)
    assert ida.correspondent is not None
    correspondents.remove_contact(here, ida.correspondent, ORSON, SUPERVISOR, "asked to")
    assert flags(here, booked) == [VisitRule.NO_CONTACT]
    with pytest.raises(Conflict, match="approved contact"):
        actions.book(here, ORSON, times_for(here)[0], [ida], CLERK)


def test_a_block_of_mail_between_them_flags(here: Facility) -> None:
    ida = make_visitor(here)
    booked = book_first(here, ida)
    correspondents.block_mail(here, ida.correspondent, ORSON, SUPERVISOR, "threats")
    assert flags(here, booked) == [VisitRule.BLOCKED]


def test_an_ended_session_and_an_ended_room_flag(here: Facility) -> None:
    booked = book_first(here, make_visitor(here))
    (session,) = setup.see(here, CLERK).sessions
    setup.leave_out_date(here, session.id, next_monday(), SUPERVISOR)
    assert flags(here, booked) == [VisitRule.NOT_OFFERED]
    setup.leave_out_date(here, session.id, next_monday(), SUPERVISOR, out=False)
    assert flags(here, booked) == []
    setup.end_room(here, session.of.room, SUPERVISOR)
    assert flags(here, booked) == [VisitRule.ROOM_ENDED]


def test_leaving_it_as_it_is_needs_a_reason_and_covers_only_what_was_seen(here: Facility) -> None:
    booked, day = book_first(here, make_visitor(here)), next_monday()
    setup.close_days(here, None, day, day, SUPERVISOR, "storm")
    keys = [each.key for each in actions.find(here, booked, CLERK).refusals]
    with pytest.raises(UsageError):
        actions.leave_as_is(here, booked, keys, CLERK, " ")
    actions.leave_as_is(here, booked, keys, CLERK, "the family comes from far away")
    assert flags(here, booked) == []
    assert [each.rule for each in actions.find(here, booked, CLERK).left] == [VisitRule.CLOSED]
    setup.close_days(here, None, day, day, SUPERVISOR, "another storm")
    assert flags(here, booked) == [VisitRule.CLOSED]
    with pytest.raises(Conflict):
        actions.leave_as_is(here, booked, ["closed:99"], CLERK, "why")


def test_a_ban_of_one_visitor_stands_against_the_whole_visit(here: Facility) -> None:
    """The one who came first is refused, and the visit is flagged, not only their name."""
    ida, mina = make_visitor(here), make_visitor(here, MINA)
    booked = actions.book(here, ORSON, times_for(here)[0], [ida, mina], CLERK)
    days = next_monday() - timedelta(days=7), None
    setup.restrict(here, Limit.NO_VISITS, mina.correspondent, "", days, SUPERVISOR, "contraband")
    assert flags(here, booked) == [VisitRule.BANNED]


def test_two_kept_apart_are_never_in_one_room_at_one_time(facility: Facility) -> None:
    here = with_visits(facility)
    make_session(here, capacity=2)
    ida, mina = make_visitor(here), make_visitor(here, MINA, PETRA)
    group = setup.keep_apart(here, [ORSON, PETRA], SUPERVISOR, "co-defendants")
    first, second = times_for(here)
    actions.book(here, ORSON, first, [ida], CLERK)
    assert times_for(here, PETRA) == [second]
    with pytest.raises(Conflict, match="kept apart"):
        actions.book(here, PETRA, first, [mina], CLERK)
    setup.end_apart(here, group, SUPERVISOR, "sentenced")
    later = actions.book(here, PETRA, first, [mina], CLERK)
    setup.keep_apart(here, [ORSON, PETRA], SUPERVISOR, "a fight")
    assert flags(here, later) == [VisitRule.APART]


def test_the_quota_counts_a_week_of_the_calendar(here: Facility) -> None:
    ida = make_visitor(here)
    monday = next_monday()
    for day in (monday, monday + timedelta(days=6)):
        slot = times_for(here, day=day)[0]
        actions.book(here, ORSON, slot, [ida], CLERK)
    assert times_for(here, day=monday + timedelta(days=3)) == []
    assert len(times_for(here, day=monday + timedelta(days=7))) == 2


def test_minors_need_an_adult_who_is_a_contact(here: Facility) -> None:
    ida, slot = make_visitor(here), times_for(here)[0]
    child = Guest("Tom Marlow", None, date(next_monday().year - 9, 1, 1))
    with pytest.raises(Conflict, match="needs an adult"):
        actions.book(here, ORSON, slot, [child], CLERK)
    with pytest.raises(Conflict, match="no approved contact"):
        actions.book(here, ORSON, slot, [ida, Guest("Uncle Bert")], CLERK)
    crowd = [Guest(f"Child {number}", None, child.born) for number in range(4)]
    with pytest.raises(Conflict, match="too many visitors"):
        actions.book(here, ORSON, slot, [ida, *crowd], CLERK)
    actions.book(here, ORSON, slot, [ida, child], CLERK)


def test_a_minor_is_an_adult_from_their_birthday_on() -> None:
    born = date(2008, 2, 29)
    child = Guest("Tom Marlow", None, born)
    assert child.is_minor(date(2026, 2, 28), 18)
    assert not child.is_minor(date(2026, 3, 1), 18)


def test_a_session_for_other_units_is_not_offered(facility: Facility) -> None:
    here = with_visits(facility)
    make_session(here, units=("B/1",))
    found = actions.times(here, ORSON, VisitKind.IN_PERSON, CLERK)
    assert not found.open
    assert VisitRule.OTHER_UNIT in {each.rule for each in found.why}
    assert len(times_for(here, PETRA)) == 2


def test_only_video_where_a_restriction_says_so(facility: Facility) -> None:
    here = with_visits(facility)
    make_session(here)
    screens = make_room(here, "Screens", Medium.VIDEO)
    make_session(here, screens, kind=VisitKind.VIDEO)
    ida, days = make_visitor(here), (next_monday() - timedelta(days=7), None)
    setup.restrict(here, Limit.VIDEO_ONLY, ida.correspondent, ORSON, days, SUPERVISOR, "x")
    with pytest.raises(Conflict, match="by video"):
        actions.book(here, ORSON, times_for(here)[0], [ida], CLERK)
    actions.book(here, ORSON, times_for(here, kind=VisitKind.VIDEO)[0], [ida], CLERK)


def test_a_request_keeps_its_place_until_it_is_answered(here: Facility) -> None:
    asked = ask_first(here, make_visitor(here))
    assert [each.id for each in actions.waiting(here, CLERK).requests] == [asked]
    assert len(times_for(here, PETRA)) == 1
    actions.refuse(here, asked, CLERK, "no proof of who they are")
    assert len(times_for(here, PETRA)) == 2
    assert mailed(here)[-1].subject.startswith("A visit was not approved")


def test_who_approves_asks_the_rules_again(here: Facility) -> None:
    ida = make_visitor(here)
    asked = ask_first(here, ida)
    day = next_monday()
    closure = setup.close_days(here, None, day, day, SUPERVISOR, "storm")
    with pytest.raises(Conflict, match="no visits on this day"):
        actions.approve(here, asked, CLERK)
    assert state_of(here, asked) is VisitState.REQUESTED
    setup.lift_closure(here, closure, SUPERVISOR, "over")
    actions.approve(here, asked, CLERK)
    assert state_of(here, asked) is VisitState.BOOKED


def test_of_two_who_answer_one_is_told_that_it_was_answered(here: Facility) -> None:
    asked = ask_first(here, make_visitor(here))
    actions.approve(here, asked, CLERK)
    ways: tuple[Callable[[], object], ...] = (
        lambda: actions.approve(here, asked, SUPERVISOR),
        lambda: actions.refuse(here, asked, SUPERVISOR, "why"),
    )
    for again in ways:
        with pytest.raises(Conflict, match="already"):
            again()
    assert [each for each in events(here) if each[0] == Verb.APPROVE_VISIT] == [
        (Verb.APPROVE_VISIT, f"visit:{asked}", CLERK.name)
    ]


def test_a_request_can_be_refused_whose_contact_is_gone(here: Facility) -> None:
    ida = make_visitor(here)
    asked = ask_first(here, ida)
    assert ida.correspondent is not None
    correspondents.remove_contact(here, ida.correspondent, ORSON, SUPERVISOR, "asked to")
    with pytest.raises(Conflict):
        actions.approve(here, asked, CLERK)
    actions.refuse(here, asked, CLERK, "no contact any more")
    assert state_of(here, asked) is VisitState.REFUSED


def test_what_is_cancelled_stays_cancelled(here: Facility) -> None:
    ida = make_visitor(here)
    booked = book_first(here, ida)
    actions.cancel(here, booked, CLERK, "lockdown")
    ways: tuple[Callable[[], object], ...] = (
        lambda: actions.cancel(here, booked, CLERK, "again"),
        lambda: actions.approve(here, booked, CLERK),
        lambda: actions.move(here, booked, times_for(here)[1], CLERK, "again"),
        lambda: actions.record_outcome(here, booked, Outcome.COMPLETED, CLERK),
        lambda: own_visits.cancel_own(here, booked, as_visitor(ida)),
    )
    for again in ways:
        with pytest.raises(Conflict):
            again()
    found = actions.find(here, booked, CLERK).visit
    assert (found.state, found.reason, found.ended_by) == (
        VisitState.CANCELLED,
        "lockdown",
        "staff",
    )
    assert len(times_for(here)) == 2


def test_a_moved_visit_is_the_same_visit_at_another_time(here: Facility) -> None:
    ida = make_visitor(here)
    booked = book_first(here, ida)
    before = actions.find(here, booked, CLERK).visit
    (second,) = times_for(here, PETRA)
    actions.move(here, booked, second, CLERK, "the hall is painted")
    after = actions.find(here, booked, CLERK).visit
    assert after.id == before.id
    assert after.sequence == before.sequence + 1
    assert after.starts == before.starts + timedelta(hours=1)
    assert len(times_for(here, PETRA)) == 1
    assert mailed(here)[-1].subject.startswith("A visit has another time")


def test_a_visit_keeps_its_kind(facility: Facility) -> None:
    here = with_visits(facility)
    hall = make_room(here, places=5)
    make_session(here, hall)
    make_session(here, hall, kind=VisitKind.ATTORNEY)
    booked = book_first(here, make_visitor(here))
    other = times_for(here, PETRA, VisitKind.ATTORNEY)[0]
    with pytest.raises(Conflict, match="keeps its kind"):
        actions.move(here, booked, other, CLERK, "why")


def test_a_visit_with_an_attorney_can_be_neither_watched_nor_recorded(facility: Facility) -> None:
    """The type has no field for it, no session can ask for it, and the tables refuse it."""
    here = with_visits(facility)
    hall = make_room(here)
    with pytest.raises(UsageError, match="never monitored"):
        make_session(here, hall, kind=VisitKind.ATTORNEY, monitored=True)
    make_session(here, hall, kind=VisitKind.ATTORNEY)
    slot = times_for(here, kind=VisitKind.ATTORNEY)[0]
    booked = actions.book(here, ORSON, slot, [Guest("Avery Counsel, esq.")], CLERK)
    found = actions.find(here, booked, CLERK)
    assert isinstance(found.visit, PrivilegedVisit)
    names = {each.name for each in fields(PrivilegedVisit)}
    assert not {name for name in names if "monitor" in name or "record" in name or "watch" in name}
    assert not hasattr(found.visit, "monitored")
    assert Outcome.MONITOR_ABSENT not in found.outcomes
    with pytest.raises(sa.exc.IntegrityError), writing(here.engine) as tx:
        tx.execute(sa.update(visit).values(monitored=True))


def test_a_kind_is_given_to_a_privileged_visit_by_nobody(here: Facility) -> None:
    booked = actions.find(here, book_first(here, make_visitor(here)), CLERK).visit
    assert isinstance(booked, SocialVisit)
    values = {
        each.name: getattr(booked, each.name) for each in fields(PrivilegedVisit) if each.init
    }
    made = PrivilegedVisit(**values)
    assert made.kind is VisitKind.ATTORNEY
    with pytest.raises(TypeError):
        PrivilegedVisit(**values, monitored=True)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="init=False"):
        replace(made, kind=VisitKind.VIDEO)


def test_a_ban_or_a_full_week_stands_against_no_attorney(facility: Facility) -> None:
    here = with_visits(facility, a_week=0)
    make_session(here, kind=VisitKind.ATTORNEY)
    days = next_monday() - timedelta(days=7), None
    setup.restrict(here, Limit.NO_VISITS, None, ORSON, days, SUPERVISOR, "discipline")
    slot = times_for(here, kind=VisitKind.ATTORNEY)[0]
    booked = actions.book(here, ORSON, slot, [Guest("Avery Counsel")], CLERK)
    assert flags(here, booked) == []


def test_an_outcome_waits_for_the_visit(here: Facility) -> None:
    booked = book_first(here, make_visitor(here))
    with pytest.raises(Conflict, match="not begun"):
        actions.record_outcome(here, booked, Outcome.COMPLETED, CLERK)
    let_time_pass(here, booked, 24 * 30)
    assert [each.id for each in actions.waiting(here, CLERK).without_outcome] == [booked]
    with pytest.raises(Conflict, match="over"):
        actions.cancel(here, booked, CLERK, "too late")
    actions.record_outcome(here, booked, Outcome.VISITOR_ABSENT, CLERK, "no call")
    actions.record_outcome(here, booked, Outcome.COMPLETED, CLERK)
    assert not actions.waiting(here, CLERK).without_outcome
    assert actions.find(here, booked, CLERK).visit.outcome is Outcome.COMPLETED
    assert len([each for each in events(here) if each[0] == Verb.RECORD_OUTCOME]) == 2


def test_a_request_that_nobody_answered_lapses_and_is_told(here: Facility) -> None:
    asked = ask_first(here, make_visitor(here))
    assert actions.look_after(here, MACHINE) == 0
    let_time_pass(here, asked, 24 * 30)
    with pytest.raises(Conflict, match="too late"):
        actions.approve(here, asked, CLERK)
    assert actions.look_after(here, MACHINE) == 1
    assert actions.look_after(here, MACHINE) == 0
    assert state_of(here, asked) is VisitState.LAPSED
    assert mailed(here)[-1].subject.startswith("A visit was not approved in time")


def test_a_time_is_named_by_its_session_and_moment(here: Facility) -> None:
    ida = make_visitor(here)
    for name in ("", "1", "1-2026", "x-20261203T1400Z", "999-20261203T1400Z", "1-20269903T1400Z"):
        with pytest.raises(NotFound):
            actions.book(here, ORSON, name, [ida], CLERK)
    session = times_for(here)[0].split("-")[0]
    for moment in ("20200106T1000Z", f"{next_monday():%Y%m%d}T0317Z"):
        with pytest.raises(Conflict):
            actions.book(here, ORSON, f"{session}-{moment}", [ida], CLERK)


def test_a_smaller_room_flags_the_visit_that_was_booked_last(facility: Facility) -> None:
    here = with_visits(facility)
    make_session(here, capacity=2)
    slot = times_for(here)[0]
    first = actions.book(here, ORSON, slot, [make_visitor(here)], CLERK)
    second = actions.book(here, PETRA, slot, [make_visitor(here, MINA, PETRA)], CLERK)
    with writing(here.engine) as tx:
        tx.execute(sa.text("UPDATE visit_session SET capacity = 1"))
    assert flags(here, first) == []
    assert flags(here, second) == [VisitRule.FULL]


def test_nothing_of_a_visit_is_deleted(here: Facility) -> None:
    booked = book_first(here, make_visitor(here))
    actions.cancel(here, booked, CLERK, "lockdown")
    with reading(here.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(visit)).scalar() == 1
    assert [each.id for each in actions.of_day(here, next_monday(), CLERK).visits] == [booked]
    assert [each.id for each in actions.of_inmate(here, ORSON, CLERK)] == [booked]
