"""A facility that asks a second question at login."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from digitizer.access.password_hashing import hash_secret
from digitizer.entrances.web.app import make_app
from digitizer.storage.tables import inmate, writing
from tests.unit.entrances.web.web_kit import PIN, Mail, Visitor


@pytest.fixture
def asked(mail: Mail) -> Iterator[Visitor]:
    house = mail.house
    with writing(house.engine) as tx:
        tx.execute(
            sa.update(inmate)
            .where(inmate.c.booking_number == "2026-00117")
            .values(question="Which <street>?", answer_hash=hash_secret("tern lane"))
        )
    web = house.settings.web.model_copy(update={"login_steps": ("pin", "security_question")})
    settings = house.settings.model_copy(update={"web": web})
    with Visitor(make_app(dataclasses.replace(house, settings=settings))) as client:
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
