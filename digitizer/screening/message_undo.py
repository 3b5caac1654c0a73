"""Undo of the last decision about an e-message: it waits for a review again, as it did before.

Whoever decided can do that within minutes, until something came of it that nobody can take back: it
was read, its paper came to a printer, or an e-mail about it went out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.audit import Event
from digitizer.facility import Facility
from digitizer.messages import outgoing
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import MESSAGE_DECISIONS, Subject, Verb
from digitizer.model.mail import MessageState
from digitizer.model.people import Actor
from digitizer.notifications import outbox
from digitizer.prints import queue
from digitizer.screening.undoing import LIFE, MINUTES
from digitizer.storage.tables import message
from digitizer.storage.tables_messages import refused_photo
from digitizer.support.clock import now

_BY_MISTAKE = "It was decided by mistake"
_TAKEN_BACK = "The message was taken back to its review."


@dataclass(frozen=True, slots=True)
class MessageDecision:
    """The last decision about a message. ``may_undo``: whoever looks can still undo it."""

    message: str
    event: Event
    may_undo: bool


def state_before(tx: sa.Connection, message_id: str) -> Mapping[str, Any]:
    """What a decision may change of a message that waits, as it is now: the ``undo`` of its
    event."""
    asked = sa.select(message.c.first_by).where(message.c.id == message_id)
    refused = outgoing.refused_photos(tx, [message_id]).get(message_id, {})
    photos = {str(place): reason for place, reason in refused.items()}
    return {"first_by": tx.execute(asked).scalar_one(), "photos": photos}


def last_decision(facility: Facility, message_id: str, by: Actor) -> MessageDecision | None:
    """None where nobody has decided anything about it."""
    with looking(facility, by, Act.LOOK) as look:
        events = audit.events_of(look.tx, Subject.message(message_id))
        last = next((each for each in reversed(events) if each.verb in MESSAGE_DECISIONS), None)
        if last is None:
            return None
        may = is_permitted(by, Act.DECIDE) and why_too_late(look.tx, last, by) is None
        return MessageDecision(message_id, last, may)


def undo(facility: Facility, message_id: str, seq: int, by: Actor) -> None:
    """Puts a message back as it was before the decision that event number ``seq`` records. Raises
    NotFound unless the event is about this message, and Conflict for another person's decision, and
    once it is too late."""
    with acting(facility, by, Act.DECIDE, reason=_BY_MISTAKE) as action:
        event = audit.event_at(action.tx, seq)
        if event is None or event.subject != str(Subject.message(message_id)):
            raise NotFound(f"There is no such decision about {message_id}.")
        if late := why_too_late(action.tx, event, by):
            raise Conflict(late)
        _put_back(action.tx, message_id, event)
        about = Subject.message(message_id)
        action.record(Verb.UNDO_MESSAGE, about, undone=event.verb, event=seq)


def _put_back(tx: sa.Connection, message_id: str, event: Event) -> None:
    was = event.detail["undo"]
    tx.execute(
        sa.update(message)
        .where(message.c.id == message_id)
        .values(
            state=str(MessageState.IN_REVIEW),
            released=None,
            refused=None,
            first_by=was["first_by"],
        )
    )
    tx.execute(sa.delete(refused_photo).where(refused_photo.c.message_id == message_id))
    for place, reason in was["photos"].items():
        values = {"message_id": message_id, "place": int(place), "reason": reason}
        tx.execute(sa.insert(refused_photo).values(**values))
    queue.spoil_waiting(tx, message_id, _TAKEN_BACK)
    outbox.drop_about(tx, Subject.message(message_id), event.at)


def why_too_late(tx: sa.Connection, event: Event, by: Actor) -> str | None:
    """Why this person cannot undo what the event records, in a sentence; None if they can."""
    if event.verb not in MESSAGE_DECISIONS or "undo" not in event.detail:
        return "That cannot be undone."
    if event.actor != by.name:
        return f"Only {event.actor}, who decided it, can undo it."
    late = _came_of_it(tx, event)
    return f"It is too late to undo this: {late}" if late else None


def _came_of_it(tx: sa.Connection, event: Event) -> str | None:
    if event.at < now() - LIFE:
        return f"more than {MINUTES} minutes have passed."
    about = event.subject.partition(":")[2]
    for later in audit.events_of(tx, Subject.message(about)):
        if later.seq > event.seq and later.verb in MESSAGE_DECISIONS:
            return f"{later.actor} has decided about it since."
    row = tx.execute(sa.select(message).where(message.c.id == about)).first()
    if row is None:
        return "the message is not there any more."
    if row.released is not None and row.read is not None:
        return "it has been read."
    if row.printed is not None or queue.has_left(tx, about):
        return "it has been given to a printer."
    if outbox.has_gone_out(tx, Subject.message(about), event.at):
        return "an e-mail about it has been sent."
    return None
