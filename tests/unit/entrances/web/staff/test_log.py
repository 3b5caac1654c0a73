"""Reviews of the log, and its search, on the staff's pages; and the case that somebody names."""

from __future__ import annotations

from datetime import datetime

import pytest

from digitizer.auditing import records, weeks
from digitizer.letters import actions as letters
from digitizer.model.auditing import Figures
from digitizer.storage.database import writing
from tests.support.made_mail import INVESTIGATOR
from tests.support.web_kit import Mail, Visitor

HERE = "/staff/log"


@pytest.fixture
def one(mail: Mail) -> str:
    week = weeks.monday_of(datetime.now().date()) - weeks.WEEK
    figures = {
        ("staff", "Ana Brookwater"): Figures(34, 1, 0, 30, "2026-00117"),
        ("staff", "Ruth Harrow"): Figures(2),
    }
    with writing(mail.facility.engine) as tx:
        records.open_week(tx, week, figures)
        return next(
            f"{HERE}/{each.number}"
            for each in records.waiting(tx)
            if each.person == "Ana Brookwater"
        )


def test_a_review_is_raised_and_closed(ruth: Visitor, one: str) -> None:
    listed = ruth.get(HERE).text
    assert "30 of one inmate" in listed
    assert "your own: another person ends it" in listed
    assert ruth.post_form(one, {"raised": "true"}, seen_on=one).status_code == 409
    raised = ruth.post_form(one, {"raised": "true", "note": "Why <b>?"}, seen_on=one)
    assert raised.headers["location"] == f"{one}?done=raised"
    assert "Why &lt;b&gt;?" in ruth.get(one).text
    closed = ruth.post_form(f"{one}/close", {"note": "She answered."}, seen_on=one)
    assert closed.headers["location"] == f"{one}?done=closed"
    assert ruth.post_form(f"{one}/close", {"note": "Again."}, seen_on=HERE).status_code != 303


def test_ones_own_has_no_form(ruth: Visitor, mail: Mail, one: str) -> None:
    with writing(mail.facility.engine) as tx:
        own = next(each.number for each in records.waiting(tx) if each.person == "Ruth Harrow")
    html = ruth.get(f"{HERE}/{own}").text
    assert "another person looks through it" in html
    assert 'name="note"' not in html
    assert ruth.post_form(f"{HERE}/{own}", {}, seen_on=one).status_code == 403


def test_the_log_is_searched_and_saved(ruth: Visitor, one: str) -> None:
    ruth.get(one)
    html = ruth.get(f"{HERE}/search?person=Ruth+Harrow&verb=look+at+log").text
    assert "Ruth Harrow" in html
    assert 'option value="scan legal code"' not in html
    saved = ruth.get(f"{HERE}/search.csv?person=Ruth+Harrow")
    assert saved.headers["content-type"] == "text/csv; charset=utf-8"
    assert '"Ruth Harrow"' in saved.text
    for bad in ("first=yesterday", "last=9999-12-31", "first=2026-02-01&last=2026-01-01"):
        answer = ruth.get(f"{HERE}/search?{bad}")
        assert (answer.status_code, 'role="alert"' in answer.text) == (400, True), bad


def test_the_search_says_for_which_case_somebody_reads(mail: Mail, ruth: Visitor) -> None:
    letters.name_case(mail.facility, "26-0117", INVESTIGATOR)
    assert "You read for case" not in ruth.get("/staff/mail").text
    assert (
        ruth.post_form("/staff/mail/case", {"case": " "}, seen_on="/staff/mail").status_code == 403
    )
    to = ruth.post_form("/staff/mail/case", {"case": "9", "find": "a"}, seen_on="/staff/mail")
    assert to.headers["location"] == "/staff/mail?q=a"
    asked = {"case": "9", "letter": "../x", "position": "2", "find": "a"}
    to = ruth.post_form("/staff/mail/case", asked, seen_on="/staff/mail")
    assert to.headers["location"] == "/staff/mail/x/2?find=a"
    assert "You read for case 9" in ruth.get("/staff/mail").text
