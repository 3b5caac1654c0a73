"""Each entrance can be served alone: what is not served is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from digitizer.access import tokens
from digitizer.calls import service as calls
from digitizer.entrances.service.entrance import EVERY, Entrance
from digitizer.entrances.service.served import served
from digitizer.facility import Facility
from digitizer.model.people import Scope
from tests.support.made_mail import OPERATOR
from tests.support.met_calls import SETTINGS

STAFF, INMATE, FAMILY, API = Entrance.STAFF, Entrance.INMATE, Entrance.FAMILY, Entrance.API


def _statuses(facility: Facility, *entrances: Entrance) -> dict[str, int]:
    app, _ = served(facility, entrances, dict)
    paths = (
        "/",
        "/staff",
        "/staff/login",
        "/login",
        "/mail",
        "/kiosk",
        "/family",
        "/family/where",
        "/api/v1/openapi.json",
        "/api/v1/inmates",
        "/healthz",
        "/static/style.css",
    )
    with TestClient(app, "http://mail.example", follow_redirects=False) as browser:
        return {path: browser.get(path).status_code for path in paths}


@pytest.mark.parametrize(
    ("entrances", "there"),
    [
        ((STAFF,), {"/", "/staff", "/staff/login"}),
        ((INMATE,), {"/", "/login", "/mail", "/kiosk"}),
        ((FAMILY,), {"/", "/family", "/family/where"}),
        ((API,), {"/api/v1/openapi.json", "/api/v1/inmates"}),
        (
            (STAFF, API),
            {"/", "/staff", "/staff/login", "/api/v1/openapi.json", "/api/v1/inmates"},
        ),
        ((STAFF, INMATE), {"/", "/staff", "/staff/login", "/login", "/mail", "/kiosk"}),
    ],
    ids=("staff", "inmate", "family", "api", "staff and api", "staff and inmate"),
)
def test_only_what_is_served_is_there(
    facility: Facility, entrances: tuple[Entrance, ...], there: set[str]
) -> None:
    found = _statuses(facility, *entrances)
    assert {path for path, status in found.items() if status != 404} == {
        *there,
        "/healthz",
        "/static/style.css",
    }


def test_all_of_them_side_by_side(facility: Facility) -> None:
    assert _statuses(facility, *EVERY) == {
        "/": 200,
        "/staff": 303,
        "/staff/login": 200,
        "/login": 200,
        "/mail": 303,
        "/kiosk": 200,
        "/family": 200,
        "/family/where": 200,
        "/api/v1/openapi.json": 200,
        "/api/v1/inmates": 401,
        "/healthz": 200,
        "/static/style.css": 200,
    }


def test_where_only_staff_are_the_front_page_is_theirs(facility: Facility) -> None:
    app, _ = served(facility, [STAFF], dict)
    with TestClient(app, "http://mail.example", follow_redirects=False) as browser:
        assert browser.get("/").headers["location"] == "/staff"
    app, _ = served(facility, [INMATE], dict)
    with TestClient(app, "http://mail.example") as browser:
        assert "/staff/login" not in browser.get("/").text


def test_families_have_no_pages_where_the_settings_say_so(facility: Facility) -> None:
    family = facility.settings.family.model_copy(update={"enabled": False})
    object.__setattr__(
        facility, "settings", facility.settings.model_copy(update={"family": family})
    )
    found = _statuses(facility, *EVERY)
    assert (found["/family"], found["/family/where"], found["/login"]) == (404, 404, 200)


def test_without_a_mail_server_a_letter_can_be_followed_and_no_more(facility: Facility) -> None:
    app, _ = served(facility, [FAMILY], dict)
    with TestClient(app, "http://mail.example", follow_redirects=False) as browser:
        assert browser.get("/").headers["location"] == "/family"
        html = browser.get("/family").text
        assert "/family/where" in html
        assert "/family/login" not in html
        for path in ("/family/login", "/family/sign-up", "/family/forgot", "/family/home"):
            assert browser.get(path).status_code == 404, path


def test_the_api_knows_who_stands_behind_a_proxy(facility: Facility) -> None:
    web = facility.settings.web.model_copy(update={"trusted_proxies": ("10.1.0.0/16",)})
    object.__setattr__(facility, "settings", facility.settings.model_copy(update={"web": web}))
    token = tokens.add_token(facility, "JMS", [Scope.ROSTER_READ], OPERATOR)
    app, _ = served(facility, [API], dict)
    headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": "192.0.2.7"}
    with TestClient(app, "http://mail.example", client=("10.1.0.1", 1)) as program:
        assert program.get("/api/v1/inmates", headers=headers).status_code == 200
    (known,) = tokens.tokens(facility, OPERATOR)
    assert known.used_from == "192.0.2.7"


def test_calls_are_looked_at_from_the_start_and_end_with_it(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anybody opens a page of one."""
    done: list[str] = []
    monkeypatch.setattr(calls, "board_of", lambda _: done.append("started"))
    monkeypatch.setattr(calls, "stop", lambda _: done.append("stopped"))
    own = facility.settings.model_copy(update={"calls": SETTINGS})
    _, end = served(replace(facility, settings=own), [STAFF], dict)
    assert done == ["started"]
    end()
    assert done == ["started", "stopped"]
