"""Requests of inmates to staff: sent, answered, closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages import requests
from digitizer.messages.requests import RequestState
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.people import Actor, ActorKind
from digitizer.storage.database import writing
from digitizer.storage.tables_requests import request_step
from tests.support.made_mail import CLERK, INVESTIGATOR, ORSON, PETRA, events

ME, OTHER = Actor(ActorKind.INMATE, ORSON), Actor(ActorKind.INMATE, PETRA)


def _with(facility: Facility, **values: object) -> Facility:
    settings = facility.settings.requests.model_copy(update=values)
    return replace(facility, settings=facility.settings.model_copy(update={"requests": settings}))


def test_a_request_is_answered_read_and_closed(facility: Facility) -> None:
    number = requests.send_request(facility, "Property", "  My glasses\u202e ", ME)
    sent = requests.open_own_request(facility, number, ME).request
    assert (sent.body, sent.state, sent.due) == ("My glasses", RequestState.SENT, None)
    assert requests.open_request(facility, number, CLERK).request.body == "My glasses"
    requests.answer_request(facility, number, " At the door. ", CLERK)
    (listed,) = requests.own_requests(facility, ME)
    assert (listed.state, listed.unseen) == (RequestState.ANSWERED, True)
    answered = requests.open_own_request(facility, number, ME).request
    assert (answered.answer, answered.answered_by) == ("At the door.", CLERK.name)
    assert not requests.own_requests(facility, ME)[0].unseen
    requests.close_request(facility, number, CLERK)
    assert requests.own_requests(facility, ME)[0].state is RequestState.CLOSED
    assert [each.number for each in requests.settled_requests(facility, CLERK, 5)] == [number]
    verbs = [verb for verb, *_ in events(facility)]
    for verb in ("send request", "look at request", "answer request", "close request"):
        assert verb in verbs
    assert "glasses" not in repr(events(facility))


def test_a_grievance_has_a_clock_and_comes_first(facility: Facility) -> None:
    first = requests.send_request(facility, "Property", "A", ME)
    second = requests.send_request(facility, "Grievance", "B", OTHER)
    waiting = requests.waiting_requests(facility, CLERK)
    assert [each.number for each in waiting] == [second, first]
    days = facility.settings.requests.grievance_days
    today = datetime.now().astimezone().date()
    assert waiting[0].due == today + timedelta(days=days)
    assert not waiting[0].is_late
    with writing(facility.engine) as tx:
        this = sa.update(request_step).where(request_step.c.request_id == second)
        tx.execute(this.values(due=today - timedelta(days=1)))
    assert requests.waiting_requests(facility, CLERK)[0].is_late
    assert requests.open_request(facility, second, CLERK).following == first
    requests.answer_request(facility, second, "We look into it.", CLERK)
    assert not requests.own_requests(facility, OTHER)[0].is_late


@pytest.mark.parametrize(
    ("form", "body", "why"),
    [
        ("A wish", "Hello", "one of the forms"),
        ("", "Hello", "one of the forms"),
        ("Property", " \n ", "Nothing is written"),
        ("Property", "x" * 3001, "too long"),
    ],
)
def test_what_cannot_be_sent(facility: Facility, form: str, body: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        requests.send_request(facility, form, body, ME)
    assert requests.own_requests(facility, ME) == ()


def test_only_so_many_wait_at_once(facility: Facility) -> None:
    few = _with(facility, open_at_once=1)
    number = requests.send_request(few, "Property", "A", ME)
    with pytest.raises(Conflict):
        requests.send_request(few, "Property", "B", ME)
    requests.send_request(few, "Property", "C", OTHER)
    requests.answer_request(few, number, "Yes.", CLERK)
    requests.send_request(few, "Property", "B", ME)


def test_nobody_sees_another_s_request_and_only_some_staff_answer(facility: Facility) -> None:
    number = requests.send_request(facility, "Property", "A", ME)
    with pytest.raises(NotFound):
        requests.open_own_request(facility, number, OTHER)
    assert requests.own_requests(facility, OTHER) == ()
    for do in (
        lambda: requests.open_request(facility, number, INVESTIGATOR),
        lambda: requests.answer_request(facility, number, "Yes.", ME),
        lambda: requests.send_request(facility, "Property", "A", CLERK),
    ):
        with pytest.raises(NotAllowed):
            do()
    with pytest.raises(NotFound):
        requests.open_request(facility, number + 99, CLERK)


def test_it_is_answered_once_and_closed_after_that(facility: Facility) -> None:
    number = requests.send_request(facility, "Property", "A", ME)
    with pytest.raises(Conflict):
        requests.close_request(facility, number, CLERK)
    with pytest.raises(UsageError):
        requests.answer_request(facility, number, "  ", CLERK)
    with pytest.raises(UsageError):
        requests.answer_request(facility, number, "x" * 5001, CLERK)
    requests.answer_request(facility, number, "Yes.", CLERK)
    with pytest.raises(Conflict):
        requests.answer_request(facility, number, "No.", CLERK)
    requests.close_request(facility, number, CLERK)
    with pytest.raises(Conflict):
        requests.close_request(facility, number, CLERK)


def test_no_form_is_no_way_to_ask(facility: Facility) -> None:
    none = _with(facility, forms=(), grievances=())
    with pytest.raises(UsageError):
        requests.send_request(none, "Property", "A", ME)
