"""Conversations: all that an inmate and a correspondent sent each other, by time.

Letters on paper, e-messages, and reply sheets that came back stand side by side. Each of the two
sees what is theirs to see: their own messages at every stage, the other's once it was released.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from digitizer.letters.transcripts import transcripts_of
from digitizer.messages.outgoing import refused_photos
from digitizer.model.mail import Direction, LetterKind, LetterState, MessageState, PageRole
from digitizer.model.people import Inmate
from digitizer.people import roster
from digitizer.people.correspondents import contacts
from digitizer.people.correspondents.records import Correspondent
from digitizer.prints import queue
from digitizer.storage.tables import letter, message, page
from digitizer.storage.tables_correspondents import letter_sender
from digitizer.storage.tables_messages import reply_seen
from digitizer.support.clock import now


class Side(StrEnum):
    """Who looks: the inmate, or the correspondent."""

    INMATE = "inmate"
    CORRESPONDENT = "correspondent"

    @property
    def writes(self) -> Direction:
        return Direction.FROM_INMATE if self is Side.INMATE else Direction.TO_INMATE


class EntryKind(StrEnum):
    MESSAGE = "message"
    LETTER = "letter"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A photo of a message by its place from 1; ``refused`` is why staff refused it, empty where
    they did not."""

    place: int
    stored: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was sent. ``mine``: by whoever looks. ``text`` is a message's words, or what
    was read on a reply sheet; None of a letter on paper. ``pages`` counts the pages of a letter or
    reply, ``state`` is a message's; ``read`` is when its recipient first opened it on a screen, and
    ``refused`` why staff refused it; ``given_up``: it was to be printed, and will not be."""

    kind: EntryKind
    id: str
    at: datetime
    mine: bool
    subject: str = ""
    text: str | None = None
    photos: tuple[SentPhoto, ...] = ()
    pages: int = 0
    state: MessageState | None = None
    printed: datetime | None = None
    read: datetime | None = None
    refused: str | None = None
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list: with whom, when something last happened, and how many entries the
    one who looks has not opened."""

    inmate: Inmate
    correspondent: Correspondent
    approved: bool
    last: datetime | None
    unread: int


def of_inmate(tx: sa.Connection, booking_number: str) -> tuple[Summary, ...]:
    """The inmate's conversations, the one in which something happened last first."""
    return _summaries(tx, contacts.of_inmate(tx, _row(tx, booking_number)), Side.INMATE)


def of_correspondent(tx: sa.Connection, correspondent_id: int) -> tuple[Summary, ...]:
    """As above; also those that wait for an approval."""
    found = contacts.of_correspondent(tx, correspondent_id)
    return _summaries(tx, found, Side.CORRESPONDENT)


def _row(tx: sa.Connection, booking_number: str) -> int:
    return roster.inmate_row_id(tx, booking_number)


def _summaries(
    tx: sa.Connection, found: Sequence[contacts.Contact], side: Side
) -> tuple[Summary, ...]:
    summaries: list[Summary] = []
    for each in found:
        person = roster.find_inmate(tx, each.booking_number)
        entries = _entries(tx, person.booking_number, each.correspondent.id, side, texts=False)
        if each.approved is None:
            entries = ()
        summaries.append(
            Summary(
                inmate=person,
                correspondent=each.correspondent,
                approved=each.approved is not None,
                last=max((entry.at for entry in entries), default=None),
                unread=sum(not entry.mine and entry.read is None for entry in entries),
            )
        )
    newest_first = sorted(summaries, key=lambda each: each.correspondent.name.casefold())
    newest_first.sort(key=lambda each: each.last.timestamp() if each.last else 0.0, reverse=True)
    return tuple(newest_first)


def entries_between(
    tx: sa.Connection, booking_number: str, correspondent_id: int, side: Side
) -> tuple[Entry, ...]:
    """What this side may see of what the two sent each other, oldest first."""
    return _entries(tx, booking_number, correspondent_id, side, texts=True)


def _entries(
    tx: sa.Connection, booking_number: str, correspondent_id: int, side: Side, *, texts: bool
) -> tuple[Entry, ...]:
    """``texts``: with what was read on reply sheets, which a list does not need."""
    inmate_id = _row(tx, booking_number)
    found = [
        *_messages(tx, inmate_id, correspondent_id, side),
        *_replies(tx, inmate_id, correspondent_id, side, texts=texts),
        *_letters(tx, inmate_id, correspondent_id, side),
    ]
    return tuple(sorted(found, key=lambda each: (each.at, each.id)))


def _messages(
    tx: sa.Connection, inmate_id: int, correspondent_id: int, side: Side
) -> Iterable[Entry]:
    visible = sa.or_(message.c.direction == side.writes, message.c.released.is_not(None))
    rows = tx.execute(
        sa.select(message).where(
            message.c.inmate_id == inmate_id,
            message.c.correspondent_id == correspondent_id,
            visible,
        )
    ).all()
    ids = [row.id for row in rows]
    refused, given_up = refused_photos(tx, ids), queue.given_up(tx, ids)
    for row in rows:
        mine = row.direction == side.writes
        yield Entry(
            kind=EntryKind.MESSAGE,
            id=row.id,
            at=row.created if mine else row.released,
            mine=mine,
            subject=row.subject,
            text=row.body,
            photos=photos_of(row, refused.get(row.id, {})),
            state=MessageState(row.state),
            printed=row.printed,
            read=row.read,
            refused=row.refused,
            given_up=row.id in given_up,
        )


def photos_of(row: sa.Row[Any], refused: Mapping[int, str]) -> tuple[SentPhoto, ...]:
    """The photos of a row of ``message``, those too that were refused."""
    return tuple(
        SentPhoto(place, stored, refused.get(place, ""))
        for place, stored in enumerate(row.photos, start=1)
    )


def _replies(
    tx: sa.Connection, inmate_id: int, correspondent_id: int, side: Side, *, texts: bool
) -> Iterable[Entry]:
    """Reply sheets that came back: on the sheet of a message of this conversation."""
    rows = tx.execute(
        sa.select(letter.c.id, letter.c.received, letter.c.state, reply_seen.c.at)
        .join(message, letter.c.message_id == message.c.id)
        .outerjoin(reply_seen, reply_seen.c.letter_id == letter.c.id)
        .where(
            letter.c.kind == LetterKind.REPLY,
            message.c.inmate_id == inmate_id,
            message.c.correspondent_id == correspondent_id,
        )
    ).all()
    # Asked for in SQL, the state would be what SQLite looks for first: nearly every letter has it.
    for row in (each for each in rows if each.state == LetterState.DELIVERED):
        text, pages = _text_of(tx, row.id) if texts else (None, 0)
        yield Entry(
            kind=EntryKind.REPLY,
            id=row.id,
            at=row.received,
            mine=side is Side.INMATE,
            text=text,
            pages=pages,
            read=row.at,
        )


def _text_of(tx: sa.Connection, letter_id: str) -> tuple[str, int]:
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
    return "\n".join(found[each].text for each in ids if each in found), len(ids)


def _letters(
    tx: sa.Connection, inmate_id: int, correspondent_id: int, side: Side
) -> Iterable[Entry]:
    """Letters on paper of which a person said that this correspondent sent them."""
    count = (
        sa.select(sa.func.count())
        .where(page.c.letter_id == letter.c.id, page.c.position.is_not(None))
        .scalar_subquery()
    )
    rows = tx.execute(
        sa.select(letter.c.id, letter.c.received, letter.c.read, count.label("pages"))
        .join(letter_sender, letter_sender.c.letter_id == letter.c.id)
        .where(
            letter.c.inmate_id == inmate_id,
            letter.c.state == LetterState.DELIVERED,
            letter.c.kind == LetterKind.LETTER,
            letter_sender.c.correspondent_id == correspondent_id,
        )
    ).all()
    for row in rows:
        yield Entry(
            kind=EntryKind.LETTER,
            id=row.id,
            at=row.received,
            mine=side is Side.CORRESPONDENT,
            pages=row.pages,
            read=row.read,
        )


def mark_read(tx: sa.Connection, entries: Sequence[Entry], side: Side) -> None:
    """The other's messages, and for a correspondent the replies too, were opened now by this side.
    Letters on paper are opened in the mailbox."""
    fresh = [each for each in entries if not each.mine and each.read is None]
    messages = [each.id for each in fresh if each.kind is EntryKind.MESSAGE]
    if messages:
        tx.execute(sa.update(message).where(message.c.id.in_(messages)).values(read=now()))
    if side is Side.CORRESPONDENT:
        for each in fresh:
            if each.kind is EntryKind.REPLY:
                tx.execute(sa.insert(reply_seen).values(letter_id=each.id, at=now()))
