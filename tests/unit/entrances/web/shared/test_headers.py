"""What every answer carries, and which requests are not taken."""

from __future__ import annotations

import re

import pytest

from tests.support.conversing import IDA, make_contact
from tests.support.web_kit import PIN, Mail, Visitor


@pytest.mark.parametrize("path", ["/", "/login", "/nope", "/mail", "/healthz", "/staff/held/x"])
def test_every_answer_has_the_safety_headers(browser: Visitor, path: str) -> None:
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
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Origin": "http://[x]"},
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


def test_no_page_has_inline_scripts_styles_or_strangers(tobias: Visitor, mail: Mail) -> None:
    paths = [
        "/",
        "/login",
        "/staff/login",
        "/mail",
        "/mail?q=harbor",
        f"/mail/{mail.ids['letter']}/2",
        "/nope",
    ]
    for path in paths:
        html = tobias.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?://", html), path
        assert not re.search(r"<script(?![^>]*\ssrc=\"/static/)", html), path


def test_a_message_may_be_longer_than_other_forms(tobias: Visitor, mail: Mail) -> None:
    ida = make_contact(mail.facility, IDA, "2026-00117")
    desk = f"/mail/with/{ida}/write"
    body = "é" * 30_000  # six bytes each, as a browser without script sends it
    kept = tobias.post_form(f"/mail/with/{ida}/draft", {"body": body}, seen_on=desk)
    assert kept.status_code == 303
    assert body in tobias.get(desk).text
    assert tobias.post(f"/mail/with/{ida}/draft", data={"body": "1" * 300_000}).status_code == 413


def test_only_a_family_s_message_may_bring_photos(browser: Visitor) -> None:
    photo = {"photo": ("photo.jpg", b"1" * 300_000)}
    assert browser.post("/family/with/1/photos", files=photo).status_code != 413
    for path in ("/mail/with/1/draft", "/mail", "/family/login"):
        assert browser.post(path, files=photo).status_code == 413, path
