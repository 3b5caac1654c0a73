"""Tokens: what they are given, how long they are good, and that only their hash is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.access import tokens
from digitizer.access.answered_once import Answer, Key, keep, take
from digitizer.access.bearers import bearer_of
from digitizer.access.permissions import RULES, Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NeedsProof, NotFound, UsageError
from digitizer.model.people import Actor, ActorKind, Scope, StaffRole
from digitizer.operations.begun import end_what_was_begun
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_api import api_answer, api_token
from tests.support.made_mail import OPERATOR

READ = (Scope.ROSTER_READ,)


def test_what_is_made_is_listed_without_its_secret(facility: Facility) -> None:
    made = tokens.add_token(facility, "  JMS   export ", [*READ, *READ], OPERATOR)
    (known,) = tokens.tokens(facility, OPERATOR)
    assert (known.name, known.scopes, known.used, known.is_good) == ("JMS export", READ, None, True)
    assert made.startswith(f"dgz_{known.id}_")
    secret = made.split("_", 2)[2]
    assert len(secret) > 40
    with reading(facility.engine) as tx:
        assert secret not in str(tx.execute(sa.select(api_token)).all())
        (last,) = audit.latest_events(tx, 1)
    assert (last.verb, last.subject) == ("add token", "token:JMS export")
    assert secret not in str(last)


def test_the_last_day_counts_to_its_end(facility: Facility) -> None:
    today = datetime.now().astimezone().date()
    tokens.add_token(facility, "a", READ, OPERATOR, today)
    (known,) = tokens.tokens(facility, OPERATOR)
    end = known.until.astimezone()
    assert (end.date(), end.hour, known.is_good) == (today + timedelta(days=1), 0, True)


@pytest.mark.parametrize("days", [-1, 733])
def test_a_last_day_that_cannot_be_is_refused(facility: Facility, days: int) -> None:
    day = datetime.now().astimezone().date() + timedelta(days=days)
    with pytest.raises(UsageError, match="two years"):
        tokens.add_token(facility, "a", READ, OPERATOR, day)


@pytest.mark.parametrize(("name", "scopes"), [("", READ), ("x" * 61, READ), ("a\x07", READ)])
def test_a_name_that_cannot_be_is_refused(
    facility: Facility, name: str, scopes: tuple[Scope, ...]
) -> None:
    with pytest.raises(UsageError, match="name"):
        tokens.add_token(facility, name, scopes, OPERATOR)


def test_a_token_may_do_something(facility: Facility) -> None:
    with pytest.raises(UsageError, match="roster:read"):
        tokens.add_token(facility, "a", (), OPERATOR)


def test_a_name_in_the_log_means_one_token(facility: Facility) -> None:
    tokens.add_token(facility, "a", READ, OPERATOR)
    tokens.revoke_token(facility, "a", OPERATOR)
    with pytest.raises(Conflict, match="another name"):
        tokens.add_token(facility, "a", READ, OPERATOR)
    with pytest.raises(NotFound):
        tokens.revoke_token(facility, "a", OPERATOR)


def test_staff_prove_who_they_are(facility: Facility) -> None:
    ada = Actor(ActorKind.STAFF, "Ada", StaffRole.ADMINISTRATOR)
    with pytest.raises(NeedsProof):
        tokens.add_token(facility, "a", READ, ada)


def test_a_restored_home_has_no_good_token(facility: Facility) -> None:
    """One may have been revoked since the backup was made."""
    made = tokens.add_token(facility, "a", READ, OPERATOR)
    (known,) = tokens.tokens(facility, OPERATOR)
    key = Key(known.id, "k", "r")
    take(facility, key)
    keep(facility, key, Answer(200, {}, b"a name"))
    with writing(facility.engine) as tx:
        end_what_was_begun(tx, OPERATOR)
    assert bearer_of(facility, made, "10.0.0.1") is None
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(api_answer)).all() == []


def test_no_scope_allows_what_needs_a_person() -> None:
    """Nothing that needs a reason or a password is done by a program, and no content is read."""
    every = Actor(ActorKind.TOKEN, "token all", scopes=frozenset(Scope))
    allowed = {act for act in Act if is_permitted(every, act)}
    assert allowed == {act for act in Act if RULES[act].scope}
    assert not any(RULES[act].reason or RULES[act].grave for act in allowed)
    assert not allowed & {Act.READ, Act.LOOK, Act.DECIDE, Act.PEOPLE, Act.TOKENS, Act.PRINT}
    for scope in Scope:
        one = Actor(ActorKind.TOKEN, "token one", scopes=frozenset({scope}))
        may = {act for act in Act if is_permitted(one, act)}
        assert may == {act for act in Act if RULES[act].scope is scope}
        assert may
    none = Actor(ActorKind.TOKEN, "token none")
    assert not any(is_permitted(none, act) for act in Act)
