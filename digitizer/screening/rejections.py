"""What the tables know of a rejected letter: whose it was, who rejected it, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.audit import events_of
from digitizer.letters.pages import content_numbers
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterState
from digitizer.model.people import Inmate
from digitizer.people.roster import as_inmate
from digitizer.storage.tables import inmate, letter


@dataclass(frozen=True, slots=True)
class Rejection:
    """One rejected letter. ``inmate`` is who was to get it: assigned, or named by its cover."""

    letter: str
    inmate: Inmate
    sender: str | None
    pages: int
    received: datetime
    decided: datetime
    decided_by: str
    reason: str


def find_rejection(tx: sa.Connection, letter_id: str) -> Rejection:
    """Raises NotFound for no letter, Conflict for one not rejected or with nobody to tell."""
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).first()
    if row is None:
        raise NotFound(f"There is no letter {letter_id}.")
    if row.state != LetterState.REJECTED:
        raise Conflict(f"Letter {letter_id} is not rejected, so there is no notice of it.")
    whose = sa.or_(inmate.c.id == row.inmate_id, inmate.c.booking_number == row.proposed)
    person = tx.execute(sa.select(inmate).where(whose)).first()
    if person is None:
        raise Conflict(
            f"It is not known for whom letter {letter_id} was, so nobody can be told. "
            "Return it to its sender."
        )
    told = events_of(tx, Subject.letter(letter_id))
    decision = next(each for each in reversed(told) if each.verb == Verb.REJECT)
    return Rejection(
        letter_id, as_inmate(person), row.sender, len(content_numbers(tx, letter_id)),
        row.received, decision.at, decision.actor, row.reason or "",
    )  # fmt: skip
