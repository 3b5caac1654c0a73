"""The replies that came in under an inmate's name, as that inmate sees them.

A complete and faithful copy of a reply sheet looks like the sheet itself. So its owner is shown
each reply that came in as theirs, and notices one that they did not write.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.model.mail import LetterKind, LetterState
from digitizer.storage.tables import inmate, letter, message, page


@dataclass(frozen=True, slots=True)
class OwnReply:
    """One reply under an inmate's name. ``correspondent`` is the person whom it answers, ``seen``
    whether the inmate looked at it. Only a delivered one can be opened."""

    letter: str
    state: LetterState
    received: datetime
    pages: int
    correspondent: str
    seen: bool

    @property
    def is_delivered(self) -> bool:
        return self.state is LetterState.DELIVERED


def replies_under(tx: sa.Connection, booking_number: str) -> tuple[OwnReply, ...]:
    """Every reply on a sheet that was printed for this inmate, newest first. One that was scanned
    again is listed once."""
    count = (
        sa.select(sa.func.count())
        .where(page.c.letter_id == letter.c.id, page.c.position.is_not(None))
        .scalar_subquery()
    )
    rows = tx.execute(
        sa.select(letter, message.c.correspondent, count.label("pages"))
        .join(message, letter.c.message_id == message.c.id)
        .join(inmate, message.c.inmate_id == inmate.c.id)
        .where(
            inmate.c.booking_number == booking_number,
            letter.c.kind == LetterKind.REPLY,
            letter.c.state != LetterState.REPLACED,
        )
        .order_by(letter.c.received.desc(), letter.c.id)
    )
    return tuple(
        OwnReply(
            letter=row.id,
            state=LetterState(row.state),
            received=row.received,
            pages=row.pages,
            correspondent=row.correspondent,
            seen=row.read is not None,
        )
        for row in rows
    )
