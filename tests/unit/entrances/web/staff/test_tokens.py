"""The administrators' page of tokens."""

from __future__ import annotations

import re

from digitizer.access import tokens
from digitizer.access.bearers import bearer_of
from digitizer.model.people import Scope
from tests.support.made_mail import OPERATOR
from tests.support.web_kit import Mail, Visitor

HERE = "/staff/tokens"
FORM = {"name": "JMS export", "scope": "roster:read"}


def test_a_token_is_on_one_page_alone(mail: Mail, ada: Visitor) -> None:
    form = {**FORM, "proof_password": ada.headers["x-password"]}
    page = ada.post_form(HERE, form, seen_on=HERE)
    (token,) = re.findall(r"<code>(dgz_[^<]+)</code>", page.text)
    found = bearer_of(mail.facility, token, "10.0.0.1")
    assert found is not None
    assert found.actor.scopes == {Scope.ROSTER_READ}
    again = ada.get(HERE).text
    assert token not in again
    assert "JMS export" in again
    assert "10.0.0.1" in again
    gone = ada.post_form(f"{HERE}/revoke", {"name": "JMS export"}, seen_on=HERE)
    assert gone.status_code == 303
    assert bearer_of(mail.facility, token, "10.0.0.1") is None
    assert "revoked" in ada.get(HERE).text


def test_what_cannot_be_is_said_on_the_page(ada: Visitor) -> None:
    password = {"proof_password": ada.headers["x-password"]}
    for form, said in (
        ({"name": "x"}, "what the token may do"),
        ({**FORM, "until": "soon"}, "2027-06-30"),
        ({**FORM, "until": "2001-01-01"}, "two years"),
        ({**FORM, "scope": "everything"}, "what the token may do"),
    ):
        answer = ada.post_form(HERE, {**form, **password}, seen_on=HERE)
        assert (answer.status_code, said in answer.text) == (409, True), form


def test_names_are_escaped(mail: Mail, ada: Visitor) -> None:
    tokens.add_token(mail.facility, "<b>JMS", [Scope.ROSTER_READ], OPERATOR)
    assert "&lt;b&gt;JMS" in ada.get(HERE).text


def test_the_settings_lead_administrators_there(ada: Visitor, ruth: Visitor) -> None:
    assert f'href="{HERE}"' in ada.get("/staff/settings").text
    assert f'href="{HERE}"' not in ruth.get("/staff/settings").text
    assert ruth.get(HERE).status_code == 403
