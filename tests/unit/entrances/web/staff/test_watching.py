"""Watch rules on the staff's pages, and what they mark on the screening page."""

from __future__ import annotations

import re

import pytest

from digitizer.policies.watch_rules import today
from tests.support.web_kit import PASSWORD, Mail, Visitor

HERE = "/staff/screening/watch"


@pytest.fixture
def ruth(browser: Visitor) -> Visitor:
    browser.post("/staff/login", data={"name": "Ruth Harrow", "password": PASSWORD})
    return browser


def _add(ruth: Visitor, **data: str) -> tuple[int, str]:
    answer = ruth.post_form(HERE, {"why": "report 12", **data}, seen_on=HERE)
    return answer.status_code, answer.headers.get("location") or answer.text


def test_a_rule_is_set_and_marks_what_waits(ruth: Visitor, mail: Mail) -> None:
    status, location = _add(ruth, kind="words", words="third letter", two_people="true")
    assert status == 303
    html = ruth.get(location).text
    assert "It marks 1 letter now." in html
    assert "“third letter”" in html
    assert re.search(r"report 12</td><td>Ruth Harrow", html)
    listed = ruth.get("/staff/screening").text
    assert "Watched: “third letter”" in listed
    page = ruth.get(f"/staff/screening/{mail.ids['review']}").text
    assert re.search(r"Watched: “third letter”</strong> report 12", page)
    (frames,) = re.findall(r'data-frames="([^"]*)"', page)
    assert frames == "10 0 9 30;20 0 9 30;"
    assert page.count("<rect ") == 2  # without the script too


def test_it_is_ended_with_a_reason(ruth: Visitor) -> None:
    _, location = _add(ruth, kind="words", words="third letter")
    rule = location.rpartition("=")[2]
    end = ruth.post_form(f"{HERE}/{rule}/end", {"reason": " "}, seen_on=HERE)
    assert end.status_code == 409
    end = ruth.post_form(f"{HERE}/{rule}/end", {"reason": "over"}, seen_on=HERE)
    html = ruth.get(end.headers["location"]).text
    assert "No longer watched: “third letter”." in html
    assert "ended by Ruth Harrow" in html
    assert "Watched" not in ruth.get("/staff/screening").text


def test_what_was_typed_is_kept_where_it_is_wrong(ruth: Visitor) -> None:
    status, html = _add(ruth, kind="pair", words="Ida <Marsh>", booking_number="none")
    assert status == 409
    assert 'value="Ida &lt;Marsh&gt;"' in html
    assert '<option value="pair" selected>' in html
    for until in ("tomorrow", "1999-01-01"):
        assert _add(ruth, kind="words", words="fence", until=until)[0] == 409
    assert _add(ruth, kind="words", words="fence", until=today().isoformat())[0] == 303


def test_a_clerk_sees_them_and_has_no_form(ana: Visitor) -> None:
    html = ana.get(HERE).text
    assert "Nothing is watched." in html
    assert "<select" not in html


def test_the_second_person_finds_it_in_a_queue_of_their_own(
    browser: Visitor, ruth: Visitor, mail: Mail
) -> None:
    _add(ruth, kind="inmate", booking_number="2026-00118", two_people="true")
    here = f"/staff/screening/{mail.ids['review']}"
    ruth.get(f"{here}/page/5/picture")
    answer = ruth.post_form(f"{here}/release", {}, seen_on=here)
    after = ruth.get(answer.headers["location"]).text
    assert "It waits for a second person." in after
    assert "No letter waits" in after
    browser.cookies.clear()
    browser.post("/staff/login", data={"name": "Ana Brookwater", "password": PASSWORD})
    listed = browser.get("/staff/screening?second=true").text
    assert "second look" in listed
    assert here in listed
    assert "Ruth Harrow released it" in browser.get(here).text


def test_a_rule_is_tried_before_it_is_set(ruth: Visitor, mail: Mail) -> None:
    form = {"kind": "words", "words": "third <letter>", "why": "report 12", "until": ""}
    tried = ruth.post_form(f"{HERE}/try", form, seen_on=HERE)
    assert tried.status_code == 200
    assert "<strong>1 letter would have been marked.</strong>" in tried.text
    assert f'href="/staff/held/{mail.ids["review"]}"' in tried.text
    assert 'value="third &lt;letter&gt;"' in tried.text
    assert "Nothing is watched." in tried.text
    more = ruth.post_form(f"{HERE}/try", {**form, "start": "99", "marked": "7"}, seen_on=HERE)
    assert "<strong>7 letters would have been marked.</strong>" in more.text
    for wrong in ({"since": "soon"}, {"why": " "}):
        assert ruth.post_form(f"{HERE}/try", {**form, **wrong}, seen_on=HERE).status_code == 409
