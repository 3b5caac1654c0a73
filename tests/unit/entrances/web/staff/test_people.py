"""Staff's own passwords, and the codes with which they come back."""

from __future__ import annotations

import re

from tests.support.staff_logins import age_proofs, enter
from tests.support.web_kit import PASSWORD, Mail, Visitor

NEW = "lanterns over quiet water"


def test_ones_own_password_is_changed_with_the_one_before(ana: Visitor, mail: Mail) -> None:
    other = enter(mail, "Ana Brookwater", PASSWORD)
    new = {"password": NEW, "again": NEW}
    assert ana.post_form("/staff/me/password", new, "/staff/me").status_code == 403
    now_ = {"proof_password": PASSWORD}
    weak = {**now_, "password": "Password2026!", "again": "Password2026!"}
    refused = ana.post_form("/staff/me/password", weak, "/staff/me")
    assert (refused.status_code, "guessed first" in refused.text) == (409, True)
    differ = ana.post_form("/staff/me/password", {**now_, **new, "again": "x"}, "/staff/me")
    assert "differ" in differ.text
    done = ana.post_form("/staff/me/password", {**now_, **new}, "/staff/me")
    assert (done.status_code, done.headers["location"]) == (303, "/staff/me?changed=true")
    assert "is changed" in ana.get("/staff/me?changed=true").text
    assert other.get("/staff", follow_redirects=False).headers["location"] == "/staff/login"
    assert enter(mail, "Ana Brookwater", NEW).get("/staff").url.path == "/staff"


def test_a_one_time_code_leads_to_a_new_password_and_nowhere_else(ada: Visitor, mail: Mail) -> None:
    shown = ada.post_form("/staff/people/1/reset", {}, "/staff/people/1").text
    found = re.search(r'class="secret"><code>([^<]+)', shown)
    assert found
    ana = enter(mail, "Ana Brookwater", found[1])
    for path in ("/staff", "/staff/held", "/staff/me", "/staff/second-step", "/staff/login/code"):
        answer = ana.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/login/password")
    age_proofs(mail)  # who thinks about a password for long is not locked out
    weak = {"password": "short", "again": "short"}
    assert ana.post_form("/staff/login/password", weak, "/staff/login/password").status_code == 409
    new = {"password": NEW, "again": NEW}
    done = ana.post_form("/staff/login/password", new, "/staff/login/password")
    assert done.headers["location"] == "/staff/login?bye=changed"
    assert enter(mail, "Ana Brookwater", NEW).get("/staff").url.path == "/staff"
