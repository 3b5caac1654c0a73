"""Error pages: each kind has its own, and its code leads to the line in the log."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from digitizer.access import login
from digitizer.entrances.failures import FewLines
from digitizer.entrances.service.logs import JsonLines, TextLines
from digitizer.entrances.web.app import make_app
from digitizer.letters import actions as letters
from digitizer.messages import own_mail
from digitizer.model.errors import (
    Conflict,
    EngineError,
    NotAllowed,
    NotFound,
    SandboxFailed,
    SandboxProblem,
    StorageError,
    UnopenableFile,
    UsageError,
)
from digitizer.screening import decisions
from tests.support.web_kit import PIN, Mail, Visitor, code_on, without_code

#: It must be neither on an error page nor in the log.
SECRET = "Dear Tobias, the garden"
ERRORS = [
    (UsageError(SECRET), 400),
    (NotAllowed(SECRET), 403),
    (NotFound(SECRET), 404),
    (Conflict(SECRET), 409),
    (StorageError("The disk is full."), 503),
    (EngineError(SECRET), 503),
    (SandboxFailed(SandboxProblem.UNAVAILABLE, SECRET), 503),
    (SandboxFailed(SandboxProblem.CRASHED, SECRET), 500),
    (UnopenableFile(SECRET), 500),
    (KeyError(SECRET), 500),
]
each_error = pytest.mark.parametrize(
    ("error", "status"), ERRORS, ids=lambda each: each if isinstance(each, int) else repr(each)[:30]
)


def _raise(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def _line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The one line of an error, which quotes nobody, however it is written."""
    (record,) = [one for one in caplog.records if one.__dict__.get("event") == "web_error"]
    as_json = JsonLines().format(record)
    for written in (as_json, TextLines().format(record), logging.Formatter().format(record)):
        assert SECRET not in written
    found: dict[str, Any] = json.loads(as_json)
    return found


def _check(answer: Any, status: int, error: Exception, line: dict[str, Any], route: str) -> None:
    assert answer.status_code == status
    assert SECRET not in answer.text
    assert (line["code"], line["status"]) == (code_on(answer.text), status)
    assert (line["method"], line["route"]) == ("GET", route)
    assert type(error).__name__ in line["says"]
    assert ("The disk is full." in line["says"]) == isinstance(error, StorageError)
    assert line["level"] == ("error" if status >= 500 else "info")
    assert ("where" in line) == (status == 500)
    assert answer.headers.get("retry-after") == ("30" if status == 503 else None)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@each_error
def test_on_a_page_of_staff(
    ana: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
) -> None:
    monkeypatch.setattr(decisions, "held", _raise(error))
    with caplog.at_level(logging.INFO, "digitizer"):
        answer = ana.get("/staff/held", params={"decided": SECRET})
    _check(answer, status, error, _line(caplog), "/staff/held")
    assert "the people who run this system" in answer.text
    assert ('href="/staff"' in answer.text) == (status < 500)


@each_error
def test_on_a_page_of_an_inmate(
    tobias: Visitor,
    mail: Mail,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
) -> None:
    monkeypatch.setattr(letters, "open_letter", _raise(error))
    with caplog.at_level(logging.INFO, "digitizer"):
        answer = tobias.get(f"/mail/{mail.ids['letter']}/1", params={"find": SECRET})
    line = _line(caplog)
    _check(answer, status, error, line, "/mail/{letter}/{position}")
    assert mail.ids["letter"] not in json.dumps(line)
    assert "give this code to the staff" in answer.text


def test_each_kind_has_its_own_words(tobias: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: dict[tuple[int, str], set[str]] = {}
    for error, status in ERRORS:
        with monkeypatch.context() as patch:
            patch.setattr(own_mail, "list_mail", _raise(error))
            for language in ("en", "es"):
                html = tobias.get("/mail", params={"lang": language}).text
                shown.setdefault((status, language), set()).add(html.split("<h1>")[1].split("<")[0])
    assert all(len(headlines) == 1 for headlines in shown.values())
    assert len(set.union(*shown.values())) == len(shown) == 12


def test_anothers_letter_and_none_are_logged_alike(
    tobias: Visitor, mail: Mail, caplog: pytest.LogCaptureFixture
) -> None:
    pages, lines = set(), set()
    for letter in (mail.ids["other"], mail.ids["held"], "no-such-letter-00"):
        caplog.clear()
        with caplog.at_level(logging.INFO, "digitizer"):
            answer = tobias.get(f"/mail/{letter}/1")
        line = _line(caplog)
        pages.add((answer.status_code, without_code(answer.text)))
        lines.add((line["says"].replace(line["code"], ""), line["route"]))
    assert (len(pages), len(lines)) == (1, 1)


def test_what_was_typed_at_a_login_is_not_logged(
    browser: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_facility: object, booking_number: str, pin: str, _terminal: str) -> str:
        try:
            raise UsageError(f"{booking_number} {pin}")
        except UsageError:
            return {"a": "b"}[pin]

    monkeypatch.setattr(login, "enter_as_inmate", fail)
    with caplog.at_level(logging.INFO, "digitizer"):
        answer = browser.post("/login", data={"booking_number": "2026-00117", "pin": PIN})
    line = _line(caplog)
    assert (answer.status_code, line["route"], line["error"]) == (500, "/login", "KeyError")
    assert line["where"][-1].endswith(" fail")
    assert not [each for each in (PIN, "2026-00117") if each in json.dumps(line) + answer.text]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "route"),
    [
        ("GET", f"/{SECRET}", {}, 404, "no route"),
        ("GET", f"/static/{SECRET}", {}, 404, "no route"),
        ("POST", "/mail", {}, 405, "/mail"),
        ("PUT", "/healthz", {}, 405, "/healthz"),
        (SECRET.split()[1], "/mail", {}, 405, "/mail"),
        ("GET", f"/mail/x/{SECRET}", {}, 404, "/mail/{letter}/{position}"),
        ("GET", f"/mail/x/1?zoom={SECRET}", {}, 400, "/mail/{letter}/{position}"),
        ("POST", "/logout", {"Origin": f"http://{SECRET.split()[1]}"}, 403, "no route"),
        ("POST", "/logout", {"Content-Length": "70000"}, 413, "no route"),
    ],
)
def test_what_is_not_there_or_not_understood_has_such_a_page_too(
    tobias: Visitor,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    headers: dict[str, str],
    status: int,
    route: str,
) -> None:
    content = None if method == "GET" else b"csrf="
    with caplog.at_level(logging.INFO, "digitizer"):
        answer = tobias.request(method, path, content=content, headers=headers)
    line = _line(caplog)
    assert (answer.status_code, line["status"], line["route"]) == (status, status, route)
    assert line["code"] == code_on(answer.text)
    assert "Tobias" not in line["says"] + line["method"]
    assert ("allow" in answer.headers) == (status == 405)
    assert answer.headers["cache-control"] == ("no-cache" if "static" in path else "no-store")


def test_a_page_of_an_error_keeps_no_session_awake(
    tobias: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []
    visit = login.visit

    def note(facility: Any, token: str | None, **how: Any) -> Any:
        asked.append(how)
        return visit(facility, token, **how)

    monkeypatch.setattr(login, "visit", note)
    assert 'href="/mail"' in tobias.get("/nothing").text
    assert asked == [{"awake": False}]


def test_there_is_a_page_even_when_the_database_is_gone(
    tobias: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(login, "visit", _raise(StorageError("The disk is full.")))
    assert tobias.get("/nothing").status_code == 404
    caplog.clear()
    with caplog.at_level(logging.INFO, "digitizer"):
        answer = tobias.get("/mail")
    _check(answer, 503, StorageError(), _line(caplog), "/mail")
    assert tobias.get("/healthz").text == "ok"


def test_a_flood_of_pages_that_are_not_there_is_few_lines(
    mail: Mail, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    visitor = Visitor(make_app(mail.facility), base_url="http://mail.example")
    for number in range(300):
        assert visitor.get(f"/nothing/{number}").status_code == 404
    lines = [one for one in caplog.records if one.__dict__.get("event") == "web_error"]
    assert len(lines) == 20


def test_the_next_line_says_how_many_had_none() -> None:
    few = FewLines(most=2, seconds=60)
    seen = [few.left_out(404, "no route", at) for at in (0, 1, 2, 3, 59)]
    assert seen == [0, 0, None, None, None]
    assert few.left_out(404, "/mail/{letter}", 59) == 0
    assert few.left_out(403, "no route", 59) == 0
    assert [few.left_out(404, "no route", at) for at in (61, 62)] == [3, 0]
