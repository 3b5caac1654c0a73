"""The page on which somebody who left types the code of their slip."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer.departures import actions, making
from digitizer.entrances.web.app import make_app
from digitizer.entrances.web.shared.headers import Pages
from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate
from tests.support.leaving_mail import with_page
from tests.support.made_mail import ADMINISTRATOR
from tests.support.web_kit import Mail, Visitor

HERE = "/family/takeaway"
DESMOND = "2025-00031"  # released
TOBIAS = "2026-00117"  # in custody
RIGHT = {"booking": DESMOND, "last_name": "Marrowby"}


@pytest.fixture
def facility(mail: Mail) -> Facility:
    return with_page(mail.facility)


@pytest.fixture
def visitor(facility: Facility) -> Iterator[Visitor]:
    with Visitor(
        make_app(facility), base_url="https://mail.jail.example", follow_redirects=False
    ) as client:
        yield client


@pytest.fixture
def code(facility: Facility) -> str:
    return actions.make_code(facility, DESMOND, ADMINISTRATOR).code


def test_a_right_code_gives_the_file_and_no_login(visitor: Visitor, code: str) -> None:
    answer = visitor.post(HERE, data={"code": code, **RIGHT})
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-takeaway=")
    for word in ("HttpOnly", "Secure", "SameSite=strict"):
        assert word in cookie
    assert "Save the file" in visitor.get(HERE).text
    taken = visitor.get(f"{HERE}/file")
    assert taken.headers["content-type"] == "application/zip"
    assert int(taken.headers["content-length"]) == len(taken.content)
    assert taken.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        told = json.loads(archive.read("mailbox.json"))
    assert told["person"]["booking_number"] == DESMOND
    for page in ("/family/home", "/mail", "/staff"):
        assert visitor.get(page).status_code == 303


def test_wrong_is_one_answer_in_even_time(visitor: Visitor, code: str, slept: list[float]) -> None:
    nobody = "00000-00000-00000-00000"
    tries = (
        {"code": code, **RIGHT, "last_name": "Quillfeather"},
        {"code": code, **RIGHT, "booking": TOBIAS},
        {"code": code, "booking": TOBIAS, "last_name": "Quillfeather"},
        {"code": nobody, **RIGHT},
        {"code": nobody, "booking": "no-one", "last_name": "Nobody"},
    )
    pages = set()
    for form in tries:
        answer = visitor.post(HERE, data=form)
        text = answer.text
        for typed in form.values():
            text = text.replace(f'value="{typed}"', "")
        pages.add((answer.status_code, text))
        assert "set-cookie" not in answer.headers
    assert len(pages) == 1
    status, text = pages.pop()
    assert status == 403
    assert "That did not work." in text
    assert len(slept) == len(tries)


def test_a_typing_mistake_is_told(visitor: Visitor, code: str) -> None:
    answer = visitor.post(HERE, data={"code": code[:-1] + "?", **RIGHT})
    assert answer.status_code == 400
    assert "typing mistake" in answer.text


def test_before_they_left_it_is_said_and_not_whose_it_is(
    facility: Facility, visitor: Visitor
) -> None:
    early = actions.make_code(facility, TOBIAS, ADMINISTRATOR).code
    typed = {"code": early, "booking": TOBIAS, "last_name": "Quillfeather"}
    answer = visitor.post(HERE, data=typed)
    assert answer.status_code == 403
    assert "does not open yet" in answer.text
    for word in (TOBIAS, "Tobias", "Quillfeather"):
        assert word not in answer.text
    with writing(facility.engine) as tx:
        this = sa.update(inmate).where(inmate.c.booking_number == TOBIAS)
        tx.execute(this.values(status="released"))
    assert visitor.post(HERE, data=typed).status_code == 303


def test_without_a_code_the_file_is_not_there(visitor: Visitor) -> None:
    visitor.cookies.set("__Host-takeaway", "made up", domain="mail.jail.example")
    answer = visitor.get(f"{HERE}/file")
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)
    assert "Save the file" not in visitor.get(HERE).text


def test_a_file_that_cannot_be_made_is_said_and_the_code_stays_open(
    visitor: Visitor, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.post(HERE, data={"code": code, **RIGHT})

    def failing(*_: object) -> None:
        raise NotFound("There is no such stored file.")

    with monkeypatch.context() as broken:
        broken.setattr(making, "build", failing)
        answer = visitor.get(f"{HERE}/file")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "could not be made just now" in answer.text
    assert "Save the file" in answer.text
    assert visitor.get(f"{HERE}/file").headers["content-type"] == "application/zip"


def test_a_browser_goes_on_where_the_line_broke(visitor: Visitor, code: str) -> None:
    visitor.post(HERE, data={"code": code, **RIGHT})
    whole = visitor.get(f"{HERE}/file")
    assert whole.headers["accept-ranges"] == "bytes"
    size, of = len(whole.content), {"if-range": whole.headers["etag"]}
    on = visitor.get(f"{HERE}/file", headers={"range": "bytes=50-", **of})
    assert (on.status_code, on.content) == (206, whole.content[50:])
    assert on.headers["content-range"] == f"bytes 50-{size - 1}/{size}"
    past = visitor.get(f"{HERE}/file", headers={"range": f"bytes={size}-", **of})
    assert past.status_code == 416
    other = visitor.get(f"{HERE}/file", headers={"range": "bytes=50-", "if-range": '"another"'})
    assert (other.status_code, len(other.content)) == (200, size)


def test_who_is_done_leaves_nothing_in_the_browser(visitor: Visitor, code: str) -> None:
    visitor.post(HERE, data={"code": code, **RIGHT})
    answer = visitor.post(f"{HERE}/close")
    assert answer.status_code == 303
    assert '"storage"' in answer.headers["clear-site-data"]
    assert "Save the file" not in visitor.get(HERE).text


def test_after_some_downloads_one_has_to_wait(visitor: Visitor, code: str) -> None:
    visitor.post(HERE, data={"code": code, **RIGHT})
    answers = [visitor.get(f"{HERE}/file") for _ in range(7)]
    assert [each.headers["content-type"] for each in answers[:6]] == ["application/zip"] * 6
    assert answers[6].status_code == 400
    assert "Save the file" in answers[6].text


def test_it_works_without_accounts_where_the_familys_pages_are_served(
    mail: Mail, facility: Facility, code: str
) -> None:
    server = type(facility.settings.mail)()
    plain = replace(facility, settings=facility.settings.model_copy(update={"mail": server}))
    assert not plain.settings.has_family_accounts
    with Visitor(
        make_app(plain, [Pages.FAMILY]),
        base_url="https://mail.jail.example",
        follow_redirects=False,
    ) as alone:
        assert HERE in alone.get("/family").text
        assert alone.post(HERE, data={"code": code, **RIGHT}).status_code == 303
    with Visitor(
        make_app(plain, [Pages.STAFF]), base_url="https://mail.jail.example", follow_redirects=False
    ) as staff:
        assert staff.get(HERE).status_code == 404


def test_where_it_is_off_there_is_no_such_page(mail: Mail) -> None:
    off = with_page(mail.facility, export="off")
    with Visitor(
        make_app(off), base_url="https://mail.jail.example", follow_redirects=False
    ) as visitor:
        assert visitor.get(HERE).status_code == 404
        assert visitor.post(HERE, data={"code": "0" * 20, **RIGHT}).status_code == 404
        assert HERE not in visitor.get("/family").text
