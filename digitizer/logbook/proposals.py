"""What is known already of a piece of mail that is recorded: whose it is, who may have sent it, and
where it could go."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.logbook import returned
from digitizer.model.logbook import Why
from digitizer.model.mail import LetterState
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people import roster
from digitizer.people.correspondents import contacts
from digitizer.people.correspondents.records import Correspondent
from digitizer.people.whereabouts import where_went
from digitizer.storage.tables import inmate, letter, scan

#: Columns of a roster in which a jail management system may say where mail follows.
FORWARD_COLUMNS = ("forwarding_address", "transferred_to")
_MOST_SENDERS = 9
_WHY = {
    CustodyStatus.RELEASED: Why.RELEASED,
    CustodyStatus.TRANSFERRED: Why.TRANSFERRED,
    CustodyStatus.OTHER: Why.OTHER,
}


@dataclass(frozen=True, slots=True)
class Item:
    """The letter or scan from which an entry begins. ``named`` is whose it is, or whom its cover
    names; ``sender`` who sent it, as a person said; ``held``: it waits for a decision."""

    id: str
    held: bool
    rejected: bool
    named: Inmate | None
    sender: Correspondent | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Nothing of it is done by itself. ``why`` is None where the roster does not say; ``senders``
    are whom the inmate has contacts with. ``forward_to`` are lines: of the facility that took them
    over (``moved``), from the roster's own column or, with ``forwarded``, from an earlier entry."""

    inmate: Inmate | None
    why: Why | None
    senders: tuple[Correspondent, ...]
    forward_to: str
    forwarded: bool
    moved: bool = False


def item_of(tx: sa.Connection, some_id: str) -> Item | None:
    """None where no letter or scan has this id."""
    row = tx.execute(sa.select(letter).where(letter.c.id == some_id)).first()
    if row is not None:
        named = (
            roster.inmate_named(tx, row.proposed)
            if row.inmate_id is None
            else roster.inmate_of_row(tx, row.inmate_id)
        )
        held = row.state in (LetterState.HELD, LetterState.AWAITING_REVIEW)
        rejected = row.state == LetterState.REJECTED
        return Item(some_id, held, rejected, named, contacts.sender_of(tx, some_id))
    row = tx.execute(sa.select(scan).where(scan.c.id == some_id)).first()
    if row is None:
        return None
    held = not row.rejected and row.replaced_by is None
    return Item(some_id, held, bool(row.rejected), None, None)


def propose(tx: sa.Connection, booking_number: str, item: Item | None) -> Proposal:
    """Raises NotFound for an unknown booking number."""
    first = (item.sender,) if item and item.sender else ()
    if not booking_number:
        return Proposal(None, Why.UNKNOWN, first, "", forwarded=False)
    row = roster.inmate_row_id(tx, booking_number)
    person = roster.inmate_of_row(tx, row)
    known = [each.correspondent for each in contacts.of_inmate(tx, row)]
    others = [each for each in known if each not in first]
    why = _WHY.get(person.status)
    senders = (*first, *others)[:_MOST_SENDERS]
    went = where_went(tx, booking_number) if person.status.is_gone else None
    if went is not None:
        return Proposal(person, why, senders, went.address, forwarded=False, moved=True)
    forward, forwarded = _forward(tx, row)
    return Proposal(person, why, senders, forward, forwarded)


def _forward(tx: sa.Connection, row: int) -> tuple[str, bool]:
    more = tx.execute(sa.select(inmate.c.more).where(inmate.c.id == row)).scalar_one()
    for column in FORWARD_COLUMNS:
        lines = [each.strip() for each in str(more.get(column, "")).replace(";", "\n").splitlines()]
        if any(lines):
            return "\n".join(filter(None, lines)), False
    last = returned.last_forwarded(tx, row)
    return ("\n".join(last.address), True) if last else ("", False)
