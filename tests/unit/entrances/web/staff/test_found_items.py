"""The pages of what was found in envelopes."""

from __future__ import annotations

from digitizer.logbook import actions as logbook
from digitizer.model.people import Actor, ActorKind, StaffRole
from tests.support.web_kit import Mail, Visitor

HERE = "/staff/items"
ANA = Actor(ActorKind.STAFF, "Ana Brookwater", StaffRole.CLERK)
CASH = {"booking": "2026-00117", "kind": "cash", "amount": "20", "found_by": "Ana Brookwater"}


def _record(browser: Visitor, form: dict[str, str]) -> str:
    done = browser.post_form(HERE, form, seen_on=HERE)
    assert done.status_code == 303, done.text
    return str(done.headers["location"]).partition("?")[0]


def test_money_is_recorded_with_its_receipt_and_added_up(ana: Visitor) -> None:
    page = ana.get(f"{HERE}/new?find=tobias&booking=2026-00117").text
    assert "Tobias Quillfeather" in page
    assert 'value="Ana Brookwater"' in page
    first = _record(ana, CASH)
    _record(ana, CASH | {"kind": "money_order", "amount": "1,250.50", "number": "998-11"})
    html = ana.get(HERE).text
    assert "$1,270.50" in html
    assert "$1,250.50" in ana.get(f"{HERE}?q=998").text
    receipt = ana.get(f"{first}/receipt.pdf")
    assert (receipt.status_code, receipt.content[:4]) == (200, b"%PDF")
    queued = ana.post_form(f"{first}/print", {}, seen_on=first)
    assert "The receipt waits to be printed." in queued.text
    assert "Receipt 1" in ana.get("/staff/print").text
    assert "998-11" in ana.get(f"{HERE}/log.csv").text


def test_where_it_went_is_the_usual_unless_it_is_said(ana: Visitor, mail: Mail) -> None:
    _record(ana, CASH)
    _record(ana, CASH | {"kind": "book", "what": "A <b>novel</b>", "amount": ""})
    _record(ana, CASH | {"kind": "property", "what": "A knife", "went": "evidence"})
    went = [str(each.went) for each in logbook.found_items(mail.facility, ANA).items]
    assert went == ["evidence", "property_room", "account"]
    assert "A &lt;b&gt;novel&lt;/b&gt;" in ana.get(HERE).text


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(ana: Visitor) -> None:
    for form, says in (
        (CASH | {"amount": "20,50"}, "Write the amount as"),
        (CASH | {"kind": "check"}, "Write the number"),
        (CASH | {"kind": "nonsense"}, "Choose what was found"),
        (CASH | {"booking": "", "name": "Jon"}, "has an account"),
    ):
        answer = ana.post_form(HERE, form, seen_on=HERE)
        assert (answer.status_code, says in answer.text) == (409, True), says
    kept = ana.post_form(HERE, CASH | {"amount": "20,50"}, seen_on=HERE).text
    assert 'value="20,50"' in kept


def test_a_supervisor_corrects_and_what_it_said_before_stays(ruth: Visitor) -> None:
    place = _record(ruth, CASH)
    wrong = ruth.post_form(f"{place}/correct", CASH | {"amount": "x", "reason": "y"}, seen_on=place)
    assert (wrong.status_code, "Write the amount as" in wrong.text) == (409, True)
    assert '<details class="card" open>' in wrong.text
    right = CASH | {"amount": "15", "reason": "counted"}
    done = ruth.post_form(f"{place}/correct", right, seen_on=place)
    html = ruth.get(done.headers["location"]).text
    assert "$15.00" in html
    assert "amount: $20.00" in html
    struck = ruth.post_form(f"{place}/strike", {"reason": "twice"}, seen_on=place)
    assert "struck out" in ruth.get(struck.headers["location"]).text
    assert "none" in ruth.get(HERE).text


def test_a_clerk_corrects_nothing(ana: Visitor) -> None:
    place = _record(ana, CASH)
    assert "Correct it" not in ana.get(place).text
    answer = ana.post_form(f"{place}/correct", CASH | {"reason": "y"}, seen_on=place)
    assert answer.status_code == 403


def test_several_people_are_asked_and_the_next_thing_is_for_the_same(ana: Visitor) -> None:
    assert "main" not in ana.get(f"{HERE}/found?find=quill").text
    place = _record(ana, CASH)
    more = f"{HERE}/new?find=2026-00117&amp;booking=2026-00117"
    assert more in ana.get(place).text
    assert "Tobias" in ana.get(more.replace("&amp;", "&")).text


def test_the_letter_it_came_with_leads_to_it(ana: Visitor, mail: Mail) -> None:
    letter = mail.ids["letter"]
    page = ana.get(f"{HERE}/new?item={letter}").text
    assert "Tobias Quillfeather" in page
    _record(ana, CASH | {"item": letter})
    assert "Found in its envelope, receipt 1" in ana.get(f"/staff/mail/{letter}").text


def test_an_investigator_looks_only(ivo: Visitor) -> None:
    html = ivo.get(HERE).text
    assert "Whose is it?" not in html
    assert ivo.get(f"{HERE}/new?find=tobias&booking=2026-00117").status_code == 403
