"""What goes along with a person, as the tables of the sending facility have it in one moment.

Only what is theirs: letters that were delivered to them, their replies on paper, messages both ways
that were released or sent, whom they write to, and what restricts that. Of a stack only the pages
of their own letters go. What is sealed as legal mail, held, rejected, or waits for somebody stays;
so do covers, requests to staff, the logbook and appeals: they are that facility's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.emptying.stacks import stack_of
from digitizer.model.mail import Direction, LetterKind, LetterState, MessageState
from digitizer.model.people import Inmate
from digitizer.people import roster
from digitizer.storage.tables import (
    correction,
    inmate,
    letter,
    message,
    page,
    scan,
    transcript,
)
from digitizer.storage.tables_correspondents import (
    contact,
    correspondent,
    earlier_name,
    letter_sender,
    mail_block,
)
from digitizer.storage.tables_messages import refused_photo, reply_seen
from digitizer.storage.tables_retention import legal_hold
from digitizer.storage.tables_screening import watch_rule, withheld_page, withheld_part
from digitizer.storage.tables_transfers import correspondent_mark
from digitizer.support.clock import new_id, now
from digitizer.support.slices import in_slices
from digitizer.transfers import marks

#: A row of a table, by the names of its columns.
Columns = Mapping[str, Any]
_KINDS = (str(LetterKind.LETTER), str(LetterKind.REPLY))


@dataclass(frozen=True, slots=True)
class SentPage:
    """A page of a letter, with what was read on it, and what of it is withheld."""

    row: Columns
    transcript: Columns | None
    corrections: tuple[Columns, ...]
    withheld: str | None
    parts: tuple[Columns, ...]


@dataclass(frozen=True, slots=True)
class SentLetter:
    """``pages`` are in the order of the paper; ``sender`` is the mark of who sent it, as a person
    said, ``reply_seen`` when its correspondent first opened it."""

    row: Columns
    taken_in: datetime
    pages: tuple[SentPage, ...]
    sender: str | None
    sender_at: datetime | None
    reply_seen: datetime | None

    @property
    def pictures(self) -> tuple[str, ...]:
        return tuple(each.row["picture"] for each in self.pages if each.row["picture"])


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that goes along. Correspondents are by their marks, also in ``named``: the mark of each
    record's number. ``also``: all marks of a record that has several, because it was two before."""

    person: Inmate
    more: Mapping[str, str]
    marks: tuple[str, ...]
    correspondents: Mapping[str, Columns]
    earlier_names: Mapping[str, tuple[str, ...]]
    named: Mapping[int, str]
    also: Mapping[str, tuple[str, ...]]
    contacts: tuple[Columns, ...]
    blocks: tuple[Columns, ...]
    rules: tuple[Columns, ...]
    holds: tuple[Columns, ...]
    messages: tuple[Columns, ...]
    refused_photos: tuple[Columns, ...]
    letters: tuple[SentLetter, ...]

    @property
    def pictures(self) -> frozenset[str]:
        """The names of all stored pictures that it needs."""
        photos = (photo for each in self.messages for photo in each["photos"])
        return frozenset({*(name for each in self.letters for name in each.pictures), *photos})


def mark_correspondents(tx: sa.Connection, inmate_id: int) -> None:
    """Gives a mark to each correspondent who goes along and has none."""
    having = set(tx.execute(sa.select(correspondent_mark.c.correspondent_id)).scalars())
    for each in sorted(_correspondents_of(tx, inmate_id) - having):
        tx.execute(sa.insert(correspondent_mark).values(mark=new_id(), correspondent_id=each))


def read(tx: sa.Connection, inmate_id: int) -> Parcel:
    """Of correspondents who have no mark nothing goes along (``mark_correspondents``)."""
    found = tx.execute(
        sa.select(correspondent_mark).where(
            correspondent_mark.c.correspondent_id.in_(_correspondents_of(tx, inmate_id))
        )
    ).all()
    named = {row.correspondent_id: row.mark for row in sorted(found, key=lambda each: each.mark)}
    messages = _messages(tx, inmate_id)
    return Parcel(
        person=roster.inmate_of_row(tx, inmate_id),
        more=tx.execute(sa.select(inmate.c.more).where(inmate.c.id == inmate_id)).scalar_one(),
        marks=marks.marks_of(tx, inmate_id),
        correspondents={
            named[row["id"]]: row
            for row in _rows(tx, sa.select(correspondent).where(correspondent.c.id.in_(named)))
        },
        earlier_names=_earlier_names(tx, named),
        named=named,
        also=_by_name(named, found),
        contacts=_rows(tx, sa.select(contact).where(contact.c.inmate_id == inmate_id)),
        blocks=_blocks(tx, inmate_id, named),
        rules=_rows(
            tx,
            sa.select(watch_rule).where(
                watch_rule.c.inmate_id == inmate_id, watch_rule.c.ended.is_(None)
            ),
        ),
        holds=_holds(tx, inmate_id),
        messages=messages,
        refused_photos=_rows(
            tx,
            sa.select(refused_photo).where(
                refused_photo.c.message_id.in_([each["id"] for each in messages])
            ),
        ),
        letters=tuple(_letter(tx, row, named) for row in _letters(tx, inmate_id)),
    )


def _rows(tx: sa.Connection, asked: sa.Select[Any]) -> tuple[Columns, ...]:
    return tuple(dict(row._mapping) for row in tx.execute(asked))


# ---- people outside


def _correspondents_of(tx: sa.Connection, inmate_id: int) -> set[int]:
    """Whom this person writes with, as far as there is a record of them."""
    wrote = sa.select(letter_sender.c.correspondent_id).join(
        letter, letter.c.id == letter_sender.c.letter_id
    )
    asked = (
        sa.select(contact.c.correspondent_id).where(contact.c.inmate_id == inmate_id),
        sa.select(mail_block.c.correspondent_id).where(mail_block.c.inmate_id == inmate_id),
        sa.select(message.c.correspondent_id).where(message.c.inmate_id == inmate_id),
        wrote.where(letter.c.inmate_id == inmate_id),
    )
    return {each for one in asked for each in tx.execute(one).scalars() if each is not None}


def _by_name(
    named: Mapping[int, str], found: Sequence[sa.Row[Any]]
) -> Mapping[str, tuple[str, ...]]:
    return {
        mark: tuple(sorted(row.mark for row in found if row.correspondent_id == number))
        for number, mark in named.items()
    }


def _earlier_names(tx: sa.Connection, named: Mapping[int, str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    asked = sa.select(earlier_name).where(earlier_name.c.correspondent_id.in_(named))
    for row in tx.execute(asked):
        mark = named[row.correspondent_id]
        found[mark] = (*found.get(mark, ()), row.plain_name)
    return found


def _blocks(tx: sa.Connection, inmate_id: int, named: Collection[int]) -> tuple[Columns, ...]:
    """In force: about this person's mail, and of whoever writes with them about anybody's."""
    of_both = sa.and_(mail_block.c.inmate_id.is_(None), mail_block.c.correspondent_id.in_(named))
    return _rows(
        tx,
        sa.select(mail_block).where(
            mail_block.c.ended.is_(None), sa.or_(mail_block.c.inmate_id == inmate_id, of_both)
        ),
    )


def _holds(tx: sa.Connection, inmate_id: int) -> tuple[Columns, ...]:
    """Legal holds that count on this person, or on a letter or message that goes along. One that
    counts on a correspondent counts there once somebody sets it there."""
    letters = sa.select(letter.c.id).where(letter.c.inmate_id == inmate_id)
    messages = sa.select(message.c.id).where(message.c.inmate_id == inmate_id)
    today = now().astimezone().date()
    return _rows(
        tx,
        sa.select(legal_hold).where(
            legal_hold.c.lifted.is_(None),
            sa.or_(legal_hold.c.until.is_(None), legal_hold.c.until >= today),
            sa.or_(
                legal_hold.c.inmate_id == inmate_id,
                legal_hold.c.letter.in_(letters),
                legal_hold.c.message.in_(messages),
            ),
        ),
    )


# ---- mail


def _messages(tx: sa.Connection, inmate_id: int) -> tuple[Columns, ...]:
    """Those that are on their way no more, or on a screen: what waits for a review stays."""
    inside = (str(MessageState.IN_REVIEW), str(MessageState.REFUSED))
    return _rows(
        tx,
        sa.select(message)
        .where(
            message.c.inmate_id == inmate_id,
            message.c.refused.is_(None),
            message.c.state.not_in(inside),
            sa.or_(
                message.c.direction == str(Direction.FROM_INMATE),
                message.c.released.is_not(None),
            ),
        )
        .order_by(message.c.id),
    )


def _letters(tx: sa.Connection, inmate_id: int) -> Sequence[sa.Row[Any]]:
    return tx.execute(
        sa.select(letter, scan.c.taken_in)
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(
            letter.c.inmate_id == inmate_id,
            letter.c.state == str(LetterState.DELIVERED),
            letter.c.kind.in_(_KINDS),
            scan.c.sealed.is_(False),
        )
        .order_by(letter.c.received, letter.c.id)
    ).all()


def _letter(tx: sa.Connection, row: sa.Row[Any], named: Mapping[int, str]) -> SentLetter:
    columns = {name: value for name, value in row._mapping.items() if name != "taken_in"}
    sender = tx.execute(sa.select(letter_sender).where(letter_sender.c.letter_id == row.id)).first()
    seen = sa.select(reply_seen.c.at).where(reply_seen.c.letter_id == row.id)
    return SentLetter(
        row=columns,
        taken_in=row.taken_in,
        pages=_pages(tx, [each.id for each in stack_of(tx, row.id).own]),
        sender=named.get(sender.correspondent_id) if sender else None,
        sender_at=sender.at if sender else None,
        reply_seen=tx.execute(seen).scalar(),
    )


def _pages(tx: sa.Connection, ids: Sequence[int]) -> tuple[SentPage, ...]:
    found: list[SentPage] = []
    for some in in_slices(ids, 500):
        rows = _rows(tx, sa.select(page).where(page.c.id.in_(some)))
        read = _by_page(tx, transcript, some)
        corrected = _by_page(tx, correction, some)
        withheld = _by_page(tx, withheld_page, some)
        parts = _by_page(tx, withheld_part, some)
        found += [
            SentPage(
                row=row,
                transcript=next(iter(read.get(row["id"], ())), None),
                corrections=corrected.get(row["id"], ()),
                withheld=next((each["reason"] for each in withheld.get(row["id"], ())), None),
                parts=parts.get(row["id"], ()),
            )
            for row in rows
        ]
    return tuple(sorted(found, key=lambda each: (each.row["place"], each.row["number"])))


def _by_page(
    tx: sa.Connection, table: sa.Table, ids: Sequence[int]
) -> Mapping[int, tuple[Columns, ...]]:
    """In the order in which they were written."""
    found: dict[int, tuple[Columns, ...]] = {}
    asked = sa.select(table).where(table.c.page_id.in_(ids))
    for row in _rows(tx, asked.order_by(*table.primary_key.columns)):
        found[row["page_id"]] = (*found.get(row["page_id"], ()), row)
    return found
