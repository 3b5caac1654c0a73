"""What the pages of a call say while it goes on: to whom it belongs, and to nobody else."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from digitizer.access.password_hashing import hash_secret
from digitizer.calls.states import CallKind
from digitizer.entrances.web.app import make_app
from digitizer.facility import Facility
from tests.support.call_kit import OFFER
from tests.support.conversing import IDA, give_account, make_contact, with_family
from tests.support.met_calls import met
from tests.support.web_kit import PASSWORD, PIN, Visitor, make_mail

OWNER, ANOTHER = "2026-00117", "2026-00118"
_CAMERA = "camera=(self), microphone=(self), geolocation=()"


@pytest.fixture
def home(tmp_path: Path) -> Facility:
    made = with_family(make_mail(tmp_path / "home").facility)
    assert make_contact(made, IDA, OWNER) == 1
    give_account(made, 1, hashed=hash_secret(PASSWORD))
    return made


def _visitor(facility: Facility, login: str, **form: str) -> Visitor:
    found = Visitor(make_app(facility), base_url="https://testserver")
    found.post(login, data=form, headers={"origin": "https://testserver"})
    return found


def _three(facility: Facility) -> dict[str, Visitor]:
    return {
        "/family/calls": _visitor(
            facility, "/family/login", email="ida@example.org", password=PASSWORD
        ),
        "/mail/calls": _visitor(facility, "/login", booking_number=OWNER, pin=PIN),
        "/staff/calls": _visitor(
            facility, "/staff/login", name="Ana Brookwater", password=PASSWORD
        ),
    }


def test_each_is_told_how_it_stands(home: Facility) -> None:
    changed, call = met(home, OWNER, 1)
    for base, visitor in _three(changed).items():
        told = visitor.get(f"{base}/{call}/state").json()
        assert (told["stage"], told["says"], told["over"]) == ("live", "live", False)
        assert told["left"] > 1700
        relay = visitor.get(f"{base}/{call}/relay").json()
        assert relay["urls"][0] == "turn:calls.jail.example:3478?transport=udp"
        page = visitor.get(f"{base}/{call}")
        assert page.status_code == 200
        uses_camera = page.headers["permissions-policy"] == _CAMERA
        assert uses_camera is (base != "/staff/calls")
        assert "a secret of the relay" not in page.text + str(relay)


def test_another_inmate_finds_nothing(home: Facility) -> None:
    changed, call = met(home, OWNER, 1)
    other = _visitor(changed, "/login", booking_number=ANOTHER, pin=PIN)
    for path in ("", "/state", "/relay"):
        theirs, nobodys = (
            other.get(f"/mail/calls/{each}{path}").status_code for each in (call, "nothing")
        )
        assert theirs == nobodys == 404
    assert call not in other.get("/mail/calls").text


def test_signalling_needs_the_token_of_the_page(home: Facility) -> None:
    changed, call = met(home, OWNER, 1)
    inmate = _three(changed)["/mail/calls"]
    path = f"/mail/calls/{call}"
    assert inmate.post_form(f"{path}/publish", {"sdp": OFFER}).status_code == 403
    sent = inmate.post_form(f"{path}/publish", {"sdp": OFFER}, path)
    assert sent.json()["sdp"].startswith("v=0")


def test_staff_are_told_nothing_of_an_attorneys_call_but_that_it_is_on(home: Facility) -> None:
    changed, call = met(home, OWNER, 1, CallKind.ATTORNEY)
    staff = _three(changed)["/staff/calls"]
    told = staff.get(f"/staff/calls/{call}/state").json()
    assert (told["says"], told["visible"]) == ("private", {})
    page = staff.get(f"/staff/calls/{call}").text
    assert 'data-seat="inmate"' not in page
    assert "/mute" not in page


def test_without_the_setting_there_are_no_calls(home: Facility) -> None:
    _, call = met(home, OWNER, 1)
    without = dataclasses.replace(home)
    for base, visitor in _three(without).items():
        assert visitor.get(base).status_code == 404
        assert visitor.get(f"{base}/{call}/state").status_code == 404
