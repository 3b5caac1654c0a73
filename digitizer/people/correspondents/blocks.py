"""Mail that a person must look at: it is held, never rejected by itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import NotFound
from digitizer.model.mail import LetterKind
from digitizer.model.paper import Doubt, DoubtReason
from digitizer.people.correspondents import records
from digitizer.people.correspondents.origins import origins_of
from digitizer.people.correspondents.records import Correspondent
from digitizer.storage.tables import inmate, letter
from digitizer.storage.tables_correspondents import mail_block
from digitizer.support.clock import now


class WantedBy(StrEnum):
    """Who wants a block."""

    FACILITY = "facility"
    INMATE = "inmate"
    CORRESPONDENT = "correspondent"


@dataclass(frozen=True, slots=True)
class Block:
    """``correspondent`` None: of everybody; ``booking_number`` None: to everybody. ``until`` is its
    last day, None without an end. ``reason`` may be told to both."""

    id: int
    correspondent: Correspondent | None
    booking_number: str | None
    inmate: str
    wanted_by: WantedBy
    reason: str
    since: datetime
    until: date | None
    ended: datetime | None

    @property
    def in_force(self) -> bool:
        today = datetime.now().astimezone().date()
        return self.ended is None and (self.until is None or today <= self.until)


def add(
    tx: sa.Connection,
    correspondent_id: int | None,
    inmate_id: int | None,
    wanted_by: WantedBy,
    reason: str,
    until: date | None,
) -> int:
    done = tx.execute(
        sa.insert(mail_block).values(
            correspondent_id=correspondent_id,
            inmate_id=inmate_id,
            wanted_by=str(wanted_by),
            plain_name=_name_of(tx, correspondent_id),
            reason=reason,
            since=now(),
            until=until,
        )
    )
    key = done.inserted_primary_key
    assert key is not None
    return int(key[0])


def _name_of(tx: sa.Connection, correspondent_id: int | None) -> str | None:
    """As it is now: covers go on bearing it when the record is renamed, or merged."""
    if correspondent_id is None:
        return None
    return records.plain(records.get(tx, correspondent_id).name)


def end(tx: sa.Connection, block_id: int) -> Block:
    """Returns it as it was. Raises NotFound for one that is over."""
    found = _blocks(tx, mail_block.c.id == block_id)
    this = sa.update(mail_block).where(mail_block.c.id == block_id, mail_block.c.ended.is_(None))
    if not found or tx.execute(this.values(ended=now())).rowcount == 0:
        raise NotFound(f"There is no block {block_id} that could be ended.")
    return found[0]


def of_correspondent(tx: sa.Connection, correspondent_id: int) -> tuple[Block, ...]:
    """Also those that are over, newest first."""
    return _blocks(tx, mail_block.c.correspondent_id == correspondent_id)


def of_inmate(tx: sa.Connection, inmate_id: int) -> tuple[Block, ...]:
    """Those that name the inmate; also those that are over, newest first."""
    return _blocks(tx, mail_block.c.inmate_id == inmate_id)


def between(
    tx: sa.Connection, correspondents: Collection[int], inmate_id: int, names: Collection[str] = ()
) -> tuple[Block, ...]:
    """In force for mail of any of these correspondents, or of who has one of these names, had it
    before, or had it when it was blocked, to the inmate; or of anybody to them."""
    of, to = mail_block.c.correspondent_id, mail_block.c.inmate_id
    here = sa.or_(to == inmate_id, sa.and_(to.is_(None), of.is_not(None)))
    people = {*correspondents, *(one for name in names for one in records.named(tx, name))}
    plain = {records.plain(name) for name in names} - {""}
    theirs = sa.or_(of.is_(None), of.in_(people), mail_block.c.plain_name.in_(plain))
    return tuple(each for each in _blocks(tx, here, theirs) if each.in_force)


def of_letter(tx: sa.Connection, letter_id: str, inmate_id: int) -> tuple[Block, ...]:
    """Those in force for this letter, or for what it was cut from or joined with, if it is for this
    inmate. Replies and requests are of the inmate: nothing
    blocks them."""
    kind = tx.execute(sa.select(letter.c.kind).where(letter.c.id == letter_id)).scalar()
    if kind is None:  # a scan that is held as a whole
        return between(tx, (), inmate_id)
    if kind in (LetterKind.REPLY, LetterKind.REQUEST):
        return ()
    origins = origins_of(tx, letter_id)
    return between(tx, origins.correspondents, inmate_id, origins.senders)


def doubts_about(
    tx: sa.Connection, sender: str | None, inmate_id: int, maker: int | None = None
) -> tuple[Doubt, ...]:
    """Why a letter under a cover is held for a person: mail to this inmate is suspended, or whoever
    the cover was printed for to send has the name of somebody whose mail is blocked, or made it as
    somebody (``maker``) whose mail is."""
    made = () if maker is None else (maker,)
    found = between(tx, made, inmate_id, [sender] if sender else [])
    return tuple(
        Doubt(
            DoubtReason.SENDER_BLOCKED if each.correspondent else DoubtReason.MAIL_SUSPENDED,
            sentence(each),
            "Read the reason, then deliver the letter or reject it.",
        )
        for each in found
    )


def sentence(block: Block) -> str:
    """For staff, with who wants it, until when, and why."""
    until = f"until {block.until}" if block.until else "without an end"
    typed = block.reason.rstrip(".")
    if block.correspondent is None:
        return f"Mail for {block.inmate} ({block.booking_number}) is suspended {until}: {typed}."
    whom = f"{block.inmate} ({block.booking_number})" if block.booking_number else "everybody"
    who = {
        WantedBy.FACILITY: "the facility",
        WantedBy.INMATE: "the inmate",
        WantedBy.CORRESPONDENT: "the correspondent",
    }[block.wanted_by]
    return f"Mail from {block.correspondent.name} to {whom} is blocked by {who}, {until}: {typed}."


def _blocks(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[Block, ...]:
    asked = (
        sa.select(mail_block, inmate.c.booking_number, inmate.c.first_name, inmate.c.last_name)
        .outerjoin(inmate, mail_block.c.inmate_id == inmate.c.id)
        .where(*where)
        .order_by(mail_block.c.id.desc())
    )
    rows = tx.execute(asked).all()
    known = records.get_all(tx, {row.correspondent_id for row in rows if row.correspondent_id})
    return tuple(_of(row, known) for row in rows)


def _of(row: sa.Row[Any], known: dict[int, Correspondent]) -> Block:
    return Block(
        id=row.id,
        correspondent=known.get(row.correspondent_id),
        booking_number=row.booking_number,
        inmate=f"{row.first_name or ''} {row.last_name or ''}".strip(),
        wanted_by=WantedBy(row.wanted_by),
        reason=row.reason,
        since=row.since,
        until=row.until,
        ended=row.ended,
    )
