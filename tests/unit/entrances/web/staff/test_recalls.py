"""Recall, undo and rejected mail in the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.entrances.web.app import make_app
from digitizer.model.events import Subject
from digitizer.storage.database import writing
from digitizer.storage.tables import session
from digitizer.support.clock import now
from tests.support.web_kit import PASSWORD, PIN, Mail, Visitor, _letter, decide, verbs

_TOBIAS, _JOSE = "2026-00117", "2026-00118"


@pytest.fixture
def tobias(mail: Mail) -> Iterator[Visitor]:
    """An inmate at a terminal of their own."""
    with Visitor(make_app(mail.facility), base_url="http://mail.example") as client:
        client.post("/login", data={"booking_number": _TOBIAS, "pin": PIN})
        yield client


def _recall(ruth: Visitor, an_id: str, **data: str) -> tuple[int, str, str]:
    here = f"/staff/recall/{an_id}"
    answer = ruth.post_form(here, data, seen_on=here)
    return answer.status_code, answer.headers.get("location", ""), answer.text


# --- recall


def test_the_open_session_of_the_inmate_loses_the_letter_at_once(
    ruth: Visitor, tobias: Visitor, mail: Mail
) -> None:
    letter = mail.ids["letter"]
    assert tobias.get(f"/mail/{letter}/1").status_code == 200
    assert letter in tobias.get("/mail", params={"q": "garden"}).text
    status, to, _ = _recall(ruth, letter, reason="It is José's", proof_password=PASSWORD)
    assert (status, to) == (303, f"/staff/held/{letter}?decided={letter}")
    assert letter not in tobias.get("/mail").text
    assert letter not in tobias.get("/mail", params={"q": "garden"}).text
    for path in ("", "/1", "/1/picture", "/letter.pdf"):
        gone, unknown = (tobias.get(f"/mail/{each}{path}") for each in (letter, "nothing"))
        assert (gone.status_code, unknown.status_code) == (404, 404)
        assert _plain(gone.text, letter) == _plain(unknown.text, "nothing")
    page = ruth.get(to).text
    assert "Recalled by Ruth Harrow: It is José" in page
    assert "who opened it on" in page


def _plain(html: str, an_id: str) -> str:
    """A page of an error without its random code and the id that was asked for."""
    return re.sub(r"<strong>[0-9A-Z]{8}</strong>", "", html).replace(an_id, "…")


def test_it_asks_for_the_password_first(ruth: Visitor, mail: Mail) -> None:
    with writing(mail.facility.engine) as tx:
        tx.execute(sa.update(session).values(proved=now() - timedelta(hours=1)))
    status, _, page = _recall(ruth, mail.ids["letter"], reason="It is José's")
    assert (status, "Is it still you?" in page) == (403, True)
    assert 'name="reason" value="It is José&#39;s"' in page
    assert _letter(mail, "letter").state == "delivered"


def test_it_needs_a_reason(ruth: Visitor, mail: Mail) -> None:
    status, _, page = _recall(ruth, mail.ids["letter"], proof_password=PASSWORD)
    assert (status, "needs a reason" in page) == (409, True)
    assert _letter(mail, "letter").state == "delivered"


def test_a_clerk_is_not_offered_it_and_cannot(ana: Visitor, mail: Mail) -> None:
    letter = mail.ids["letter"]
    page = ana.get(f"/staff/recall/{letter}").text
    assert "Only a supervisor or an administrator" in page
    assert "/staff/recall/" not in ana.get(f"/staff/mail/{letter}").text
    data = {"reason": "why", "proof_password": PASSWORD}
    answer = ana.post_form(f"/staff/recall/{letter}", data, seen_on=f"/staff/held/{_any(mail)}")
    assert answer.status_code == 409
    assert _letter(mail, "letter").state == "delivered"


def _any(mail: Mail) -> str:
    return mail.ids["held"]


def test_the_page_says_who_saw_it(ruth: Visitor, tobias: Visitor, mail: Mail) -> None:
    letter = mail.ids["letter"]
    assert "has not opened it" in ruth.get(f"/staff/recall/{letter}").text
    tobias.get(f"/mail/{letter}/2")
    page = ruth.get(f"/staff/recall/{letter}").text
    assert "recorded as an incident" in page
    assert re.search(rf"<td>Inmate {_TOBIAS}</td><td>opened it</td><td>2</td>", page)


def test_what_is_held_leads_to_where_it_is_decided(ruth: Visitor, mail: Mail) -> None:
    page = ruth.get(f"/staff/recall/{mail.ids['held']}").text
    assert f'href="/staff/held/{mail.ids["held"]}"' in page
    assert 'method="post" action="/staff/recall' not in page


# --- rejected mail


def test_rejected_mail_is_found_and_recalled_from_there(ruth: Visitor, mail: Mail) -> None:
    decide(ruth, mail.ids["review"], "reject", reason="Perfume on the paper")
    decide(ruth, mail.ids["whole"], "reject", reason="Not ours")
    listed = ruth.get("/staff/rejected").text
    assert listed.index("Not ours") < listed.index("Perfume on the paper")
    assert "José Okonkwo-Ruiz" in listed
    assert "Not printed yet" in listed
    assert "Whole scan of" in listed
    for name in ("review", "whole"):
        assert f'href="/staff/recall/{mail.ids[name]}"' in listed
        assert "paper is still here" in ruth.get(f"/staff/recall/{mail.ids[name]}").text
        data = {"reason": "It was soap", "proof_password": PASSWORD}
        assert _recall(ruth, mail.ids[name], **data)[0] == 303
    assert "Nothing is rejected" in ruth.get("/staff/rejected").text
    assert "It had been rejected: Not ours." in ruth.get(f"/staff/held/{mail.ids['whole']}").text


def test_a_clerk_sees_rejected_mail_without_the_button(ana: Visitor, mail: Mail) -> None:
    decide(ana, mail.ids["review"], "reject", reason="Perfume on the paper")
    listed = ana.get("/staff/rejected").text
    assert "Perfume on the paper" in listed
    assert "/staff/recall/" not in listed
    assert 'href="/staff/rejected"' in ana.get("/staff/held").text


# --- the record of a letter


def test_a_settled_letter_shows_its_whole_record_and_no_page(ruth: Visitor, mail: Mail) -> None:
    decide(ruth, mail.ids["held"], "assign", to=_TOBIAS, reason="Named on it")
    page = ruth.get(f"/staff/mail/{mail.ids['held']}").text
    assert re.search(r"<h1>Letter of \d+ \w+, 2 pages", page)
    assert "Tobias Quillfeather" in page
    assert "Not yet, by the inmate" in page
    assert "<td>assign</td>" in page
    assert "<td>take in</td>" in page
    assert "undo:" not in page
    assert "/picture" not in page
    assert "Dear Tobias" not in page


def test_an_open_letter_says_whose_it_is(ruth: Visitor, mail: Mail) -> None:
    page = ruth.get(f"/staff/mail/{mail.ids['letter']}/1").text
    assert re.search(r"Letter of \d+ \w+, 3 pages: page 1", page)
    assert "In the mailbox of <strong>Tobias Quillfeather</strong>" in page
    assert "not opened by the inmate yet" in page
    assert "Chain of custody" in page
    assert f'href="/staff/recall/{mail.ids["letter"]}"' in page


def test_a_letter_of_nobody_is_not_there(ana: Visitor) -> None:
    for path in ("mail", "recall"):
        assert ana.get(f"/staff/{path}/nothing").status_code == 404


# --- undo, and whom the cover names


def _undo(ana: Visitor, page: str) -> tuple[int, str]:
    """Presses the button that the banner of this page offers."""
    (path,) = re.findall(r'action="(/staff/held/\w+/undo)"', page)
    (act,) = re.findall(r'name="act" value="(\d+)"', page)
    (csrf,) = set(re.findall(r'name="csrf" value="([^"]+)"', page))
    answer = ana.post(path, data={"act": act, "csrf": csrf}, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", "") or answer.text


def test_the_banner_undoes_the_last_decision(ana: Visitor, mail: Mail) -> None:
    held = mail.ids["held"]
    before = _letter(mail, "held")
    _, to, _ = decide(ana, held, "assign", to=_TOBIAS, reason="Named on it")
    page = ana.get(to).text
    assert 'data-key="u"' in page
    assert _undo(ana, page) == (303, f"/staff/held/{held}?decided={held}")
    assert _letter(mail, "held") == before
    page = ana.get(f"/staff/held/{held}?decided={held}").text
    assert "Undone: <strong>assign</strong>" in page
    assert "/undo" not in page
    assert verbs(mail, Subject.letter(held))[-1] == ("undo", "Ana Brookwater")


def test_a_whole_scan_that_was_cut_is_whole_again(ana: Visitor, mail: Mail) -> None:
    _, to, _ = decide(ana, mail.ids["whole"], "cut", before="2", reason="Two hands")
    status, to = _undo(ana, ana.get(to).text)
    assert (status, to) == (303, f"/staff/held/{mail.ids['whole']}?decided={mail.ids['whole']}")
    assert "Held scan" in ana.get(to).text


def test_once_the_inmate_opened_it_it_is_too_late(
    ana: Visitor, tobias: Visitor, mail: Mail
) -> None:
    _, to, _ = decide(ana, mail.ids["held"], "assign", to=_TOBIAS, reason="Named on it")
    page = ana.get(to).text
    tobias.get(f"/mail/{mail.ids['held']}/1")
    status, said = _undo(ana, page)
    assert status == 409
    assert "too late to undo this: the inmate has opened it. A supervisor can recall it." in said
    assert "/undo" not in ana.get(to).text
    assert _letter(mail, "held").state == "delivered"


def test_another_person_is_not_offered_it(ana: Visitor, ruth: Visitor, mail: Mail) -> None:
    _, to, _ = decide(ana, mail.ids["held"], "reject", reason="No")
    assert "/undo" not in ruth.get(to).text


def test_undoing_needs_the_token_of_the_session(ana: Visitor, mail: Mail) -> None:
    decide(ana, mail.ids["held"], "reject", reason="No")
    answer = ana.post(f"/staff/held/{mail.ids['held']}/undo", data={"act": "1"})
    assert answer.status_code == 403


def test_to_another_than_the_cover_names_asks_once_more(ruth: Visitor, mail: Mail) -> None:
    held = mail.ids["review"]
    status, _, page = decide(ruth, held, "assign", to=_TOBIAS, reason="The envelope says so")
    assert status == 200
    assert page.index("José Okonkwo-Ruiz") < page.index("Tobias Quillfeather")
    assert 'data-key="Enter"' not in page, "a key pressed twice does not confirm"
    assert _letter(mail, "review").state == "awaiting_review"
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert fields["reason"] == "The envelope says so"
    answer = ruth.post(f"/staff/held/{held}/assign", data=fields, follow_redirects=False)
    assert answer.status_code == 303
    assert _letter(mail, "review").state == "delivered"


def test_a_confirmation_is_good_for_the_inmate_it_showed(ana: Visitor, mail: Mail) -> None:
    held = mail.ids["review"]
    data = {"to": _TOBIAS, "although": "2026-00204", "reason": "why"}
    assert decide(ana, held, "assign", **data)[0] == 200
    assert _letter(mail, "review").state == "awaiting_review"


def test_to_whom_the_cover_names_asks_nothing(ruth: Visitor, mail: Mail) -> None:
    assert decide(ruth, mail.ids["review"], "assign", to=_JOSE, reason="why")[0] == 303
    assert _letter(mail, "review").state == "delivered"
