"""Outgoing e-messages: queued, printed with the paper that brings the answer back, answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.letters.doubtful_words import doubts_in, shown_lines
from digitizer.letters.transcripts import transcripts_of
from digitizer.model.mail import (
    Direction,
    LetterKind,
    LetterState,
    MessageState,
    PageRole,
)
from digitizer.model.people import Inmate
from digitizer.people.roster import as_inmate
from digitizer.storage.tables import inmate, letter, message, page
from digitizer.support.clock import new_id, now


@dataclass(frozen=True, slots=True)
class Message:
    """One e-message. ``photos`` are blob digests; ``cover_id`` the code of its reply paper."""

    id: str
    direction: Direction
    inmate: Inmate
    correspondent: str
    address: str | None
    subject: str
    body: str
    photos: tuple[str, ...]
    state: MessageState
    created: datetime
    printed: datetime | None
    cover_id: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply sheet that came back from the inmate, as its thread shows it. ``doubtful`` counts
    the words of its text that may be misread."""

    letter: str
    state: LetterState
    received: datetime
    pages: int
    text: str
    doubtful: int


@dataclass(frozen=True, slots=True)
class Thread:
    message: Message
    replies: tuple[Reply, ...]


def queue_message(
    tx: sa.Connection,
    *,
    direction: Direction,
    inmate_id: int,
    correspondent: str,
    address: str | None,
    subject: str,
    body: str,
    photos: tuple[str, ...],
    cover_id: str,
    state: MessageState = MessageState.QUEUED,
) -> str:
    """Returns the message's id."""
    message_id = new_id()
    tx.execute(
        sa.insert(message).values(
            id=message_id, direction=str(direction), inmate_id=inmate_id,
            correspondent=correspondent, address=address, subject=subject, body=body,
            photos=list(photos), state=str(state), created=now(), cover_id=cover_id,
            printed=now() if state is MessageState.PRINTED else None,
        )
    )  # fmt: skip
    return message_id


def inmate_of(tx: sa.Connection, message_id: str) -> int:
    """The row id of the inmate whose message it is."""
    found = tx.execute(sa.select(message.c.inmate_id).where(message.c.id == message_id))
    return int(found.scalar_one())


def queued_messages(tx: sa.Connection) -> tuple[Message, ...]:
    """What waits for the printer: by housing unit, then by name, as they are handed out."""
    return _messages(tx, message.c.state == MessageState.QUEUED)


def threads_of(tx: sa.Connection, booking_number: str) -> tuple[Thread, ...]:
    """One inmate's messages in both directions, newest first, with the replies that came."""
    found = _messages(tx, inmate.c.booking_number == booking_number)
    newest_first = sorted(found, key=lambda each: (each.created, each.id), reverse=True)
    return tuple(Thread(each, _replies(tx, each.id)) for each in newest_first)


def _messages(tx: sa.Connection, where: sa.ColumnElement[bool]) -> tuple[Message, ...]:
    rows = tx.execute(
        sa.select(message, *(c for c in inmate.c if c.name != "id"))
        .join(inmate, message.c.inmate_id == inmate.c.id)
        .where(where)
        .order_by(inmate.c.housing_unit, inmate.c.last_name, message.c.created, message.c.id)
    )
    return tuple(_message(row) for row in rows)


def _message(row: sa.Row[Any]) -> Message:
    return Message(
        row.id, Direction(row.direction), as_inmate(row), row.correspondent, row.address,
        row.subject, row.body, tuple(row.photos), MessageState(row.state), row.created,
        row.printed, row.cover_id,
    )  # fmt: skip


def _replies(tx: sa.Connection, message_id: str) -> tuple[Reply, ...]:
    rows = tx.execute(
        sa.select(letter)
        .where(
            letter.c.message_id == message_id,
            letter.c.kind == LetterKind.REPLY,
            letter.c.state == LetterState.DELIVERED,
        )
        .order_by(letter.c.received)
    )
    return tuple(
        Reply(row.id, LetterState(row.state), row.received, *_pages_and_text(tx, row.id))
        for row in rows
    )


def _pages_and_text(tx: sa.Connection, letter_id: str) -> tuple[int, str, int]:
    """How many pages, what they say (as people put it right), how many words are doubtful."""
    ids = tx.execute(
        sa.select(page.c.id)
        .where(page.c.letter_id == letter_id, page.c.role == PageRole.CONTENT)
        .order_by(page.c.position)
    ).scalars().all()  # fmt: skip
    found = transcripts_of(tx, ids)
    reads = [found[page_id] for page_id in ids if page_id in found]
    doubtful = sum(doubts_in(shown_lines(read))[0] for read in reads)
    return len(ids), "\n".join(read.text for read in reads if read.text), doubtful


def mark_printed(tx: sa.Connection, message_id: str) -> None:
    tx.execute(
        sa.update(message)
        .where(message.c.id == message_id)
        .values(state=str(MessageState.PRINTED), printed=now())
    )


def mark_answered(tx: sa.Connection, message_id: str) -> None:
    tx.execute(
        sa.update(message)
        .where(message.c.id == message_id)
        .values(state=str(MessageState.ANSWERED))
    )
