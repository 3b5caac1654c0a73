"""Blind checks on the staff's pages."""

from __future__ import annotations

import re

import pytest

from digitizer.screening import blind_checks, decisions
from digitizer.storage.database import writing
from tests.support.web_kit import Mail, Visitor, _letter
from tests.support.whole_facility import SCREENER

HERE = "/staff/screening/checks"


@pytest.fixture
def drawn(mail: Mail) -> str:
    """A delivered letter of three pages, one of which was withheld."""
    letter = mail.ids["letter"]
    with writing(mail.facility.engine) as tx:
        blind_checks.draw(tx, letter, SCREENER, (2, 3), 100)
    return f"{HERE}/{letter}"


def _see_all(ana: Visitor, drawn: str) -> None:
    for number in (2, 3, 4):
        assert ana.get(f"{drawn}/page/{number}/picture").status_code == 200


def test_the_overview_leads_to_the_first_and_measures_nothing_yet(ana: Visitor, drawn: str) -> None:
    html = ana.get(HERE).text
    assert f'href="{drawn}"' in html
    assert html.count("nothing was checked yet") == 4  # of letters, of messages
    assert HERE in ana.get("/staff/screening").text


def test_the_letter_is_shown_without_what_was_decided(ana: Visitor, drawn: str) -> None:
    html = ana.get(drawn).text
    assert "Page 1 of 3" in html
    for told in ("Sam Screener", "delivered", "withheld", "Chain of custody"):
        assert told not in html
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?://", html)


def test_enter_passes_it_once_each_page_was_shown(ana: Visitor, drawn: str) -> None:
    assert ana.post_form(f"{drawn}/pass", {}, seen_on=drawn).status_code == 409
    _see_all(ana, drawn)
    answer = ana.post_form(f"{drawn}/pass", {}, seen_on=drawn)
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)
    assert "0.0 %" in ana.get(HERE).text
    assert ana.get(drawn, follow_redirects=False).headers["location"] == HERE


@pytest.mark.parametrize(
    ("ticked", "miss"), [({"pages": "2"}, True), ({"pages": "4"}, False), ({}, True)]
)
def test_pages_or_the_whole_letter_are_refused(
    ana: Visitor, mail: Mail, drawn: str, ticked: dict[str, str], miss: bool
) -> None:
    _see_all(ana, drawn)
    assert ana.post_form(f"{drawn}/refuse", {**ticked}, seen_on=drawn).status_code == 409
    form = {**ticked, "picked": "Written in a code"}
    assert ana.post_form(f"{drawn}/refuse", form, seen_on=drawn).status_code == 303
    html = ana.get(HERE).text
    assert ("100.0 %" in html) is miss
    assert ("Sam Screener" in html and "Written in a code" in html) is miss
    assert _letter(mail, "letter").state == "delivered"


def test_what_was_taken_back_meanwhile_leads_to_the_list(
    ana: Visitor, mail: Mail, drawn: str
) -> None:
    _see_all(ana, drawn)
    with writing(mail.facility.engine) as tx:
        blind_checks.forget(tx, mail.ids["letter"])
    answer = ana.post_form(f"{drawn}/pass", {}, seen_on=HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)
    assert decisions.held(mail.facility, SCREENER)
