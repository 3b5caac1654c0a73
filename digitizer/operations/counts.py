"""The service in numbers, for its operators. No text of a letter, no name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.capture.scans.ledger import QueueState, queue_state
from digitizer.covers.uses import used_covers
from digitizer.model.events import Verb
from digitizer.model.mail import (
    LetterState,
    MessageState,
    PageRole,
    ScanState,
)
from digitizer.model.settings import Covers
from digitizer.storage.tables import event, letter, message, page, scan, transcript
from digitizer.support.clock import now

Counts = Mapping[str, int]
_AS_SHIPPED = Covers()


@dataclass(frozen=True, slots=True)
class Numbers:
    """Counted at one moment. ``pages`` are by place: covers, blanks, recorded, or the state of
    the letter they are in (``unfiled``: of a scan held as a whole). ``held`` are the reasons why
    something waits for a person; a letter with two reasons counts under both. ``tries`` are failed
    attempts; ``deaths`` are of the whole service. ``read`` are pages by reading engine.
    ``used_often`` are covers used more often lately than is usual.
    """

    queue: QueueState
    scans: Counts
    pages: Counts
    letters: Counts
    messages: Counts
    held: Counts
    read: Counts
    tries: int
    deaths: int
    duplicates: int
    last_taken_in: datetime | None
    used_often: int = 0


def count(tx: sa.Connection, usual: Covers = _AS_SHIPPED) -> Numbers:
    tries, deaths, last = tx.execute(
        sa.select(
            sa.func.sum(scan.c.tries), sa.func.sum(scan.c.deaths), sa.func.max(scan.c.taken_in)
        )
    ).one()
    return Numbers(
        queue=queue_state(tx),
        scans=_by(tx, scan.c.state, ScanState),
        pages=_pages(tx),
        letters=_by(tx, letter.c.state, LetterState),
        messages=_by(tx, message.c.state, MessageState),
        held=_held(tx),
        read=_by(tx, transcript.c.engine),
        tries=int(tries or 0),
        deaths=int(deaths or 0),
        duplicates=_duplicates(tx),
        last_taken_in=last,
        used_often=len(used_covers(tx, now(), usual, only_often=True)),
    )


def _by(
    tx: sa.Connection,
    column: sa.Column[str],
    all_of: type[ScanState] | type[LetterState] | type[MessageState] | None = None,
) -> Counts:
    """How many rows have each value; values that none has are 0, so that no series starts late."""
    rows = tx.execute(sa.select(column, sa.func.count()).group_by(column).order_by(column))
    return {str(each): 0 for each in all_of or ()} | dict(map(tuple, rows))


def _pages(tx: sa.Connection) -> Counts:
    rows = tx.execute(
        sa.select(page.c.role, letter.c.state, sa.func.count())
        .outerjoin(letter, page.c.letter_id == letter.c.id)
        .group_by(page.c.role, letter.c.state)
    )
    counts: Counter[str] = Counter()
    for role, state, number in rows:
        counts[(state or "unfiled") if role == PageRole.CONTENT else role] += number
    return dict(sorted(counts.items()))


def _held(tx: sa.Connection) -> Counts:
    counts: Counter[str] = Counter()
    held = sa.select(letter.c.doubts).where(letter.c.state == LetterState.HELD)
    for doubts in tx.execute(held).scalars():
        counts.update(set(doubts) or {"none"})
    whole = scan.c.rejected.is_(False) & scan.c.replaced_by.is_(None)
    rows = tx.execute(
        sa.select(scan.c.doubt, sa.func.count())
        .where(scan.c.state == ScanState.HELD, whole)
        .group_by(scan.c.doubt)
    )
    for doubt, number in rows:
        counts[doubt or "none"] += number
    return dict(sorted(counts.items()))


def _duplicates(tx: sa.Connection) -> int:
    again = sa.select(sa.func.count()).select_from(event).where(event.c.verb == str(Verb.DUPLICATE))
    return tx.execute(again).scalar_one()
