"""The front page, logging in by PIN and question, and out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from digitizer.access.password_hashing import hash_secret
from digitizer.entrances.web.app import make_app
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate
from tests.support.web_kit import PIN, Mail, Visitor

SESSION = "digitizer"


def test_the_front_page_asks_who_you_are(browser: Visitor) -> None:
    html = browser.get("/").text
    assert 'href="/login"' in html
    assert 'href="/staff/login"' in html


def test_health(browser: Visitor) -> None:
    assert browser.get("/healthz").text == "ok"


def test_refusals_look_the_same(browser: Visitor) -> None:
    pages = {
        browser.post("/login", data={"booking_number": number, "pin": "111222"}).text
        for number in ("2026-00117", "no-such", "", *("2026-00117",) * 5)
    }
    assert len(pages) == 1
    locked = browser.post("/login", data={"booking_number": "2026-00117", "pin": PIN})
    assert (locked.status_code, {locked.text}) == (403, pages)


def test_what_was_typed_is_not_sent_back(browser: Visitor) -> None:
    page = browser.post("/login", data={"booking_number": "445566", "pin": "445566"}).text
    assert "445566" not in page


def test_logging_out_ends_it_here_and_in_the_browser(tobias: Visitor) -> None:
    token = tobias.cookies[SESSION]
    answer = tobias.post_form("/logout", {}, seen_on="/mail")
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert answer.headers["location"].startswith("/login?bye=out")
    tobias.cookies.set(SESSION, token)
    assert tobias.get("/mail", follow_redirects=False).status_code == 303


def test_an_idle_page_logs_out(tobias: Visitor) -> None:
    assert "/logout/idle" in tobias.get("/mail").text
    answer = tobias.get("/logout/idle", follow_redirects=False)
    assert "clear-site-data" in answer.headers
    assert tobias.get("/mail", follow_redirects=False).status_code == 303


def test_use_of_the_terminal_is_noted_only_for_visitors(tobias: Visitor) -> None:
    assert tobias.post("/awake").status_code == 204
    tobias.cookies.clear()
    assert tobias.post("/awake").status_code == 403


def test_the_script_library_is_there_with_its_licence(browser: Visitor) -> None:
    assert browser.get("/static/htmx.min.js").status_code == 200
    assert "Zero-Clause BSD" in browser.get("/static/LICENSE-htmx.txt").text
    assert browser.get("/static/../base.html").status_code == 404


@pytest.fixture
def asked(mail: Mail) -> Iterator[Visitor]:
    facility = mail.facility
    with writing(facility.engine) as tx:
        tx.execute(
            sa.update(inmate)
            .where(inmate.c.booking_number == "2026-00117")
            .values(question="Which <street>?", answer_hash=hash_secret("tern lane"))
        )
    web = facility.settings.web.model_copy(update={"login_steps": ("pin", "security_question")})
    settings = facility.settings.model_copy(update={"web": web})
    with Visitor(make_app(dataclasses.replace(facility, settings=settings))) as client:
        yield client


def _first(visitor: Visitor, number: str = "2026-00117") -> None:
    visitor.post("/login", data={"booking_number": number, "pin": PIN})


def test_the_pin_alone_opens_no_mailbox(asked: Visitor) -> None:
    _first(asked)
    for path in ("/mail", "/mail/letter0000000000/1", "/mail/letter0000000000/1/picture"):
        answer = asked.get(path, follow_redirects=False)
        assert answer.headers["location"] == "/login/more"


def test_the_answer_opens_it(asked: Visitor) -> None:
    _first(asked)
    assert "Which &lt;street&gt;?" in asked.get("/login/more").text
    answer = asked.post_form("/login/more", {"answer": "Tern  Lane"}, seen_on="/login/more")
    assert answer.headers["location"] == "/mail"
    assert asked.get("/mail").status_code == 200


def test_a_wrong_answer_does_not(asked: Visitor) -> None:
    _first(asked)
    answer = asked.post_form("/login/more", {"answer": "Gull Road"}, seen_on="/login/more")
    assert answer.status_code == 403
    assert asked.get("/mail", follow_redirects=False).status_code == 303


def test_the_answer_must_come_from_the_page(asked: Visitor) -> None:
    _first(asked)
    assert asked.post_form("/login/more", {"answer": "tern lane"}).status_code == 403


def test_who_has_no_question_yet_is_sent_to_an_officer(asked: Visitor) -> None:
    _first(asked, "2026-00118")
    page = asked.get("/login/more").text
    assert "not set up" in page
    assert 'name="answer"' not in page
