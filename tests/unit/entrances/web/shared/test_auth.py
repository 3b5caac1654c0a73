"""Cookies, sessions and the forms that belong to them."""

from __future__ import annotations

import pytest

from digitizer.entrances.web.app import make_app
from tests.support.web_kit import PASSWORD, PIN, Mail, Visitor

SESSION = "digitizer"


@pytest.mark.parametrize(
    ("path", "login_page"),
    [
        ("/mail", "/login"),
        ("/mail/letter0000000000/1", "/login"),
        ("/mail/letter0000000000/1/picture", "/login"),
        ("/login/more", "/login"),
        ("/staff", "/staff/login"),
        ("/staff/held", "/staff/login"),
        ("/staff/held/letter0000000003", "/staff/login"),
        ("/staff/held/letter0000000003/page/2/picture", "/staff/login"),
        ("/staff/held/letter0000000003/find?find=a", "/staff/login"),
    ],
)
def test_without_a_login_everything_leads_to_one(
    browser: Visitor, path: str, login_page: str
) -> None:
    answer = browser.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, login_page)


def test_the_cookie_is_shut_away_from_scripts_and_other_sites(browser: Visitor) -> None:
    answer = browser.post_form("/login", {"booking_number": "2026-00117", "pin": PIN})
    cookie = answer.headers["set-cookie"]
    assert answer.headers["location"] == "/mail"
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/"))
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_bound_to_the_host(mail: Mail) -> None:
    with Visitor(make_app(mail.facility), base_url="https://mail.example") as client:
        answer = client.post_form("/login", {"booking_number": "2026-00117", "pin": PIN})
        assert answer.headers["set-cookie"].startswith("__Host-digitizer=")
        assert "Secure" in answer.headers["set-cookie"]
        assert "strict-transport-security" in answer.headers
        assert client.get("/mail").status_code == 200


def test_logging_out_needs_the_form_of_the_session(tobias: Visitor) -> None:
    assert tobias.post_form("/logout", {"csrf": "made-up"}).status_code == 403
    assert tobias.get("/mail").status_code == 200


def test_a_new_login_has_a_new_token_and_ends_the_old(tobias: Visitor) -> None:
    before = tobias.cookies[SESSION]
    tobias.post("/staff/login", data={"name": "Ana Brookwater", "password": PASSWORD})
    assert tobias.cookies[SESSION] != before
    tobias.cookies.set(SESSION, before)
    assert tobias.get("/mail", follow_redirects=False).status_code == 303
