"""What somebody takes along: the letters that were delivered to them, their replies on paper, and
messages both ways; as they see it on their own pages, in order of time.

Nothing that was refused is among it, nor what waits to be looked at, but for messages of their own.
Legal mail is in no mailbox, so it is never here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.messages.conversations import EntryKind, SentPhoto, photos_of
from digitizer.messages.outgoing import refused_photos
from digitizer.model.mail import Direction, LetterKind, LetterState, MessageState
from digitizer.storage.tables import letter, message
from digitizer.storage.tables_correspondents import contact, correspondent, letter_sender


@dataclass(frozen=True, slots=True)
class Item:
    """One letter, reply or message. ``mine``: from the person whose mailbox it is. ``who`` is the
    other one: of a letter on paper, where staff said who sent it; ``cover`` is then for whom its
    cover was printed. ``photos`` are a message's, also those that were refused."""

    kind: EntryKind
    id: str
    at: datetime
    mine: bool
    who: str
    cover: str = ""
    subject: str = ""
    text: str | None = None
    photos: tuple[SentPhoto, ...] = ()
    state: MessageState | None = None
    read: datetime | None = None

    @property
    def shown_photos(self) -> tuple[SentPhoto, ...]:
        return tuple(each for each in self.photos if not each.refused)


def items_of(tx: sa.Connection, inmate_id: int) -> tuple[Item, ...]:
    """All that this person has, oldest first."""
    found = [
        *_letters(tx, inmate_id),
        *_replies(tx, inmate_id),
        *_messages(tx, inmate_id),
    ]
    return tuple(sorted(found, key=lambda each: (each.at, each.kind, each.id)))


def _letters(tx: sa.Connection, inmate_id: int) -> Iterator[Item]:
    asked = (
        sa.select(letter, correspondent.c.name.label("who"))
        .outerjoin(letter_sender, letter_sender.c.letter_id == letter.c.id)
        .outerjoin(correspondent, correspondent.c.id == letter_sender.c.correspondent_id)
        .where(letter.c.inmate_id == inmate_id, *_delivered(LetterKind.LETTER))
    )
    for row in tx.execute(asked):
        yield Item(
            kind=EntryKind.LETTER,
            id=row.id,
            at=row.received,
            mine=False,
            who=row.who or "",
            cover=row.sender or "",
            subject=row.subject or "",
            read=row.read,
        )


def _replies(tx: sa.Connection, inmate_id: int) -> Iterator[Item]:
    asked = (
        sa.select(letter, message.c.correspondent.label("who"))
        .outerjoin(message, letter.c.message_id == message.c.id)
        .where(letter.c.inmate_id == inmate_id, *_delivered(LetterKind.REPLY))
    )
    for row in tx.execute(asked):
        yield Item(EntryKind.REPLY, row.id, row.received, mine=True, who=row.who or "")


def _delivered(kind: LetterKind) -> tuple[sa.ColumnElement[bool], ...]:
    return letter.c.state == str(LetterState.DELIVERED), letter.c.kind == str(kind)


def _messages(tx: sa.Connection, inmate_id: int) -> Iterator[Item]:
    rows = tx.execute(
        sa.select(message)
        .outerjoin(
            contact,
            sa.and_(
                contact.c.inmate_id == message.c.inmate_id,
                contact.c.correspondent_id == message.c.correspondent_id,
            ),
        )
        .where(
            message.c.inmate_id == inmate_id,
            message.c.refused.is_(None),
            message.c.state != str(MessageState.REFUSED),
            # Of a conversation that is open to them, or with somebody who has no record.
            sa.or_(message.c.correspondent_id.is_(None), contact.c.approved.is_not(None)),
            sa.or_(
                message.c.direction == str(Direction.FROM_INMATE), message.c.released.is_not(None)
            ),
        )
    ).all()
    refused = refused_photos(tx, [row.id for row in rows])
    for row in rows:
        yield _message(row, refused.get(row.id, {}))


def _message(row: sa.Row[Any], refused: Mapping[int, str]) -> Item:
    mine = row.direction == Direction.FROM_INMATE
    return Item(
        kind=EntryKind.MESSAGE,
        id=row.id,
        at=row.created if mine else row.released,
        mine=mine,
        who=row.correspondent,
        subject=row.subject,
        text=row.body,
        photos=photos_of(row, refused),
        state=MessageState(row.state),
        read=row.read,
    )


def letters_in(items: Sequence[Item]) -> tuple[str, ...]:
    """The ids of those that came on paper, replies among them."""
    return tuple(each.id for each in items if each.kind is not EntryKind.MESSAGE)
