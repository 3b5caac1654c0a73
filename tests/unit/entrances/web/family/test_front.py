"""The family's pages before a login, from signing up to being in, and what they never show."""

from __future__ import annotations

import re

import pytest

from digitizer.entrances.web.shared.even_time import STEP
from digitizer.people.correspondents import actions, own_account
from tests.support.conversing import PAGES, as_correspondent, link_in, mailed
from tests.support.made_mail import SUPERVISOR
from tests.support.web_kit import PASSWORD, without_code
from tests.unit.entrances.web.family.conftest import TOBIAS, Families

OTHER = "lanterns over quiet water"


def _form(email: str) -> dict[str, str]:
    words = {"password": PASSWORD, "again": PASSWORD}
    return {"name": "Iva Renn", "email": email, "language": "es", **words}


def test_from_signing_up_to_being_logged_in(families: Families) -> None:
    browser = families.anyone
    assert browser.post("/family/sign-up", data=_form("iva@example.org")).status_code == 200
    link = link_in(mailed(families.facility)[-1].body)
    assert "Iva Renn" in browser.get(link).text
    assert browser.post(link, data={"password": "wrong words here"}).status_code == 403
    came = browser.post(link, data={"password": PASSWORD})
    assert came.url.path == "/family/home"
    assert browser.get(link).status_code == 404


@pytest.mark.parametrize("path", ["/family/sign-up", "/family/forgot"])
def test_the_answer_never_shows_who_has_an_account(families: Families, path: str) -> None:
    pages = set()
    for email in ("nora@example.org", "nobody@example.org"):
        answer = families.anyone.post(path, data=_form(email))
        pages.add((answer.status_code, answer.text.replace(email, "EMAIL")))
    assert len(pages) == 1


@pytest.mark.parametrize("path", ["/family/sign-up", "/family/forgot"])
@pytest.mark.parametrize("email", ["nora@example.org", "nobody@example.org", "no address"])
def test_nor_does_the_time_that_it_takes(
    families: Families, slept: list[float], path: str, email: str
) -> None:
    families.anyone.post(path, data=_form(email))
    assert len(slept) == 1
    assert 0 <= slept[0] < STEP


def test_a_login_is_refused_alike_for_everybody(families: Families) -> None:
    pages = set()
    for email in ("nora@example.org", "nobody@example.org"):
        typed = {"email": email, "password": "wrong words here"}
        answer = families.anyone.post("/family/login", data=typed)
        pages.add((answer.status_code, answer.text))
    assert len(pages) == 1


def test_a_new_password_by_the_link_of_an_e_mail(families: Families) -> None:
    families.anyone.post("/family/forgot", data={"email": "nora@example.org"})
    link = link_in(mailed(families.facility)[-1].body)
    short = families.anyone.post(link, data={"password": "short", "again": "short"})
    assert short.status_code == 400
    came = families.anyone.post(link, data={"password": OTHER, "again": OTHER})
    assert (came.url.path, came.url.query) == ("/family/login", b"bye=password")
    typed = {"email": "nora@example.org", "password": OTHER}
    assert families.anyone.post("/family/login", data=typed).url.path == "/family/home"
    assert families.nora.get("/family/home").url.path == "/family/login"


def test_a_mail_program_leaves_with_one_click_and_a_wrong_link_looks_the_same(
    families: Families,
) -> None:
    click = {"List-Unsubscribe": "One-Click"}
    number = families.numbers["nora"]
    actions.remove_contact(families.facility, number, TOBIAS, SUPERVISOR, "moved")
    (told,) = mailed(families.facility)
    good = (told.leave or "").removeprefix(PAGES)
    assert "Stop these e-mails" in families.anyone.get(good).text
    pages = set()
    for link in (good, good, "/family/leave/nothing"):
        answer = families.anyone.post(link, data=click)
        pages.add((answer.status_code, answer.text.replace(link, "LINK")))
    assert len(pages) == 1
    assert next(iter(pages))[0] == 200
    own = own_account.own_account(families.facility, as_correspondent(number))
    assert not own.tell


def test_links_are_made_of_the_settings_address_whatever_host_is_asked(
    families: Families,
) -> None:
    families.anyone.post(
        "/family/forgot", data={"email": "nora@example.org"}, headers={"Host": "evil.example"}
    )
    assert "evil" not in mailed(families.facility)[-1].body


def test_an_error_page_leads_back_to_the_familys_pages(families: Families) -> None:
    html = without_code(families.nora.get("/family/with/nobody").text)
    assert re.search(r'href="/family"', html)
    assert "/staff" not in html


def test_who_is_logged_in_comes_home_from_the_front(families: Families) -> None:
    assert families.nora.get("/family").url.path == "/family/home"
    html = families.anyone.get("/family").text
    assert "/family/sign-up" in html
    assert "/family/where" in html
