"""A held item on the staff's pages, and who may see it."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from digitizer.model.events import Subject
from digitizer.storage.database import writing
from digitizer.storage.tables import letter
from tests.support.web_kit import (
    PASSWORD,
    Mail,
    Visitor,
    _letter,
    add_letter,
    add_page,
    add_scan,
    decide,
    verbs,
)


def test_an_item_shows_its_scan_its_reason_and_suggestions(ana: Visitor, mail: Mail) -> None:
    html = ana.get(f"/staff/held/{mail.ids['held']}").text
    assert html.count('<li class="own') == 3
    assert html.count('<li class="other') == 2
    assert "cannot be read" in html
    assert "Look at the pages yourself." in html
    assert 'value="2026-00117"' in html
    assert " checked" not in html  # a suggestion is never chosen already


def test_looking_is_logged_with_the_name_of_who_looked(ana: Visitor, mail: Mail) -> None:
    ana.get(f"/staff/held/{mail.ids['held']}")
    answer = ana.get(f"/staff/held/{mail.ids['held']}/page/4/picture")
    assert answer.headers["content-type"] == "image/jpeg"
    assert ("look", "Ana Brookwater") in verbs(mail, Subject.letter(mail.ids["held"]))
    assert ("look at page", "Ana Brookwater") in verbs(mail, Subject.letter(mail.ids["beside"]))


def test_of_a_sealed_scan_nothing_is_shown(ana: Visitor, mail: Mail) -> None:
    html = ana.get(f"/staff/held/{mail.ids['sealed']}").text
    assert "Sealed" in html
    assert "<img" not in html.split("<main")[1]
    assert "/assign" not in html
    assert ana.get(f"/staff/held/{mail.ids['sealed']}/page/1/picture").status_code == 404
    assert decide(ana, mail.ids["sealed"], "assign", to="2026-00117", reason="r")[0] == 409


def test_in_a_long_scan_other_peoples_pages_are_not_spread_out(ana: Visitor, mail: Mail) -> None:
    stack = add_scan(mail, "long.pdf")
    mine = add_letter(mail, stack, None, reason="Look.")
    other = add_letter(mail, stack, "2026-00118")
    for number in range(1, 16):
        add_page(mail, stack, number, mine if number == 8 else other, position=number)
    html = ana.get(f"/staff/held/{mine}").text
    assert html.count("<li class=") == 5
    assert "Show all 15 " in html
    assert ana.get(f"/staff/held/{mine}?show_all=true").text.count("<li class=") == 15


@pytest.mark.parametrize("typed", ["jose", "RUIZ", "okonkwo, jose", "00118"])
def test_the_roster_is_searched_as_people_type(ana: Visitor, mail: Mail, typed: str) -> None:
    here = f"/staff/held/{mail.ids['held']}"
    assert "2026-00118" in ana.get(f"{here}/find", params={"find": typed}).text
    assert "2026-00118" in ana.get(here, params={"find": typed}).text  # without the script too


def test_who_is_not_in_custody_is_shown_but_cannot_be_chosen(ana: Visitor, mail: Mail) -> None:
    html = ana.get(f"/staff/held/{mail.ids['held']}/find?find=marrowby").text
    assert "not in custody here (released)" in html
    assert "disabled" in html
    status, _, page = decide(ana, mail.ids["held"], "assign", to="2025-00031", reason="r")
    assert status == 409
    assert "not in custody" in page


def test_investigators_look_and_do_not_decide(browser: Visitor, mail: Mail) -> None:
    browser.post("/staff/login", data={"name": "Ivo Glass", "password": PASSWORD})
    here = f"/staff/held/{mail.ids['held']}"
    html = browser.get(here).text
    assert "can look at held mail" in html
    assert "/reject" not in html
    data = {"to": "2026-00117", "reason": "r"}
    assert browser.post_form(f"{here}/assign", data, seen_on=here).status_code in (403, 409)
    assert _letter(mail, "held").state == "held"


def test_inmates_do_not_reach_the_pages_of_staff(tobias: Visitor, mail: Mail) -> None:
    here = f"/staff/held/{mail.ids['held']}"
    assert tobias.get(here, follow_redirects=False).headers["location"] == "/staff/login"
    data = {"to": "2026-00117", "reason": "r"}
    answer = tobias.post_form(f"{here}/assign", data, seen_on="/mail")
    assert answer.headers["location"] == "/staff/login"
    assert _letter(mail, "held").state == "held"


def test_no_staff_page_has_inline_scripts_or_styles(ana: Visitor, mail: Mail) -> None:
    paths = ["/staff", "/staff/held", *(f"/staff/held/{each}" for each in mail.ids.values())]
    for path in paths:
        html = ana.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?://", html), path
        assert not re.search(r"<script(?![^>]*\ssrc=\"/static/)", html), path


def test_the_strip_shows_small_pictures_of_its_own_pages_alone(ana: Visitor, mail: Mail) -> None:
    html = ana.get(f"/staff/held/{mail.ids['held']}").text
    strip = html[html.index('class="strip"') : html.index("</nav>", html.index('class="strip"'))]
    assert strip.count("<img") == strip.count("small=true") == 3
    here = f"/staff/held/{mail.ids['held']}/page/2/picture"
    small, large = ana.get(f"{here}?small=true").content, ana.get(here).content
    assert small.startswith(b"\xff\xd8")
    assert len(small) < len(large) / 3


def test_the_page_asked_for_is_on_the_desk(ana: Visitor, mail: Mail) -> None:
    here = f"/staff/held/{mail.ids['held']}"
    assert f'id="sheet" src="{here}/page/3/picture"' in ana.get(f"{here}?at=3").text
    first = ana.get(here).text
    assert re.search(rf'id="sheet" src="{here}/page/\d+/picture"', first)
    assert ana.get(f"{here}?at=99").text.count('id="sheet"') == 1


def test_the_sender_is_accepted_by_one_key_and_never_by_itself(ana: Visitor, mail: Mail) -> None:
    held = mail.ids["held"]
    with writing(mail.facility.engine) as tx:
        tx.execute(sa.update(letter).where(letter.c.id == held).values(sender="Ida Marlow"))
    page = ana.get(f"/staff/held/{held}").text
    assert ("Note Ida Marlow" in page, 'data-key="f"' in page) == (True, True)
    form = {"name": "Ida Marlow", "address": "12 Elm Street"}
    accepted = ana.post_form(f"/staff/held/{held}/sender", form, f"/staff/held/{held}")
    assert (accepted.status_code, accepted.headers["location"]) == (303, f"/staff/held/{held}")
    page = ana.get(f"/staff/held/{held}").text
    assert ("12 Elm Street" in page, "Note Ida Marlow" in page) == (True, False)
    empty = ana.post_form(f"/staff/held/{held}/sender", {"name": " "}, f"/staff/held/{held}")
    assert (empty.status_code, "needs a name" in empty.text) == (409, True)
    missing = ana.post_form("/staff/held/none/sender", form, f"/staff/held/{held}")
    assert missing.status_code == 404


def test_no_single_key_delivers_what_a_blocked_person_sent(ruth: Visitor, mail: Mail) -> None:
    held = mail.ids["held"]
    with writing(mail.facility.engine) as tx:
        whose = sa.update(letter).where(letter.c.id == held)
        tx.execute(whose.values(doubts=["separated"], sender=None))
    page, ida = f"/staff/held/{held}", "/staff/correspondents/1"
    ruth.post_form("/staff/correspondents", {"name": "Ida Marlow"}, "/staff/correspondents")
    ruth.post_form(f"{page}/sender", {"correspondent": "1"}, page)
    assert 'data-one-key="yes"' in ruth.get(page).text
    ruth.post_form(f"{ida}/block", {"reason": "threats"}, ida)
    shown = ruth.get(page).text
    assert ('data-one-key="yes"' in shown, "threats" in shown) == (False, True)


def test_delivering_to_somebody_whose_mail_is_held_asks_once_more(
    ruth: Visitor, mail: Mail
) -> None:
    held, tobias = mail.ids["held"], "2026-00117"
    with writing(mail.facility.engine) as tx:
        tx.execute(sa.update(letter).where(letter.c.id == held).values(proposed=None))
    inmate = f"/staff/inmates/{tobias}"
    ruth.post_form(f"{inmate}/suspend", {"reason": "court order 17"}, inmate)
    page = f"/staff/held/{held}"
    asked = ruth.post_form(f"{page}/assign", {"to": tobias}, page)
    assert (asked.status_code, "court order 17" in asked.text) == (200, True)
    assert "The cover names" not in asked.text
    assert "Why it is held" in ruth.get(page).text  # nothing was delivered yet
    sure = {"to": tobias, "although": tobias}
    again = ruth.post_form(f"{page}/assign", sure, page)
    assert (again.status_code, "court order 17" in again.text) == (200, True), "not seen before"
    seen = re.findall(r'name="despite" value="(\d+)"', again.text)
    confirmed = ruth.post_form(f"{page}/assign", {**sure, "despite": seen[0]}, page)
    assert confirmed.status_code == 303
    assert "Why it is held" not in ruth.get(page, follow_redirects=False).text
