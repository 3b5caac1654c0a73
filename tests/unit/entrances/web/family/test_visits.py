"""A family's session opens no page of anybody else's, and theirs open none of the family's."""

from __future__ import annotations

import pytest

from tests.support.conversing import with_family
from tests.support.web_kit import PASSWORD, PIN
from tests.unit.entrances.web.family.conftest import TOBIAS, Families


def test_a_familys_session_opens_nothing_else(families: Families) -> None:
    token = families.nora.cookies["__Host-family"]
    for path, login in (("/mail", "/login"), ("/staff", "/staff/login")):
        answer = families.nora.get(path, follow_redirects=False)
        assert answer.headers["location"] == login
        cookies = {"Cookie": f"__Host-digitizer={token}"}
        answer = families.anyone.get(path, headers=cookies, follow_redirects=False)
        assert answer.headers["location"] == login


@pytest.mark.parametrize(
    ("login", "typed"),
    [
        ("/login", {"booking_number": TOBIAS, "pin": PIN}),
        ("/staff/login", {"name": "Ana Brookwater", "password": PASSWORD}),
    ],
)
def test_no_other_session_opens_the_familys(
    families: Families, login: str, typed: dict[str, str]
) -> None:
    families.anyone.post(login, data=typed)
    token = families.anyone.cookies["__Host-digitizer"]
    for cookies in ({}, {"Cookie": f"__Host-family={token}"}):
        answer = families.anyone.get("/family/home", headers=cookies, follow_redirects=False)
        assert answer.headers["location"] == "/family/login"
    assert families.anyone.get("/family/awake").status_code == 405
    assert families.anyone.post("/family/awake").status_code == 403


def test_the_cookie_is_bound_to_the_host_and_no_script_reads_it(families: Families) -> None:
    typed = {"email": "nora@example.org", "password": PASSWORD}
    answer = families.anyone.post("/family/login", data=typed, follow_redirects=False)
    said = answer.headers["set-cookie"].lower()
    assert said.startswith("__host-family=")
    assert all(each in said for each in ("httponly", "secure", "samesite=lax", "path=/"))


def test_a_form_without_its_token_does_nothing(families: Families) -> None:
    for path in ("/family/ask", "/family/account", f"/family/with/{TOBIAS}", "/family/letters"):
        answer = families.nora.post(path, data={"booking": "x", "name": "y", "act": "send"})
        assert answer.status_code == 403, path


def test_where_accounts_end_so_do_the_sessions_pages(families: Families) -> None:
    app_facility = with_family(families.facility, address="")
    families.nora.app.state.facility = app_facility  # type: ignore[attr-defined]
    for path in ("/family/home", "/family/login", "/family/account"):
        assert families.nora.get(path).status_code == 404


def test_logging_out_leaves_the_other_sessions_of_the_browser(families: Families) -> None:
    families.nora.post("/login", data={"booking_number": TOBIAS, "pin": PIN})
    out = families.nora.post_form("/family/logout", {}, seen_on="/family/home")
    assert out.headers["location"] == "/family/login?bye=out"
    assert families.nora.get("/mail").status_code == 200
    home = families.nora.get("/family/home", follow_redirects=False)
    assert home.headers["location"] == "/family/login"
