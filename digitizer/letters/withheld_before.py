"""Pages that were withheld, whose paper may have been scanned again: nobody gets them unseen.

A new scan is other pages, of which the program knows nothing. So a letter that may be one waits for
a person, who reads what was withheld of the earlier scan, and why.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.model.mail import LetterState, PageRole
from digitizer.model.paper import Doubt, DoubtReason
from digitizer.people.correspondents.origins import kin_of
from digitizer.storage.tables import inmate, letter, page
from digitizer.storage.tables_screening import withheld_page, withheld_part
from digitizer.support.clock import now

#: So long after a page was scanned, what comes under the same cover may be that page again.
WITHIN = timedelta(days=30)
_ADVICE = "Look for it on each page, and withhold it again."
#: Where nobody can tell any more what it was.
WITHHELD_ONCE = Doubt(
    DoubtReason.WITHHELD_BEFORE, "A page of an earlier scan of it was withheld.", _ADVICE
)
_OPEN = (LetterState.HELD, LetterState.AWAITING_REVIEW)


def perhaps_again(
    tx: sa.Connection,
    scan_id: str,
    cover_id: str | None,
    booking_number: str | None,
    letter_id: str | None = None,
    before: datetime | None = None,
) -> tuple[Doubt, ...]:
    """What was withheld that may be in a letter of this scan, under this cover and for this inmate:
    of what the scan (or the letter) replaces, of what came under the cover of late, and of the
    inmate's mail about which nobody has decided yet; only of what came in ``before`` this moment,
    if one is given."""
    of_late = letter.c.received > now() - WITHIN
    theirs = sa.literal(booking_number or "")
    is_open = letter.c.state.in_(_OPEN)
    row = sa.select(inmate.c.id).where(inmate.c.booking_number == theirs).scalar_subquery()
    replaced = letter.c.replaced_by.in_([scan_id, *([letter_id] if letter_id else [])])
    fits = sa.or_(
        replaced,
        sa.and_(of_late, letter.c.cover_id == cover_id, letter.c.cover_id.is_not(None)),
        sa.and_(is_open, sa.or_(letter.c.proposed == theirs, letter.c.inmate_id == row)),
    )
    known = tx.execute(
        _withheld().where(
            letter.c.scan_id != scan_id,
            sa.or_(of_late, is_open, replaced),
            *([letter.c.received <= before] if before else []),
        )
    ).all()
    # The cover may be that of another part of the letter, from which this one was cut.
    whose = {row.letter_id for row in known}
    those = {each for each in whose if _any(tx, kin_of(tx, each), fits)}
    return _doubts(row for row in known if row.letter_id in those)


def withheld_of(tx: sa.Connection, letter_id: str) -> tuple[Doubt, ...]:
    """What was withheld of this letter, and of all that were one with it; and what that one says
    of scans before it."""
    kin = kin_of(tx, letter_id)
    rows = tx.execute(_withheld().where(letter.c.id.in_(kin))).all()
    earlier = tx.execute(sa.select(letter.c.reason, letter.c.doubts).where(letter.c.id.in_(kin)))
    said = [row.reason for row in earlier if row.reason and is_noted(row.doubts)]
    return (*_doubts(rows), *(Doubt(DoubtReason.WITHHELD_BEFORE, each) for each in said))


def is_noted(doubts: Iterable[str]) -> bool:
    """Whether these doubts of a letter say that a page of an earlier scan was withheld."""
    return DoubtReason.WITHHELD_BEFORE in doubts


def _withheld() -> sa.Select[Any]:
    """Whole pages, and parts of pages that are content."""
    kinds = ((withheld_page, PageRole.WITHHELD), (withheld_part, PageRole.CONTENT))
    found = sa.union_all(
        *(
            sa.select(
                page.c.letter_id,
                page.c.number,
                page.c.place,
                table.c.reason,
                sa.literal(role is PageRole.CONTENT).label("in_part"),
            )
            .join(page, table.c.page_id == page.c.id)
            .where(page.c.role == role)
            for table, role in kinds
        )
    ).subquery()
    return (
        sa.select(found)
        .add_columns(letter.c.received)
        .join(letter, found.c.letter_id == letter.c.id)
        .order_by(letter.c.received, found.c.place)
    )


def _any(tx: sa.Connection, ids: Iterable[str], fits: sa.ColumnElement[bool]) -> bool:
    asked = sa.select(letter.c.id).where(letter.c.id.in_(list(ids)), fits).limit(1)
    return tx.execute(asked).first() is not None


def _doubts(rows: Iterable[sa.Row[Any]]) -> tuple[Doubt, ...]:
    return tuple(Doubt(DoubtReason.WITHHELD_BEFORE, _what(row), _ADVICE) for row in rows)


def _what(row: sa.Row[Any]) -> str:
    if row.in_part:
        return (
            f"A part of page {row.number} of letter {row.letter_id}, which may be scanned again "
            f"here, was withheld: {row.reason.rstrip('.')}."
        )
    return (
        f"Page {row.number} of letter {row.letter_id}, which may be scanned again here, was "
        f"withheld: {row.reason.rstrip('.')}."
    )
