"""The pages on which inmates choose a PIN."""

from __future__ import annotations

import pytest

from digitizer.people import actions as people
from tests.support.made_mail import OPERATOR
from tests.support.web_kit import PIN, Mail, Visitor

OWNER, OWN, OTHER = "2026-00117", "482915", "739164"


@pytest.fixture
def fresh(browser: Visitor, mail: Mail) -> Visitor:
    """Logged in with a PIN that staff gave out a moment ago."""
    pin = people.set_pin(mail.facility, OWNER, OPERATOR)
    came = browser.post("/login", data={"booking_number": OWNER, "pin": pin})
    assert came.url.path == "/login/pin"
    return browser


def test_the_first_pin_must_be_changed_before_anything_opens(fresh: Visitor, mail: Mail) -> None:
    for path in ("/mail", f"/mail/{mail.ids['letter']}/1", "/mail/pin", "/login/more"):
        answer = fresh.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login/pin")
    weak = fresh.post_form("/login/pin", {"new": "111111", "again": "111111"}, "/login/pin")
    assert (weak.status_code, "Others would guess" in weak.text) == (409, True)
    good = fresh.post_form("/login/pin", {"new": OWN, "again": OWN}, "/login/pin")
    assert (good.status_code, good.headers["location"]) == (303, "/mail")
    assert "My mail" in fresh.get("/mail").text
    assert fresh.get("/login/pin", follow_redirects=False).headers["location"] == "/mail"


def test_a_form_of_nobody_chooses_no_first_pin(fresh: Visitor) -> None:
    bare = fresh.post("/login/pin", data={"new": OWN, "again": OWN}, follow_redirects=False)
    assert bare.status_code == 403
    fresh.cookies.clear()
    gone = fresh.post("/login/pin", data={"new": OWN, "again": OWN}, follow_redirects=False)
    assert gone.headers["location"] == "/login"


def test_a_pin_is_changed_and_the_session_goes_on(tobias: Visitor) -> None:
    here = "/mail/pin"
    wrong = tobias.post_form(here, {"old": "000000", "new": OWN, "again": OWN}, here)
    assert (wrong.status_code, "That did not work" in wrong.text) == (403, True)
    differ = tobias.post_form(here, {"old": PIN, "new": OWN, "again": OTHER}, here)
    assert (differ.status_code, "differ" in differ.text) == (409, True)
    done = tobias.post_form(here, {"old": PIN, "new": OWN, "again": OWN}, here)
    assert (done.status_code, done.headers["location"]) == (303, "/mail/pin?done=true")
    assert "Your PIN is changed." in tobias.get("/mail/pin?done=true").text
    tobias.post("/login", data={"booking_number": OWNER, "pin": OWN})
    assert "My mail" in tobias.get("/mail").text
