"""Staff find a page of delivered mail, look at it, and correct its text."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from digitizer.letters import actions as letters
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, transcript
from tests.support.made_mail import CLERK, with_web_settings
from tests.support.web_kit import Mail, Visitor, add_letter_with_a_back


@pytest.fixture
def mail(mail: Mail, request: pytest.FixtureRequest) -> Mail:
    """Nobody is asked why they open a letter, but where a test says who is."""
    asked = getattr(request, "param", ())
    mail.facility = with_web_settings(mail.facility, reading_reason_for=asked)
    return mail


def _verbs(mail: Mail) -> list[str]:
    with reading(mail.facility.engine) as tx:
        return list(tx.execute(sa.select(event.c.verb).order_by(event.c.seq)).scalars())


def test_the_empty_search_looks_at_nobodys_mail(ana: Visitor, mail: Mail) -> None:
    before = _verbs(mail)
    assert "Find in delivered mail" in ana.get("/staff/mail").text
    assert _verbs(mail) == before


def test_a_search_finds_pages_of_all_mailboxes_and_is_logged(ana: Visitor, mail: Mail) -> None:
    html = ana.get("/staff/mail", params={"q": "harbor"}).text
    assert f'href="/staff/mail/{mail.ids["letter"]}/2?find=harbor"' in html
    assert _verbs(mail)[-1] == "search"
    assert "Nothing found." in ana.get("/staff/mail", params={"q": "xylophone"}).text


def test_words_that_only_look_alike_are_shown_apart(ana: Visitor, mail: Mail) -> None:
    html = ana.get("/staff/mail", params={"q": "barbor"}).text
    assert "Nothing found." in html
    assert html.index("<details") < html.index("less likely") < html.index(mail.ids["letter"])


def test_a_page_is_shown_beside_its_text(ana: Visitor, mail: Mail) -> None:
    html = ana.get(f"/staff/mail/{mail.ids['letter']}/2", params={"find": "sister"}).text
    assert html.count("<rect") == 1
    assert "As the machine read it" in html
    assert "Doubtful words: 2 of 15" in html
    assert '<span class="doubtful">driving</span>' in html
    picture = ana.get(f"/staff/mail/{mail.ids['letter']}/2/picture")
    assert picture.headers["content-type"].startswith("image/")


def test_a_page_that_may_have_lost_a_line_says_so(ana: Visitor, mail: Mail) -> None:
    here, told = f"/staff/mail/{mail.ids['letter']}/2", "Some of the writing on this page was not"
    assert told not in ana.get(here).text
    with writing(mail.facility.engine) as tx:
        tx.execute(sa.update(transcript).values(unread=0.05))
    assert told in ana.get(here).text
    letters.correct_page(mail.facility, mail.ids["letter"], 2, "All that stands there.", CLERK)
    assert told in ana.get(here).text.partition("<details")[2], "of what the machine read before"
    assert told not in ana.get(here).text.partition("<details")[0]


def test_a_page_that_is_perhaps_blank_says_so_to_staff(ana: Visitor, mail: Mail) -> None:
    letter = add_letter_with_a_back(mail, "2026-00117")
    assert "perhaps blank" not in ana.get(f"/staff/mail/{letter}/1").text
    assert "perhaps blank" in ana.get(f"/staff/mail/{letter}/2").text


def test_a_corrected_text_is_read_and_found(ana: Visitor, mail: Mail) -> None:
    page = f"/staff/mail/{mail.ids['letter']}/2"
    answer = ana.post_form(page, {"text": "Your brother drove\r\nto the lighthouse. "}, page)
    shown = ana.get(answer.headers["location"]).text
    assert "Saved." in shown
    assert "Corrected by a person" in shown
    assert "Ana Brookwater, " in shown
    by_person, by_machine = shown.split("What the machine read before")
    assert "doubtful" not in by_person
    assert '<span class="doubtful">driving</span>' in by_machine
    hits = ana.get("/staff/mail", params={"q": "lighthouse"}).text
    assert f"{mail.ids['letter']}/2" in hits
    assert _verbs(mail).count("correct text") == 1


def test_a_text_sent_empty_is_taken_for_an_accident(ana: Visitor, mail: Mail) -> None:
    page = f"/staff/mail/{mail.ids['letter']}/2"
    answer = ana.post_form(page, {"text": " \r\n"}, page)
    assert answer.status_code == 409
    assert "Nothing was kept" in answer.text
    assert "sister passed her driving" in answer.text  # the form has the text again
    assert "correct text" not in _verbs(mail)
    answer = ana.post_form(page, {"text": "", "is_bare": "true"}, page)
    assert answer.status_code == 303
    assert "There is no text on this page." in ana.get(page).text


def test_the_second_of_two_clerks_is_warned_and_loses_nothing(
    ana: Visitor, ruth: Visitor, mail: Mail
) -> None:
    page = f"/staff/mail/{mail.ids['letter']}/2"
    based_on = {"based_on": "0"}  # both opened the page before either kept anything
    assert ana.post_form(page, {"text": "Ana's text", **based_on}, page).status_code == 303
    answer = ruth.post_form(page, {"text": "Ruth's text", **based_on}, page)
    assert answer.status_code == 409
    assert "Ana Brookwater corrected this text while you were writing" in answer.text
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
    assert ivo.get(page).status_code == 403
    ivo.post_form("/staff/mail/case", {"case": "26-0117"}, "/staff")
    read = ivo.get(page)
    assert (read.status_code, "<textarea" in read.text) == (200, False)
    assert ivo.post_form(page, {"text": "mine"}, "/staff").status_code == 403


@pytest.mark.parametrize(
    ("name", "value"), [("letter", "\N{PILE OF POO}" * 400), ("find", "x" * 9000)]
)
def test_what_is_typed_makes_no_long_address(ivo: Visitor, name: str, value: str) -> None:
    """A proxy in front refuses an answer whose head is longer than some thousand bytes."""
    typed = {"case": "26-0117", "letter": "abc", name: value}
    answer = ivo.post_form("/staff/mail/case", typed, "/staff")
    assert (answer.status_code, len(answer.headers["location"]) < 3000) == (303, True)
    for position in ("9" * 4000, "0", "-1"):
        answer = ivo.post_form("/staff/mail/case", {**typed, "position": position}, "/staff")
        assert answer.status_code == 400


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


def test_words_in_a_list_of_finds_are_shown_as_a_machines(ana: Visitor, mail: Mail) -> None:
    assert "A machine read the words below" in ana.get("/staff/mail", params={"q": "harbor"}).text


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


@pytest.mark.parametrize("mail", [("clerk",)], ids=["clerk"], indirect=True)
def test_a_clerk_learns_no_word_of_letters_by_searching(ana: Visitor, mail: Mail) -> None:
    """A word that a letter has and one that none has: one page, and nothing of a hit."""
    pages = {
        ana.get("/staff/mail", params={"q": word}).text.replace(word, "WORD")
        for word in ("sister", "harbor", "nonsense", "lighthouse")
    }
    assert len(pages) == 1
    (page,) = pages
    assert "Why do you search the words of letters?" in page
    assert "Nothing found" not in page
    assert "search" not in _verbs(mail)


@pytest.mark.parametrize("mail", [("clerk",)], ids=["clerk"], indirect=True)
def test_a_clerk_who_says_why_searches(ana: Visitor, mail: Mail) -> None:
    here, form = "/staff/mail?q=sister", {"q": "sister", "reason": " "}
    assert ana.post_form("/staff/mail", form, here).status_code == 400
    answer = ana.post_form("/staff/mail", {**form, "reason": "he asks for it"}, here)
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    page = ana.get(here).text
    assert f"/staff/mail/{mail.ids['letter']}/2?find=sister" in page
    assert "driving" not in page  # a word beside it
    assert _verbs(mail)[-2:] == ["give reason", "search"]


@pytest.mark.parametrize("mail", [("clerk",)], ids=["clerk"], indirect=True)
def test_a_clerk_says_why_they_open_a_letter(ana: Visitor, mail: Mail) -> None:
    page = f"/staff/mail/{mail.ids['letter']}/2"
    asked = ana.get(f"{page}?find=harbor")
    assert (asked.status_code, "sister" in asked.text) == (403, False)
    assert ana.get(f"{page}/picture").status_code == 403
    assert ana.get(f"/staff/mail/{mail.ids['letter']}/letter.pdf").status_code == 403
    assert "sister" not in ana.get("/staff/mail", params={"q": "sister"}).text.replace(
        'value="sister"', ""
    ).replace("find=sister", "")
    form = {"reason": "a page is missing", "position": "2", "find": "harbor"}
    there = f"/staff/mail/{mail.ids['letter']}/reason"
    empty = ana.post_form(there, {**form, "reason": " "}, page)
    assert empty.status_code == 403
    opened = ana.post_form(there, form, page)
    assert opened.headers["location"] == f"{page}?find=harbor"
    assert "sister" in ana.get(opened.headers["location"]).text
    assert ana.get(f"{page}/picture").status_code == 200


@pytest.mark.parametrize("mail", [("clerk",)], ids=["clerk"], indirect=True)
def test_a_clerk_says_why_before_they_correct(ana: Visitor, mail: Mail) -> None:
    page = f"/staff/mail/{mail.ids['letter']}/2"
    answer = ana.post_form(page, {"text": "guessed", "based_on": "0"}, page)
    assert (answer.status_code, "Why do you open" in answer.text) == (403, True)
    assert "correct text" not in _verbs(mail)
