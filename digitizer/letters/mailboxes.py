"""Electronic mailboxes: what an inmate has been delivered, and one letter of it.

Every query carries its owner: a letter of somebody else and a letter that does not exist give
the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.letters.transcripts import (
    Correction,
    corrections_of,
    readings_of,
    transcripts_of,
)
from digitizer.model.errors import NotFound
from digitizer.model.mail import (
    LetterKind,
    LetterState,
    MailboxEntry,
    PageRole,
)
from digitizer.model.paper import PERHAPS_BLANK, Transcript
from digitizer.storage.tables import inmate, letter, page
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class LetterPage:
    """One page as a reader turns to it. ``position`` counts from 1 in the letter; where a
    person put its text right, ``correction`` says who, and ``as_read`` is what the machine read.
    ``perhaps_blank``: so little is on it that it may be the empty back of a sheet."""

    id: int
    position: int
    picture: str | None
    width: int
    height: int
    dpi: int
    transcript: Transcript | None
    correction: Correction | None
    as_read: Transcript | None
    perhaps_blank: bool


@dataclass(frozen=True, slots=True)
class OpenLetter:
    """A letter opened: its facts, its pages in order."""

    letter: str
    scan: str
    kind: LetterKind
    received: datetime
    sender: str | None
    subject: str | None
    pages: tuple[LetterPage, ...]


_DELIVERED = letter.c.state == LetterState.DELIVERED


def list_mailbox(tx: sa.Connection, booking_number: str) -> tuple[MailboxEntry, ...]:
    """Newest first."""
    count = (
        sa.select(sa.func.count())
        .where(page.c.letter_id == letter.c.id, page.c.position.is_not(None))
        .scalar_subquery()
    )
    rows = tx.execute(
        sa.select(letter, count.label("pages"))
        .join(inmate, letter.c.inmate_id == inmate.c.id)
        .where(
            inmate.c.booking_number == booking_number,
            _DELIVERED,
            letter.c.kind == LetterKind.LETTER,
        )
        .order_by(letter.c.received.desc(), letter.c.id)
    )
    return tuple(
        MailboxEntry(
            row.id, LetterKind(row.kind), row.received, row.pages,
            row.sender, row.subject, row.read is not None,
        )
        for row in rows
    )  # fmt: skip


def open_letter(tx: sa.Connection, owner: str | None, letter_id: str) -> OpenLetter:
    """A delivered letter of this owner (a booking number); None, for staff: any letter, whatever
    became of it. Raises NotFound for any other."""
    if owner is not None:
        return _open_own(tx, owner, letter_id, LetterKind.LETTER)
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).first()
    return _opened(tx, row, letter_id)


def open_own_reply(tx: sa.Connection, booking_number: str, letter_id: str) -> OpenLetter:
    """A reply that was delivered as this inmate's; raises NotFound for any other."""
    return _open_own(tx, booking_number, letter_id, LetterKind.REPLY)


def _open_own(
    tx: sa.Connection, booking_number: str, letter_id: str, kind: LetterKind
) -> OpenLetter:
    row = tx.execute(
        sa.select(letter)
        .join(inmate, letter.c.inmate_id == inmate.c.id)
        .where(
            letter.c.id == letter_id,
            inmate.c.booking_number == booking_number,
            _DELIVERED,
            letter.c.kind == kind,
        )
    ).first()
    return _opened(tx, row, letter_id)


def mark_read(tx: sa.Connection, letter_id: str) -> bool:
    """Notes the first time its owner opened it; returns whether this was it."""
    done = tx.execute(
        sa.update(letter)
        .where(letter.c.id == letter_id, letter.c.read.is_(None))
        .values(read=now())
    )
    return done.rowcount == 1


def _opened(tx: sa.Connection, row: sa.Row[Any] | None, letter_id: str) -> OpenLetter:
    if row is None:
        raise NotFound(f"There is no letter {letter_id}.")
    return OpenLetter(
        row.id, row.scan_id, LetterKind(row.kind), row.received, row.sender, row.subject,
        _pages(tx, letter_id),
    )  # fmt: skip


def _pages(tx: sa.Connection, letter_id: str) -> tuple[LetterPage, ...]:
    rows = tx.execute(
        sa.select(page)
        .where(page.c.letter_id == letter_id, page.c.role == PageRole.CONTENT)
        .order_by(page.c.position)
    ).all()
    ids = [row.id for row in rows]
    read, put_right = transcripts_of(tx, ids), corrections_of(tx, ids)
    before = readings_of(tx, list(put_right))
    return tuple(
        LetterPage(
            row.id,
            row.position,
            row.picture,
            row.width,
            row.height,
            row.dpi,
            read.get(row.id),
            put_right.get(row.id),
            before.get(row.id),
            PERHAPS_BLANK in row.quality,
        )
        for row in rows
    )
