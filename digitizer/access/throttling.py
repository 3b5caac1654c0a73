"""Counting failed logins, and locking: by account and by terminal, with one rule for both.

A count forgets: for every ``forget`` of quiet one failure drops off, so that a shared terminal
with its daily typing errors is not locked by them. Each time the count reaches a multiple of
``failures`` it locks, twice as long as the time before and at most a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.storage.tables import throttle

_LONGEST_LOCK = timedelta(days=1)
_SUBJECT_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Rule:
    """How many failures lock, for how long at first, and how fast failures are forgotten."""

    failures: int
    lock: timedelta
    forget: timedelta


@dataclass(frozen=True, slots=True)
class Count:
    """What is remembered of one account or terminal.

    ``until`` is when its lock ends; where nothing is locked, the moment of the last failure
    (a lock that ended as it began), from which forgetting counts.
    """

    failures: int = 0
    until: datetime | None = None

    def is_locked(self, at: datetime) -> bool:
        return self.until is not None and at < self.until


def failed(count: Count, rule: Rule, at: datetime) -> Count:
    """One more failure, which may lock."""
    quiet = at - count.until if count.until else timedelta()
    forgotten = max(0, quiet // rule.forget)
    failures = max(0, count.failures - forgotten) + 1
    if failures % rule.failures:
        return Count(failures, at)
    doublings = min(failures // rule.failures - 1, 30)
    return Count(failures, at + min(rule.lock * 2**doublings, _LONGEST_LOCK))


def pardoned(count: Count, rule: Rule, at: datetime) -> Count:
    """Takes one failure back: a try is counted before it is checked, and this one was right."""
    locked_by_it = count.failures % rule.failures == 0
    return Count(max(0, count.failures - 1), at if locked_by_it else count.until)


def read_count(tx: sa.Connection, subject: str) -> Count:
    key = subject[:_SUBJECT_LENGTH]
    row = tx.execute(sa.select(throttle).where(throttle.c.subject == key)).first()
    return Count() if row is None else Count(row.failures, row.locked_until)


def write_count(tx: sa.Connection, subject: str, count: Count) -> None:
    key = subject[:_SUBJECT_LENGTH]
    values = {"failures": count.failures, "locked_until": count.until}
    done = tx.execute(sa.update(throttle).where(throttle.c.subject == key).values(**values))
    if done.rowcount == 0:
        tx.execute(sa.insert(throttle).values(subject=key, **values))


def forget(tx: sa.Connection, subject: str) -> None:
    """After a complete login, or when staff give a new PIN."""
    tx.execute(sa.delete(throttle).where(throttle.c.subject == subject[:_SUBJECT_LENGTH]))
