"""The pages on which staff answer inmates' requests."""

from __future__ import annotations

import re

import pytest

from digitizer.messages import requests
from digitizer.model.people import Actor, ActorKind
from tests.support.web_kit import Mail, Visitor

HERE = "/staff/requests"
ME = Actor(ActorKind.INMATE, "2026-00117")


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
