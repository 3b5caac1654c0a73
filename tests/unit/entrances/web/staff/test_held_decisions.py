"""Deciding about held mail in the browser."""

from __future__ import annotations

import re
from html import unescape

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.entrances.web.staff.held_decisions import DECISIONS
from digitizer.model.events import Subject
from digitizer.storage.database import reading
from digitizer.storage.tables import page, scan
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


def test_assigning_delivers_and_goes_to_the_next_item(ana: Visitor, mail: Mail) -> None:
    status, to, _ = decide(
        ana, mail.ids["held"], "assign", to="2026-00117", reason="Named on the envelope"
    )
    assert (status, to) == (303, f"/staff/held/{mail.ids['beside']}?decided={mail.ids['held']}")
    assert _letter(mail, "held").state == "delivered"
    assert ("assign", "Ana Brookwater") in verbs(mail, Subject.letter(mail.ids["held"]))
    assert "2026-00117" in ana.get(to).text


def test_without_an_inmate_nothing_happens(ana: Visitor, mail: Mail) -> None:
    status, _, page = decide(ana, mail.ids["held"], "assign", reason="Named")
    assert (status, "Choose the inmate" in page, 'value="Named"' in page) == (409, True, True)
    assert _letter(mail, "held").state == "held"
    _, _, page = decide(ana, mail.ids["held"], "assign")
    assert 'name="reason" maxlength="500" autocomplete="off" value=""' in page  # none was typed


def test_to_reject_a_reason_is_picked_or_typed(ana: Visitor, mail: Mail) -> None:
    status, _, page = decide(ana, mail.ids["held"], "reject", reason=" ", to="2026-00117")
    assert (status, "needs a reason" in page) == (409, True)
    assert _letter(mail, "held").state == "held"
    offered = mail.facility.settings.screening.reasons_offered
    assert all(f'name="picked" value="{each}"' in unescape(page) for each in offered)
    assert decide(ana, mail.ids["held"], "reject", reason="", picked=offered[2])[0] == 303
    assert _letter(mail, "held").reason == offered[2]
    assert decide(ana, mail.ids["beside"], "reject", reason="Other", picked=offered[2])[0] == 303
    assert _letter(mail, "beside").reason == "Other"  # what was typed counts


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("assign", {"to": "2026-00117"}),
        ("cut", {"before": "3"}),
        ("mark", {"page_role": "3 blank"}),
    ],
)
def test_what_needs_no_reason_records_the_usual_one(
    ana: Visitor, mail: Mail, what: str, data: dict[str, str]
) -> None:
    assert decide(ana, mail.ids["held"], what, **data)[0] == 303
    with reading(mail.facility.engine) as tx:
        found = audit.events_of(tx, Subject.letter(mail.ids["held"]))
    reasons = [each.detail["why"] for each in found if "why" in each.detail]
    assert reasons == [DECISIONS[what].usual]


def test_a_form_of_another_session_is_refused(ana: Visitor, mail: Mail) -> None:
    data = {"to": "2026-00117", "reason": "r", "csrf": "made-up"}
    answer = ana.post_form(f"/staff/held/{mail.ids['held']}/assign", data)
    assert answer.status_code == 403
    assert _letter(mail, "held").state == "held"


def test_who_saw_an_older_state_must_look_again(ana: Visitor, mail: Mail) -> None:
    here = f"/staff/held/{mail.ids['held']}"
    seen = re.search(r'name="seen" value="(\w+)"', ana.get(here).text)
    assert seen
    decide(ana, mail.ids["held"], "cut", before="3", reason="A new letter")
    status, _, page = decide(
        ana, mail.ids["held"], "assign", to="2026-00117", reason="r", seen=seen[1]
    )
    assert (status, "changed this item in the meantime" in page) == (409, True)
    assert _letter(mail, "held").state == "held"


@pytest.mark.parametrize("path", DECISIONS)
def test_no_decision_is_taken_on_a_state_that_nobody_saw(
    ana: Visitor, mail: Mail, path: str
) -> None:
    data = {
        "reason": "Looked at",
        "to": "2026-00117",
        "new_id": mail.ids["letter"],
        "before": "3",
        "pair": f"{mail.ids['held']} {mail.ids['beside']}",
        "page_role": "3 blank",
    }
    about = Subject.letter(mail.ids["held"])
    before = set(verbs(mail, about))
    status, _, page = decide(ana, mail.ids["held"], path, **data, seen="0" * 64)
    assert (status, "changed this item in the meantime" in page) == (409, True)
    assert ('value="2026-00117" checked' in page) == (path == "assign")
    assert set(verbs(mail, about)) - before == {("look", "Ana Brookwater")}


def test_cutting_stays_at_the_first_part(ana: Visitor, mail: Mail) -> None:
    status, to, _ = decide(ana, mail.ids["held"], "cut", before="3", reason="New letter")
    assert (status, to.split("?")[0]) == (303, f"/staff/held/{mail.ids['held']}")
    html = ana.get(to).text
    assert html.count('<li class="own') == 2
    assert "/join" in html


def test_cutting_a_whole_scan_goes_on_with_its_first_letter(ana: Visitor, mail: Mail) -> None:
    status, to, _ = decide(ana, mail.ids["whole"], "cut", before="2", reason="New letter")
    assert status == 303
    assert "Held letter" in ana.get(to).text


def test_joining_with_the_neighbour(ana: Visitor, mail: Mail) -> None:
    pair = f"{mail.ids['held']} {mail.ids['beside']}"
    assert f'value="{pair}"' in ana.get(f"/staff/held/{mail.ids['beside']}").text
    status, to, _ = decide(ana, mail.ids["beside"], "join", pair=pair, reason="One letter")
    assert (status, to.split("?")[0]) == (303, f"/staff/held/{mail.ids['held']}")
    assert _letter(mail, "beside").replaced_by == mail.ids["held"]


def test_only_neighbours_are_joined(ana: Visitor, mail: Mail) -> None:
    pair = f"{mail.ids['beside']} {mail.ids['review']}"
    assert decide(ana, mail.ids["held"], "join", pair=pair, reason="r")[0] == 409


def test_marking_a_page(ana: Visitor, mail: Mail) -> None:
    assert decide(ana, mail.ids["held"], "mark", page_role="3 blank", reason="Empty")[0] == 303
    with reading(mail.facility.engine) as tx:
        role = tx.execute(
            sa.select(page.c.role).where(page.c.letter_id == mail.ids["held"], page.c.number == 3)
        ).scalar_one()
    assert role == "blank"
    for nonsense in ("", "3", "x cover", "3 nonsense", "3 recorded"):
        status, _, _ = decide(ana, mail.ids["held"], "mark", page_role=nonsense, reason="r")
        assert status == 409


def test_rejecting_a_letter_and_a_scan(ana: Visitor, mail: Mail) -> None:
    assert decide(ana, mail.ids["held"], "reject", reason="Contraband")[0] == 303
    assert decide(ana, mail.ids["broken"], "reject", reason="Not mail")[0] == 303
    assert (_letter(mail, "held").state, _letter(mail, "held").reason) == ("rejected", "Contraband")
    with reading(mail.facility.engine) as tx:
        assert tx.execute(
            sa.select(scan.c.rejected).where(scan.c.id == mail.ids["broken"])
        ).scalar_one()


def test_rescanned(ana: Visitor, mail: Mail) -> None:
    for new_id in ("", "no-such"):
        assert decide(ana, mail.ids["broken"], "rescanned", new_id=new_id, reason="r")[0] == 409
    broken = mail.ids["broken"]
    code, _, html = decide(ana, broken, "rescanned", new_id=mail.ids["letter"], reason="Again")
    assert code == 409
    assert "came in before" in html
    again = add_scan(mail, "again.pdf")
    new = add_letter(mail, again, None)
    add_page(mail, again, 1, new, "Dear Tobias.", position=1)
    offered = ana.get(f"/staff/held/{broken}").text
    assert f'name="later" value="{again}"><kbd>1</kbd>' in offered  # a whole scan, by a whole one
    assert decide(ana, broken, "rescanned", later=again, new_id=new, reason="Again")[0] == 303


def test_what_waits_for_a_review_is_released_on_its_own_page_alone(
    ana: Visitor, mail: Mail
) -> None:
    html = ana.get(f"/staff/held/{mail.ids['review']}").text
    assert f"/staff/screening/{mail.ids['review']}" in html
    assert "It goes to José Okonkwo-Ruiz (2026-00118) once it is released." in html
    assert "/release" not in html
    answer = ana.post(f"/staff/held/{mail.ids['review']}/release", data={"reason": "Looked at"})
    assert answer.status_code in (403, 404, 405)
    assert _letter(mail, "review").state == "awaiting_review"


def test_what_is_decided_leads_back_to_the_list(ana: Visitor, mail: Mail) -> None:
    decide(ana, mail.ids["held"], "reject", reason="Contraband")
    answer = ana.get(f"/staff/held/{mail.ids['held']}", follow_redirects=False)
    assert answer.headers["location"] == f"/staff/held?decided={mail.ids['held']}"
    assert "signed by Ana Brookwater" in ana.get(answer.headers["location"]).text
    assert decide(ana, mail.ids["held"], "assign", to="2026-00117", reason="r")[0] == 303
    assert _letter(mail, "held").state == "rejected"


def test_only_supervisors_decide_about_a_sealed_scan(browser: Visitor, mail: Mail) -> None:
    browser.post("/staff/login", data={"name": "Ana Brookwater", "password": PASSWORD})
    assert "Only a supervisor" in browser.get(f"/staff/held/{mail.ids['sealed']}").text
    browser.post("/staff/login", data={"name": "Ruth Harrow", "password": PASSWORD})
    assert decide(browser, mail.ids["sealed"], "reject", reason="Given to them unopened")[0] == 303


def test_the_last_item_leads_to_the_empty_list(ana: Visitor, mail: Mail) -> None:
    ana.post("/staff/login", data={"name": "Ruth Harrow", "password": PASSWORD})
    html = ana.get("/staff/held").text
    while found := re.search(r'href="/staff/(?:held|screening)/(\w+)"', html):
        status, to, _ = decide(ana, found[1], "reject", reason="Done")
        assert status == 303
        html = ana.get("/staff/held").text
    assert to.startswith("/staff/held?decided=")
    assert "Nothing is held" in html
