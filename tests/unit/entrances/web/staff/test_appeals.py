"""Appeals on the staff's pages: the queue, one to decide, a rejection with its notices."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digitizer.appeals import actions as appeals
from digitizer.facility import Facility
from digitizer.model.appeals import Rejection
from digitizer.screening import decisions
from tests.support.appealing import COLONEL, give_notices, rejection_of
from tests.support.made_mail import as_inmate
from tests.support.screened_mail import waiting_letter
from tests.support.web_kit import Mail, Visitor

HERE, OWNER = "/staff/appeals", "2026-00117"


def _rejected(facility: Facility) -> str:
    letter = waiting_letter(facility, to=OWNER)
    decisions.reject(facility, letter, COLONEL, "A drawing")
    return letter


@pytest.fixture
def of(mail: Mail) -> Rejection:
    letter = _rejected(mail.facility)
    give_notices(mail.facility)
    return rejection_of(mail.facility, letter)


def test_an_appeal_is_listed_shown_and_decided(
    ruth: Visitor, ana: Visitor, mail: Mail, of: Rejection
) -> None:
    number = appeals.appeal(mail.facility, of.number, "It is a <b>cat</b>.", as_inmate(OWNER))
    one = f"{HERE}/{number}"
    listed = ruth.get(HERE).text
    assert one in listed
    assert "1 waits for a decision" in listed
    assert "It is a" not in listed
    by_clerk = ana.get(one).text
    assert "It is a &lt;b&gt;cat&lt;/b&gt;." in by_clerk
    assert "/picture/" not in by_clerk
    assert f"{one}/grant" not in by_clerk
    html = ruth.get(one).text
    assert f"{one}/picture/2" in html
    assert ruth.get(f"{one}/picture/2").headers["content-type"].startswith("image/")
    empty = ruth.post_form(f"{one}/grant", {"reason": " "}, seen_on=one)
    assert empty.status_code == 409
    other = ruth.post_form(f"{one}/burn", {"reason": "why"}, seen_on=one)
    assert (other.status_code, "Grant it, or deny it." in other.text) == (409, True)
    done = ruth.post_form(f"{one}/grant", {"reason": "It is a cat"}, seen_on=one)
    assert (done.status_code, done.headers["location"]) == (303, f"{one}?done=granted")
    assert "Granted by Ruth Harrow" in ruth.get(one).text
    assert "Appeal granted by Ruth Harrow" in ruth.get(f"/staff/held/{of.item}").text
    assert ruth.post_form(f"{one}/deny", {"reason": "No"}, seen_on=HERE).status_code != 303


def test_one_that_came_on_paper_is_entered(ana: Visitor, of: Rejection) -> None:
    one = f"{HERE}/rejection/{of.number}"
    assert one in ana.get(f"/staff/mail/{of.item}").text
    assert "may appeal until" in ana.get(one).text
    empty = ana.post_form(f"{one}/appeal", {"words": ""}, seen_on=one)
    assert empty.status_code == 409
    done = ana.post_form(f"{one}/appeal", {"words": "On paper"}, seen_on=one)
    assert done.headers["location"].endswith("?done=entered")
    assert "entered by Ana" in ana.get(done.headers["location"]).text
    wrong = ana.post_form(f"{one}/sheet", {"sheet": "none"}, seen_on=one)
    assert wrong.status_code == 409
    assert ana.post_form(f"{one}/sheet", {"sheet": "held"}, seen_on=one).status_code == 303
    assert "held until the appeal is over" in ana.get(one).text


def test_a_supervisor_withholds_a_notice_and_it_stands_on_today(
    ruth: Visitor, ana: Visitor, mail: Mail
) -> None:
    letter = _rejected(mail.facility)
    until = appeals.current_day() + timedelta(days=9)
    of = appeals.withhold_notice(mail.facility, letter, until, COLONEL, "case 17")
    one = f"{HERE}/rejection/{of.number}"
    form = {"until": f"{until + timedelta(days=1)}", "reason": "case 18"}
    assert ruth.post_form(f"{one}/withhold", form, seen_on=one).status_code == 303
    late = {"until": "2020-01-01", "reason": "case 18"}
    assert ruth.post_form(f"{one}/withhold", late, seen_on=one).status_code == 409
    assert "case 18" in ana.get(one).text
    assert f"{one}/withhold" not in ana.get(one).text
    assert "1 notice withheld" in ana.get("/staff").text
    assert "withheld until" in ana.get(HERE).text
