"""Screening: one letter after another, page by page, before it is delivered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from digitizer.access.acting import acting, looking, permit
from digitizer.access.permissions import Act, is_permitted
from digitizer.audit import Event, events_of
from digitizer.engines.imaging.thumbnails import thumbnail
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.screening import decisions, delivering
from digitizer.screening.seen_pages import Unseen
from digitizer.screening.waiting_letters import (
    ScreenedPage,
    WaitingLetter,
    find_waiting,
    screened_pages,
    waiting_after,
    waiting_letters,
)


@dataclass(frozen=True, slots=True)
class ScreenedLetter:
    """A letter opened to be screened; ``following`` is the id of the one after it, ``blocked`` are
    sentences about blocks for which it cannot be released."""

    waiting: WaitingLetter
    pages: tuple[ScreenedPage, ...]
    events: tuple[Event, ...]
    following: str | None
    blocked: tuple[str, ...] = ()

    @property
    def in_part(self) -> bool:
        """Whether a part of one of its pages is withheld."""
        return any(page.parts for page in self.pages)

    @property
    def seen(self) -> str:
        """A fingerprint of what a person decides about, to notice whether it has changed since."""
        shown = [
            (page.number, page.withheld, page.parts, sorted(page.look.items()))
            for page in self.pages
        ]
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class NotReleased:
    """A chosen letter that was not released with the others, and why."""

    letter: str
    why: str


def waiting(facility: Facility, by: Actor) -> tuple[WaitingLetter, ...]:
    """The letters that wait for a review, oldest first."""
    with looking(facility, by, Act.LOOK) as look:
        return waiting_letters(look.tx, by)


def look_at(facility: Facility, letter_id: str, by: Actor) -> ScreenedLetter:
    """Opens a letter that waits for a review; the look is logged. Raises NotFound."""
    with acting(facility, by, Act.LOOK) as action:
        found = find_waiting(action.tx, letter_id, by)
        action.record(Verb.LOOK, Subject.letter(letter_id))
        return ScreenedLetter(
            waiting=found,
            pages=screened_pages(action.tx, letter_id, by),
            events=events_of(action.tx, Subject.scan(found.scan), Subject.letter(letter_id)),
            following=waiting_after(action.tx, letter_id, by),
            blocked=delivering.blocked(action.tx, letter_id),
        )


def page_picture(
    facility: Facility, letter_id: str, number: int, by: Actor, *, small: bool = False
) -> bytes:
    """The picture of one page of a letter that waits, as JPEG or PNG; or a small one to find the
    page by, which does not count as having been shown. The look is logged. Raises NotFound."""
    with acting(facility, by, Act.LOOK) as action:
        find_waiting(action.tx, letter_id, by)
        its = [page for page in screened_pages(action.tx, letter_id, by) if page.number == number]
        if not its or its[0].picture is None:
            raise NotFound(f"There is no picture of page {number}.")
        large = {} if small else its[0].look
        action.record(Verb.LOOK_AT_PAGE, Subject.letter(letter_id), page=number, **large)
    picture = facility.pictures.get(its[0].picture)
    return thumbnail(picture) if small else picture


def look_after(facility: Facility, letter_id: str, seen: str, by: Actor) -> str | None:
    """The id of the letter after this one, None if it is the last. Raises NotFound, and Conflict if
    this one is no longer what the person who decides saw."""
    with looking(facility, by, Act.LOOK) as look:
        found = find_waiting(look.tx, letter_id, by)
        following = waiting_after(look.tx, letter_id, by)
        case = ScreenedLetter(found, screened_pages(look.tx, letter_id, by), (), following)
    if case.seen != seen:
        raise Conflict("Someone changed this letter in the meantime. Look at it again.")
    return following


def release(facility: Facility, letter_id: str, by: Actor, reason: str) -> None:
    """Delivers a letter each page of which was shown to this person; else raises Conflict."""
    permit(facility, by, Act.DECIDE)
    with looking(facility, by, Act.LOOK) as look:
        find_waiting(look.tx, letter_id, by)
    decisions.release(facility, letter_id, by, reason, unseen=Unseen.REFUSED)


def release_chosen(
    facility: Facility, letter_ids: Sequence[str], by: Actor, reason: str
) -> tuple[tuple[str, ...], tuple[NotReleased, ...]]:
    """Delivers the chosen letters, each with an event of its own; returns those that were released,
    and those that were not.

    A letter passes only if no watch rule marks it, and each of its pages was shown to this person;
    or, with those who may overrule, without that, unless they are the second who releases it.
    UsageError where the reason is missing.
    """
    permit(facility, by, Act.DECIDE)
    if not reason.strip():
        raise UsageError("Say why.")
    done: list[str] = []
    left: list[NotReleased] = []
    with looking(facility, by, Act.LOOK) as look:
        known = {each.letter for each in waiting_letters(look.tx, by)}
    for letter_id in dict.fromkeys(letter_ids):
        try:
            if letter_id not in known:
                raise NotFound("It waits for a review no longer.")
            how = Unseen.OVERRULED
            decisions.release(facility, letter_id, by, reason, unseen=how, marked=False)
            done.append(letter_id)
        except (Conflict, NotFound, UsageError) as error:
            left.append(NotReleased(letter_id, str(error)))
    return tuple(done), tuple(left)


def may_decide(by: Actor) -> bool:
    """Whether to offer the decisions; each is checked again when it is made."""
    return is_permitted(by, Act.DECIDE)


def may_release_unseen(by: Actor) -> bool:
    """Whether they may release chosen letters without having seen each page."""
    return is_permitted(by, Act.OVERRULE)
