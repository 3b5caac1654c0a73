"""Checking, without knowing what was decided, e-messages that somebody else reviewed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.policies import marks
from digitizer.screening import blind_checks, message_draws, message_review
from digitizer.screening.blind_checks import Measured
from digitizer.screening.message_draws import MessageCheck
from digitizer.screening.message_review import OpenedMessage


@dataclass(frozen=True, slots=True)
class Judged:
    """``is_miss``: something was let pass that this person would have refused. ``following`` is the
    message to check after it."""

    is_miss: bool
    following: str | None


def waiting(facility: Facility, by: Actor) -> tuple[str, ...]:
    """The ids of the messages that this person can check."""
    with looking(facility, by, Act.CHECK) as look:
        return message_draws.waiting(look.tx, by)


def look_at(facility: Facility, message_id: str, by: Actor) -> OpenedMessage:
    """Opens a message to check it, as whoever reviewed it saw it; the look is logged. Raises
    NotFound."""
    with acting(facility, by, Act.CHECK) as action:
        found = _find(action.tx, message_id, by)
        action.record(Verb.LOOK_AT_MESSAGE, Subject.message(message_id))
    return found


def photo(facility: Facility, message_id: str, place: int, by: Actor) -> bytes:
    """A photo of a message to check, as JPEG; it counts as shown. Raises NotFound."""
    with acting(facility, by, Act.CHECK) as action:
        photos = _find(action.tx, message_id, by).waiting.photos
        if not 1 <= place <= len(photos):
            raise NotFound("There is no such photo.")
        action.record(Verb.LOOK_AT_PHOTO, Subject.message(message_id), photo=place)
    return facility.pictures.get(photos[place - 1].stored)


def judge(
    facility: Facility, message_id: str, refused: Collection[int], why: str, by: Actor
) -> Judged:
    """Says which parts should not pass: the words, 0, and photos by their places from 1 (none:
    nothing is against it). It changes nothing of the message.

    Raises NotFound, UsageError where something is refused without a reason, and Conflict while a
    photo was not shown to this person.
    """
    with acting(facility, by, Act.CHECK) as action:
        found = _find(action.tx, message_id, by)
        if not set(range(len(found.waiting.photos) + 1)).issuperset(refused):
            raise UsageError("Choose parts of this message.")
        if refused and not why.strip():
            raise UsageError("Say why it should not pass.")
        if found.waiting.unseen:
            raise Conflict("Look at every photo first.")
        is_miss = bool(message_draws.passed_by_first(action.tx, message_id) & set(refused))
        about = Subject.message(message_id)
        said = {"why": why.strip()} if refused else {}
        action.record(Verb.CHECK, about, refused=sorted(refused), miss=is_miss, **said)
    return Judged(is_miss, found.following)


def measured(facility: Facility, by: Actor) -> Measured[MessageCheck]:
    """What all checks so far have shown."""
    with looking(facility, by, Act.CHECK) as look:
        return blind_checks.measured(message_draws.checks_made(look.tx))


def _find(tx: sa.Connection, message_id: str, by: Actor) -> OpenedMessage:
    """Without a trace of what was decided."""
    ids = message_draws.waiting(tx, by)
    if message_id not in ids:
        raise NotFound(f"There is no message {message_id} to check.")
    found = message_review.undecided(tx, message_id, by)
    return OpenedMessage(
        found,
        blind_checks.next_of(ids, message_id),
        marks.marked(found.rules, found.subject),
        marks.marked(found.rules, found.body),
    )
