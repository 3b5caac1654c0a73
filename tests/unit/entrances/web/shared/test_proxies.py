"""Who a visitor is, behind proxies; and what is refused before any page sees it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.access import visitors
from digitizer.entrances.web.app import make_app
from digitizer.entrances.web.shared.proxies import visitor
from digitizer.operations.doctor import examine
from digitizer.operations.findings import Finding
from tests.support.made_mail import OPERATOR
from tests.support.web_kit import PASSWORD, PIN, Mail, Visitor

PROXY, PROXIES = "10.9.0.1", ("10.9.0.0/24",)


@contextmanager
def _visiting(mail: Mail, peer: str = PROXY, **web: Any) -> Iterator[Visitor]:
    facility = mail.facility
    changed = facility.settings.web.model_copy(update=web)
    settings = facility.settings.model_copy(update={"web": changed})
    app = make_app(dataclasses.replace(facility, settings=settings))
    with Visitor(app, base_url="http://mail.example", client=(peer, 4711)) as browser:
        yield browser


def _fail(browser: Visitor, times: int, **headers: str) -> None:
    for _ in range(times):
        data = {"booking_number": "2026-00117", "pin": "111222"}
        answer = browser.post(
            "/login", data=data, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        assert answer.status_code == 403


def _enters(browser: Visitor, **headers: str) -> bool:
    answer = browser.post(
        "/login",
        data={"booking_number": "2026-00117", "pin": PIN},
        headers={k.replace("_", "-"): v for k, v in headers.items()},
        follow_redirects=False,
    )
    browser.cookies.clear()
    return bool(answer.status_code == 303)


@pytest.mark.parametrize(
    ("peer", "hops", "found"),
    [
        ("10.1.1.1", [], "10.1.1.1"),
        ("10.1.1.1", ["1.2.3.4"], "10.1.1.1"),  # no proxy of ours says so
        (PROXY, [], PROXY),
        (PROXY, ["10.1.1.1"], "10.1.1.1"),
        (PROXY, ["1.2.3.4", "10.1.1.1"], "10.1.1.1"),  # the left one is the visitor's own words
        (PROXY, ["1.2.3.4", "10.1.1.1", "10.9.0.2"], "10.1.1.1"),
        (PROXY, ["1.2.3.4", "10.1.1.1:4711"], "10.1.1.1"),
        (PROXY, ["[2001:db8::1]:80"], "2001:db8::1"),
        (PROXY, ["::ffff:10.1.1.1"], "10.1.1.1"),
        (PROXY, ["1.2.3.4", "rubbish"], PROXY),
        (PROXY, ["1.2.3.4", "unknown", "10.9.0.2"], "10.9.0.2"),
        ("rubbish", ["1.2.3.4"], "rubbish"),
    ],
)
def test_the_visitor_is_the_rightmost_who_is_no_proxy_of_ours(
    peer: str, hops: list[str], found: str
) -> None:
    assert visitor(peer, hops, PROXIES) == found


@given(st.lists(st.text(max_size=30) | st.ip_addresses().map(str), max_size=5))
def test_what_a_visitor_writes_never_moves_them(forged: list[str]) -> None:
    assert visitor(PROXY, [*forged, "10.1.1.1"], PROXIES) == "10.1.1.1"
    assert visitor("10.1.1.1", forged, PROXIES) == "10.1.1.1"


def test_two_behind_one_proxy_are_told_apart_and_forging_changes_nothing(mail: Mail) -> None:
    with _visiting(mail, trusted_proxies=PROXIES) as browser:
        for forged in ("", "10.1.1.2, ", "9.9.9.9, ", "x, "):
            _fail(browser, 2, X_Forwarded_For=f"{forged}10.1.1.1")
        assert not _enters(browser, X_Forwarded_For="10.1.1.1")
        assert _enters(browser, X_Forwarded_For="10.1.1.2")


def test_without_a_trusted_proxy_its_word_counts_for_nothing(mail: Mail) -> None:
    with _visiting(mail) as browser:
        for number in range(5):
            _fail(browser, 1, X_Forwarded_For=f"10.1.1.{number}", X_Forwarded_Proto="https")
        assert not _enters(browser, X_Forwarded_For="10.1.1.99")
        page = browser.get("/login", headers={"X-Forwarded-Proto": "https"})
        assert "strict-transport-security" not in page.headers


def test_over_tls_before_the_proxy_cookies_are_bound_to_it(mail: Mail) -> None:
    with _visiting(mail, trusted_proxies=PROXIES) as browser:
        answer = browser.post(
            "/login?lang=es",
            data={"booking_number": "2026-00117", "pin": PIN},
            headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.1.1"},
            follow_redirects=False,
        )
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-digitizer=")
        assert "Secure" in cookie
        assert "strict-transport-security" in answer.headers


def _of_proxies(mail: Mail) -> list[Finding]:
    return [each for each in examine(mail.facility.home, OPERATOR) if each.what == "proxies"]


def test_the_doctor_and_the_settings_page_say_what_is_believed(mail: Mail) -> None:
    assert [each.good for each in _of_proxies(mail)] == [True]
    with _visiting(mail) as browser:
        browser.get("/", headers={"X-Forwarded-For": "10.1.1.1"})
    (unlisted,) = _of_proxies(mail)
    assert not unlisted.good
    assert PROXY in unlisted.message
    with _visiting(mail, trusted_proxies=PROXIES) as browser:
        passed_on = {"X-Forwarded-For": "10.1.1.1", "X-Forwarded-Proto": "https"}
        browser.post(
            "/staff/login", data={"name": "Ana Brookwater", "password": PASSWORD}, headers=passed_on
        )
        (listed,) = _of_proxies(mail)
        assert (listed.good, "10.1.1.1 over https" in listed.message) == (True, True)
    with _visiting(mail, peer="10.1.1.1") as browser:
        browser.post("/staff/login", data={"name": "Ana Brookwater", "password": PASSWORD})
        page = browser.get("/staff/settings").text
    assert 'for <strong class="number">10.1.1.1</strong>, over <strong>http</strong>' in page


def test_strangers_cannot_fill_the_notes(mail: Mail) -> None:
    for number in range(3):
        with _visiting(mail, peer=f"10.7.0.{number}") as browser:
            for _ in range(3):
                browser.get("/", headers={"X-Forwarded-For": "10.1.1.1"})
    assert len(visitors.forwarders(mail.facility, OPERATOR)) == 3


@pytest.mark.parametrize("path", ["/staff", "/staff/login", "/staff/held", "/staff/static/x"])
def test_elsewhere_the_staff_pages_are_not_there(mail: Mail, path: str) -> None:
    with _visiting(mail, peer="10.1.1.1", staff_from=("10.2.0.0/16",)) as browser:
        there = browser.get(path, follow_redirects=False)
        nowhere = browser.get("/nowhere", follow_redirects=False)
        assert there.status_code == nowhere.status_code == 404
        assert there.text.count("staff") == nowhere.text.count("staff")
        assert browser.post(path, data={"name": "x"}).status_code == 404
        assert "/staff" not in browser.get("/").text
        assert browser.get("/login").status_code == 200
    with _visiting(mail, peer="10.2.1.1", staff_from=("10.2.0.0/16",)) as browser:
        assert browser.get(path).status_code in (200, 404)
        assert "/staff/login" in browser.get("/").text
        assert browser.get("/staff/login").status_code == 200


def test_staff_are_known_by_the_address_before_the_proxy(mail: Mail) -> None:
    offices = ("10.2.0.0/16",)
    with _visiting(mail, trusted_proxies=PROXIES, staff_from=offices) as browser:
        for said, status in (("10.2.0.1", 200), ("10.2.0.1, 10.1.1.1", 404)):
            answer = browser.get("/staff/login", headers={"X-Forwarded-For": said})
            assert answer.status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("mail.example", 200),
        ("MAIL.example:8443", 200),
        ("[::1]:8000", 200),
        ("evil.example", 400),
        ("mail.example.evil", 400),
        ("mail.example:80:80", 400),
        ("", 400),
    ],
)
def test_only_our_hosts_are_served(mail: Mail, host: str, status: int) -> None:
    with _visiting(mail, allowed_hosts=("mail.example", "[::1]")) as browser:
        assert browser.get("/login", headers={"Host": host}).status_code == status


def test_no_answer_is_built_from_the_host(mail: Mail) -> None:
    with _visiting(mail) as browser:
        for path in (
            "/login/",
            "/mail/",
            "/staff/",
            "//evil.example/login",
            "/static",
            "/staff/held/",
        ):
            answer = browser.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
            assert "evil.example" not in str(answer.headers) + answer.text, path


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_with_two_lengths_is_refused(mail: Mail, method: str) -> None:
    with _visiting(mail) as browser:
        two = {"Transfer-Encoding": "chunked", "Content-Length": "5"}
        answer = browser.request(method, "/login", headers=two, content=b"pin=1")
        assert (answer.status_code, answer.headers["connection"]) == (400, "close")


def test_a_long_body_is_refused_whatever_the_method(mail: Mail) -> None:
    with _visiting(mail) as browser:
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT"):
            answer = browser.request(method, "/login", content=b"1" * 70_000)
            assert answer.status_code == 413
