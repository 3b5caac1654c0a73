"""Who writes to whom: asked for, and approved or not yet; and the letters that came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.model.mail import LetterState
from digitizer.model.people import CustodyStatus
from digitizer.people.correspondents import records
from digitizer.people.correspondents.records import Correspondent
from digitizer.storage.tables import inmate, letter
from digitizer.storage.tables_correspondents import contact, correspondent, letter_sender
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class Contact:
    """A correspondent and an inmate; ``approved`` is None where it was only asked for."""

    correspondent: Correspondent
    booking_number: str
    inmate: str
    asked: datetime
    approved: datetime | None


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A letter that a person said is of this correspondent; ``booking_number`` is whose it is, None
    while it is held."""

    letter: str
    state: LetterState
    received: datetime
    booking_number: str | None


def ask(tx: sa.Connection, correspondent_id: int, inmate_id: int, *, approved: bool) -> bool:
    """Asks for a contact, or approves it, known before or not; whether that changed anything."""
    records.get(tx, correspondent_id)
    this = contact.c.correspondent_id == correspondent_id, contact.c.inmate_id == inmate_id
    known = tx.execute(sa.select(contact).where(*this)).first()
    at = now()
    if known is None:
        values = {"correspondent_id": correspondent_id, "inmate_id": inmate_id, "asked": at}
        tx.execute(sa.insert(contact).values(**values, approved=at if approved else None))
        return True
    if not approved or known.approved is not None:
        return False
    tx.execute(sa.update(contact).where(*this).values(approved=at))
    return True


def remove(tx: sa.Connection, correspondent_id: int, inmate_id: int) -> bool:
    this = contact.c.correspondent_id == correspondent_id, contact.c.inmate_id == inmate_id
    return tx.execute(sa.delete(contact).where(*this)).rowcount > 0


def is_approved(tx: sa.Connection, correspondent_id: int, inmate_id: int) -> bool:
    """Whether the two may write to each other."""
    this = contact.c.correspondent_id == correspondent_id, contact.c.inmate_id == inmate_id
    found = tx.execute(sa.select(contact.c.approved).where(*this)).first()
    return found is not None and found.approved is not None


def of_correspondent(tx: sa.Connection, correspondent_id: int) -> tuple[Contact, ...]:
    return _contacts(tx, contact.c.correspondent_id == correspondent_id)


def of_inmate(tx: sa.Connection, inmate_id: int) -> tuple[Contact, ...]:
    return _contacts(tx, contact.c.inmate_id == inmate_id)


def _contacts(tx: sa.Connection, where: sa.ColumnElement[bool]) -> tuple[Contact, ...]:
    asked = (
        sa.select(contact, inmate.c.booking_number, inmate.c.first_name, inmate.c.last_name)
        .join(inmate, contact.c.inmate_id == inmate.c.id)
        .where(where)
        .order_by(contact.c.id.desc())
    )
    rows = tx.execute(asked).all()
    known = records.get_all(tx, {row.correspondent_id for row in rows})
    return tuple(
        Contact(
            correspondent=known[row.correspondent_id],
            booking_number=row.booking_number,
            inmate=f"{row.first_name} {row.last_name}".strip(),
            asked=row.asked,
            approved=row.approved,
        )
        for row in rows
    )


def name_sender(tx: sa.Connection, letter_id: str, correspondent_id: int) -> None:
    """A person said who sent the letter; what was said before is replaced."""
    records.get(tx, correspondent_id)
    tx.execute(sa.delete(letter_sender).where(letter_sender.c.letter_id == letter_id))
    values = {"letter_id": letter_id, "correspondent_id": correspondent_id, "at": now()}
    tx.execute(sa.insert(letter_sender).values(**values))


def sender_of(tx: sa.Connection, letter_id: str) -> Correspondent | None:
    """Who sent it, as a person said."""
    asked = sa.select(letter_sender.c.correspondent_id).where(
        letter_sender.c.letter_id == letter_id
    )
    found = tx.execute(asked).scalar()
    return None if found is None else records.get(tx, found)


def letters_of(tx: sa.Connection, correspondent_id: int, most: int) -> tuple[SentLetter, ...]:
    """Newest first."""
    asked = (
        sa.select(letter.c.id, letter.c.state, letter.c.received, inmate.c.booking_number)
        .join(letter_sender, letter_sender.c.letter_id == letter.c.id)
        .outerjoin(inmate, letter.c.inmate_id == inmate.c.id)
        .where(letter_sender.c.correspondent_id == correspondent_id)
        .order_by(letter.c.received.desc(), letter.c.id)
        .limit(most)
    )
    return tuple(
        SentLetter(row.id, LetterState(row.state), row.received, row.booking_number)
        for row in tx.execute(asked)
    )


def who_wrote(
    tx: sa.Connection, is_named: Callable[[str], bool] = lambda _: True
) -> dict[str, list[str]]:
    """By booking number of who is in custody, the names of correspondents with an approved contact,
    or of whom letters were delivered to that inmate before. ``is_named`` is asked for each name of
    theirs: years of letters are looked up for the few that a page names, not for all."""
    everyone = tx.execute(sa.select(correspondent.c.id, correspondent.c.name))
    asked = [each.id for each in everyone if is_named(each.name)]
    if not asked:
        return {}
    names: dict[str, list[str]] = {}
    here = inmate.c.status == str(CustodyStatus.IN_CUSTODY)
    columns = inmate.c.booking_number, correspondent.c.name
    wrote = (
        sa.select(*columns)
        .select_from(letter_sender)
        .join(letter, letter_sender.c.letter_id == letter.c.id)
        .join(correspondent, letter_sender.c.correspondent_id == correspondent.c.id)
        .join(inmate, letter.c.inmate_id == inmate.c.id)
        .where(letter.c.state == str(LetterState.DELIVERED), here)
        .where(correspondent.c.id.in_(asked))
    )
    approved = (
        sa.select(*columns)
        .select_from(contact)
        .join(correspondent, contact.c.correspondent_id == correspondent.c.id)
        .join(inmate, contact.c.inmate_id == inmate.c.id)
        .where(contact.c.approved.is_not(None), here, correspondent.c.id.in_(asked))
    )
    for booking_number, name in sorted(tuple(row) for row in tx.execute(wrote.union(approved))):
        names.setdefault(booking_number, []).append(name)
    return names
