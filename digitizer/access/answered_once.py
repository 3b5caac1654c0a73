"""A request that creates something is done once, however often a program sends it again.

The program gives each such request a key of its own. The key is taken before the work begins, and
bears the answer when it is done; a repeated request gets that answer. Where the work was
interrupted, nobody knows whether it was done: then the key stays taken, and a person looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, UsageError
from digitizer.storage.database import writing
from digitizer.storage.tables_api import api_answer
from digitizer.support.clock import now

KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a request of one token; ``request`` is the request's SHA-256."""

    token_id: str
    key: str
    request: str


def take(facility: Facility, key: Key) -> Answer | None:
    """Takes the key, for a day; returns the answer if the request was answered before.

    Raises UsageError for a key of another request, and Conflict while the first one is at work, or
    if it was interrupted.
    """
    with writing(facility.engine) as tx:
        tx.execute(sa.delete(api_answer).where(api_answer.c.made < now() - KEPT))
        row = tx.execute(sa.select(api_answer).where(*_of(key))).first()
        if row is None:
            values = {"token_id": key.token_id, "key": key.key, "request": key.request}
            tx.execute(sa.insert(api_answer).values(**values, made=now()))
            return None
    if row.request != key.request:
        raise UsageError("This Idempotency-Key was used for another request. Take a new one.")
    if row.status is None:
        raise Conflict(
            "The first request with this Idempotency-Key is at work, or was interrupted. If no "
            "answer comes, look whether it was done, and send it again with a new key."
        )
    return Answer(row.status, row.headers, row.body)


def keep(facility: Facility, key: Key, answer: Answer) -> None:
    """Answers the key from now on."""
    with writing(facility.engine) as tx:
        done = {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}
        tx.execute(sa.update(api_answer).where(*_of(key)).values(**done))


def give_up(facility: Facility, key: Key) -> None:
    """Nothing was done: the key can be used again."""
    with writing(facility.engine) as tx:
        tx.execute(sa.delete(api_answer).where(*_of(key)))


def _of(key: Key) -> tuple[sa.ColumnElement[bool], ...]:
    return api_answer.c.token_id == key.token_id, api_answer.c.key == key.key
