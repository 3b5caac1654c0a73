"""Blind checks of messages on the staff's pages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from digitizer.messages import writing
from digitizer.screening import message_review
from tests.support.conversing import IDA, a_photo, as_correspondent, make_contact
from tests.support.web_kit import Mail, Visitor
from tests.support.whole_facility import SCREENER

HERE = "/staff/screening/checks"
OWNER = "2026-00117"


@pytest.fixture
def drawn(mail: Mail) -> str:
    """Where a message with one photo is checked."""
    by = as_correspondent(make_contact(mail.facility, IDA, OWNER))
    writing.add_photo(mail.facility, OWNER, a_photo(), by)
    sent = writing.write(mail.facility, OWNER, "<b>Hi</b>", "How are you?", by)
    screening = mail.facility.settings.screening.model_copy(update={"checked_percent": 100.0})
    settings = mail.facility.settings.model_copy(update={"screening": screening})
    facility = replace(mail.facility, settings=settings)
    message_review.message_photo(facility, sent, 1, SCREENER)
    message_review.release_message(facility, sent, SCREENER, "fine")
    return f"{HERE}/messages/{sent}"


def test_it_is_found_and_shown_without_what_was_decided(ana: Visitor, drawn: str) -> None:
    assert f'href="{drawn}"' in ana.get(HERE).text
    assert re.search(r"Checks <strong>1</strong>", ana.get("/staff/screening").text)
    html = ana.get(drawn).text
    assert "&lt;b&gt;Hi&lt;/b&gt;" in html
    for told in (SCREENER.name, "delivered", "released", "queued"):
        assert told not in html


def test_enter_passes_it_once_each_photo_was_shown(ana: Visitor, drawn: str) -> None:
    assert ana.post_form(f"{drawn}/pass", {}, seen_on=drawn).status_code == 409
    assert ana.get(f"{drawn}/photos/1/picture").headers["content-type"] == "image/jpeg"
    answer = ana.post_form(f"{drawn}/pass", {}, seen_on=drawn)
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)
    assert "0 of 1" in ana.get(HERE).text
    gone = ana.get(drawn, follow_redirects=False)
    assert (gone.status_code, gone.headers["location"]) == (303, HERE)


@pytest.mark.parametrize("ticked", [{}, {"parts": "0"}, {"parts": "1"}])
def test_a_miss_is_in_the_overview(ana: Visitor, drawn: str, ticked: dict[str, str]) -> None:
    ana.get(f"{drawn}/photos/1/picture")
    without_why = ana.post_form(f"{drawn}/refuse", ticked, seen_on=drawn)
    assert (without_why.status_code, "Say why" in without_why.text) == (409, True)
    sent = ticked | {"reason": "in code"}
    assert ana.post_form(f"{drawn}/refuse", sent, seen_on=drawn).status_code == 303
    html = ana.get(HERE).text
    assert ("1 of 1" in html, SCREENER.name in html, "in code" in html) == (True, True, True)
