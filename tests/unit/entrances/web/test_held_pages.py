"""Staff at their desk: today's intake, what is held, and each decision."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.model.events import Subject, Verb
from digitizer.model.people import MACHINE
from digitizer.storage.tables import letter, page, reading, scan, writing
from tests.unit.entrances.web.web_kit import PASSWORD, Mail, Visitor, add_letter, add_page, add_scan


def _letter(mail: Mail, name: str) -> sa.Row[tuple[object, ...]]:
    with reading(mail.house.engine) as tx:
        return tx.execute(sa.select(letter).where(letter.c.id == mail.ids[name])).one()


def _decide(ana: Visitor, held_id: str, what: str, **data: str) -> tuple[int, str, str]:
    here = f"/staff/held/{held_id}"
    answer = ana.post_form(f"{here}/{what}", data, seen_on=here)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def _verbs(mail: Mail, subject: Subject) -> list[tuple[str, str]]:
    with reading(mail.house.engine) as tx:
        return [(each.verb, each.actor) for each in audit.events_of(tx, subject)]


def test_today_counts_and_lists_the_intake(ana: Visitor) -> None:
    html = ana.get("/staff").text
    assert "morning-stack.pdf" in html
    assert "old.pdf" not in html
    assert re.search(r"<dt>Scans</dt><dd>5</dd>", html)
    assert re.search(r"<dt>Letters delivered</dt><dd>2</dd>", html)
    assert re.search(r'<dt>Wait for a person</dt><dd><a href="/staff/held">6</a>', html)


def test_another_day_can_be_looked_at(ana: Visitor) -> None:
    html = ana.get("/staff?day=2020-02-29").text
    assert "Nothing came in" in html
    assert 'href="/staff?day=2020-02-28"' in html
    assert ana.get("/staff?day=nonsense").status_code == 400


def test_what_came_twice_is_flagged(ana: Visitor, mail: Mail) -> None:
    with writing(mail.house.engine) as tx:
        about = Subject.scan(mail.ids["whole"])
        audit.record(tx, MACHINE, Verb.DUPLICATE, about, sources=["again.pdf"])
    html = ana.get("/staff").text
    assert "Came a second time" in html
    assert "again.pdf" in html


def test_the_list_that_refreshes_itself_keeps_nobody_logged_in(ana: Visitor, mail: Mail) -> None:
    def seen() -> object:
        with reading(mail.house.engine) as tx:
            return tx.execute(sa.text("SELECT seen FROM session")).scalar_one()

    with writing(mail.house.engine) as tx:
        tx.execute(sa.text("UPDATE session SET seen = datetime('now', '-10 minutes')"))
    before = seen()
    assert "morning-stack.pdf" in ana.get("/staff/live").text
    assert seen() == before
    ana.get("/staff")
    assert seen() != before


def test_a_live_part_of_a_lost_session_sends_the_whole_page_to_the_door(
    browser: Visitor,
) -> None:
    answer = browser.get("/staff/live", headers={"HX-Request": "true"})
    assert answer.headers["hx-redirect"] == "/staff/login"


def test_held_lists_oldest_first_and_as_text(ana: Visitor, mail: Mail) -> None:
    html = ana.get("/staff/held").text
    places = [html.index(mail.ids[name]) for name in ("held", "beside", "whole", "broken")]
    assert places == sorted(places)
    assert "stack &lt;b&gt;2&lt;/b&gt;.pdf" in html


def test_an_item_shows_its_scan_its_reason_and_suggestions(ana: Visitor, mail: Mail) -> None:
    html = ana.get(f"/staff/held/{mail.ids['held']}").text
    assert html.count('<li class="own') == 3
    assert html.count('<li class="other') == 2
    assert "cannot be read" in html
    assert "Only a suggestion" in html
    assert 'value="2026-00117"' in html
    assert " checked" not in html  # a suggestion is never chosen already


def test_looking_is_logged_with_the_name_of_who_looked(ana: Visitor, mail: Mail) -> None:
    ana.get(f"/staff/held/{mail.ids['held']}")
    answer = ana.get(f"/staff/held/{mail.ids['held']}/page/4/picture")
    assert answer.headers["content-type"] == "image/jpeg"
    assert ("look", "Ana Brookwater") in _verbs(mail, Subject.letter(mail.ids["held"]))
    assert ("look at page", "Ana Brookwater") in _verbs(mail, Subject.letter(mail.ids["beside"]))


def test_a_page_can_be_looked_at_large(ana: Visitor, mail: Mail) -> None:
    here = f"/staff/held/{mail.ids['held']}/page"
    html = ana.get(f"{here}/2").text
    assert f'href="{here}/1"' in html
    assert f'href="{here}/3"' in html
    assert ana.get(f"{here}/77").status_code == 404


def test_of_a_sealed_scan_nothing_is_shown(ana: Visitor, mail: Mail) -> None:
    html = ana.get(f"/staff/held/{mail.ids['sealed']}").text
    assert "Sealed" in html
    assert "<img" not in html.split("<main")[1]
    assert "/assign" not in html
    assert ana.get(f"/staff/held/{mail.ids['sealed']}/page/1").status_code == 404
    assert ana.get(f"/staff/held/{mail.ids['sealed']}/page/1/picture").status_code == 404
    assert _decide(ana, mail.ids["sealed"], "assign", to="2026-00117", reason="r")[0] == 409


def test_in_a_long_scan_other_peoples_pages_are_not_spread_out(ana: Visitor, mail: Mail) -> None:
    stack = add_scan(mail, "long.pdf")
    mine = add_letter(mail, stack, None, reason="Look.")
    other = add_letter(mail, stack, "2026-00118")
    for number in range(1, 16):
        add_page(mail, stack, number, mine if number == 8 else other, position=number)
    html = ana.get(f"/staff/held/{mine}").text
    assert html.count("<li class=") == 5
    assert "Show all 15 pages" in html
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
    status, _, page = _decide(ana, mail.ids["held"], "assign", to="2025-00031", reason="r")
    assert status == 409
    assert "not in custody" in page


def test_assigning_delivers_and_goes_to_the_next_item(ana: Visitor, mail: Mail) -> None:
    status, to, _ = _decide(
        ana, mail.ids["held"], "assign", to="2026-00117", reason="Named on the envelope"
    )
    assert (status, to) == (303, f"/staff/held/{mail.ids['beside']}?settled={mail.ids['held']}")
    assert _letter(mail, "held").state == "delivered"
    assert ("assign", "Ana Brookwater") in _verbs(mail, Subject.letter(mail.ids["held"]))
    assert "2026-00117" in ana.get(to).text


def test_without_an_inmate_or_a_reason_nothing_happens(ana: Visitor, mail: Mail) -> None:
    status, _, page = _decide(ana, mail.ids["held"], "assign", reason="Named")
    assert (status, "Choose the inmate" in page, 'value="Named"' in page) == (409, True, True)
    status, _, page = _decide(ana, mail.ids["held"], "assign", to="2026-00117", reason=" ")
    assert (status, "needs a reason" in page) == (409, True)
    assert 'value="2026-00117" checked' in page  # what was chosen is kept
    assert _letter(mail, "held").state == "held"


def test_a_form_of_another_session_is_refused(ana: Visitor, mail: Mail) -> None:
    data = {"to": "2026-00117", "reason": "r", "csrf": "made-up"}
    answer = ana.post_form(f"/staff/held/{mail.ids['held']}/assign", data)
    assert answer.status_code == 403
    assert _letter(mail, "held").state == "held"


def test_who_saw_an_older_state_must_look_again(ana: Visitor, mail: Mail) -> None:
    here = f"/staff/held/{mail.ids['held']}"
    seen = re.search(r'name="seen" value="(\w+)"', ana.get(here).text)
    assert seen
    _decide(ana, mail.ids["held"], "cut", before="3", reason="A new letter")
    status, _, page = _decide(
        ana, mail.ids["held"], "assign", to="2026-00117", reason="r", seen=seen[1]
    )
    assert (status, "changed this item meanwhile" in page) == (409, True)
    assert _letter(mail, "held").state == "held"


def test_cutting_stays_at_the_first_part(ana: Visitor, mail: Mail) -> None:
    status, to, _ = _decide(ana, mail.ids["held"], "cut", before="3", reason="New letter")
    assert (status, to.split("?")[0]) == (303, f"/staff/held/{mail.ids['held']}")
    html = ana.get(to).text
    assert html.count('<li class="own') == 2
    assert "/join" in html


def test_cutting_a_whole_scan_goes_on_with_its_first_letter(ana: Visitor, mail: Mail) -> None:
    status, to, _ = _decide(ana, mail.ids["whole"], "cut", before="2", reason="New letter")
    assert status == 303
    assert "Held letter" in ana.get(to).text


def test_joining_with_the_neighbour(ana: Visitor, mail: Mail) -> None:
    pair = f"{mail.ids['held']} {mail.ids['beside']}"
    assert f'value="{pair}"' in ana.get(f"/staff/held/{mail.ids['beside']}").text
    status, to, _ = _decide(ana, mail.ids["beside"], "join", pair=pair, reason="One letter")
    assert (status, to.split("?")[0]) == (303, f"/staff/held/{mail.ids['held']}")
    assert _letter(mail, "beside").replaced_by == mail.ids["held"]


def test_only_neighbours_are_joined(ana: Visitor, mail: Mail) -> None:
    pair = f"{mail.ids['beside']} {mail.ids['review']}"
    assert _decide(ana, mail.ids["held"], "join", pair=pair, reason="r")[0] == 409


def test_marking_a_page(ana: Visitor, mail: Mail) -> None:
    assert _decide(ana, mail.ids["held"], "mark", page_role="3 blank", reason="Empty")[0] == 303
    with reading(mail.house.engine) as tx:
        role = tx.execute(
            sa.select(page.c.role).where(page.c.letter_id == mail.ids["held"], page.c.number == 3)
        ).scalar_one()
    assert role == "blank"
    for nonsense in ("", "3", "x cover", "3 nonsense", "3 recorded"):
        status, _, _ = _decide(ana, mail.ids["held"], "mark", page_role=nonsense, reason="r")
        assert status == 409


def test_rejecting_a_letter_and_a_scan(ana: Visitor, mail: Mail) -> None:
    assert _decide(ana, mail.ids["held"], "reject", reason="Contraband")[0] == 303
    assert _decide(ana, mail.ids["broken"], "reject", reason="Not mail")[0] == 303
    assert (_letter(mail, "held").state, _letter(mail, "held").reason) == ("rejected", "Contraband")
    with reading(mail.house.engine) as tx:
        assert tx.execute(
            sa.select(scan.c.rejected).where(scan.c.id == mail.ids["broken"])
        ).scalar_one()


def test_rescanned(ana: Visitor, mail: Mail) -> None:
    for new_id in ("", "no-such"):
        assert _decide(ana, mail.ids["broken"], "rescanned", new_id=new_id, reason="r")[0] == 409
    assert _decide(
        ana, mail.ids["broken"], "rescanned", new_id=mail.ids["letter"], reason="Again"
    )[0] == 303  # fmt: skip


def test_releasing_what_awaited_review(ana: Visitor, mail: Mail) -> None:
    html = ana.get(f"/staff/held/{mail.ids['review']}").text
    assert "Release to José Okonkwo-Ruiz" in html
    assert _decide(ana, mail.ids["review"], "release", reason="Looked at")[0] == 303
    assert _letter(mail, "review").state == "delivered"
    assert "/release" not in ana.get(f"/staff/held/{mail.ids['held']}").text


def test_what_is_settled_leads_back_to_the_list(ana: Visitor, mail: Mail) -> None:
    _decide(ana, mail.ids["held"], "reject", reason="Contraband")
    answer = ana.get(f"/staff/held/{mail.ids['held']}", follow_redirects=False)
    assert answer.headers["location"] == f"/staff/held?settled={mail.ids['held']}"
    assert "signed by Ana Brookwater" in ana.get(answer.headers["location"]).text
    assert _decide(ana, mail.ids["held"], "assign", to="2026-00117", reason="r")[0] == 303
    assert _letter(mail, "held").state == "rejected"


def test_only_supervisors_settle_what_is_sealed(browser: Visitor, mail: Mail) -> None:
    browser.post("/staff/login", data={"name": "Ana Brookwater", "password": PASSWORD})
    assert "Only a supervisor" in browser.get(f"/staff/held/{mail.ids['sealed']}").text
    browser.post("/staff/login", data={"name": "Ruth Harrow", "password": PASSWORD})
    assert _decide(browser, mail.ids["sealed"], "reject", reason="Given to him unopened")[0] == 303


def test_the_last_item_leads_to_the_empty_list(ana: Visitor, mail: Mail) -> None:
    ana.post("/staff/login", data={"name": "Ruth Harrow", "password": PASSWORD})
    html = ana.get("/staff/held").text
    while found := re.search(r'href="/staff/held/(\w+)"', html):
        status, to, _ = _decide(ana, found[1], "reject", reason="Done")
        assert status == 303
        html = ana.get("/staff/held").text
    assert to.startswith("/staff/held?settled=")
    assert "Nothing is held" in html


def test_investigators_look_and_do_not_settle(browser: Visitor, mail: Mail) -> None:
    browser.post("/staff/login", data={"name": "Ivo Glass", "password": PASSWORD})
    here = f"/staff/held/{mail.ids['held']}"
    html = browser.get(here).text
    assert "does not settle" in html
    assert "/reject" not in html
    data = {"to": "2026-00117", "reason": "r"}
    assert browser.post_form(f"{here}/assign", data, seen_on=here).status_code in (403, 409)
    assert _letter(mail, "held").state == "held"


def test_inmates_do_not_reach_the_desk(tobias: Visitor, mail: Mail) -> None:
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
