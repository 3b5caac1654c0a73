"""Whether a letter that a person assigns or releases is delivered now, or waits for another."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa

from digitizer.letters.pages import content_numbers
from digitizer.model.mail import LetterState
from digitizer.model.people import Actor
from digitizer.model.settings import Screening
from digitizer.policies import marks
from digitizer.screening import held_letters, second_look
from digitizer.screening.held_letters import HeldLetter
from digitizer.screening.waiting_letters import shown_to
from digitizer.storage.tables import letter


class Waits(StrEnum):
    """What a letter still waits for that somebody assigned or released."""

    REVIEW = "a review, for a watch rule marks it"
    SECOND = "a second person"


def assign(
    tx: sa.Connection, settings: Screening, held: HeldLetter, inmate_id: int, by: Actor
) -> Waits | None:
    """Delivers a held letter to this inmate, unless it must wait; returns for what.

    A watch rule holds it, unless it marked the letter when each page of it was shown to this
    person: whoever found out whose it is need not have read it.
    """
    if held.inmate_id != inmate_id:
        second_look.forget(tx, held.id)  # it was a look at a letter for somebody else
    before = {each.rule.id for each in marks.marks_of(tx, [held.id]).get(held.id, ())}
    own = sa.update(letter).where(letter.c.id == held.id)
    tx.execute(own.values(inmate_id=inmate_id))
    found = marks.mark(tx, held.id)
    content = set(content_numbers(tx, held.id))
    looked = content <= shown_to(tx, [held.id], by).get(held.id, set())
    screened = before if held.state is LetterState.AWAITING_REVIEW and looked else set()
    new = [each for each in found if each.rule.id not in screened]
    waits: Waits | None = None
    if marks.holds(new, settings.watch_holds):
        waits = Waits.REVIEW
    elif _needs_another(tx, settings, held, by):
        waits = Waits.SECOND
    if waits is None:
        held_letters.deliver(tx, held, inmate_id)
        return None
    held_letters.check_deliverable(tx, held, inmate_id)
    tx.execute(own.values(state=str(LetterState.AWAITING_REVIEW), reason=None))
    return waits


def release(tx: sa.Connection, settings: Screening, held: HeldLetter, by: Actor) -> Waits | None:
    """Delivers a letter that waited for review, unless a second person must look at it too."""
    held_letters.check_releasable(tx, held)
    marks.mark(tx, held.id)  # records may have been merged since, and pages marked
    if _needs_another(tx, settings, held, by):
        return Waits.SECOND
    held_letters.release(tx, held)
    return None


def _needs_another(tx: sa.Connection, settings: Screening, held: HeldLetter, by: Actor) -> bool:
    """Whether this release is the first of two; it is kept then."""
    rules = [each.rule for each in marks.marks_of(tx, [held.id]).get(held.id, ())]
    if not second_look.needs_second(settings, rules) or second_look.is_second(tx, held.id, by):
        return False
    second_look.keep_first(tx, held.id, by)
    return True
