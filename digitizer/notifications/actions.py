"""The verbs of the outbox: the service sends, staff look and decide about what is doubtful."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound
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


def send_again(facility: Facility, item_id: str, by: Actor) -> None:
    """Queues what is doubtful or failed once more, under its first Message-ID. Raises NotFound, and
    Conflict where it is neither."""
    with acting(facility, by, Act.OUTBOX) as action:
        item = _find(action.tx, item_id)
        if item.state not in FOR_A_PERSON:
            raise Conflict(f"This is {item.state} already.")
        outbox.requeue(action.tx, item_id)
        action.record(Verb.SEND_MAIL_AGAIN, Subject.outgoing(item_id), was=str(item.state))


def drop(facility: Facility, item_id: str, by: Actor) -> None:
    """It is not sent any more. Raises NotFound, and Conflict where it was sent, or is being sent
    now."""
    with acting(facility, by, Act.OUTBOX) as action:
        item = _find(action.tx, item_id)
        if item.state not in (*FOR_A_PERSON, OutState.QUEUED):
            raise Conflict(f"This is {item.state} already.")
        outbox.end(action.tx, item_id, OutState.DROPPED, item.problem)
        action.record(Verb.DROP_MAIL, Subject.outgoing(item_id), was=str(item.state))


def _find(tx: sa.Connection, item_id: str) -> Outgoing:
    found = outbox.find(tx, item_id)
    if found is None:
        raise NotFound("There is no such thing in the outbox.")
    return found


def may_see_outbox(by: Actor) -> bool:
    return is_permitted(by, Act.OUTBOX)
