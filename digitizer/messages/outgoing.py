"""Outgoing e-messages: queued, printed with the sheet for the answer, answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.covers import register
from digitizer.engines.codes.cover_code import KeyRing
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
from digitizer.model.paper import CodeKind
from digitizer.model.people import Inmate
from digitizer.model.prints import PrintKind
from digitizer.people import roster
from digitizer.prints import queue
from digitizer.storage.tables import inmate, letter, message, page
from digitizer.storage.tables_messages import refused_photo
from digitizer.storage.tables_prints import print_job
from digitizer.support.clock import new_id, now


@dataclass(frozen=True, slots=True)
class Message:
    """One e-message. ``photos`` are the names of its stored photos, without those that staff
    refused; ``cover_id`` is the code of the sheet that is printed with it for the answer.
    ``correspondent`` is the name of the person outside, ``correspondent_id`` their record, if any.
    ``given_up`` is why staff gave up its print, None where they did not.
    """

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
    correspondent_id: int | None = None
    given_up: str | None = None


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


def send(
    tx: sa.Connection,
    draft: Draft,
    keys: KeyRing,
    photos: Sequence[str] = (),
    state: MessageState = MessageState.QUEUED,
    correspondent_id: int | None = None,
    form: str = "",
) -> str:
    """A new message, with a code of its own for the answer; returns its id. ``photos`` are the
    names of the draft's photos, stored, ``form`` that of the form it was written on. Raises
    NotFound for an unknown inmate."""
    kind = CodeKind.REPLY if draft.direction is Direction.TO_INMATE else CodeKind.INMATE
    code = register.fresh_code(tx, kind, keys)
    message_id = queue_message(tx, draft, code.cover_id, photos, state, correspondent_id, form)
    register.enrol(
        tx,
        code,
        inmate_id=roster.inmate_row_id(tx, draft.booking_number),
        message_id=message_id,
        sender=draft.correspondent,
    )
    return message_id


def queue_message(
    tx: sa.Connection,
    draft: Draft,
    cover_id: str,
    photos: Sequence[str] = (),
    state: MessageState = MessageState.QUEUED,
    correspondent_id: int | None = None,
    form: str = "",
) -> str:
    """Returns the message's id. ``photos`` are the names of the draft's photos, stored, and
    ``cover_id`` is the code of the sheet for the answer. One that is QUEUED is in the print queue
    from now on; its recipient sees all but those IN_REVIEW. Raises NotFound for an unknown inmate.
    """
    message_id, inmate_id = new_id(), roster.inmate_row_id(tx, draft.booking_number)
    at = now()
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
            created=at,
            cover_id=cover_id,
            correspondent_id=correspondent_id,
            form=form or None,
            printed=at if state is MessageState.PRINTED else None,
            released=None if state is MessageState.IN_REVIEW else at,
        )
    )
    if state is MessageState.QUEUED:
        queue_print(tx, message_id)
    return message_id


def queue_print(tx: sa.Connection, message_id: str) -> None:
    """It goes to paper, as soon as somebody prints what waits."""
    row = tx.execute(sa.select(message).where(message.c.id == message_id)).one()
    to_inmate = row.direction == Direction.TO_INMATE
    queue.add(
        tx,
        PrintKind.LETTER if to_inmate else PrintKind.OUTGOING,
        f"Letter from {row.correspondent}" if to_inmate else f"Letter to {row.correspondent}",
        inmate_id=row.inmate_id,
        message_id=message_id,
    )


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


def in_review_since(tx: sa.Connection) -> tuple[int, datetime | None]:
    """How many messages wait for a review, and since when the oldest does."""
    asked = sa.select(sa.func.count(), sa.func.min(message.c.created))
    waits = message.c.state == str(MessageState.IN_REVIEW)
    number, oldest = tx.execute(asked.where(waits)).one()
    return int(number), oldest


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
    ids = [row.id for row in rows]
    refused, given_up = refused_photos(tx, ids), queue.given_up(tx, ids)
    return tuple(
        Message(
            id=row.id,
            direction=Direction(row.direction),
            inmate=people[row.inmate_id],
            correspondent=row.correspondent,
            address=row.address,
            subject=row.subject,
            body=row.body,
            photos=tuple(
                photo
                for place, photo in enumerate(row.photos, start=1)
                if place not in refused.get(row.id, {})
            ),
            state=MessageState(row.state),
            created=row.created,
            printed=row.printed,
            cover_id=row.cover_id,
            correspondent_id=row.correspondent_id,
            given_up=given_up.get(row.id),
        )
        for row in rows
    )


def refused_photos(tx: sa.Connection, ids: Sequence[str]) -> Mapping[str, Mapping[int, str]]:
    """By message, the reasons for which photos of it were refused, by place from 1."""
    refused: dict[str, dict[int, str]] = {}
    for start in range(0, len(ids), 500):
        some = refused_photo.c.message_id.in_(ids[start : start + 500])
        for row in tx.execute(sa.select(refused_photo).where(some)):
            refused.setdefault(row.message_id, {})[row.place] = row.reason
    return refused


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
            (message.c.printed.is_not(None), str(MessageState.PRINTED)),
            (_is_to_be_printed(), str(MessageState.QUEUED)),
            else_=str(MessageState.DELIVERED),
        )
        tx.execute(sa.update(message).where(message.c.id == message_id).values(state=was))


def _is_to_be_printed() -> sa.ColumnElement[bool]:
    return sa.exists().where(print_job.c.message_id == message.c.id)


def mark_answered(tx: sa.Connection, message_id: str) -> None:
    tx.execute(
        sa.update(message)
        .where(message.c.id == message_id)
        .values(state=str(MessageState.ANSWERED))
    )
