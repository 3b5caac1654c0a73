"""Outgoing e-messages: queued, printed with the sheet for the answer, answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.letters.doubtful_words import doubts_in, shown_lines
from digitizer.letters.transcripts import transcripts_of
from digitizer.model.mail import (
    Direction,
    Draft,
    LetterKind,
    LetterState,
    MessageState,
    PageRole,
)
from digitizer.model.people import Inmate
from digitizer.model.prints import PrintKind
from digitizer.people import roster
from digitizer.prints import queue
from digitizer.storage.tables import inmate, letter, message, page
from digitizer.support.clock import new_id, now


@dataclass(frozen=True, slots=True)
class Message:
    """One e-message. ``photos`` are the names of its stored photos; ``cover_id`` is the code of the
    sheet that is printed with it for the answer."""

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
    """A reply sheet that came back from the inmate, as its thread shows it. ``doubtful`` is how
    many words of its text may be misread."""

    letter: str
    state: LetterState
    received: datetime
    pages: int
    text: str
    doubtful: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A message and the replies to it, oldest first."""

    message: Message
    replies: tuple[Reply, ...]


def queue_message(
    tx: sa.Connection,
    draft: Draft,
    cover_id: str,
    photos: Sequence[str] = (),
    state: MessageState = MessageState.QUEUED,
) -> str:
    """Returns the message's id. ``photos`` are the names of the draft's photos, stored, and
    ``cover_id`` is the code of the sheet for the answer. One that is QUEUED is in the print queue
    from now on. Raises NotFound for an unknown inmate."""
    message_id, inmate_id = new_id(), roster.inmate_row_id(tx, draft.booking_number)
    tx.execute(
        sa.insert(message).values(
            id=message_id,
            direction=str(draft.direction),
            inmate_id=inmate_id,
            correspondent=draft.correspondent,
            address=draft.address,
            subject=draft.subject,
            body=draft.body,
            photos=list(photos),
            state=str(state),
            created=now(),
            cover_id=cover_id,
            printed=now() if state is MessageState.PRINTED else None,
        )
    )
    if state is MessageState.QUEUED:
        to_inmate = draft.direction is Direction.TO_INMATE
        queue.add(
            tx,
            PrintKind.LETTER if to_inmate else PrintKind.OUTGOING,
            f"Letter from {draft.correspondent}"
            if to_inmate
            else f"Letter to {draft.correspondent}",
            inmate_id=inmate_id,
            message_id=message_id,
        )
    return message_id


def inmate_of(tx: sa.Connection, message_id: str) -> int:
    """The id of the row of the inmate whose message it is."""
    found = tx.execute(sa.select(message.c.inmate_id).where(message.c.id == message_id))
    return int(found.scalar_one())


def queued_messages(tx: sa.Connection) -> tuple[Message, ...]:
    """What waits to be printed: by housing unit, then by name, as it is handed out."""
    return find_messages(tx, [each.message for each in queue.waiting(tx) if each.message])


def find_messages(tx: sa.Connection, ids: Collection[str]) -> tuple[Message, ...]:
    """Those of the ids, as they are handed out."""
    return _messages(tx, message.c.id.in_(ids))


def threads_of(tx: sa.Connection, booking_number: str) -> tuple[Thread, ...]:
    """One inmate's messages in both directions, newest first, with the replies to each."""
    found = _messages(tx, inmate.c.booking_number == booking_number)
    newest_first = sorted(found, key=lambda each: (each.created, each.id), reverse=True)
    return tuple(Thread(each, _replies(tx, each.id)) for each in newest_first)


def _messages(tx: sa.Connection, where: sa.ColumnElement[bool]) -> tuple[Message, ...]:
    rows = tx.execute(
        sa.select(message)
        .join(inmate, message.c.inmate_id == inmate.c.id)
        .where(where)
        .order_by(inmate.c.housing_unit, inmate.c.last_name, message.c.created, message.c.id)
    ).all()
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows})
    return tuple(
        Message(
            id=row.id,
            direction=Direction(row.direction),
            inmate=people[row.inmate_id],
            correspondent=row.correspondent,
            address=row.address,
            subject=row.subject,
            body=row.body,
            photos=tuple(row.photos),
            state=MessageState(row.state),
            created=row.created,
            printed=row.printed,
            cover_id=row.cover_id,
        )
        for row in rows
    )


def _replies(tx: sa.Connection, message_id: str) -> tuple[Reply, ...]:
    rows = tx.execute(
        sa.select(letter.c.id, letter.c.received)
        .where(
            letter.c.message_id == message_id,
            letter.c.kind == LetterKind.REPLY,
            letter.c.state == LetterState.DELIVERED,
        )
        .order_by(letter.c.received)
    )
    return tuple(_reply(tx, row.id, row.received) for row in rows)


def _reply(tx: sa.Connection, letter_id: str, received: datetime) -> Reply:
    """A delivered reply, with its text as people corrected it."""
    ids = (
        tx.execute(
            sa.select(page.c.id)
            .where(page.c.letter_id == letter_id, page.c.role == PageRole.CONTENT)
            .order_by(page.c.position)
        )
        .scalars()
        .all()
    )
    found = transcripts_of(tx, ids)
    reads = [found[page_id] for page_id in ids if page_id in found]
    return Reply(
        letter=letter_id,
        state=LetterState.DELIVERED,
        received=received,
        pages=len(ids),
        text="\n".join(read.text for read in reads if read.text),
        doubtful=sum(doubts_in(shown_lines(read))[0] for read in reads),
    )


def mark_unanswered(tx: sa.Connection, message_id: str) -> None:
    """After its reply was taken back. It stays answered where another reply to it is delivered."""
    if not _replies(tx, message_id):
        was = sa.case(
            (message.c.printed.is_(None), str(MessageState.QUEUED)),
            else_=str(MessageState.PRINTED),
        )
        tx.execute(sa.update(message).where(message.c.id == message_id).values(state=was))


def mark_answered(tx: sa.Connection, message_id: str) -> None:
    tx.execute(
        sa.update(message)
        .where(message.c.id == message_id)
        .values(state=str(MessageState.ANSWERED))
    )
