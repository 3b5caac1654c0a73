"""Writing on the family's pages: with photos, kept, sent; and that two families see nothing of each
other's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from digitizer.messages import writing as conversing
from digitizer.notifications.announcements import announce
from digitizer.people.correspondents import actions
from digitizer.screening import message_review
from digitizer.support.clock import now
from tests.support.conversing import a_photo, as_correspondent
from tests.support.made_mail import CLERK, SUPERVISOR, as_inmate
from tests.support.web_kit import Visitor, without_code
from tests.unit.entrances.web.family.conftest import JOSE, TOBIAS, Families

HERE = f"/family/with/{TOBIAS}"


def _csrf(browser: Visitor) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/family/account").text)
    assert found is not None
    return found[1]


def _post(browser: Visitor, act: str, body: str = "Hello", photo: bytes | None = None) -> str:
    """Where it leads."""
    answer = browser.post(
        HERE,
        data={"csrf": _csrf(browser), "subject": "Hi", "body": body, "act": act},
        files={"photo": ("me.jpg", photo, "image/jpeg")} if photo else None,
        follow_redirects=False,
    )
    return str(answer.headers.get("location", answer.status_code))


def test_photos_are_added_and_removed_and_no_word_is_lost(families: Families) -> None:
    assert _post(families.nora, "photo", "Two\r\nlines", a_photo()) == f"{HERE}?done=saved#write"
    assert families.nora.get(f"{HERE}/draft/1").content.startswith(b"\xff\xd8")
    assert "Two\nlines</textarea>" in families.nora.get(HERE).text
    assert _post(families.nora, "remove-1", "Three") == f"{HERE}?done=saved#write"
    assert families.nora.get(f"{HERE}/draft/1").status_code == 404
    assert "Three</textarea>" in families.nora.get(HERE).text
    assert _post(families.nora, "send", "All", a_photo()) == f"{HERE}?done=sent#write"
    html = families.nora.get(HERE).text
    assert "waits for staff to look at it" in html
    (photo,) = set(re.findall(r"/family/photo/\w+/1", html))
    assert families.nora.get(photo).headers["content-type"] == "image/jpeg"


def test_what_is_no_photo_is_said_and_the_text_stays(families: Families) -> None:
    assert _post(families.nora, "photo", "Kept words", b"no photo at all") == "409"
    assert "Kept words</textarea>" in families.nora.get(HERE).text


def test_the_characters_left_are_said_without_a_script(families: Families) -> None:
    most = families.facility.settings.messages.characters
    _post(families.nora, "save", "12345")
    assert f"{most - 5} characters left of {most}" in families.nora.get(HERE).text
    assert _post(families.nora, "send", "x" * (most + 3)) == "409"
    html = families.nora.get(HERE).text
    assert "3 characters too many" in html
    assert _post(families.nora, "send", "é" * most) == f"{HERE}?done=sent#write"


def test_a_script_keeps_the_draft(families: Families) -> None:
    data = {"csrf": _csrf(families.nora), "subject": "Hi", "body": "Half a"}
    assert families.nora.post(f"{HERE}/draft", data=data).status_code == 204
    assert "Half a</textarea>" in families.nora.get(HERE).text


def test_refused_and_read_in_words(families: Families) -> None:
    nora = as_correspondent(families.numbers["nora"])
    for body in ("First", "Second"):
        _post(families.nora, "send", body)
    first, second = (
        each.id for each in conversing.conversation(families.facility, TOBIAS, nora).entries
    )
    message_review.refuse_message(families.facility, first, CLERK, "it names somebody")
    message_review.release_message(families.facility, second, CLERK, "nothing")
    conversing.conversation(families.facility, nora.name, as_inmate(TOBIAS))
    html = families.nora.get(HERE).text
    assert "it names somebody" in html
    assert "read on" in html


def test_two_families_see_nothing_of_each_other(families: Families) -> None:
    """By number, by picture, by draft: another's and none are the same answer."""
    _post(families.nora, "photo", "For Tobias", a_photo())
    _post(families.nora, "send", "For Tobias")
    _post(families.nora, "photo", "Another", a_photo())
    nora = as_correspondent(families.numbers["nora"])
    (sent,) = conversing.conversation(families.facility, TOBIAS, nora).entries
    for theirs, nothing in (
        (HERE, "/family/with/2026-99999"),
        (f"{HERE}/draft/1", "/family/with/2026-99999/draft/1"),
        (f"/family/photo/{sent.id}/1", "/family/photo/none/1"),
        (f"/family/reply/{sent.id}/1", "/family/reply/none/1"),
    ):
        pages = {
            (answer.status_code, without_code(answer.text).replace(path, "PATH"))
            for path in (theirs, nothing)
            for answer in [families.sam.get(path)]
        }
        assert len(pages) == 1
        assert next(iter(pages))[0] == 404
    signed = {"csrf": _csrf(families.sam), "body": "x", "act": "send", "reason": "why"}
    for act in ("", "/draft", "/stop", "/resume"):
        pages = {
            (answer.status_code, without_code(answer.text).replace(number, "NUMBER"))
            for number in (TOBIAS, "2026-99999")
            for answer in [families.sam.post(f"/family/with/{number}{act}", data=signed)]
        }
        assert len(pages) == 1
        assert next(iter(pages))[0] == 404
    assert "For Tobias" not in families.sam.get(f"/family/with/{JOSE}").text


@pytest.mark.parametrize("booking", [JOSE, "2026-99999"])
def test_asking_is_answered_alike_whoever_is_here(
    families: Families, slept: list[float], booking: str
) -> None:
    typed = {"booking": booking, "name": "Jose Okonkwo Ruiz"}
    answer = families.nora.post_form("/family/ask", typed, seen_on="/family/ask")
    assert answer.headers["location"] == "/family/home?asked=true"
    assert len(slept) == 1
    html = families.nora.get("/family/home").text
    assert "José" not in html
    assert "waits for staff" in html


def test_staff_find_what_waits_and_the_family_reads_the_answer(families: Families) -> None:
    typed = {"booking": JOSE, "name": "Jose Okonkwo Ruiz"}
    families.nora.post_form("/family/ask", typed, seen_on="/family/ask")
    staff = families.anyone
    staff.post("/staff/login", data={"name": "Ruth Harrow", "password": "plain-invented-words"})
    assert "/staff/correspondents#asks" in staff.get("/staff").text
    html = staff.get("/staff/correspondents").text
    assert "José Okonkwo-Ruiz" in html
    path = re.search(r"/staff/correspondents/asks/\d+", html)
    assert path is not None
    no_reason = staff.post_form(path[0], {"approve": "true"}, seen_on="/staff/correspondents")
    assert no_reason.status_code == 409
    done = {"approve": "true", "reason": "known by sight"}
    assert staff.post_form(path[0], done, seen_on="/staff/correspondents").status_code == 303
    assert "José Okonkwo-Ruiz" in families.nora.get("/family/home").text
    assert "/staff/correspondents#asks" not in staff.get("/staff").text


def test_stopping_and_allowing_again(families: Families) -> None:
    stopped = families.nora.post_form(f"{HERE}/stop", {"reason": "a quarrel"}, seen_on=HERE)
    assert stopped.status_code == 303
    html = families.nora.get(HERE).text
    assert "You have stopped messages" in html
    assert "<textarea" not in html
    assert families.nora.post_form(f"{HERE}/resume", {}, seen_on=HERE).status_code == 303
    assert "<textarea" in families.nora.get(HERE).text
    actions.block_mail(families.facility, None, TOBIAS, SUPERVISOR, "court order 17")
    assert "court order 17" in families.nora.get(HERE).text


def _form(browser: Visitor) -> str:
    found = re.search(r'name="form" value="([^"]+)"', browser.get(HERE).text)
    assert found is not None
    return found[1]


def test_a_form_that_is_sent_twice_gets_the_same_answer_and_is_one_message(
    families: Families,
) -> None:
    browser = families.nora
    data = {"csrf": _csrf(browser), "form": _form(browser), "body": "Once", "act": "send"}
    for _ in range(2):
        sent = browser.post(HERE, data=data, follow_redirects=False)
        assert (sent.status_code, sent.headers["location"]) == (303, f"{HERE}?done=sent#write")
    late = browser.post(f"{HERE}/draft", data=data | {"save_number": "7"})
    assert (late.status_code, list(late.json())) == (409, ["over"])
    html = browser.get(HERE).text
    assert html.count('<p class="lines">Once</p>') == 1
    assert "Once</textarea>" not in html


def test_a_photo_that_comes_with_a_form_twice_is_in_one_message(families: Families) -> None:
    browser = families.nora
    data = {"csrf": _csrf(browser), "form": _form(browser), "body": "Once", "act": "send"}
    for _ in range(2):
        files = {"photo": ("me.jpg", a_photo(), "image/jpeg")}
        sent = browser.post(HERE, data=data, files=files, follow_redirects=False)
        assert sent.headers["location"] == f"{HERE}?done=sent#write"
    html = browser.get(HERE).text
    assert len(set(re.findall(r"/family/photo/\w+/1", html))) == 1
    assert f"{HERE}/draft/1" not in html


def test_a_save_that_comes_late_does_not_replace_a_later_one(families: Families) -> None:
    browser = families.nora
    data = {"csrf": _csrf(browser), "form": _form(browser)}
    for number, body in ((2, "The later"), (1, "The earlier")):
        typed = data | {"body": body, "save_number": str(number)}
        assert browser.post(f"{HERE}/draft", data=typed).status_code == 204
    assert "The later</textarea>" in browser.get(HERE).text


def test_what_staff_announce_is_on_the_familys_pages(families: Families) -> None:
    ends = now() + timedelta(hours=1)
    announce(families.facility, "Lockdown.", "Encierro.", now(), ends, SUPERVISOR)
    for browser, path in (
        (families.anyone, "/family"),
        (families.anyone, "/family/login"),
        (families.nora, "/family/home"),
        (families.nora, HERE),
    ):
        assert "Lockdown." in browser.get(path).text, path
    assert "Lockdown." not in families.nora.get("/family/account").text


def test_words_of_two_pages_are_both_kept_and_a_photo_with_them(families: Families) -> None:
    browser = families.nora
    data = {name: _field(browser, name) for name in ("csrf", "form", "over")}
    me = as_correspondent(families.numbers["nora"])
    conversing.save_draft(families.facility, TOBIAS, "", "From the telephone", me)
    sent = data | {"save_number": "1", "subject": "", "body": "Typed here", "act": "send"}
    answer = browser.post(HERE, data=sent, files={"photo": ("me.jpg", a_photo(), "image/jpeg")})
    assert answer.status_code == 409
    assert "both are kept below" in answer.text
    assert "Typed here\n\nFrom the telephone</textarea>" in answer.text
    assert f"{HERE}/draft/1" in answer.text
    assert not conversing.conversation(families.facility, TOBIAS, me).entries
    late = browser.post(f"{HERE}/draft", data=sent)
    assert late.status_code == 409
    assert "on another page by now" in late.json()["over"]


def _field(browser: Visitor, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', browser.get(HERE).text)
    assert found is not None
    return found[1]
