"""The pages on which inmates ask staff, in a browser without script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from digitizer.messages import requests
from digitizer.model.people import Actor, ActorKind
from tests.support.asked_staff import with_requests
from tests.support.made_mail import CLERK
from tests.support.web_kit import PIN, Mail, Visitor

HERE = "/mail/requests"
ME = Actor(ActorKind.INMATE, "2026-00117")


@pytest.fixture
def mail(mail: Mail) -> Mail:
    mail.facility = with_requests(mail.facility)
    return mail


def test_a_request_is_sent_and_its_answer_read(tobias: Visitor, mail: Mail) -> None:
    html = tobias.get(HERE).text
    for form in ("Question to staff", "Property", "Grievance"):
        assert f'value="{form}"' in html
    sent = tobias.post_form(HERE, {"form": "Property", "body": "My\r\n<b>glasses</b>"}, HERE)
    assert sent.status_code == 303
    one = sent.headers["location"].partition("?")[0]
    html = tobias.get(sent.headers["location"]).text
    assert "It was sent to staff." in html
    assert "My\n&lt;b&gt;glasses&lt;/b&gt;" in html
    requests.answer_request(mail.facility, int(one.rsplit("/", 1)[1]), "At the door.", CLERK)
    assert f'href="{one}" class="unread"' in tobias.get(HERE).text
    assert "At the door." in tobias.get(one).text
    assert f'href="{one}" class="unread"' not in tobias.get(HERE).text


def test_a_grievance_says_until_when_it_must_be_answered(tobias: Visitor) -> None:
    sent = tobias.post_form(HERE, {"form": "Grievance", "body": "The light is on"}, HERE)
    assert "Staff must answer until" in tobias.get(sent.headers["location"]).text


def test_what_cannot_be_sent_is_shown_again(tobias: Visitor) -> None:
    answer = tobias.post_form(HERE, {"form": "A wish", "body": "My glasses"}, HERE)
    assert answer.status_code == 409
    assert "Choose one of the forms." in answer.text
    assert re.search(r"<textarea[^>]*>\nMy glasses</textarea>", answer.text)
    assert tobias.post(HERE, data={"form": "Property", "body": "x"}).status_code == 403


def test_another_s_request_is_not_there(browser: Visitor, mail: Mail) -> None:
    me = Actor(ActorKind.INMATE, "2026-00117")
    number = requests.send_request(mail.facility, "Property", "My glasses", me)
    browser.post("/login", data={"booking_number": "2026-00118", "pin": PIN})
    assert browser.get(f"{HERE}/{number}").status_code == 404
    assert browser.get(f"{HERE}/99").status_code == 404
    assert "My glasses" not in browser.get(HERE).text


def test_who_does_not_agree_asks_the_next_level(tobias: Visitor, mail: Mail) -> None:
    number = requests.send_request(mail.facility, "Complaint", "The shower", ME)
    one = f"{HERE}/{number}"
    assert "ask the next level" not in tobias.get(one).text
    requests.answer_request(mail.facility, number, "No.", CLERK)
    html = tobias.get(one).text
    assert "I do not agree: ask the next level" in html
    assert "Step 2: Warden" in html
    taken = tobias.post_form(f"{one}/next", {"words": "It is\r\ncold"}, one)
    assert taken.status_code == 303
    html = tobias.get(one).text
    assert "It is\ncold" in html
    assert "28 CFR 542.18" in html
    again = tobias.post_form(f"{one}/next", {"words": "More"}, one)
    assert (again.status_code, "There is no next step" in again.text) == (409, True)


def test_an_emergency_is_said_and_its_answers_are_read(tobias: Visitor, mail: Mail) -> None:
    form = {"form": "Sexual abuse", "body": "Now", "emergency": "yes", "about": "Officer Nobody"}
    one = tobias.post_form(HERE, form, HERE).headers["location"].partition("?")[0]
    assert "Staff must look at it until" in tobias.get(one).text
    number = int(one.rsplit("/", 1)[1])
    requests.decide_emergency(mail.facility, number, False, "It is a year old.", CLERK)
    due = requests.open_own_request(mail.facility, number, ME).request.due
    assert due is not None
    later = due + timedelta(days=9)
    requests.extend_step(mail.facility, number, later, "More to look at", CLERK)
    html = tobias.get(one).text
    for part in ("It is a year old.", "It is answered in the usual time.", "More to look at"):
        assert part in html
    refused = tobias.post_form(HERE, {**form, "form": "Complaint"}, HERE)
    assert refused.status_code == 409
    assert re.search(r'name="emergency" value="yes" checked', refused.text)
    assert 'value="Officer Nobody"' in refused.text


def test_in_spanish_it_has_the_facility_s_own_words(tobias: Visitor, mail: Mail) -> None:
    number = requests.send_request(mail.facility, "Complaint", "?", ME)
    html = tobias.get(f"{HERE}/{number}", headers={"accept-language": "es"}).text
    assert "Reclamo" in html
