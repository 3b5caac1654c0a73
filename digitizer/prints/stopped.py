"""Prints that must not come to paper now: the mail between the two is blocked, their contact is not
approved any more, or what is printed was taken back.

Nothing is noted for it. A print is looked at again each time, so it goes on by itself once a block
ends or a contact is approved; and for the last time in the transaction that gives it to a printer,
which takes turns with those that block, recall and remove.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import Conflict
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterState
from digitizer.model.prints import Print, PrintKind
from digitizer.people.correspondents import blocks, contacts
from digitizer.prints import queue
from digitizer.storage.tables import event, letter, message

#: Ids that one query asks for.
_AT_ONCE = 500
_NO_CONTACT = "Their contact is not approved any more."
_NOT_RELEASED = "It is not released."
_TAKEN_BACK = "The letter was taken back."
_OLD_COPY = "The letter was taken back since this copy was made: it may be as it was then."
_OF_THE_LOGBOOK = frozenset({PrintKind.LABEL, PrintKind.RECEIPT})


@dataclass(frozen=True, slots=True)
class Stopped:
    """A print that waits and must not be printed now; ``why`` is a sentence for staff."""

    each: Print
    why: str


@dataclass(frozen=True, slots=True)
class Pending:
    """How many prints, and since when the oldest waits."""

    number: int
    oldest: datetime | None

    @classmethod
    def of(cls, prints: Sequence[Print]) -> Pending:
        return cls(len(prints), min((each.made for each in prints), default=None))


def pending(tx: sa.Connection) -> tuple[Pending, Pending]:
    """What no printer has yet: what is to be printed, and what must not be now."""
    waiting = queue.waiting(tx)
    stopped = [each.each for each in stopped_among(tx, waiting)]
    no = {each.number for each in stopped}
    return Pending.of([each for each in waiting if each.number not in no]), Pending.of(stopped)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """What was found of the messages between two, each asked for once."""

    tx: sa.Connection
    blocked: dict[tuple[int | None, int, str], str] = field(default_factory=dict)
    approved: dict[tuple[int, int], bool] = field(default_factory=dict)

    def block(self, other: int | None, inmate_id: int, name: str) -> str:
        asked = other, inmate_id, name
        if asked not in self.blocked:
            people = [] if other is None else [other]
            found = blocks.between(self.tx, people, inmate_id, [name])
            self.blocked[asked] = blocks.sentence(found[0]) if found else ""
        return self.blocked[asked]

    def may_write(self, other: int, inmate_id: int) -> bool:
        asked = other, inmate_id
        if asked not in self.approved:
            self.approved[asked] = contacts.is_approved(self.tx, *asked)
        return self.approved[asked]


def stopped_among(tx: sa.Connection, prints: Sequence[Print]) -> tuple[Stopped, ...]:
    """Those that must not be printed now, as they were given."""
    pairs, sent = _Pairs(tx), _messages(tx, [about for each in prints if (about := _about(each))])
    found = ((each, _why(tx, pairs, sent, each)) for each in prints)
    return tuple(Stopped(each, why) for each, why in found if why)


def check_none_stopped(tx: sa.Connection, prints: Sequence[Print]) -> None:
    """Raises Conflict for the first that must not be printed now."""
    for stopped in stopped_among(tx, prints):
        raise Conflict(f"Print {stopped.each.number} is stopped: {stopped.why}")


def _about(each: Print) -> str | None:
    """The id of its message, or of the letter or message of which it is a copy; papers of the
    logbook are of neither."""
    return each.message or (None if each.kind in _OF_THE_LOGBOOK else each.copied)


def _messages(tx: sa.Connection, ids: Sequence[str]) -> dict[str, sa.Row[Any]]:
    found: dict[str, sa.Row[Any]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = message.c.id.in_(ids[start : start + _AT_ONCE])
        found |= {row.id: row for row in tx.execute(sa.select(message).where(some))}
    return found


def _why(tx: sa.Connection, pairs: _Pairs, sent: Mapping[str, sa.Row[Any]], each: Print) -> str:
    about = _about(each)
    if about is None:
        return ""
    return _why_message(pairs, sent[about]) if about in sent else _why_letter(tx, about, each.made)


def _why_message(pairs: _Pairs, row: sa.Row[Any]) -> str:
    if row.released is None or row.refused is not None:
        return _NOT_RELEASED
    other = row.correspondent_id
    if other is not None and not pairs.may_write(other, row.inmate_id):
        return _NO_CONTACT
    return pairs.block(other, row.inmate_id, row.correspondent)


def _why_letter(tx: sa.Connection, letter_id: str, copied: datetime) -> str:
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).first()
    if row is None or row.state != LetterState.DELIVERED or row.inmate_id is None:
        return _TAKEN_BACK
    recalled = sa.select(event.c.seq).where(
        event.c.subject == str(Subject.letter(letter_id)),
        event.c.verb == str(Verb.RECALL),
        event.c.at >= copied,
    )
    if tx.execute(recalled.limit(1)).first() is not None:
        return _OLD_COPY  # what was withheld of it since is in the copy
    found = blocks.of_letter(tx, letter_id, row.inmate_id)
    return blocks.sentence(found[0]) if found else ""
