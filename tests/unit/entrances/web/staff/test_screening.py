"""The screening page, in a browser without script: each page is shown by an address of its own."""

from __future__ import annotations

import re

from digitizer.model.events import Subject
from tests.support.web_kit import (
    PASSWORD,
    Mail,
    Visitor,
    _letter,
    add_letter,
    add_page,
    add_scan,
    verbs,
)


def _two_pages(mail: Mail) -> str:
    scan = add_scan(mail, "two.pdf")
    letter = add_letter(mail, scan, "2026-00117", state="awaiting_review", proposed="2026-00117")
    for number in (1, 2):
        add_page(mail, scan, number, letter, f"Dear Tobias {number}.", position=number)
    mail.ids["two"] = letter
    return f"/staff/screening/{letter}"


def _post(ana: Visitor, here: str, what: str, **data: str) -> tuple[int, str, str]:
    answer = ana.post_form(f"{here}/{what}", data, seen_on=here)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def _large(html: str) -> str:
    found = re.search(r'id="sheet" src="([^"]+)"', html)
    assert found
    return found[1]


def test_the_queue_lists_what_waits_and_leads_to_it(ana: Visitor, mail: Mail) -> None:
    here = _two_pages(mail)
    html = ana.get("/staff/screening").text
    assert "2 letters wait for a review" in html
    assert f'href="{here}"' in html
    assert f'href="{here}"' in ana.get("/staff/held?queue=screening").text


def test_pages_are_shown_one_after_another_and_then_it_is_released(
    ana: Visitor, mail: Mail
) -> None:
    here = _two_pages(mail)
    for number in (1, 2):
        status, _, text = _post(ana, here, "release")
        assert (status, "you have not seen" in text) == (409, True)
        picture = _large(ana.get(here).text)
        assert picture.endswith(f"/page/{number}/picture")  # the first that was not shown yet
        assert ana.get(picture).headers["content-type"] == "image/jpeg"
    status, location, _ = _post(ana, here, "release")
    assert (status, location) == (
        303,
        f"/staff/screening/{mail.ids['review']}?decided={mail.ids['two']}",
    )
    assert _letter(mail, "two").state == "delivered"
    assert ("release", "Ana Brookwater") in verbs(mail, Subject.letter(mail.ids["two"]))


def test_the_last_decision_is_undone_from_the_next_letter(ana: Visitor, mail: Mail) -> None:
    here = _two_pages(mail)
    _, location, _ = _post(ana, here, "reject", picked="Written in a code")
    assert _letter(mail, "two").state == "rejected"
    html = ana.get(location).text
    act = re.search(r'action="([^"]+/undo)".*?name="act" value="(\d+)"', html, re.S)
    assert act
    answer = ana.post_form(act[1], {"act": act[2]}, seen_on=location)
    assert answer.headers["location"].startswith(here)
    assert _letter(mail, "two").state == "awaiting_review"
    late = ana.post_form(act[1], {"act": act[2]}, seen_on=here)
    assert late.status_code == 409


def test_a_page_is_withheld_for_a_picked_reason_and_given_back(ana: Visitor, mail: Mail) -> None:
    here = _two_pages(mail)
    status, location, _ = _post(ana, here, "withhold", number="2", picked="Written in a code")
    assert (status, location) == (303, f"{here}?decided={mail.ids['two']}&at=2")
    assert "withheld: Written in a code" in re.sub(r"<[^>]+>", "", ana.get(here).text)
    assert _post(ana, here, "give-back", number="2")[0] == 303
    assert "withheld: " not in ana.get(here).text
    assert _post(ana, here, "withhold", number="2")[0] == 409  # without a reason
    assert _post(ana, here, "withhold", number="9", reason="r")[0] == 409


def test_the_machines_text_is_there_for_who_asks(ana: Visitor, mail: Mail) -> None:
    html = ana.get(_two_pages(mail)).text
    assert re.search(r'<details class="machine" id="machine">', html)  # closed
    assert re.search(r'<div data-text-of="2" hidden>', html)


def test_what_somebody_changed_is_looked_at_again(ana: Visitor, mail: Mail) -> None:
    here = _two_pages(mail)
    status, _, html = _post(ana, here, "reject", seen="an older one", reason="r")
    assert (status, "changed this letter in the meantime" in html) == (409, True)
    assert 'value="r"' in html
    assert _letter(mail, "two").state == "awaiting_review"


def test_chosen_letters_are_released_together(ana: Visitor, mail: Mail) -> None:
    here = _two_pages(mail)
    for number in (1, 2):
        ana.get(f"{here}/page/{number}/picture")
    html = ana.get("/staff/screening").text
    assert len(re.findall(r'name="chosen" value="\w+"[^>]* disabled', html)) == 1
    csrf = re.search(r'name="csrf" value="([^"]+)"', html)
    assert csrf
    chosen = [mail.ids["two"], mail.ids["review"]]
    answer = ana.post(
        "/staff/screening/release-chosen",
        data={"csrf": csrf[1], "chosen": chosen, "reason": "looked through"},
    )
    assert answer.status_code == 409
    assert "1 letter was released." in answer.text
    assert "1 letter was not released:" in answer.text
    assert [_letter(mail, each).state for each in ("two", "review")] == [
        "delivered",
        "awaiting_review",
    ]


def test_investigators_look_and_do_not_decide(browser: Visitor, mail: Mail) -> None:
    here = _two_pages(mail)
    browser.post("/staff/login", data={"name": "Ivo Glass", "password": PASSWORD})
    html = browser.get(here).text
    assert "not decide about them" in html
    assert "/withhold" not in html
    assert 'name="chosen"' not in browser.get("/staff/screening").text


def test_it_has_no_inline_scripts_or_styles(ana: Visitor, mail: Mail) -> None:
    for path in ("/staff/screening", _two_pages(mail)):
        html = ana.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?://", html), path
        assert not re.search(r"<script(?![^>]*\ssrc=\"/static/)", html), path


def test_the_inmate_reads_that_a_page_was_withheld(browser: Visitor, mail: Mail) -> None:
    here = _two_pages(mail)
    browser.post("/staff/login", data={"name": "Ruth Harrow", "password": PASSWORD})
    assert _post(browser, here, "withhold", number="1", reason="a <b>map</b>")[0] == 303
    browser.get(f"{here}/page/2/picture")
    assert _post(browser, here, "release")[0] == 303
    browser.post("/logout", data={"csrf": "x"})
    browser.cookies.clear()
    browser.post("/login", data={"booking_number": "2026-00117", "pin": "830417"})
    own = f"/mail/{mail.ids['two']}"
    html = browser.get(own).text
    assert "at the beginning of this letter was not delivered to you" in html
    assert "a &lt;b&gt;map&lt;/b&gt;" in html
    assert "Dear Tobias 1." not in html
    assert "Page 1 of 1" in html
    answers = [browser.get(f"{own}/{each}").status_code for each in ("2", "2/picture", "0/picture")]
    assert answers == [404, 404, 404]
    assert browser.get(f"{own}/1/picture").content != browser.get(f"{own}/letter.pdf").content
    assert "Nothing found" in browser.get("/mail?q=%22Tobias+1%22").text


def test_what_is_blocked_since_is_said_and_only_assigned_knowing_it(
    ruth: Visitor, mail: Mail
) -> None:
    here, inmate = _two_pages(mail), "/staff/inmates/2026-00117"
    ruth.get(here)
    ruth.post_form(f"{inmate}/suspend", {"reason": "court order 17"}, inmate)
    html = ruth.get(here).text
    assert ("Blocked:" in html, "court order 17" in html) == (True, True)
    for number in (1, 2):
        ruth.get(f"{here}/page/{number}/picture")
    status, _, text = _post(ruth, here, "release")
    assert (status, "court order 17" in text) == (409, True)
    assert _letter(mail, "two").state == "awaiting_review"
    held = f"/staff/held/{mail.ids['two']}"
    asked = ruth.post_form(f"{held}/assign", {"to": "2026-00117"}, held)
    assert "court order 17" in asked.text
    seen = re.findall(r'name="(although|despite|to|reason|seen)" value="([^"]*)"', asked.text)
    ruth.post_form(f"{held}/assign", dict(seen), held)
    assert _letter(mail, "two").state == "delivered"


def test_a_page_that_was_given_back_is_shown_again(ana: Visitor, ruth: Visitor, mail: Mail) -> None:
    here = _two_pages(mail)
    for number in (1, 2):
        ana.get(f"{here}/page/{number}/picture")
    for what, why in (("withhold", "a map"), ("give-back", "a river")):
        ruth.post_form(f"{here}/{what}", {"number": "2", "reason": why}, seen_on=here)
    status, _, text = _post(ana, here, "release")
    assert (status, "you have not seen as it is now" in text) == (409, True)
    assert _large(ana.get(here).text).endswith("/page/2/picture")
    ana.get(f"{here}/page/2/picture")
    assert _post(ana, here, "release")[0] == 303
