"""What a watch rule would have marked, had it been there: tried on mail that came in, before it is
set.

It looks as a rule that is set does, at each letter as it is known today (``marks``), and
keeps nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from digitizer.model.mail import LetterState
from digitizer.people import roster
from digitizer.policies import marks
from digitizer.policies.watch_rules import NewRule, WatchKind, WatchRule
from digitizer.storage.tables import inmate, letter, scan
from digitizer.support.clock import now

#: Letters in one go: some seconds on a small machine.
MOST = 1000
#: Marked letters that are shown.
SHOWN = 10
_TRIED_ON = (
    LetterState.DELIVERED,
    LetterState.HELD,
    LetterState.AWAITING_REVIEW,
    LetterState.REJECTED,
)


@dataclass(frozen=True, slots=True)
class MarkedLetter:
    """A letter that the rule would have marked; ``booking_number`` is "" where it is nobody's."""

    id: str
    received: datetime
    state: LetterState
    booking_number: str
    name: str


@dataclass(frozen=True, slots=True)
class Trial:
    """``looked`` of ``letters`` that came in since ``since``, the newest first, were looked at.

    ``marked`` of this go the rule would have marked, ``delivered`` of them have been delivered, and
    ``newest`` are the first. ``next`` is the place where to go on, None where that was all."""

    asked: NewRule
    since: date
    letters: int
    looked: int
    marked: int
    delivered: int
    newest: tuple[MarkedLetter, ...]
    next: int | None


def try_on(
    tx: sa.Connection,
    asked: NewRule,
    since: date,
    start: int,
    most: int = MOST,
    shown: int = SHOWN,
) -> Trial:
    """Looks at the letters from the place ``start`` (from 0) on, ``most`` of them, and names
    ``shown`` of those that the rule would have marked.

    Raises NotFound where nobody has the booking number."""
    rule = _as_if_set(tx, asked)
    ids = _came_in(tx, since)
    some = ids[start : start + most]
    hits = marks.found_in_many(tx, some, [rule])
    found = [each for each in some if hits[each]]
    rows = _rows(tx, found)
    end = start + len(some)
    return Trial(
        asked=asked,
        since=since,
        letters=len(ids),
        looked=end,
        marked=len(found),
        delivered=sum(each.state is LetterState.DELIVERED for each in rows),
        newest=tuple(rows[:shown]),
        next=end if end < len(ids) else None,
    )


def _as_if_set(tx: sa.Connection, asked: NewRule) -> WatchRule:
    number = asked.booking_number
    about = roster.inmate_row_id(tx, number) if number else None
    return WatchRule(
        id="",
        kind=WatchKind(asked.kind),
        words=asked.words,
        inmate=roster.find_inmate(tx, number) if number else None,
        inmate_id=about,
        why=asked.why,
        second_look=asked.second_look,
        set_by="",
        made=now(),
        last_day=asked.last_day,
        ended=None,
        ended_by=None,
    )


def _came_in(tx: sa.Connection, since: date) -> Sequence[str]:
    """The letters, the newest first; nothing of a sealed scan is among them."""
    first = datetime(since.year, since.month, since.day).astimezone()
    asked = (
        sa.select(letter.c.id)
        .join(scan, scan.c.id == letter.c.scan_id)
        .where(letter.c.received >= first, letter.c.state.in_(_TRIED_ON), ~scan.c.sealed)
        .order_by(letter.c.received.desc(), letter.c.id)
    )
    return tx.execute(asked).scalars().all()


def _rows(tx: sa.Connection, ids: Sequence[str]) -> list[MarkedLetter]:
    rows: dict[str, sa.Row[Any]] = {}
    for at in range(0, len(ids), 500):
        asked = (
            sa.select(
                letter.c.id,
                letter.c.received,
                letter.c.state,
                inmate.c.booking_number,
                inmate.c.first_name,
                inmate.c.last_name,
            )
            .join(inmate, inmate.c.id == letter.c.inmate_id, isouter=True)
            .where(letter.c.id.in_(ids[at : at + 500]))
        )
        rows |= {row.id: row for row in tx.execute(asked)}
    return [
        MarkedLetter(
            row.id,
            row.received,
            LetterState(row.state),
            row.booking_number or "",
            f"{row.first_name} {row.last_name}" if row.booking_number else "",
        )
        for row in map(rows.__getitem__, ids)
    ]
