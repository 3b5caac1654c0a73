"""Staff who log in at a browser, with and without a second step."""

from __future__ import annotations

import base64
import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.access import totp
from digitizer.entrances.web.app import make_app
from digitizer.storage.database import writing
from digitizer.storage.tables import session
from digitizer.support.clock import now
from tests.support.web_kit import Mail, Visitor

#: In the middle of a time step of the codes, so that none ends while a test runs.
AT = datetime(2026, 1, 1, 12, 0, 15, tzinfo=UTC)


def code_at(secret: bytes, steps: int) -> str:
    """The code so many steps later."""
    return totp.code_of(secret, totp.step_at(AT) + steps)


def age_proofs(mail: Mail) -> None:
    with writing(mail.facility.engine) as tx:
        tx.execute(sa.update(session).values(proved=now() - timedelta(hours=1)))


def fields_of(page: str) -> dict[str, str]:
    """The fields of the form that asks for the password, as a browser would send them."""
    form = page[page.index('autocomplete="off"') :]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found}


def set_up(visitor: Visitor) -> tuple[bytes, Any]:
    page = visitor.post_form("/staff/second-step", {}, "/staff/second-step")
    assert page.status_code == 303
    shown = visitor.get("/staff/second-step").text
    found = re.search(r'class="key">([^<]+)', shown)
    assert found
    assert '<svg class="qr"' in shown
    secret = base64.b32decode(found[1].replace(" ", ""))
    here = "/staff/second-step"
    return secret, visitor.post_form(f"{here}/finish", {"code": code_at(secret, -1)}, here)


def enter(mail: Mail, name: str, password: str) -> Visitor:
    visitor = Visitor(make_app(mail.facility), base_url="http://mail.example")
    visitor.post("/staff/login", data={"name": name, "password": password})
    return visitor
