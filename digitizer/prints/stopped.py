"""Prints that must not come to paper now: the mail between the two is blocked, their contact is not
approved any more, or what is printed was taken back.

Nothing is noted for it. A print is looked at again each time, so it goes on by itself once a block
ends or a contact is approved; and for the last time in the transaction that gives it to a printer,
which takes turns with those that block, recall and remove.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from digitizer.model.errors import Conflict
from digitizer.model.mail import LetterState
from digitizer.model.prints import Print
from digitizer.people.correspondents import blocks, contacts
from digitizer.storage.tables import letter, message

_NO_CONTACT = "Their contact is not approved any more."
_NOT_RELEASED = "It is not released."
_TAKEN_BACK = "The letter was taken back."


@dataclass(frozen=True, slots=True)
class Stopped:
    """A print that waits and must not be printed now; ``why`` is a sentence for staff."""

    each: Print
    why: str


@dataclass(frozen=True, slots=True)
class _Blocks:
    """What was found of the messages between two, each asked for once."""

    tx: sa.Connection
    known: dict[tuple[tuple[int, ...], int, tuple[str, ...]], str] = field(default_factory=dict)

    def between(self, people: Sequence[int], inmate_id: int, names: Sequence[str]) -> str:
        asked = (tuple(people), inmate_id, tuple(names))
        if asked not in self.known:
            found = blocks.between(self.tx, people, inmate_id, names)
            self.known[asked] = blocks.sentence(found[0]) if found else ""
        return self.known[asked]


def stopped_among(tx: sa.Connection, prints: Sequence[Print]) -> tuple[Stopped, ...]:
    """Those that must not be printed now, as they were given."""
    between = _Blocks(tx)
    found = ((each, _why(tx, between, each)) for each in prints)
    return tuple(Stopped(each, why) for each, why in found if why)


def check_none_stopped(tx: sa.Connection, prints: Sequence[Print]) -> None:
    """Raises Conflict for the first that must not be printed now."""
    for stopped in stopped_among(tx, prints):
        raise Conflict(f"Print {stopped.each.number} is stopped: {stopped.why}")


def _why(tx: sa.Connection, between: _Blocks, each: Print) -> str:
    about = each.message or each.copied
    if about is None:
        return ""
    row = tx.execute(sa.select(message).where(message.c.id == about)).first()
    return _why_letter(tx, about) if row is None else _why_message(tx, between, row)


def _why_message(tx: sa.Connection, between: _Blocks, row: sa.Row[tuple[object, ...]]) -> str:
    if row.released is None or row.refused is not None:
        return _NOT_RELEASED
    other = row.correspondent_id
    if other is not None and not contacts.is_approved(tx, other, row.inmate_id):
        return _NO_CONTACT
    people = [] if other is None else [other]
    return between.between(people, row.inmate_id, [row.correspondent])


def _why_letter(tx: sa.Connection, letter_id: str) -> str:
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).first()
    if row is None or row.state != LetterState.DELIVERED or row.inmate_id is None:
        return _TAKEN_BACK
    found = blocks.of_letter(tx, letter_id, row.inmate_id)
    return blocks.sentence(found[0]) if found else ""
