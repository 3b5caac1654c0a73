"""Whether a letter that a person assigns or releases is delivered now, or waits for another.

All that may stand against it is asked here, in the transaction that would deliver it: what was set,
marked, blocked or changed since the letter came in counts like what was known by then.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from digitizer.access.permissions import Act, is_permitted
from digitizer.letters.withheld_before import is_noted, perhaps_again
from digitizer.model.errors import Conflict
from digitizer.model.mail import LetterState
from digitizer.model.people import Actor
from digitizer.model.settings import Screening
from digitizer.people import roster
from digitizer.people.correspondents import blocks
from digitizer.policies import marks
from digitizer.screening import held_letters, second_look
from digitizer.screening.held_letters import HeldLetter
from digitizer.screening.seen_pages import Unseen, unseen_by
from digitizer.storage.tables import letter
from digitizer.support.wording import counted


class Waits(StrEnum):
    """What a letter still waits for that somebody assigned or released."""

    REVIEW = "a review, for a watch rule marks it"
    UNSEEN = "a review, for not each of its pages was shown"
    SECOND = "a second person"
    TWO = "two people, each on their own login"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was done with a letter. ``waits`` is None where it was delivered; ``not_shown`` are the
    numbers of pages that were delivered and not shown to whoever did it, ``despite`` the blocks."""

    waits: Waits | None
    not_shown: tuple[int, ...] = ()
    despite: tuple[int, ...] = ()


def blocked(tx: sa.Connection, letter_id: str) -> tuple[str, ...]:
    """Sentences about the blocks for which a letter that waits cannot be released."""
    to = tx.execute(sa.select(letter.c.inmate_id).where(letter.c.id == letter_id)).scalar()
    if to is None:
        return ()
    return tuple(blocks.sentence(each) for each in blocks.of_letter(tx, letter_id, to))


def assign(
    tx: sa.Connection,
    settings: Screening,
    held: HeldLetter,
    inmate_id: int,
    by: Actor,
    unseen: Unseen = Unseen.NOTED,
    despite: Collection[int] = (),
) -> Delivery:
    """Delivers a held letter to this inmate, unless it must wait. ``despite`` are the numbers of
    the blocks of which whoever decides knows; Conflict where there is another.

    A watch rule holds it, unless it marked the letter when each page of it was shown to this
    person: whoever found out whose it is need not have read it. What waits for a review goes on
    waiting until each page was shown, or somebody who may overrules that.
    """
    known = _check_blocks(tx, held, inmate_id, despite)
    if held.inmate_id != inmate_id:
        second_look.forget(tx, held.id)  # it was a look at a letter for somebody else
    before = {each.rule.id for each in marks.marks_of(tx, [held.id]).get(held.id, ())}
    own = sa.update(letter).where(letter.c.id == held.id)
    tx.execute(own.values(inmate_id=inmate_id))
    found = marks.mark(tx, held.id)
    noted = is_noted(held.doubts) or _note_withheld(tx, held, inmate_id)
    reviewed = held.state is LetterState.AWAITING_REVIEW
    not_shown = unseen_by(tx, held.id, by)
    screened = before if reviewed and not not_shown else set()
    new = [each for each in found if each.rule.id not in screened]
    waits: Waits | None = None
    if marks.holds(new, settings.watch_holds):
        waits = Waits.REVIEW
    elif not_shown and (noted or (reviewed and not _may_assign(tx, held, by, unseen))):
        waits = Waits.UNSEEN
    else:
        waits = _needs_another(tx, settings, held, by)
    if waits is None:
        held_letters.deliver(tx, held, inmate_id)
        return Delivery(None, not_shown if reviewed else (), known)
    held_letters.check_deliverable(tx, held, inmate_id)
    awaiting = {"state": str(LetterState.AWAITING_REVIEW)}
    tx.execute(own.values(**awaiting, **({} if noted else {"reason": None})))
    return Delivery(waits, despite=known)


def release(
    tx: sa.Connection,
    settings: Screening,
    held: HeldLetter,
    by: Actor,
    unseen: Unseen = Unseen.NOTED,
    *,
    marked: bool = True,
) -> Delivery:
    """Delivers a letter that waited for review, unless a second person must look at it too. Without
    ``marked``, only one that no watch rule marks. Raises Conflict for what must not be delivered,
    or not by this person."""
    held_letters.check_releasable(tx, held)
    assert held.inmate_id is not None
    _check_blocks(tx, held, held.inmate_id, ())
    if marks.mark(tx, held.id) and not marked:
        raise Conflict("A watch rule marks it: open it, and release it by itself.")
    not_shown = unseen_by(tx, held.id, by)
    if not_shown:
        _check_unseen(tx, held, by, unseen, not_shown)
    waits = _needs_another(tx, settings, held, by)
    if waits is None:
        held_letters.release(tx, held)
    return Delivery(waits, not_shown)


def _check_blocks(
    tx: sa.Connection, held: HeldLetter, inmate_id: int, despite: Collection[int]
) -> tuple[int, ...]:
    """The numbers of the blocks in force. Raises Conflict where one is not among ``despite``."""
    found = blocks.of_letter(tx, held.id, inmate_id)
    new = [each for each in found if each.id not in despite]
    if new:
        said = " ".join(blocks.sentence(each) for each in new)
        numbers = " ".join(f"--despite {each.id}" for each in found)
        raise Conflict(
            f"{said} It is not delivered. Reject it; or, if it is to be delivered all the same, "
            f"assign it on the page Held, which asks for that, or with: assign {numbers}"
        )
    return tuple(each.id for each in found)


def _note_withheld(tx: sa.Connection, held: HeldLetter, inmate_id: int) -> bool:
    """Whether a page of other mail to this inmate was withheld that may be in this letter again:
    by now it is known for whom it is."""
    number = roster.inmate_of_row(tx, inmate_id).booking_number
    its = held.scan_id, held.cover_id, number, held.id
    found = perhaps_again(tx, *its, before=held.received)
    held_letters.note_withheld(tx, held.id, found)
    return bool(found)


def _may_assign(tx: sa.Connection, held: HeldLetter, by: Actor, unseen: Unseen) -> bool:
    """As ``_may_unseen``; whoever is the second of two looks at each page, whoever they are."""
    is_second = unseen is Unseen.OVERRULED and second_look.counts(tx, held.id)
    return _may_unseen(by, unseen) and not is_second


def _may_unseen(by: Actor, unseen: Unseen) -> bool:
    """Whether this person may deliver what was not shown to them."""
    if unseen is Unseen.OVERRULED:
        return is_permitted(by, Act.OVERRULE)
    return unseen is Unseen.NOTED


def _check_unseen(
    tx: sa.Connection, held: HeldLetter, by: Actor, unseen: Unseen, numbers: tuple[int, ...]
) -> None:
    if is_noted(held.doubts):
        raise Conflict(f"{held.reason or ''} {_not_seen(numbers)}".strip())
    if not _may_unseen(by, unseen):
        raise Conflict(_not_seen(numbers))
    if unseen is Unseen.OVERRULED and second_look.counts(tx, held.id):
        raise Conflict("Somebody released it before you: as the second person, look at each page.")


def _not_seen(numbers: tuple[int, ...]) -> str:
    return (
        f"{counted(len(numbers), 'page')} of it ({', '.join(map(str, numbers))}) you have not seen "
        "as it is now: look at each page on the page Screening, then release it."
    )


def _needs_another(
    tx: sa.Connection, settings: Screening, held: HeldLetter, by: Actor
) -> Waits | None:
    """What it waits for where this release is not the last of two; the first one is kept then."""
    rules = [each.rule for each in marks.marks_of(tx, [held.id]).get(held.id, ())]
    if not second_look.needs_second(settings, rules) or second_look.is_second(tx, held.id, by):
        return None
    if not second_look.is_proof(by):
        return Waits.TWO
    second_look.keep_first(tx, held.id, by)
    return Waits.SECOND
