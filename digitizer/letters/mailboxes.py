"""Electronic mailboxes: what was delivered to an inmate, and one letter of it.

Every query carries its owner: somebody else's letter and a letter that does not exist give the same
answer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.letters.pages import WithheldPage, withheld_pages
from digitizer.letters.transcripts import (
    Correction,
    corrections_of,
    readings_of,
    transcripts_of,
)
from digitizer.letters.withheld_parts import WithheldPart, parts_of, picture_outside
from digitizer.model.errors import NotFound
from digitizer.model.mail import (
    LetterKind,
    LetterState,
    MailboxEntry,
    PageRole,
)
from digitizer.model.paper import PERHAPS_BLANK, Transcript
from digitizer.model.people import Inmate
from digitizer.people import roster
from digitizer.storage.blobs import BlobStore
from digitizer.storage.tables import inmate, letter, page
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class LetterPage:
    """One page of an open letter, without the ``parts`` of it that are withheld: its texts are what
    stands outside of them, and so is what ``shown`` gives of its stored ``picture``.

    ``position`` counts from 1 in the letter. Where a person
    corrected its text, ``correction`` is the newest correction, and ``as_read`` is what the program
    read. ``perhaps_blank``: so little is on it that it may be the empty back of a sheet.
    ``envelope``: it is the envelope that the letter came in."""

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
    envelope: bool
    parts: tuple[WithheldPart, ...] = ()

    def shown(self, pictures: BlobStore) -> bytes | None:
        """Its picture as readers of the letter see it (JPEG or PNG); None where it has none."""
        if self.picture is None:
            return None
        return picture_outside(pictures, self.picture, self.parts)


@dataclass(frozen=True, slots=True)
class OpenLetter:
    """A letter that was opened, with its pages in order. ``withheld`` says of which pages it was
    delivered without, and why; nothing of what is on them. ``inmate`` is whose it is; None as long
    as nobody knows."""

    letter: str
    scan: str
    kind: LetterKind
    received: datetime
    sender: str | None
    subject: str | None
    pages: tuple[LetterPage, ...]
    withheld: tuple[WithheldPage, ...] = ()
    inmate: Inmate | None = None


_DELIVERED = letter.c.state == LetterState.DELIVERED


def list_mailbox(
    tx: sa.Connection,
    booking_number: str,
    *,
    start: int = 0,
    most: int | None = None,
    only: Collection[str] | None = None,
) -> tuple[MailboxEntry, ...]:
    """The letters that were delivered to this inmate, newest first; replies are not among them.

    ``most`` of them after the first ``start``; of those with the ids ``only``, if it is given.
    """
    count = (
        sa.select(sa.func.count())
        .where(page.c.letter_id == letter.c.id, page.c.position.is_not(None))
        .scalar_subquery()
    )
    asked = (
        sa.select(letter, count.label("pages"))
        .join(inmate, letter.c.inmate_id == inmate.c.id)
        .where(
            inmate.c.booking_number == booking_number,
            _DELIVERED,
            letter.c.kind == LetterKind.LETTER,
        )
        .order_by(letter.c.received.desc(), letter.c.id)
        .offset(start)
        .limit(most)
    )
    if only is not None:
        asked = asked.where(letter.c.id.in_(only))
    rows = tx.execute(asked)
    return tuple(
        MailboxEntry(
            letter=row.id,
            kind=LetterKind(row.kind),
            received=row.received,
            pages=row.pages,
            sender=row.sender,
            subject=row.subject,
            read=row.read is not None,
        )
        for row in rows
    )


def open_letter(tx: sa.Connection, owner: str | None, letter_id: str) -> OpenLetter:
    """A delivered letter of this owner (a booking number); None, for staff: any letter, whatever
    happened to it. Raises NotFound for any other."""
    if owner is not None:
        return _open_own(tx, owner, letter_id, LetterKind.LETTER)
    return _open(tx, sa.select(letter), letter_id)


def delivered_pages(tx: sa.Connection, letter_id: str) -> tuple[LetterPage, ...]:
    """The pages of a letter of whatever kind, in order, as whoever gets it sees them; none of one
    that is not delivered (any more)."""
    asked = sa.select(letter.c.id).where(letter.c.id == letter_id, _DELIVERED)
    return _pages(tx, letter_id) if tx.execute(asked).first() else ()


def open_own_reply(tx: sa.Connection, booking_number: str, letter_id: str) -> OpenLetter:
    """A reply that was delivered in this inmate's name. Raises NotFound for any other."""
    return _open_own(tx, booking_number, letter_id, LetterKind.REPLY)


def _open_own(
    tx: sa.Connection, booking_number: str, letter_id: str, kind: LetterKind
) -> OpenLetter:
    own = (
        sa.select(letter)
        .join(inmate, letter.c.inmate_id == inmate.c.id)
        .where(inmate.c.booking_number == booking_number, _DELIVERED, letter.c.kind == kind)
    )
    return _open(tx, own, letter_id)


def was_read(tx: sa.Connection, letter_id: str) -> bool:
    """Whether its owner has opened it."""
    return tx.execute(sa.select(letter.c.read).where(letter.c.id == letter_id)).scalar() is not None


def mark_read(tx: sa.Connection, letter_id: str) -> bool:
    """Records when its owner first opened it; returns whether this was the first time."""
    done = tx.execute(
        sa.update(letter)
        .where(letter.c.id == letter_id, letter.c.read.is_(None))
        .values(read=now())
    )
    return done.rowcount == 1


def _open(tx: sa.Connection, among: sa.Select[Any], letter_id: str) -> OpenLetter:
    """The letter with this id, if it is among those selected."""
    row = tx.execute(among.where(letter.c.id == letter_id)).first()
    if row is None:
        raise NotFound(f"There is no letter {letter_id}.")
    return OpenLetter(
        letter=row.id,
        scan=row.scan_id,
        kind=LetterKind(row.kind),
        received=row.received,
        sender=row.sender,
        subject=row.subject,
        pages=_pages(tx, letter_id),
        withheld=withheld_pages(tx, letter_id),
        inmate=None if row.inmate_id is None else roster.inmate_of_row(tx, row.inmate_id),
    )


def _pages(tx: sa.Connection, letter_id: str) -> tuple[LetterPage, ...]:
    rows = tx.execute(
        sa.select(page)
        .where(page.c.letter_id == letter_id, page.c.role == PageRole.CONTENT)
        .order_by(page.c.position)
    ).all()
    ids = [row.id for row in rows]
    read, parts = transcripts_of(tx, ids), parts_of(tx, ids)
    # Where a part is withheld, what a person wrote is not shown.
    corrected = corrections_of(tx, [each for each in ids if not parts[each]])
    as_read = readings_of(tx, list(corrected))
    return tuple(
        LetterPage(
            id=row.id,
            position=row.position,
            picture=row.picture,
            width=row.width,
            height=row.height,
            dpi=row.dpi,
            transcript=read.get(row.id),
            correction=corrected.get(row.id),
            as_read=as_read.get(row.id),
            perhaps_blank=PERHAPS_BLANK in row.quality,
            envelope=row.envelope,
            parts=parts[row.id],
        )
        for row in rows
    )
