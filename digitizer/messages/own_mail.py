"""An inmate's mail in one list: letters on paper and e-messages, what they have not read first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.access.acting import looking
from digitizer.access.permissions import Act
from digitizer.engines.words import index_words
from digitizer.facility import Facility
from digitizer.letters.mailboxes import list_mailbox
from digitizer.messages.conversations import EntryKind
from digitizer.messages.outgoing import refused_photos
from digitizer.model.mail import Direction, LetterKind, LetterState
from digitizer.model.people import Actor
from digitizer.people import roster
from digitizer.storage.tables import letter, message
from digitizer.storage.tables_correspondents import contact, correspondent, letter_sender

#: Characters of a message around the first word that was looked for.
_AROUND = 60


@dataclass(frozen=True, slots=True)
class MailLine:
    """A letter or a message in the list. ``who`` is the correspondent who sent it: of a letter,
    where staff said so; ``cover`` is for whom a letter's cover was printed. ``correspondent`` is
    the number of their conversation, None where there is none. ``says`` are words of a message
    around what was looked for."""

    kind: EntryKind
    id: str
    at: datetime
    read: bool
    who: str = ""
    correspondent: int | None = None
    cover: str | None = None
    subject: str = ""
    pages: int = 0
    photos: int = 0
    says: str = ""


def list_mail(
    facility: Facility, by: Actor, *, start: int = 0, most: int | None = None
) -> tuple[MailLine, ...]:
    """What was delivered to this inmate, unread first, of both the newest first: ``most`` of it
    after the first ``start``. Replies of their own are not among it."""
    with looking(facility, by, Act.READ_OWN, of=by.name) as look:
        inmate_id = roster.inmate_row_id(look.tx, by.name)
        found = sa.union_all(_letters(inmate_id), _messages(inmate_id)).subquery()
        unread_first = sa.case((found.c.read.is_(None), 0), else_=1)
        rows = look.tx.execute(
            sa.select(found.c.kind, found.c.id)
            .order_by(unread_first, found.c.at.desc(), found.c.id)
            .offset(start)
            .limit(most)
        ).all()
        return _lines(look.tx, by.name, [(EntryKind(row.kind), row.id) for row in rows])


def unread(facility: Facility, by: Actor) -> int:
    """How much of their mail this inmate has not opened."""
    with looking(facility, by, Act.READ_OWN, of=by.name) as look:
        inmate_id = roster.inmate_row_id(look.tx, by.name)
        found = sa.union_all(_letters(inmate_id), _messages(inmate_id)).subquery()
        counted = sa.select(sa.func.count()).where(found.c.read.is_(None))
        return int(look.tx.execute(counted).scalar_one())


def find_messages(facility: Facility, query: str, by: Actor, most: int) -> tuple[MailLine, ...]:
    """The messages to this inmate that have all the words, or words that begin so, newest first."""
    wanted = index_words(query)
    if not wanted:
        return ()
    with looking(facility, by, Act.READ_OWN, of=by.name) as look:
        inmate_id = roster.inmate_row_id(look.tx, by.name)
        its = _messages(inmate_id).subquery()
        rows = look.tx.execute(
            sa.select(message.c.id, message.c.subject, message.c.body, message.c.correspondent)
            .join(its, its.c.id == message.c.id)
            .order_by(its.c.at.desc(), message.c.id)
        ).all()
        says = {
            row.id: _around(row.body, wanted)
            for row in rows
            if _has(f"{row.subject} {row.body} {row.correspondent}", wanted)
        }
        ids = [(EntryKind.MESSAGE, each) for each in list(says)[:most]]
        return _lines(look.tx, by.name, ids, says)


def _has(text: str, wanted: Sequence[str]) -> bool:
    words = index_words(text)
    return all(any(word.startswith(each) for word in words) for each in wanted)


def _around(body: str, wanted: Sequence[str]) -> str:
    """Some words of the body around the first that was looked for."""
    words = body.split()
    places = (
        place
        for place, word in enumerate(words)
        if any(part.startswith(each) for part in index_words(word) for each in wanted)
    )
    first = next(places, 0)
    before = " ".join(words[:first])[-_AROUND:]
    return f"{before} {' '.join(words[first:])[:_AROUND]}".strip()


def _letters(inmate_id: int) -> sa.Select[tuple[str, str, datetime, datetime | None]]:
    return sa.select(
        sa.literal(str(EntryKind.LETTER)).label("kind"),
        letter.c.id.label("id"),
        letter.c.received.label("at"),
        letter.c.read.label("read"),
    ).where(
        letter.c.inmate_id == inmate_id,
        letter.c.state == LetterState.DELIVERED,
        letter.c.kind == LetterKind.LETTER,
    )


def _messages(inmate_id: int) -> sa.Select[tuple[str, str, datetime, datetime | None]]:
    """Those of a conversation that is open to them: the contact is approved."""
    return (
        sa.select(
            sa.literal(str(EntryKind.MESSAGE)).label("kind"),
            message.c.id.label("id"),
            message.c.released.label("at"),
            message.c.read.label("read"),
        )
        .join(
            contact,
            sa.and_(
                contact.c.correspondent_id == message.c.correspondent_id,
                contact.c.inmate_id == message.c.inmate_id,
                contact.c.approved.is_not(None),
            ),
        )
        .where(
            message.c.inmate_id == inmate_id,
            message.c.direction == str(Direction.TO_INMATE),
            message.c.released.is_not(None),
        )
    )


def _lines(
    tx: sa.Connection,
    booking_number: str,
    ids: Sequence[tuple[EntryKind, str]],
    says: dict[str, str] | None = None,
) -> tuple[MailLine, ...]:
    letters = [each for kind, each in ids if kind is EntryKind.LETTER]
    messages = [each for kind, each in ids if kind is EntryKind.MESSAGE]
    lines = _letter_lines(tx, booking_number, letters) | _message_lines(tx, messages, says or {})
    return tuple(lines[each] for _, each in ids)


def _letter_lines(
    tx: sa.Connection, booking_number: str, ids: Sequence[str]
) -> dict[str, MailLine]:
    if not ids:
        return {}
    senders = {
        row.letter_id: row.name
        for row in tx.execute(
            sa.select(letter_sender.c.letter_id, correspondent.c.name)
            .join(correspondent, correspondent.c.id == letter_sender.c.correspondent_id)
            .where(letter_sender.c.letter_id.in_(ids))
        )
    }
    return {
        each.letter: MailLine(
            kind=EntryKind.LETTER,
            id=each.letter,
            at=each.received,
            read=each.read,
            who=senders.get(each.letter, ""),
            cover=each.sender,
            subject=each.subject or "",
            pages=each.pages,
        )
        for each in list_mailbox(tx, booking_number, only=ids)
    }


def _message_lines(
    tx: sa.Connection, ids: Sequence[str], says: dict[str, str]
) -> dict[str, MailLine]:
    if not ids:
        return {}
    rows = tx.execute(sa.select(message).where(message.c.id.in_(ids))).all()
    refused = refused_photos(tx, ids)
    return {
        row.id: MailLine(
            kind=EntryKind.MESSAGE,
            id=row.id,
            at=row.released,
            read=row.read is not None,
            who=row.correspondent,
            correspondent=row.correspondent_id,
            subject=row.subject,
            photos=len(row.photos) - len(refused.get(row.id, {})),
            says=says.get(row.id, ""),
        )
        for row in rows
    }
