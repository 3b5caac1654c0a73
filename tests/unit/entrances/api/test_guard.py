"""What is refused before anything looks at it: no token, a cookie, too many, too long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer.access import tokens
from digitizer.entrances.api import guard
from digitizer.model.people import Scope
from digitizer.storage.database import reading
from digitizer.storage.tables import event
from tests.support.api_kit import Program, problem
from tests.support.made_mail import OPERATOR
from tests.support.web_kit import Mail


@pytest.mark.parametrize("path", ["/inmates", "/held", "/nothing", "/inmates/2026-00117"])
@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic dGVzdDp0ZXN0", "Bearer dgz_0_0", "x"]
)
def test_without_a_good_token_everything_looks_alike(
    program: Program, path: str, authorization: str | None
) -> None:
    del program.headers["Authorization"]
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = program.get(path, headers=headers)
    assert "good token" in problem(answer, 401)["detail"]
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_no_cookie_stands_for_a_token(program: Program) -> None:
    token = program.token
    del program.headers["Authorization"]
    for name in ("digitizer", "__Host-digitizer", "Authorization", "token"):
        problem(program.get("/inmates", headers={"Cookie": f"{name}={token}"}), 401)
    assert "set-cookie" not in program.get("/inmates").headers


def test_a_revoked_token_ends_at_once(mail: Mail, program: Program) -> None:
    assert program.get("/inmates").status_code == 200
    tokens.revoke_token(mail.facility, program.name, OPERATOR)
    problem(program.get("/inmates"), 401)


@contextmanager
def statements_of(mail: Mail, asked: list[str]) -> Iterator[None]:
    """Every statement that the database is asked meanwhile."""

    def note(*args: object) -> None:
        asked.append(str(args[2]))

    sa.event.listen(mail.facility.engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        sa.event.remove(mail.facility.engine, "before_cursor_execute", note)


def _limited(mail: Mail, **values: object) -> Mail:
    settings = mail.facility.settings
    api = settings.api.model_copy(update=values)
    facility = replace(mail.facility, settings=settings.model_copy(update={"api": api}))
    return Mail(facility, mail.ids, mail.scans)


def test_each_token_has_its_own_budget(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "monotonic", lambda: 100.0)
    limited = _limited(mail, requests_a_minute=3)
    with Program(limited.facility) as program:
        assert [program.get("/inmates").status_code for _ in range(4)] == [200, 200, 200, 429]
        answer = program.get("/inmates")
        problem(answer, 429)
        assert answer.headers["retry-after"] == "20"
        other = tokens.add_token(limited.facility, "other", [Scope.ROSTER_READ], OPERATOR)
        there = program.get("/inmates", headers={"Authorization": f"Bearer {other}"})
        assert there.status_code == 200
        monkeypatch.setattr(guard, "monotonic", lambda: 120.0)
        assert program.get("/inmates").status_code == 200


def test_guessing_is_slowed_down(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "monotonic", lambda: 100.0)
    wrong = {"Authorization": "Bearer dgz_0_0"}
    statuses = [program.get("/inmates", headers=wrong).status_code for _ in range(61)]
    assert statuses == [401] * 60 + [429]
    problem(program.get("/inmates", headers={"Authorization": program.token[:-1]}), 429)


def test_strangers_shut_out_no_good_token_of_their_address(
    mail: Mail, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [100.0]
    monkeypatch.setattr(guard, "monotonic", lambda: at[0])
    wrong = {"Authorization": "Bearer dgz_0_0"}
    other = tokens.add_token(mail.facility, "other", [Scope.ROSTER_READ], OPERATOR)
    good = [program.token, other]
    for token in (
        "",
        "Bearer dgz_0_0",
        f"Bearer {other}x",
        f"Bearer {other[:-1]}",
        "Bearer dgz_0_",
    ):
        for _ in range(61):
            program.get("/inmates", headers={"Authorization": token})
        problem(program.get("/inmates", headers={"Authorization": token}), 429)
        for each in good:
            there = program.get("/inmates", headers={"Authorization": f"Bearer {each}"})
            assert there.status_code == 200
    problem(program.get("/inmates", headers=wrong), 429)  # a good one pays for no stranger
    at[0] += 1  # by which one of a stranger's requests is free again
    program.get("/inmates", headers=wrong)
    tokens.revoke_token(mail.facility, "other", OPERATOR)
    problem(program.get("/inmates", headers={"Authorization": f"Bearer {other}"}), 429)


def test_a_flood_costs_one_look_a_second(
    mail: Mail, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "monotonic", lambda: 100.0)
    wrong = {"Authorization": "Bearer dgz_0_0"}
    for _ in range(60):
        program.get("/inmates", headers=wrong)
    asked: list[str] = []
    with statements_of(mail, asked):
        for _ in range(50):
            problem(program.get("/inmates", headers=wrong), 429)
    assert len([each for each in asked if "api_token" in each]) == 1


def test_only_from_where_programs_are(mail: Mail) -> None:
    inside = _limited(mail, clients_from=("10.9.0.0/16",))
    with Program(inside.facility, client="10.0.0.9") as outside:
        problem(outside.get("/inmates"), 404)
        problem(outside.get("/openapi.json"), 404)
    with Program(inside.facility, client="10.9.1.1") as there:
        assert there.get("/inmates").status_code == 200


def test_too_much_is_not_read(program: Program) -> None:
    key = program.new_key()
    problem(program.post("/roster", headers={**key, "Content-Length": str(34 << 20)}), 413)
    cover = "/inmates/2026-00117/covers"
    problem(program.post(cover, headers={**key, "Content-Length": str(65 << 10)}), 413)


def test_what_does_not_say_its_length_is_refused(program: Program) -> None:
    answer = program.post("/roster", headers=program.new_key(), content=iter([b"x"]))
    problem(answer, 411)
    assert answer.headers["connection"] == "close"
    both = {"Content-Length": "1", "Transfer-Encoding": "chunked"}
    problem(program.post("/roster", headers=both), 400)


def test_every_answer_has_the_safety_headers(program: Program) -> None:
    for path, token in (("/inmates", True), ("/inmates", False), ("/openapi.json", False)):
        headers = {} if token else {"Authorization": ""}
        answer = program.get(path, headers=headers)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_what_a_program_does_is_in_the_log_under_its_name(mail: Mail, program: Program) -> None:
    answer = program.post("/inmates/2026-00117/covers", json={}, headers=program.new_key())
    assert answer.status_code == 201
    with reading(mail.facility.engine) as tx:
        last = tx.execute(sa.select(event).order_by(event.c.seq.desc())).first()
    assert last is not None
    assert (last.actor_kind, last.actor) == ("token", f"token {program.name}")
    assert last.verb == "print cover"
