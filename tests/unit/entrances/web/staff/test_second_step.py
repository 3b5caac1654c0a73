"""Setting up the second step."""

from __future__ import annotations

import re

import pytest

from digitizer.access import second_step
from digitizer.model.people import StaffRole
from tests.support.made_mail import with_web_settings
from tests.support.staff_logins import AT, age_proofs, code_at, enter, fields_of, set_up
from tests.support.web_kit import PASSWORD, Mail, Visitor


@pytest.fixture(autouse=True)
def _still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_step, "now", lambda: AT)


def test_a_role_that_needs_a_second_step_sets_it_up_and_takes_it(mail: Mail) -> None:
    mail.facility = with_web_settings(mail.facility, totp_for=(StaffRole.SUPERVISOR,))
    ruth = enter(mail, "Ruth Harrow", PASSWORD)
    for path in ("/staff", "/staff/held", "/staff/me", "/staff/people"):
        answer = ruth.get(path, follow_redirects=False)
        assert answer.headers["location"] == "/staff/second-step"
    wrong = ruth.post_form("/staff/second-step/finish", {"code": "000000"}, "/staff/second-step")
    assert wrong.status_code == 409
    age_proofs(mail)
    asked = ruth.post_form("/staff/second-step", {}, "/staff/second-step")
    assert "Is it still you?" in asked.text
    proof = {**fields_of(asked.text), "proof_password": PASSWORD}
    assert ruth.post("/staff/second-step", data=proof, follow_redirects=False).status_code == 303
    secret, done = set_up(ruth)
    assert len(re.findall(r"<li><code>", done.text)) == 10
    assert ruth.get("/staff").url.path == "/staff", "who set it up goes on"
    assert "Turn the second step off" not in ruth.get("/staff/second-step").text
    again = enter(mail, "Ruth Harrow", PASSWORD)
    for path in ("/staff", "/staff/second-step", "/staff/login/password"):
        answer = again.get(path, follow_redirects=False)
        assert answer.headers["location"] == "/staff/login/code"
    wrong = again.post_form("/staff/login/code", {"code": "000000"}, "/staff/login/code")
    assert wrong.status_code == 403
    code = code_at(secret, 0)
    again.post_form("/staff/login/code", {"code": code}, "/staff/login/code")
    assert again.get("/staff").url.path == "/staff"


def test_a_second_step_that_is_wanted_can_be_turned_off(ana: Visitor, mail: Mail) -> None:
    set_up(ana)
    assert "second-step/remove" in ana.get("/staff/second-step").text
    assert ana.post_form("/staff/second-step/remove", {}, "/staff/second-step").status_code == 303
    assert enter(mail, "Ana Brookwater", PASSWORD).get("/staff").url.path == "/staff"
