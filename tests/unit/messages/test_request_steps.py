"""Whatever is done by whom in whatever order: nobody answers two steps of one request, no step is
answered twice, and nothing closes by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.facility import Facility, open_facility
from digitizer.messages import request_paper, requests
from digitizer.messages.requests import RequestState
from digitizer.model.errors import Conflict, DigitizerError, NotFound, UsageError
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.operations import findings
from digitizer.people.names import one_name
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_requests import inmate_request, request_step
from digitizer.support.clock import now
from tests.support.asked_staff import (
    COLONEL,
    COMPLAINT,
    ME,
    OTHER,
    SEXUAL_ABUSE,
    WARDEN,
    with_requests,
)
from tests.support.made_mail import CLERK, INVESTIGATOR, ORSON, SUPERVISOR, events, fill_roster

SECOND = Actor(ActorKind.STAFF, "Carl Clerk", StaffRole.CLERK, proven=True)
STAFF = (
    CLERK,
    SECOND,
    SUPERVISOR,
    WARDEN,
    COLONEL,
    INVESTIGATOR,
    replace(SUPERVISOR, name="super  VISOR"),
    replace(WARDEN, name="Wánda Warden"),
)
ACTS = ("answer", "next", "lapse", "confirm", "refuse", "extend", "close", "about", "paper")


@pytest.fixture(scope="module")
def shared(template_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facility]:
    fresh = tmp_path_factory.mktemp("steps") / "home"
    shutil.copytree(template_home, fresh)
    opened = open_facility(fresh)
    with writing(opened.engine) as tx:
        fill_roster(tx)
    yield with_requests(opened, open_at_once=1000)
    opened.engine.dispose()


@pytest.fixture
def here(facility: Facility) -> Facility:
    return with_requests(facility)


def _lapse(facility: Facility, number: int) -> None:
    """The clock of the current step lapsed: nobody did anything in time."""
    with writing(facility.engine) as tx:
        steps = request_step.c
        this = sa.update(request_step).where(steps.request_id == number, steps.answered.is_(None))
        early = now().date() - timedelta(days=2)
        tx.execute(this.values(due=early, extended_to=None))


@settings(max_examples=25)
@given(
    st.sampled_from([COMPLAINT.name, SEXUAL_ABUSE.name, "Grievance", "Property"]),
    st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(STAFF)), max_size=24),
)
def test_any_acts_in_any_order(shared: Facility, form: str, acts: list[tuple[str, Actor]]) -> None:
    number = requests.send_request(shared, form, "?", ME, emergency=form == SEXUAL_ABUSE.name)
    answered: dict[int, str] = {}
    closed = False
    for act, by in acts:
        before = _mine(shared, number)
        with suppress(Conflict, NotFound, UsageError, DigitizerError):
            match act:
                case "answer":
                    requests.answer_request(shared, number, "So.", by)
                    assert before.current.place not in answered
                    answered[before.current.place] = one_name(by.name)
                case "next":
                    requests.take_on(shared, number, "", ME)
                    assert before.current.answered is not None or before.current.is_overdue
                case "lapse":
                    _lapse(shared, number)
                case "confirm" | "refuse":
                    requests.decide_emergency(shared, number, act == "confirm", "So.", by)
                case "extend":
                    until = (before.due or now().date()) + timedelta(days=3)
                    requests.extend_step(shared, number, until, "Ill", by)
                case "close":
                    requests.close_request(shared, number, by)
                    closed = True
                case "about":
                    requests.say_whom_about(shared, number, "Cole Onel", by, "They say so")
                case "paper":
                    request_paper.print_answer(shared, number, by)
    found = _mine(shared, number)
    assert (found.state is RequestState.CLOSED) is closed
    assert {e.place: one_name(e.answered_by) for e in found.steps if e.answered_by} == answered
    assert len(set(answered.values())) == len(answered)
    assert [each.place for each in found.steps] == list(range(1, len(found.steps) + 1))
    assert all(not each.is_open for each in found.steps[:-1])
    took_part = [each.took_part for each in found.steps]
    for place, step in enumerate(found.steps):
        if step.answered_by:
            assert all(one_name(step.answered_by) not in each for each in took_part[:place])


def _mine(home: Facility, number: int) -> requests.Request:
    return requests.open_own_request(home, number, ME).request


def test_no_answer_in_time_lets_them_go_on_and_closes_nothing(here: Facility) -> None:
    number = requests.send_request(here, COMPLAINT.name, "?", ME)
    with pytest.raises(Conflict, match="no next step"):
        requests.take_on(here, number, "", ME)
    _lapse(here, number)
    late = requests.open_own_request(here, number, ME)
    assert (late.request.is_late, late.request.state) == (True, RequestState.SENT)
    assert late.may_go_on
    with reading(here.engine) as tx:
        found = findings.requests(tx)
    assert (found.good, found.alarm, found.page) == (False, True, "/staff/requests")
    assert "1 request overdue" in found.message
    with pytest.raises(Conflict):
        requests.extend_step(here, number, now().date() + timedelta(days=5), "Late", CLERK)
    requests.take_on(here, number, "Nobody answered", ME)
    steps = requests.open_own_request(here, number, ME).request.steps
    assert [each.passed_on is not None for each in steps] == [True, False]
    assert steps[0].answered is None
    with reading(here.engine) as tx:
        assert findings.requests(tx).good
    with pytest.raises(NotFound):
        requests.take_on(here, number, "", OTHER)


def test_a_late_answer_is_taken_while_they_have_not_gone_on(here: Facility) -> None:
    number = requests.send_request(here, COMPLAINT.name, "?", ME)
    _lapse(here, number)
    requests.answer_request(here, number, "Late, but here.", CLERK)
    assert not _mine(here, number).is_late
    assert requests.open_own_request(here, number, ME).may_go_on


def test_the_last_day_for_the_next_step(here: Facility) -> None:
    number = requests.send_request(here, COMPLAINT.name, "?", ME)
    requests.answer_request(here, number, "No.", CLERK)
    with pytest.raises(Conflict, match="may still ask"):
        requests.close_request(here, number, CLERK)
    with writing(here.engine) as tx:
        tx.execute(sa.update(request_step).values(answered=now() - timedelta(days=30)))
    own = requests.open_own_request(here, number, ME)
    assert (own.following is not None, own.may_go_on) == (True, False)
    with pytest.raises(Conflict, match="last day"):
        requests.take_on(here, number, "", ME)
    requests.close_request(here, number, CLERK)
    assert _mine(here, number).state is RequestState.CLOSED


def test_an_extension_is_given_once_with_a_reason_that_they_read(here: Facility) -> None:
    number = requests.send_request(here, SEXUAL_ABUSE.name, "?", ME)
    due = _mine(here, number).due
    assert due is not None
    for until in (due, due + timedelta(days=71)):
        with pytest.raises(UsageError, match="at the latest"):
            requests.extend_step(here, number, until, "More to look at", CLERK)
    with pytest.raises(UsageError):
        requests.extend_step(here, number, due + timedelta(days=70), " ", CLERK)
    requests.extend_step(here, number, due + timedelta(days=70), "More to look at", CLERK)
    found = _mine(here, number)
    assert found.due == due + timedelta(days=70)
    assert found.current.extended is not None
    assert (found.current.due, found.current.extended.why) == (due, "More to look at")
    with pytest.raises(Conflict, match="once"):
        requests.extend_step(here, number, due + timedelta(days=70), "Again", CLERK)
    for form in ("Property",):
        other = requests.send_request(here, form, "?", ME)
        with pytest.raises(Conflict, match="cannot be put off"):
            requests.extend_step(here, other, due, "More", CLERK)


def test_an_emergency_is_decided_with_a_first_answer(here: Facility) -> None:
    number = requests.send_request(here, SEXUAL_ABUSE.name, "Now!", ME, emergency=True)
    with pytest.raises(Conflict, match="emergency"):
        requests.extend_step(here, number, now().date() + timedelta(days=95), "More", CLERK)
    with pytest.raises(UsageError):
        requests.decide_emergency(here, number, True, " ", CLERK)
    requests.decide_emergency(here, number, True, "You are moved today.", CLERK)
    found = _mine(here, number)
    assert found.current.emergency is not None
    assert found.current.emergency.why == "You are moved today."
    assert found.due == found.current.came.astimezone().date() + timedelta(days=5)
    with pytest.raises(Conflict, match="already"):
        requests.decide_emergency(here, number, False, "No", CLERK)
    requests.answer_request(here, number, "Found so.", SUPERVISOR)
    requests.take_on(here, number, "", ME)
    with pytest.raises(Conflict):  # who decided the emergency took part
        requests.answer_request(here, number, "No.", CLERK)


def test_one_that_can_wait_keeps_its_clock_and_may_be_put_off(here: Facility) -> None:
    number = requests.send_request(here, SEXUAL_ABUSE.name, "Now!", ME, emergency=True)
    due = _mine(here, number).due
    assert due is not None
    requests.decide_emergency(here, number, False, "It is a week old.", CLERK)
    assert _mine(here, number).due == due
    requests.extend_step(here, number, due + timedelta(days=1), "More", CLERK)


def test_an_emergency_that_nobody_looks_at_is_overdue(here: Facility) -> None:
    number = requests.send_request(here, SEXUAL_ABUSE.name, "Now!", ME, emergency=True)
    with writing(here.engine) as tx:
        tx.execute(sa.update(request_step).values(emergency_by=now() - timedelta(minutes=1)))
    assert requests.open_own_request(here, number, ME).may_go_on
    with reading(here.engine) as tx:
        assert "emergency request" in findings.requests(tx).message


def test_not_everything_can_be_an_emergency_and_none_waits_for_a_place(here: Facility) -> None:
    with pytest.raises(UsageError, match="emergency"):
        requests.send_request(here, COMPLAINT.name, "Now!", ME, emergency=True)
    few = with_requests(here, open_at_once=1)
    requests.send_request(few, "Property", "?", ME)
    with pytest.raises(Conflict):
        requests.send_request(few, COMPLAINT.name, "?", ME)
    assert requests.send_request(few, SEXUAL_ABUSE.name, "Now!", ME, emergency=True)


def test_whom_it_is_about_neither_sees_nor_answers_it(here: Facility) -> None:
    number = requests.send_request(here, SEXUAL_ABUSE.name, "?", ME, about="Officer Clerk")
    assert requests.waiting_requests(here, CLERK) == ()
    for do in (
        lambda: requests.open_request(here, number, CLERK),
        lambda: requests.answer_request(here, number, "No.", CLERK),
        lambda: request_paper.print_answer(here, number, CLERK),
        lambda: requests.close_request(here, number, CLERK),
    ):
        with pytest.raises(NotFound):
            do()
    assert [each.number for each in requests.waiting_requests(here, SUPERVISOR)] == [number]
    with pytest.raises(UsageError):
        requests.say_whom_about(here, number, "Super Visor", WARDEN, "")
    requests.say_whom_about(here, number, "Super Visor", WARDEN, "It says so")
    assert requests.waiting_requests(here, SUPERVISOR) == ()
    assert "Super Visor" not in repr(events(here))
    with pytest.raises(NotFound):
        requests.say_whom_about(here, number, "", SUPERVISOR, "To see it")


def test_what_came_on_other_paper_is_entered_with_its_day(here: Facility) -> None:
    came = now().astimezone().date() - timedelta(days=2)
    number = requests.enter_request(
        here,
        ORSON,
        SEXUAL_ABUSE.name,
        " A visitor says … ",
        came,
        CLERK,
        filed_by="Aunt Invented",
        emergency=True,
    )
    found = _mine(here, number)
    assert (found.filed_by, found.entered_by) == ("Aunt Invented", CLERK.name)
    assert found.due == came + timedelta(days=90)
    with pytest.raises(UsageError):
        requests.enter_request(here, ORSON, "A wish", "?", came, CLERK)
    with pytest.raises(UsageError):
        requests.enter_request(here, ORSON, "Grievance", "?", came + timedelta(days=9), CLERK)
    with pytest.raises(UsageError):
        requests.enter_request(here, ORSON, "Grievance", "?", came, CLERK, emergency=True)
    with pytest.raises(NotFound):
        requests.enter_request(here, "nobody", "Grievance", "?", came, CLERK)


def test_a_category_that_is_gone_from_the_settings_keeps_its_steps(here: Facility) -> None:
    number = requests.send_request(here, COMPLAINT.name, "?", ME)
    other = with_requests(here, categories=())
    requests.answer_request(other, number, "No.", CLERK)
    requests.take_on(other, number, "", ME)
    assert _mine(other, number).current.step.name == "Warden"
    with reading(other.engine) as tx:
        assert tx.execute(sa.select(inmate_request.c.form)).scalar_one() == COMPLAINT.name


def test_paper_says_the_answer_and_has_the_next_form(here: Facility) -> None:
    number = requests.send_request(here, COMPLAINT.name, "?", ME)
    with pytest.raises(Conflict):
        request_paper.print_answer(here, number, CLERK)
    with pytest.raises(UsageError):
        request_paper.print_form(here, ORSON, "A wish", CLERK)
    _lapse(here, number)
    assert request_paper.print_answer(here, number, CLERK).startswith(b"%PDF")
