"""A request with a key is done once, also when it comes twice at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer.access import tokens
from digitizer.access.answered_once import KEPT, Answer, Key, give_up, keep, take
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.people import Scope
from digitizer.storage.database import writing
from digitizer.storage.tables_api import api_answer
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR

ANSWER = Answer(201, {"content-type": "application/pdf"}, b"%PDF-1.7")


@pytest.fixture
def key(facility: Facility) -> Key:
    public = tokens.add_token(facility, "JMS", [Scope.ROSTER_READ], OPERATOR).split("_")[1]
    return Key(public, "3f1c", "a" * 64)


def test_a_repeated_request_gets_the_first_answer(facility: Facility, key: Key) -> None:
    assert take(facility, key) is None
    keep(facility, key, ANSWER)
    assert take(facility, key) == ANSWER


def test_a_key_is_for_one_request(facility: Facility, key: Key) -> None:
    take(facility, key)
    keep(facility, key, ANSWER)
    with pytest.raises(UsageError, match="another request"):
        take(facility, replace(key, request="b" * 64))


def test_keys_of_two_tokens_are_not_the_same(facility: Facility, key: Key) -> None:
    other = tokens.add_token(facility, "other", [Scope.ROSTER_READ], OPERATOR).split("_")[1]
    take(facility, key)
    keep(facility, key, ANSWER)
    assert take(facility, replace(key, token_id=other)) is None


def test_while_it_is_at_work_it_is_not_done_again(facility: Facility, key: Key) -> None:
    take(facility, key)
    with pytest.raises(Conflict, match="look whether it was done"):
        take(facility, key)


def test_what_was_not_done_can_be_tried_again(facility: Facility, key: Key) -> None:
    take(facility, key)
    give_up(facility, key)
    assert take(facility, key) is None


def test_answers_are_kept_for_a_day(facility: Facility, key: Key) -> None:
    take(facility, key)
    keep(facility, key, ANSWER)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(api_answer).values(made=now() - KEPT))
    assert take(facility, key) is None


def test_of_many_at_once_one_is_done(facility: Facility, key: Key) -> None:
    def try_it(_: int) -> bool:
        try:
            return take(facility, key) is None
        except Conflict:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(try_it, range(8))) == 1
