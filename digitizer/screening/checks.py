"""Checking, without knowing what was decided, letters that somebody else screened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.engines.imaging.thumbnails import thumbnail
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.policies.marks import marks_of
from digitizer.policies.watch_rules import WatchRule
from digitizer.screening import blind_checks
from digitizer.screening.blind_checks import Check, Measured
from digitizer.screening.waiting_letters import ScreenedPage, screened_pages
from digitizer.storage.tables import letter


@dataclass(frozen=True, slots=True)
class CheckedLetter:
    """A letter to check: all its pages, whatever was decided about them. ``sender`` is for whom its
    cover was printed, ``rules`` mark it; ``following`` is the id of the one after it."""

    letter: str
    sender: str | None
    rules: tuple[WatchRule, ...]
    pages: tuple[ScreenedPage, ...]
    following: str | None

    @property
    def unseen(self) -> tuple[int, ...]:
        return tuple(page.number for page in self.pages if not page.shown)


def waiting(facility: Facility, by: Actor) -> tuple[str, ...]:
    """The ids of the letters that this person can check."""
    with looking(facility, by, Act.CHECK) as look:
        return blind_checks.waiting_checks(look.tx, by)


def look_at(facility: Facility, letter_id: str, by: Actor) -> CheckedLetter:
    """Opens a letter to check it; the look is logged. Raises NotFound."""
    with acting(facility, by, Act.CHECK) as action:
        found = _find(action.tx, letter_id, by)
        action.record(Verb.LOOK, Subject.letter(letter_id))
    return found


def page_picture(
    facility: Facility, letter_id: str, number: int, by: Actor, *, small: bool = False
) -> bytes:
    """The picture of one page of a letter to check, as ``review.page_picture``. Raises NotFound."""
    with acting(facility, by, Act.CHECK) as action:
        its = [page for page in _find(action.tx, letter_id, by).pages if page.number == number]
        if not its or its[0].picture is None:
            raise NotFound(f"There is no picture of page {number}.")
        large = {} if small else its[0].look
        action.record(Verb.LOOK_AT_PAGE, Subject.letter(letter_id), page=its[0].place, **large)
    picture = facility.pictures.get(its[0].picture)
    return thumbnail(picture) if small else picture


def judge(
    facility: Facility, letter_id: str, refused: Collection[int], why: str, by: Actor
) -> Check:
    """Says which pages should not pass (none: nothing is against the letter). It changes nothing of
    the letter; who knows of a miss recalls it.

    Raises NotFound, UsageError where pages are refused without a reason, and Conflict while a page
    was not shown to this person.
    """
    with acting(facility, by, Act.CHECK) as action:
        found = _find(action.tx, letter_id, by)
        numbers = {page.number for page in found.pages}
        if not numbers.issuperset(refused):
            raise UsageError("Choose pages of this letter.")
        if refused and not why.strip():
            raise UsageError("Say why it should not pass.")
        if found.unseen:
            raise Conflict("Look at every page first.")
        made = blind_checks.keep(action.tx, letter_id, by, refused, why.strip())
        action.record(
            Verb.CHECK, Subject.letter(letter_id), refused=sorted(refused), miss=made.is_miss
        )
    return made


def measured(facility: Facility, by: Actor) -> Measured[Check]:
    """What all checks so far have shown."""
    with looking(facility, by, Act.CHECK) as look:
        return blind_checks.measured(blind_checks.checks_made(look.tx))


def may_check(by: Actor) -> bool:
    return is_permitted(by, Act.CHECK)


def _find(tx: sa.Connection, letter_id: str, by: Actor) -> CheckedLetter:
    """Without a trace of what was decided."""
    following = blind_checks.find_check(tx, letter_id, by)
    pages = screened_pages(tx, letter_id, by)
    sender = tx.execute(sa.select(letter.c.sender).where(letter.c.id == letter_id)).scalar()
    undecided = tuple(replace(page, withheld="", parts=()) for page in pages)
    marking = {each.rule.id: each.rule for each in marks_of(tx, [letter_id]).get(letter_id, ())}
    return CheckedLetter(letter_id, sender, tuple(marking.values()), undecided, following)
