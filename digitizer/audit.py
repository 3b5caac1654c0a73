"""The append-only event log: each row carries the hash of the one before it.

Rows are written in the transaction of the thing they tell of; it holds the one write lock, so
the chain has one order. The head is kept beside the chain, so that a chain cut short shows too.
Details never hold letter text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.storage.tables import event, event_head
from digitizer.support.clock import now

_FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the log, as people read it. ``verb`` and ``subject`` are the words that stand
    there, known to this program or not."""

    seq: int
    at: datetime
    actor: str
    verb: str
    subject: str
    detail: Mapping[str, Any]


def record(tx: sa.Connection, actor: Actor, verb: Verb, subject: Subject, **detail: Any) -> None:
    """Appends one event. What a door asks for is recorded by its deed (``access.acting``)."""
    last, previous = _head(tx)
    seq = last + 1
    row = {
        "seq": seq,
        "at": now(),
        "actor_kind": str(actor.kind),
        "actor": actor.name,
        "verb": str(verb),
        "subject": str(subject),
        "detail": detail,
        "previous": previous,
    }
    digest = _hash(row)
    tx.execute(sa.insert(event).values(**row, hash=digest))
    told = {"seq": seq, "hash": digest}
    if tx.execute(sa.update(event_head).values(**told)).rowcount == 0:
        tx.execute(sa.insert(event_head).values(id=1, **told))


def _head(tx: sa.Connection) -> tuple[int, str]:
    """The number and hash of the last event that was written."""
    row = tx.execute(sa.select(event_head.c.seq, event_head.c.hash)).first()
    return (row.seq, row.hash) if row else (0, _FIRST)


def verify_chain(tx: sa.Connection) -> tuple[int, str | None]:
    """Walks the chain; returns how many events hold, and what is wrong with the next, if any."""
    previous, count = _FIRST, 0
    for row in tx.execute(sa.select(event).order_by(event.c.seq)).mappings():
        fault = _fault(row, previous, count + 1)
        if fault:
            return count, fault
        previous, count = row["hash"], count + 1
    last, digest = _head(tx)
    if (last, digest) != (count, previous):
        return count, f"the log must end with event {last}, but ends with event {count}"
    return count, None


def events_of(tx: sa.Connection, *subjects: Subject) -> tuple[Event, ...]:
    """The chain of custody of one thing, or of several that belong together, oldest first."""
    about = event.c.subject.in_([str(each) for each in subjects])
    rows = tx.execute(sa.select(event).where(about).order_by(event.c.seq))
    return tuple(_event(row) for row in rows)


def latest_events(tx: sa.Connection, limit: int = 50) -> tuple[Event, ...]:
    rows = tx.execute(sa.select(event).order_by(event.c.seq.desc()).limit(limit))
    return tuple(_event(row) for row in rows)


def _event(row: sa.Row[Any]) -> Event:
    return Event(row.seq, row.at, row.actor, row.verb, row.subject, row.detail)


def _fault(row: Mapping[Any, Any], previous: str, expected: int) -> str | None:
    if row["seq"] != expected:
        return f"event {expected} is missing (the next one there is {row['seq']})"
    if row["previous"] != previous:
        return f"event {expected} does not follow from the one before it"
    if _hash(row) != row["hash"]:
        return f"event {expected} ({row['verb']} {row['subject']}) was changed after it was written"
    return None


def _hash(row: Mapping[Any, Any]) -> str:
    at: datetime = row["at"]
    told = [
        row["previous"], row["seq"], at.astimezone(UTC).isoformat(), row["actor_kind"],
        row["actor"], row["verb"], row["subject"], row["detail"],
    ]  # fmt: skip
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
