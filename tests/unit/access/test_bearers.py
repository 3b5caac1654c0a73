"""Who bears a token, and who does not."""

from __future__ import annotations

import hmac
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.access import tokens
from digitizer.access.bearers import GoodTokens, bearer_of
from digitizer.facility import Facility
from digitizer.model.people import Actor, ActorKind, Scope
from digitizer.storage.database import writing
from digitizer.storage.tables_api import api_token
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR

HERE = "10.0.0.1"


@pytest.fixture
def token(facility: Facility) -> str:
    return tokens.add_token(facility, "JMS", [Scope.HELD_READ], OPERATOR)


def test_a_good_token_is_its_actor(facility: Facility, token: str) -> None:
    found = bearer_of(facility, token, HERE)
    assert found is not None
    scopes = frozenset({Scope.HELD_READ})
    assert found.actor == Actor(ActorKind.TOKEN, "token JMS", scopes=scopes)
    (known,) = tokens.tokens(facility, OPERATOR)
    assert known.id == found.token_id
    assert known.used is not None
    assert known.used_from == HERE


def _spoiled(token: str) -> list[str]:
    prefix, public, secret = token.split("_", 2)
    last = "a" if secret[-1] != "a" else "b"
    return [
        "",
        "_",
        "__",
        secret,
        f"{prefix}_{public}",
        f"{prefix}_{public}_",
        f"{prefix}_{public}_{secret[:-1]}",
        f"{prefix}_{public}_{secret[:-1]}{last}",
        f"{prefix}_{public}_{secret} ",
        f"{prefix}_{'0' * 16}_{secret}",
        f"{prefix}_{'0' * 16}_",
        f"xyz_{public}_{secret}",
        f"{prefix}_{public.upper()}x_{secret}",
        "\x00_\ud800_é",
        "x" * 100_000,
    ]


def test_whatever_is_nearly_a_token_is_none(facility: Facility, token: str) -> None:
    assert [each for each in _spoiled(token) if bearer_of(facility, each, HERE)] == []


def test_a_revoked_token_is_none(facility: Facility, token: str) -> None:
    tokens.revoke_token(facility, "JMS", OPERATOR)
    assert bearer_of(facility, token, HERE) is None


def test_a_token_ends_at_its_moment(facility: Facility, token: str) -> None:
    with writing(facility.engine) as tx:
        tx.execute(sa.update(api_token).values(until=now() + timedelta(minutes=5)))
    assert bearer_of(facility, token, HERE) is not None
    with writing(facility.engine) as tx:
        tx.execute(sa.update(api_token).values(until=now()))
    assert bearer_of(facility, token, HERE) is None


def test_secrets_are_compared_in_constant_time(
    facility: Facility, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where there is no such token: the same work is done."""
    compared: list[tuple[int, int]] = []
    really = hmac.compare_digest

    def compare(one: str, other: str) -> bool:
        compared.append((len(one), len(other)))
        return really(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    for each in (token, f"dgz_{'0' * 16}_x", "nonsense"):
        bearer_of(facility, each, HERE)
    assert compared == [(64, 64)] * 3


def test_a_use_is_noted_once_a_minute(facility: Facility, token: str) -> None:
    bearer_of(facility, token, HERE)
    (before,) = tokens.tokens(facility, OPERATOR)
    bearer_of(facility, token, HERE)
    (same,) = tokens.tokens(facility, OPERATOR)
    assert same.used == before.used
    bearer_of(facility, token, "10.0.0.2")
    (after,) = tokens.tokens(facility, OPERATOR)
    assert after.used_from == "10.0.0.2"


def test_the_quick_look_knows_what_the_slow_one_knows(facility: Facility, token: str) -> None:
    quick = GoodTokens(facility)
    assert quick.may_be_good(token, 10.0)
    assert not any(quick.may_be_good(each, 10.0) for each in _spoiled(token) if "xyz" not in each)
    later = tokens.add_token(facility, "later", [Scope.HELD_READ], OPERATOR)
    assert not quick.may_be_good(later, 10.9)
    assert quick.may_be_good(later, 11.0)
    tokens.revoke_token(facility, "later", OPERATOR)
    assert not quick.may_be_good(later, 12.0)
