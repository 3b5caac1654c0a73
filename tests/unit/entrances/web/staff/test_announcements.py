"""A supervisor tells inmates of a lockdown; they read it on their pages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from digitizer.entrances.web.shared import announced
from digitizer.model.errors import StorageError
from digitizer.notifications.announcements import announce
from digitizer.support.clock import now
from tests.support.made_mail import SUPERVISOR
from tests.support.web_kit import Mail, Visitor

HERE = "/staff/announcements"


def _form(**typed: str) -> dict[str, str]:
    at = datetime.now()
    times = {"starts": at, "ends": at + timedelta(hours=2)}
    return {name: f"{when:%Y-%m-%dT%H:%M}" for name, when in times.items()} | typed


def test_inmates_read_it_before_and_after_the_login_until_it_ends(
    mail: Mail, ruth: Visitor, tobias: Visitor
) -> None:
    typed = _form(english="Lockdown: <no> mail today.", spanish="Encierro: hoy no hay correo.")
    assert ruth.post_form(HERE, typed, seen_on=HERE).status_code == 303
    for page in ("/mail", "/login"):
        assert "Lockdown: &lt;no&gt; mail today." in tobias.get(f"{page}?lang=en").text
        spanish = tobias.get(f"{page}?lang=es").text
        assert "Encierro: hoy no hay correo." in spanish
        assert "Lockdown" not in spanish
    assert "Lockdown: &lt;no&gt; mail today." in ruth.get("/staff").text
    (item,) = re.findall(r'action="(/staff/announcements/\w+/end)"', ruth.get(HERE).text)
    assert ruth.post_form(item, {}, seen_on=HERE).status_code == 303
    for page in ("/mail", "/login"):
        assert "Lockdown" not in tobias.get(f"{page}?lang=en").text
    assert "Lockdown" not in ruth.get("/staff").text


def test_a_wrong_login_still_shows_it(mail: Mail, browser: Visitor) -> None:
    announce(mail.facility, "Outage.", "", now(), now() + timedelta(hours=1), SUPERVISOR)
    refused = browser.post("/login", data={"booking_number": "x", "pin": "1"})
    assert (refused.status_code, "Outage." in refused.text) == (403, True)


def test_a_store_that_does_not_answer_keeps_no_login_page_away(
    browser: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise StorageError("locked")

    monkeypatch.setattr(announced, "shown_now", fail)
    assert browser.get("/login").status_code == 200


def test_what_cannot_be_right_is_said_and_the_text_is_kept(ruth: Visitor) -> None:
    for wrong in ({"ends": "2020-01-01T10:00"}, {"starts": "soon"}):
        page = ruth.post_form(HERE, _form(english="Lockdown.", **wrong), seen_on=HERE)
        assert page.status_code == 400
        assert ">Lockdown.</textarea>" in page.text


def test_a_clerk_reads_but_does_not_tell(ana: Visitor) -> None:
    page = ana.get(HERE).text
    assert "<textarea" not in page
    assert ana.post_form(HERE, _form(english="x"), seen_on="/staff").status_code == 403
