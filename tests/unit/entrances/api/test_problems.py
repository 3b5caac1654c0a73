"""Errors as other programs read them, with a code that the log has too."""

from __future__ import annotations

import logging

import pytest

from digitizer.model.errors import Conflict, EngineError, NotAllowed, NotFound, StorageError
from digitizer.people import actions as people
from tests.support.api_kit import Program, problem

SECRET = "Dear Tobias, the garden"


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (NotFound(SECRET), 404, True),
        (NotAllowed(SECRET), 403, True),
        (Conflict(SECRET), 409, True),
        (StorageError("The disk is full."), 503, False),
        (EngineError(SECRET), 503, False),
        (KeyError(SECRET), 500, False),
    ],
    ids=lambda each: str(each)[:20],
)
def test_an_error_of_a_verb_is_a_problem(
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    told: bool,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(people, "listed_inmate", fail)
    with caplog.at_level(logging.INFO, "digitizer"):
        answer = program.get("/inmates/x")
    found = problem(answer, status)
    assert (str(error) in found["detail"]) == (told and SECRET in str(error))
    (line,) = [each for each in caplog.records if each.__dict__.get("event") == "web_error"]
    assert found["instance"] == f"urn:digitizer:error:{line.__dict__['code']}"
    assert line.__dict__["route"] == "/api/v1/inmates/{booking_number}"
    assert SECRET not in logging.Formatter().format(line)
    assert answer.headers.get("retry-after") == ("30" if status == 503 else None)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/inmates/", 404),
        ("GET", "/inmates/nobody", 404),
        ("GET", "/inmates/%00", 404),
        ("GET", "/letters/none", 404),
        ("DELETE", "/inmates", 405),
        ("OPTIONS", "/inmates", 405),
        ("GET", "/inmates?limit=0", 422),
        ("GET", "/inmates?limit=many", 422),
        ("GET", "/inmates?after=nonsense", 422),
        ("GET", "/inmates?unknown=1", 422),
        ("GET", "/inmates?status=free", 422),
    ],
)
def test_what_is_asked_wrongly_is_a_problem(
    program: Program, method: str, path: str, status: int
) -> None:
    content = b"" if method == "DELETE" else None
    headers = {"Content-Length": "0"} if method == "DELETE" else {}
    answer = program.request(method, path, content=content, headers=headers)
    problem(answer, status)
    if status == 405:
        assert answer.headers["allow"] == "GET"


def test_it_says_where_but_not_what_was_sent(program: Program) -> None:
    found = problem(program.get(f"/inmates?limit={SECRET}"), 422)
    (wrong,) = found["errors"]
    assert (wrong["in"], wrong["name"]) == ("query", "limit")
    assert SECRET not in str(found)
    answer = program.post(
        "/inmates/2026-00117/covers",
        content=b"{nonsense",
        headers={**program.new_key(), "Content-Type": "application/json"},
    )
    problem(answer, 422)
