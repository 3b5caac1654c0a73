"""Logging in and out through the pages, and what every answer carries."""

from __future__ import annotations

import re

import pytest

from digitizer.entrances.web.app import make_app
from digitizer.entrances.web.shared.pages import texts
from tests.unit.entrances.web.web_kit import PASSWORD, PIN, Mail, Visitor

SESSION = "digitizer"


def test_the_front_page_asks_who_one_is(browser: Visitor) -> None:
    html = browser.get("/").text
    assert 'href="/login"' in html
    assert 'href="/staff/login"' in html


def test_health(browser: Visitor) -> None:
    assert browser.get("/healthz").text == "ok"


@pytest.mark.parametrize("path", ["/", "/login", "/nope", "/mail", "/healthz", "/staff/held/x"])
def test_every_answer_is_dressed_for_safety(browser: Visitor, path: str) -> None:
    headers = browser.get(path, follow_redirects=False).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_nothing_describes_the_inside(browser: Visitor, path: str) -> None:
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "door"),
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
def test_without_a_login_everything_leads_to_a_door(browser: Visitor, path: str, door: str) -> None:
    answer = browser.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, door)


def test_the_cookie_is_shut_away_from_scripts_and_other_sites(browser: Visitor) -> None:
    answer = browser.post_form("/login", {"booking_number": "2026-00117", "pin": PIN})
    cookie = answer.headers["set-cookie"]
    assert answer.headers["location"] == "/mail"
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/"))
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_bound_to_the_host(mail: Mail) -> None:
    with Visitor(make_app(mail.house), base_url="https://mail.example") as client:
        answer = client.post_form("/login", {"booking_number": "2026-00117", "pin": PIN})
        assert answer.headers["set-cookie"].startswith("__Host-digitizer=")
        assert "Secure" in answer.headers["set-cookie"]
        assert "strict-transport-security" in answer.headers
        assert client.get("/mail").status_code == 200


def test_refusals_look_the_same(browser: Visitor) -> None:
    pages = {
        browser.post("/login", data={"booking_number": number, "pin": "111222"}).text
        for number in ("2026-00117", "no-such", "", "2026-00117", "2026-00117", "2026-00117")
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


def test_logging_out_needs_the_form_of_the_session(tobias: Visitor) -> None:
    assert tobias.post_form("/logout", {"csrf": "made-up"}).status_code == 403
    assert tobias.get("/mail").status_code == 200


def test_a_new_login_has_a_new_token_and_ends_the_old(tobias: Visitor) -> None:
    before = tobias.cookies[SESSION]
    tobias.post("/staff/login", data={"name": "Ana Brookwater", "password": PASSWORD})
    assert tobias.cookies[SESSION] != before
    tobias.cookies.set(SESSION, before)
    assert tobias.get("/mail", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_forms_from_other_sites_are_refused(browser: Visitor, headers: dict[str, str]) -> None:
    data = {"booking_number": "2026-00117", "pin": PIN}
    answer = browser.post("/login", data=data, headers=headers, follow_redirects=False)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_our_own_forms_are_taken(browser: Visitor) -> None:
    headers = {"Origin": "http://mail.example", "Sec-Fetch-Site": "same-origin"}
    data = {"booking_number": "2026-00117", "pin": PIN}
    answer = browser.post("/login", data=data, headers=headers, follow_redirects=False)
    assert answer.status_code == 303


def test_forms_too_long_are_refused_unread(browser: Visitor) -> None:
    assert browser.post("/login", data={"pin": "1" * 70_000}).status_code == 413


def test_a_form_of_unknown_length_is_refused(browser: Visitor) -> None:
    answer = browser.post("/login", content=iter([b"pin=1"]))
    assert answer.status_code == 411


def test_a_hand_on_the_terminal_is_noted_only_for_visitors(tobias: Visitor) -> None:
    assert tobias.post("/awake").status_code == 204
    tobias.cookies.clear()
    assert tobias.post("/awake").status_code == 403


def test_spanish_when_asked_for_and_then_remembered(browser: Visitor) -> None:
    assert 'lang="es"' in browser.get("/login?lang=es").text
    assert "Número de registro" in browser.get("/login").text
    assert "Booking number" in browser.get("/login?lang=en").text


def test_spanish_when_the_browser_prefers_it(browser: Visitor) -> None:
    page = browser.get("/login", headers={"Accept-Language": "es-MX,es;q=0.9"}).text
    assert "Número de registro" in page


def test_every_language_has_every_text() -> None:
    english = texts()["en"]
    for language, words in texts().items():
        assert words.keys() == english.keys(), language
        assert all(words.values()), language
        for key, value in english.items():
            if isinstance(value, str):
                assert sorted(re.findall(r"{\w+}", value)) == sorted(
                    re.findall(r"{\w+}", words[key])
                )


def test_no_page_has_inline_scripts_styles_or_strangers(tobias: Visitor, mail: Mail) -> None:
    paths = ["/", "/login", "/staff/login", "/mail", "/mail?q=harbor",
             f"/mail/{mail.ids['letter']}/2", "/nope"]  # fmt: skip
    for path in paths:
        html = tobias.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?://", html), path
        assert not re.search(r"<script(?![^>]*\ssrc=\"/static/)", html), path


def test_the_script_library_is_there_with_its_licence(browser: Visitor) -> None:
    assert browser.get("/static/htmx.min.js").status_code == 200
    assert "Zero-Clause BSD" in browser.get("/static/LICENSE-htmx.txt").text
    assert browser.get("/static/../texts.toml").status_code == 404
