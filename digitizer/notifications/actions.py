"""The verbs of the outbox: the service sends, staff look and decide about what is doubtful."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.notifications import outbox
from digitizer.notifications.outbox import FOR_A_PERSON, Outgoing, OutState

_SHOWN_DONE = 30


@dataclass(frozen=True, slots=True)
class Outbox:
    """What waits for a person, what the service goes on trying (both oldest first), and what was
    done with last, newest first. The body of none is shown."""

    for_a_person: tuple[Outgoing, ...]
    waiting: tuple[Outgoing, ...]
    done: tuple[Outgoing, ...]


def outbox_now(facility: Facility, by: Actor) -> Outbox:
    with looking(facility, by, Act.OUTBOX) as look:
        return Outbox(
            outbox.in_state(look.tx, *FOR_A_PERSON),
            outbox.in_state(look.tx, OutState.QUEUED, OutState.SENDING),
            outbox.sent_lately(look.tx, _SHOWN_DONE),
        )


def send_again(facility: Facility, item_ids: Sequence[str], by: Actor) -> None:
    """Queues each that is doubtful or failed once more, under its first Message-ID. All or none:
    raises NotFound, UsageError for none, and Conflict where one is neither, or nothing is left of
    one; and for what goes to the protected line among others."""
    with acting(facility, by, Act.OUTBOX) as action:
        for item in _chosen(action.tx, item_ids, FOR_A_PERSON):
            if not item.can_go_again:
                raise Conflict("Nothing is left of it to send. Its writer is told to use paper.")
            outbox.requeue(action.tx, item.id)
            action.record(Verb.SEND_MAIL_AGAIN, Subject.outgoing(item.id), was=str(item.state))


def drop(facility: Facility, item_ids: Sequence[str], by: Actor) -> None:
    """None of them is sent any more. All or none: raises NotFound, UsageError for none, and
    Conflict where one was sent, or is being sent now; and for what goes to the protected line
    among others, or while it waits."""
    with acting(facility, by, Act.OUTBOX) as action:
        for item in _chosen(action.tx, item_ids, (*FOR_A_PERSON, OutState.QUEUED)):
            if item.is_sealed and item.state is OutState.QUEUED:
                raise Conflict("What goes to the protected line is not dropped while it waits.")
            outbox.end(action.tx, item.id, OutState.DROPPED, item.problem)
            action.record(Verb.DROP_MAIL, Subject.outgoing(item.id), was=str(item.state))


def _chosen(
    tx: sa.Connection, item_ids: Sequence[str], states: Collection[OutState]
) -> tuple[Outgoing, ...]:
    if not item_ids:
        raise UsageError("Nothing is chosen.")
    items = tuple(_find(tx, each) for each in dict.fromkeys(item_ids))
    for item in items:
        if item.state not in states:
            raise Conflict(f"This is {item.state} already.")
    if len(items) > 1 and any(item.is_sealed for item in items):
        raise Conflict("Decide about each thing that goes to the protected line by itself.")
    return items


def _find(tx: sa.Connection, item_id: str) -> Outgoing:
    found = outbox.find(tx, item_id)
    if found is None:
        raise NotFound("There is no such thing in the outbox.")
    return found


def may_see_outbox(by: Actor) -> bool:
    return is_permitted(by, Act.OUTBOX)
