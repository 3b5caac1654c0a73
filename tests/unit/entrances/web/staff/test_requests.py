"""The pages on which staff answer inmates' requests."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from digitizer.messages import requests
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.storage.database import writing
from digitizer.storage.tables_requests import request_step
from tests.support.asked_staff import with_requests
from tests.support.web_kit import Mail, Visitor, add_letter, add_scan

HERE = "/staff/requests"
ME = Actor(ActorKind.INMATE, "2026-00117")
ACTS = Actor(ActorKind.STAFF, "Ana Brookwater", StaffRole.CLERK, proven=True)


@pytest.fixture
def mail(mail: Mail) -> Mail:
    mail.facility = with_requests(mail.facility)
    return mail


@pytest.fixture
def number(mail: Mail) -> int:
    return requests.send_request(mail.facility, "Property", "My <b>glasses</b>", ME)


def test_what_waits_is_listed_and_counted(ana: Visitor, mail: Mail, number: int) -> None:
    grievance = requests.send_request(mail.facility, "Grievance", "The light", ME)
    html = ana.get(HERE).text
    assert "2 wait for an answer" in html
    assert html.index(f"{HERE}/{grievance}") < html.index(f"{HERE}/{number}")
    assert "answer until" in html
    found = re.search(
        r"Requests of inmates</dt><dd><a href=\"([^\"]+)\">2<", ana.get("/staff").text
    )
    assert found
    assert found[1] == HERE


def test_one_is_answered_and_closed(ana: Visitor, mail: Mail, number: int) -> None:
    one = f"{HERE}/{number}"
    assert "My &lt;b&gt;glasses&lt;/b&gt;" in ana.get(one).text
    empty = ana.post_form(f"{one}/answer", {"text": " "}, seen_on=one)
    assert (empty.status_code, "Write an answer first." in empty.text) == (409, True)
    early = ana.post_form(f"{one}/close", {}, seen_on=one)
    assert (early.status_code, "Answer it first." in early.text) == (409, True)
    done = ana.post_form(f"{one}/answer", {"text": "At\r\nthe door."}, seen_on=one)
    assert (done.status_code, done.headers["location"]) == (303, f"{one}?done=answered")
    html = ana.get(done.headers["location"]).text
    assert "At\nthe door." in html
    assert "<textarea" not in html
    late = ana.post_form(f"{one}/answer", {"text": "No."}, seen_on=one)
    assert late.status_code == 409
    assert ana.post_form(f"{one}/close", {}, seen_on=one).status_code == 303
    assert "No request waits for an answer." in ana.get(HERE).text
    (own,) = requests.own_requests(mail.facility, ME)
    assert (own.answer, own.state) == ("At\nthe door.", "closed")


def test_an_investigator_does_not_see_them(ivo: Visitor, number: int) -> None:
    assert ivo.get(HERE).status_code == 403
    assert ivo.get(f"{HERE}/{number}").status_code == 403
    assert HERE not in ivo.get("/staff").text


def test_steps_are_answered_by_different_people(ana: Visitor, ruth: Visitor, mail: Mail) -> None:
    one = requests.send_request(mail.facility, "Complaint", "The shower", ME)
    here = f"{HERE}/{one}"
    assert "3 working days" in ana.get(here).text
    ana.post_form(f"{here}/answer", {"text": "No."}, seen_on=here)
    html = ana.get(here).text
    assert "The inmate may ask the next level until" in html
    assert "Close it" not in html
    made = ana.post_form(f"{here}/paper", {}, seen_on=here)
    assert made.content[:4] == b"%PDF"
    requests.take_on(mail.facility, one, "It is cold", ME)
    html = ana.get(here).text
    assert "Another official answers this one." in html
    assert "<textarea" not in html
    barred = ana.post_form(f"{here}/answer", {"text": "No."}, seen_on=here)
    assert (barred.status_code, "took part" in barred.text) == (409, True)
    assert ruth.post_form(f"{here}/answer", {"text": "Yes."}, seen_on=here).status_code == 303


def test_an_emergency_is_decided_and_the_time_is_put_off(ana: Visitor, mail: Mail) -> None:
    one = requests.send_request(mail.facility, "Sexual abuse", "Now", ME, emergency=True)
    here = f"{HERE}/{one}"
    listed = ana.get(HERE).text
    assert "emergency?" in listed
    assert "look at it until" in listed
    unsaid = ana.post_form(f"{here}/emergency", {"why": "Hm"}, seen_on=here)
    assert unsaid.status_code == 409
    no_words = ana.post_form(f"{here}/emergency", {"confirmed": "no", "why": " "}, seen_on=here)
    assert no_words.status_code == 409
    said = ana.post_form(f"{here}/emergency", {"confirmed": "no", "why": "Old"}, seen_on=here)
    assert said.status_code == 303
    wrong = ana.post_form(f"{here}/extend", {"until": "soon", "reason": "Ill"}, seen_on=here)
    assert (wrong.status_code, 'value="soon"' in wrong.text) == (409, True)
    due = requests.open_request(mail.facility, one, ACTS).request.due
    assert due is not None
    until = {"until": (due + timedelta(days=9)).isoformat(), "reason": "Ill"}
    assert ana.post_form(f"{here}/extend", until, seen_on=here).status_code == 303
    assert "Put off until" in ana.get(here).text


def test_paper_is_printed_and_entered(ana: Visitor, mail: Mail) -> None:
    typed = {"booking": ME.name, "form": "Complaint", "body": "By word", "filed_by": "Aunt"}
    made = ana.post_form(f"{HERE}/form", typed, seen_on=HERE)
    assert made.content[:4] == b"%PDF"
    no_day = ana.post_form(HERE, typed, seen_on=HERE)
    assert (no_day.status_code, "By word" in no_day.text) == (409, True)
    day = f"{datetime.now():%Y-%m-%d}"
    done = ana.post_form(HERE, {**typed, "came": day}, seen_on=HERE)
    assert done.status_code == 303
    assert "It is entered." in ana.get(done.headers["location"]).text
    (mine,) = requests.own_requests(mail.facility, ME)
    assert mine.filed_by == "Aunt"
    nobody = ana.post_form(f"{HERE}/form", {**typed, "booking": "X"}, seen_on=HERE)
    assert nobody.status_code == 409


def test_whom_it_is_about_does_not_see_it(ana: Visitor, ruth: Visitor, mail: Mail) -> None:
    one = requests.send_request(mail.facility, "Complaint", "They", ME)
    here = f"{HERE}/{one}"
    assert "It is about someone of the staff" not in ana.get(here).text
    empty = ruth.post_form(f"{here}/about", {"names": "Ana Brookwater"}, seen_on=here)
    assert empty.status_code == 409
    named = {"names": "Ana Brookwater", "reason": "It says so"}
    assert ruth.post_form(f"{here}/about", named, seen_on=here).status_code == 303
    assert ana.get(here).status_code == 404
    assert f"{HERE}/{one}" not in ana.get(HERE).text
    assert ana.post_form(f"{here}/answer", {"text": "No."}, seen_on=HERE).status_code == 404


@pytest.mark.parametrize(
    ("state", "notice"),
    [
        ("held", "The form is being looked at again."),
        ("rejected", "The form was refused."),
        ("destroyed", "The form is not kept any more."),
    ],
)
def test_in_place_of_a_form_that_was_taken_back_stands_a_notice(
    ana: Visitor, mail: Mail, number: int, state: str, notice: str
) -> None:
    form = add_letter(mail, add_scan(mail, "form.pdf"), ME.name, kind="request", state=state)
    with writing(mail.facility.engine) as tx:
        tx.execute(sa.update(request_step).values(letter_id=form))
    for html in (ana.get(HERE).text, ana.get(f"{HERE}/{number}").text):
        assert notice in html
        assert "glasses" not in html
