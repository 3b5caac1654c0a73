"""What the tables contain about a rejected letter, or the pages that were withheld from a delivered
one: whose it was, who refused it, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.audit import events_of
from digitizer.letters.pages import content_numbers, withheld_pages
from digitizer.model.appeals import Refused
from digitizer.model.appeals import Rejection as Noted
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import DECISIONS, Subject, Verb
from digitizer.model.mail import LetterState, PageRole
from digitizer.model.people import Inmate
from digitizer.people import roster
from digitizer.storage.tables import letter, page


@dataclass(frozen=True, slots=True)
class Rejection:
    """One rejected letter, or a delivered one from which pages were withheld. ``inmate`` is who was
    to get it: whom it was assigned to, or whom its cover names. ``pages`` is how many the whole
    letter has, ``reason`` why all of it was rejected, empty where only pages were withheld.
    ``withheld`` are those pages by their place in the letter, from 1, each with its reason, and
    ``parts`` the parts of others that were."""

    letter: str
    inmate: Inmate
    sender: str | None
    pages: int
    received: datetime
    decided: datetime
    decided_by: str
    reason: str
    withheld: tuple[tuple[int, str], ...] = ()
    parts: tuple[tuple[int, str], ...] = ()


def find_rejection(tx: sa.Connection, letter_id: str) -> Rejection:
    """Raises NotFound if there is no such letter, and Conflict if nothing of it was rejected, or it
    is not known who was to get it."""
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).first()
    if row is None:
        raise NotFound(f"There is no letter {letter_id}.")
    withheld = withheld_pages(tx, letter_id)
    gone = [each for each in withheld if not each.part]
    whole = row.state == LetterState.REJECTED
    if not whole and not (withheld and row.state == LetterState.DELIVERED):
        raise Conflict(f"Letter {letter_id} was not rejected, so there is no notice to print.")
    person = (
        roster.inmate_named(tx, row.proposed)
        if row.inmate_id is None
        else roster.inmate_of_row(tx, row.inmate_id)
    )
    if person is None:
        raise Conflict(
            f"It is not known who letter {letter_id} was for, so there is no one to notify. "
            "Return it to its sender."
        )
    events = events_of(tx, Subject.letter(letter_id))
    refused = (Verb.REJECT,) if whole else (Verb.WITHHOLD_PAGE, Verb.WITHHOLD_PART)
    # The event of a page that was withheld is about the letter that was cut or joined since.
    decided = [each for each in events if each.verb in refused] or [
        each for each in events if each.verb in DECISIONS
    ]
    decision = decided[-1]
    return Rejection(
        letter=letter_id,
        inmate=person,
        sender=row.sender,
        pages=len(content_numbers(tx, letter_id)) + len(gone),
        received=row.received,
        decided=decision.at,
        decided_by=decision.actor,
        reason=row.reason or "" if whole else "",
        withheld=tuple((each.after + before + 1, each.reason) for before, each in enumerate(gone)),
        parts=tuple(
            (each.after + sum(other.after < each.after for other in gone), each.reason)
            for each in withheld
            if each.part
        ),
    )


def as_noted(tx: sa.Connection, noted: Noted) -> Rejection:
    """What was rejected, whatever became of it since. Raises Conflict where it is not known who was
    to get it."""
    row = tx.execute(sa.select(letter).where(letter.c.id == noted.item)).one()
    person = noted.inmate or roster.inmate_named(tx, row.proposed)
    if person is None:
        raise Conflict(f"It is not known who letter {noted.item} was for.")
    roles = [str(PageRole.CONTENT), str(PageRole.WITHHELD)]
    in_order = (
        sa.select(page.c.number)
        .where(page.c.letter_id == noted.item, page.c.role.in_(roles))
        .order_by(page.c.place)
    )
    numbers = list(tx.execute(in_order).scalars())
    reason = noted.reasons[0].text if noted.reasons else ""
    whole = noted.what is Refused.LETTER
    return Rejection(
        letter=noted.item,
        inmate=person,
        sender=row.sender,
        pages=len(numbers),
        received=row.received,
        decided=noted.decided,
        decided_by=noted.decided_by,
        reason=reason if whole else "",
        withheld=tuple(
            (place, reason) for place, each in enumerate(numbers, 1) if each in noted.parts
        ),
    )
