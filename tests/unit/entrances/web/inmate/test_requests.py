"""The pages on which inmates ask staff, in a browser without script."""

from __future__ import annotations

import re

from digitizer.messages import requests
from digitizer.model.people import Actor, ActorKind
from tests.support.made_mail import CLERK
from tests.support.web_kit import PIN, Mail, Visitor

HERE = "/mail/requests"


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
