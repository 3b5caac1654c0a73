"""A request that creates something is done once for each key."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.covers import actions as covers
from digitizer.storage.database import reading
from digitizer.storage.tables import cover
from tests.support.api_kit import Program, problem
from tests.support.web_kit import Mail

COVERS = "/inmates/2026-00117/covers"


def _covers(mail: Mail) -> int:
    with reading(mail.facility.engine) as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(cover)).scalar_one())


def test_a_repeated_request_gets_the_same_sheet(mail: Mail, program: Program) -> None:
    key, before = program.new_key(), _covers(mail)
    first, again = (program.post(COVERS, json={"sheets": 1}, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["cover-id"] == again.headers["cover-id"]
    assert first.headers["content-type"] == again.headers["content-type"] == "application/pdf"
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert _covers(mail) == before + 1


def test_a_key_is_for_one_request(mail: Mail, program: Program) -> None:
    key = program.new_key()
    program.post(COVERS, json={"sheets": 1}, headers=key)
    found = problem(program.post(COVERS, json={"sheets": 2}, headers=key), 422)
    assert "another request" in found["detail"]


def test_a_key_must_be_given(program: Program) -> None:
    found = problem(program.post(COVERS, json={}), 422)
    assert [each["in"] for each in found["errors"]] == ["header"]
    problem(program.post(COVERS, json={}, headers={"Idempotency-Key": "a b"}), 422)


def test_what_was_refused_can_be_tried_again(mail: Mail, program: Program) -> None:
    key = program.new_key()
    past = {"until": "2001-01-01"}
    problem(program.post(COVERS, json=past, headers=key), 422)
    assert program.post(COVERS, json={}, headers=key).status_code == 201


def test_what_was_interrupted_is_not_done_again_unseen(
    mail: Mail, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ended after the work and before its answer was kept."""
    from digitizer.access import answered_once

    key = program.new_key()
    with monkeypatch.context() as patch:
        patch.setattr(answered_once, "keep", lambda *_: (_ for _ in ()).throw(KeyError("died")))
        problem(program.post(COVERS, json={}, headers=key), 500)
    found = problem(program.post(COVERS, json={}, headers=key), 409)
    assert "look whether it was done" in found["detail"]


def test_an_error_on_the_way_leaves_the_key_free(
    mail: Mail, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = program.new_key()
    with monkeypatch.context() as patch:
        patch.setattr(covers, "print_inmate_cover", lambda *_: (_ for _ in ()).throw(KeyError("x")))
        problem(program.post(COVERS, json={}, headers=key), 500)
    assert program.post(COVERS, json={}, headers=key).status_code == 201
