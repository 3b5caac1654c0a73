"""Staff find a page of delivered mail, look at it, and put its text right."""

from __future__ import annotations

import re

import sqlalchemy as sa

from digitizer.storage.tables import event, reading
from tests.unit.entrances.web.web_kit import Mail, Visitor, add_letter_with_a_back


def _verbs(mail: Mail) -> list[str]:
    with reading(mail.house.engine) as tx:
        return list(tx.execute(sa.select(event.c.verb).order_by(event.c.seq)).scalars())


def test_the_empty_search_looks_at_nobodys_mail(ana: Visitor, mail: Mail) -> None:
    before = _verbs(mail)
    assert "Find in delivered mail" in ana.get("/staff/mail").text
    assert _verbs(mail) == before


def test_a_search_finds_pages_of_all_mailboxes_and_is_logged(ana: Visitor, mail: Mail) -> None:
    html = ana.get("/staff/mail", params={"q": "harbor"}).text
    assert f'href="/staff/mail/{mail.ids["letter"]}/2?find=harbor"' in html
    assert _verbs(mail)[-1] == "search"
    assert "No page has words" in ana.get("/staff/mail", params={"q": "xylophone"}).text


def test_a_page_is_shown_beside_its_text(ana: Visitor, mail: Mail) -> None:
    html = ana.get(f"/staff/mail/{mail.ids['letter']}/2", params={"find": "sister"}).text
    assert html.count("<rect") == 1
    assert "As the machine read it" in html
    assert "Doubtful words: 2 of 15" in html
    assert '<span class="doubtful">driving</span>' in html
    picture = ana.get(f"/staff/mail/{mail.ids['letter']}/2/picture")
    assert picture.headers["content-type"].startswith("image/")


def test_a_page_that_is_perhaps_blank_says_so_to_staff(ana: Visitor, mail: Mail) -> None:
    letter = add_letter_with_a_back(mail, "2026-00117")
    assert "perhaps blank" not in ana.get(f"/staff/mail/{letter}/1").text
    assert "perhaps blank" in ana.get(f"/staff/mail/{letter}/2").text


def test_a_text_put_right_is_read_and_found(ana: Visitor, mail: Mail) -> None:
    page = f"/staff/mail/{mail.ids['letter']}/2"
    answer = ana.post_form(page, {"text": "Your brother drove\r\nto the lighthouse. "}, page)
    shown = ana.get(answer.headers["location"]).text
    assert "Kept." in shown
    assert "Put right by a person" in shown
    assert "Ana Brookwater, " in shown
    by_person, by_machine = shown.split("What the machine read before")
    assert "doubtful" not in by_person
    assert '<span class="doubtful">driving</span>' in by_machine
    hits = ana.get("/staff/mail", params={"q": "lighthouse"}).text
    assert f"{mail.ids['letter']}/2" in hits
    assert _verbs(mail).count("correct text") == 1


def test_a_text_sent_empty_is_taken_for_a_slip(ana: Visitor, mail: Mail) -> None:
    page = f"/staff/mail/{mail.ids['letter']}/2"
    answer = ana.post_form(page, {"text": " \r\n"}, page)
    assert answer.status_code == 409
    assert "Nothing was kept" in answer.text
    assert "sister passed her driving" in answer.text  # the form has the text again
    assert "correct text" not in _verbs(mail)
    answer = ana.post_form(page, {"text": "", "is_bare": "true"}, page)
    assert answer.status_code == 303
    assert "There is no text on this page." in ana.get(page).text


def test_of_two_clerks_the_second_is_told_and_loses_nothing(
    ana: Visitor, ruth: Visitor, mail: Mail
) -> None:
    page = f"/staff/mail/{mail.ids['letter']}/2"
    based_on = {"based_on": "0"}  # both opened the page before either kept anything
    assert ana.post_form(page, {"text": "Ana's text", **based_on}, page).status_code == 303
    answer = ruth.post_form(page, {"text": "Ruth's text", **based_on}, page)
    assert answer.status_code == 409
    assert "Ana Brookwater put this text right while you wrote" in answer.text
    assert "Ana&#39;s text" in answer.text
    assert ">Ruth&#39;s text</textarea>" in answer.text
    assert _verbs(mail).count("correct text") == 1
    (newest,) = re.findall(r'name="based_on" value="(\d+)"', answer.text)
    kept = ruth.post_form(page, {"text": "Both texts", "based_on": newest}, page)
    assert kept.status_code == 303


def test_what_was_searched_for_stays_in_sight_after_keeping(ana: Visitor, mail: Mail) -> None:
    page = f"/staff/mail/{mail.ids['letter']}/2?find=harbor+%26"
    answer = ana.post_form(page, {"text": "The harbor is small."}, page)
    assert answer.headers["location"].endswith("/2?kept=true&find=harbor+%26")


def test_staff_turn_a_page_too(ana: Visitor, mail: Mail) -> None:
    page = f"/staff/mail/{mail.ids['letter']}/2"
    turned = ana.get(f"{page}?quarter=2&find=sister").text
    assert f"{page}?quarter=3&amp;find=sister" in turned
    assert '<svg class="turned" viewBox="0 0 850 1100"' in turned


def test_who_may_only_look_gets_no_form(ivo: Visitor, mail: Mail) -> None:
    page = f"/staff/mail/{mail.ids['letter']}/2"
    assert "<textarea" not in ivo.get(page).text
    assert ivo.post_form(page, {"text": "mine"}, "/staff").status_code == 403


def test_a_letter_is_saved_as_pdf_and_logged(ana: Visitor, mail: Mail) -> None:
    here = f"/staff/mail/{mail.ids['letter']}"
    assert f'href="{here}/letter.pdf"' in ana.get(f"{here}/1").text
    answer = ana.get(f"{here}/letter.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="letter.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF")
    assert _verbs(mail)[-1] == "copy as PDF"
    assert ana.get("/staff/mail/nothing/letter.pdf").status_code == 404


def test_words_in_a_list_of_finds_are_said_to_be_a_machines(ana: Visitor, mail: Mail) -> None:
    assert "as a machine read them" in ana.get("/staff/mail", params={"q": "harbor"}).text


def test_a_page_that_is_not_there(ana: Visitor, mail: Mail) -> None:
    assert ana.get(f"/staff/mail/{mail.ids['letter']}/9").status_code == 404
    assert ana.get("/staff/mail/nothing/1").status_code == 404


def test_an_inmate_does_not_get_here(tobias: Visitor, mail: Mail) -> None:
    answer = tobias.get("/staff/mail", params={"q": "harbor"}, follow_redirects=False)
    assert answer.status_code in (303, 403)
    page = f"/staff/mail/{mail.ids['letter']}/2"
    assert tobias.get(page, follow_redirects=False).status_code in (303, 403)


def test_a_form_without_its_token_changes_nothing(ana: Visitor, mail: Mail) -> None:
    ana.post(f"/staff/mail/{mail.ids['letter']}/2", data={"text": "forged"})
    assert "correct text" not in _verbs(mail)
