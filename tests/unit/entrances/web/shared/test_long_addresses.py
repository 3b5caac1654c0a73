"""No answer has longer headers than a proxy takes (nginx: 4 KiB), whatever is asked for."""

from __future__ import annotations

from typing import Any

from digitizer.entrances.web.app import make_app
from tests.support.web_kit import PASSWORD, PIN, Mail, Visitor

_LONG = "💩" * 500  # twelve bytes each in an address


def _head(answer: Any) -> int:
    return sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())


def test_an_address_made_of_what_was_asked_for_is_short(mail: Mail) -> None:
    letter = mail.ids["letter"]
    with Visitor(make_app(mail.facility), base_url="http://mail.example") as visitor:
        visitor.post("/login", data={"booking_number": "2026-00117", "pin": PIN})
        assert _head(visitor.get(f"/mail/{_LONG}", follow_redirects=False)) < 4096
        visitor.post("/staff/login", data={"name": "Ana Brookwater", "password": PASSWORD})
        form = {"reason": "why", "find": _LONG}
        answer = visitor.post_form(f"/staff/mail/{letter}/reason", form, seen_on="/staff/me")
        assert (answer.status_code, _head(answer) < 4096) == (303, True)
        path = f"/staff/mail/{letter}/1"
        kept = visitor.post_form(f"{path}?find={_LONG}", {"text": "Dear Tobias"}, seen_on=path)
        assert (kept.status_code, _head(kept) < 4096) == (303, True)
