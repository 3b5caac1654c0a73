"""The pages of the log of returned mail."""

from __future__ import annotations

import re

from digitizer.logbook import actions as logbook
from digitizer.model.people import Actor, ActorKind, StaffRole
from tests.support.web_kit import Mail, Visitor, add_letter, add_scan

HERE = "/staff/returned"
ANA = Actor(ActorKind.STAFF, "Ana Brookwater", StaffRole.CLERK)
GONE = {"booking": "2025-00031", "why": "released", "done": "returned"}


def _record(ana: Visitor, form: dict[str, str]) -> str:
    done = ana.post_form(HERE, form, seen_on=HERE)
    assert done.status_code == 303, done.text
    return str(done.headers["location"])


def test_the_one_who_is_meant_is_taken_and_several_are_asked(ana: Visitor) -> None:
    one = ana.get(f"{HERE}/found?find=marrow").text
    assert "Marrowby" in one
    assert "main" in one
    several = ana.get(f"{HERE}/found?find=quill").text
    assert '<button type="submit" disabled hidden>' in several
    assert "main" not in several
    assert "Mail that is not for here" in ana.get(f"{HERE}/new?find=marrow&booking=2025-00031").text
    for other in ("find=quill&booking=2025-00031", "find=quill", "booking=2025-00031"):
        assert "For whom was it?" in ana.get(f"{HERE}/new?{other}").text, other


def test_what_the_roster_says_is_chosen_and_what_cannot_be_is_not_offered(ana: Visitor) -> None:
    gone = ana.get(f"{HERE}/new?find=marrow&booking=2025-00031").text
    assert re.search(r'value="released" required checked', gone)
    assert 'value="unknown"' not in gone
    here = ana.get(f"{HERE}/new?find=tobias&booking=2026-00117").text
    assert 'value="released"' not in here
    free = ana.get(f"{HERE}/new?find=%3Cb%3EJon&free=true").text
    assert "&lt;b&gt;Jon" in free
    assert re.search(r'value="unknown" required checked', free)


def test_an_envelope_is_recorded_labelled_and_found(ana: Visitor, mail: Mail) -> None:
    place = _record(ana, GONE | {"sender": "Ida <i>", "sender_address": "12 Long Road"})
    html = ana.get(place).text
    assert "Put the label on the envelope" in html
    assert "Ida &lt;i&gt;" in html
    entry = place.partition("?")[0]
    label = ana.get(f"{entry}/label.pdf")
    assert (label.status_code, label.content[:4]) == (200, b"%PDF")
    queued = ana.post_form(f"{entry}/print", {}, seen_on=entry)
    assert "The label waits to be printed." in queued.text
    assert "Label 1" in ana.get("/staff/print").text
    assert entry in ana.get(f"{HERE}?q=marrowby").text
    assert "Nothing in the log" in ana.get(f"{HERE}?q=zzz").text
    table = ana.get(f"{HERE}/log.csv?q=ida")
    assert table.headers["content-type"].startswith("text/csv")
    assert "Desmond Marrowby" in table.text


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(ana: Visitor) -> None:
    for form, says in (
        (GONE | {"done": "forwarded", "sender": "Ida"}, "Write the address"),
        (GONE | {"why": ""}, "Choose why"),
        ({"booking": "2026-00117", "why": "released"}, "this is their mail"),
    ):
        answer = ana.post_form(HERE, form, seen_on=HERE)
        assert (answer.status_code, says in answer.text) == (409, True), says
    kept = ana.post_form(HERE, GONE | {"done": "forwarded", "sender": "Ida"}, seen_on=HERE).text
    assert 'value="Ida"' in kept
    assert 'value="forwarded" checked' in kept


def test_a_held_letter_goes_back_by_its_page(ana: Visitor, mail: Mail) -> None:
    letter = add_letter(mail, add_scan(mail, "a.pdf"), None, proposed="2025-00031", reason="Away.")
    assert f"{HERE}/new?item={letter}" in ana.get(f"/staff/held/{letter}").text
    page = f"{HERE}/new?item={letter}"
    html = ana.get(page).text
    assert "With this entry it is rejected" in html
    stale = ana.post_form(HERE, GONE | {"item": letter, "seen": "older"}, seen_on=HERE)
    assert (stale.status_code, "changed this item" in stale.text) == (409, True)
    done = ana.post_form(HERE, GONE | {"item": letter}, seen_on=page)
    assert done.headers["location"].endswith("?done=decided")
    record = ana.get(f"/staff/mail/{letter}").text
    assert "rejected" in record
    assert "Returned mail, entry 1" in record
    assert "Return or forward it" not in record
    undone = ana.get(f"/staff/held?decided={letter}").text
    assert "Undo" in undone


def test_somebody_else_can_be_chosen_for_a_held_letter(ana: Visitor, mail: Mail) -> None:
    letter = add_letter(mail, add_scan(mail, "a.pdf"), None, proposed="2025-00031", reason="Away.")
    other = ana.get(f"{HERE}/new?item={letter}&find=Jon&free=true").text
    assert "<strong>Jon</strong>" in other
    assert f'name="item" value="{letter}"' in other
    assert ana.get(f"{HERE}/new?item=none").status_code == 404


def test_a_supervisor_strikes_an_entry_out(ana: Visitor, mail: Mail, ruth: Visitor) -> None:
    place = _record(ruth, GONE).partition("?")[0]
    assert "Strike it out" in ruth.get(place).text
    bare = ruth.post_form(f"{place}/strike", {"reason": " "}, seen_on=place)
    assert bare.status_code == 409
    done = ruth.post_form(f"{place}/strike", {"reason": "another one"}, seen_on=place)
    html = ruth.get(done.headers["location"]).text
    assert "another one" in html
    assert "label.pdf" not in html
    assert logbook.returned_list(mail.facility, ANA)[0].struck is not None


def test_an_investigator_looks_only(ivo: Visitor, mail: Mail) -> None:
    html = ivo.get(HERE).text
    assert "For whom was it?" not in html
    assert ivo.get(f"{HERE}/new?find=marrow&booking=2025-00031").status_code == 403
