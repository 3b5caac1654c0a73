"""The queues in which mail waits for a person: how much, since when, and what waits longest.

They are counted in the database: thousands of letters may wait, and this is asked for every few
seconds.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.model.mail import LetterState, Queue, ScanState
from digitizer.model.paper import DoubtReason
from digitizer.storage.tables import letter, scan

#: The states of a letter that waits for a person.
OPEN = (LetterState.HELD, LetterState.AWAITING_REVIEW)
#: Doubts only about whose a letter is: where it begins and ends is sure.
_WHOSE = frozenset(
    str(reason)
    for reason in (
        DoubtReason.COVER_UNKNOWN,
        DoubtReason.COVER_REVOKED,
        DoubtReason.COVER_EXPIRED,
        DoubtReason.COVER_SPENT,
        DoubtReason.NOT_IN_CUSTODY,
        DoubtReason.SEPARATED,
        DoubtReason.LABELLED,
    )
)
_SINCE = sa.func.coalesce(scan.c.finished, letter.c.received)
_SCAN_SINCE = sa.func.coalesce(scan.c.finished, scan.c.taken_in)
_HELD_WHOLE = (
    scan.c.state == ScanState.HELD,
    scan.c.rejected.is_(False),
    scan.c.replaced_by.is_(None),
)


@dataclass(frozen=True, slots=True)
class QueueLine:
    """How much waits in a queue, and since when its oldest item does; None: nothing waits."""

    queue: Queue
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One item that waits: by this ``id`` people decide about it."""

    id: str
    queue: Queue
    since: datetime
    reason: str


def queue_of(state: str, doubts: Collection[str]) -> Queue:
    """The queue of a letter in this state with these doubts."""
    if state == LetterState.AWAITING_REVIEW:
        return Queue.SCREENING
    return Queue.MATCH if doubts and _WHOSE.issuperset(doubts) else Queue.EXCEPTION


def queue_lines(tx: sa.Connection) -> tuple[QueueLine, ...]:
    """One for each queue, in their order, also where nothing waits."""
    counts: dict[Queue, int] = defaultdict(int)
    oldest: dict[Queue, datetime] = {}
    for queue, number, first in (*_letters(tx), *_scans(tx)):
        counts[queue] += number
        oldest[queue] = min(first, oldest.get(queue, first))
    return tuple(QueueLine(each, counts[each], oldest.get(each)) for each in Queue)


def longest_waiting(tx: sa.Connection, most: int) -> tuple[Waiting, ...]:
    """At most so many, oldest first."""
    rows = tx.execute(
        sa.select(letter, _SINCE.label("since"))
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(letter.c.state.in_(OPEN))
        .order_by(sa.text("since"), letter.c.id)
        .limit(most)
    )
    letters = [
        Waiting(
            row.id,
            queue_of(row.state, row.doubts),
            row.since,
            row.reason or "Waiting for review.",
        )
        for row in rows
    ]
    whole = tx.execute(
        sa.select(scan, _SCAN_SINCE.label("since"))
        .where(*_HELD_WHOLE)
        .order_by(sa.text("since"), scan.c.id)
        .limit(most)
    )
    scans = [Waiting(row.id, _of_scan(row.sealed), row.since, row.reason or "") for row in whole]
    return tuple(sorted((*letters, *scans), key=lambda each: each.since)[:most])


def _letters(tx: sa.Connection) -> list[tuple[Queue, int, datetime]]:
    """By what says which queue they are in: there are few different doubts."""
    doubts = sa.cast(letter.c.doubts, sa.Text)
    rows = tx.execute(
        sa.select(letter.c.state, doubts, sa.func.count(), sa.func.min(_SINCE))
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(letter.c.state.in_(OPEN))
        .group_by(letter.c.state, doubts)
    )
    return [
        (queue_of(state, json.loads(found or "[]")), number, first)
        for state, found, number, first in rows
    ]


def _scans(tx: sa.Connection) -> list[tuple[Queue, int, datetime]]:
    rows = tx.execute(
        sa.select(scan.c.sealed, sa.func.count(), sa.func.min(_SCAN_SINCE))
        .where(*_HELD_WHOLE)
        .group_by(scan.c.sealed)
    )
    return [(_of_scan(sealed), number, first) for sealed, number, first in rows]


def _of_scan(sealed: bool) -> Queue:
    return Queue.LEGAL if sealed else Queue.EXCEPTION
