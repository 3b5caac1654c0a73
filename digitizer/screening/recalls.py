"""Recall: a letter that was delivered or rejected by mistake is taken back, and held again.

Where the inmate had opened it already, the event of the recall records that as an incident: who saw
which pages, and when.
"""

from __future__ import annotations

from dataclasses import dataclass

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.capture.reasons import reason_of
from digitizer.facility import Facility
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterState
from digitizer.model.paper import Doubt, DoubtReason
from digitizer.model.people import Actor
from digitizer.prints import queue
from digitizer.screening import held_letters, recalled_copies, settled_mail
from digitizer.screening.settled_mail import RejectedItem, Settled, Sight
from digitizer.support.wording import local_moment


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was taken back. ``before`` is how it was until then, ``reason`` why it is held now."""

    id: str
    before: Settled
    reason: str


def look_at_settled(facility: Facility, some_id: str, by: Actor) -> Settled:
    """What is known of a letter, whatever happened to it, or of a scan that was rejected as a
    whole, and its chain of custody; nothing of its pages. Raises NotFound."""
    with looking(facility, by, Act.LOOK) as look:
        return settled_mail.find_settled(look.tx, some_id, by)


def rejected(
    facility: Facility, by: Actor, *, start: int = 0, most: int = 100
) -> tuple[RejectedItem, ...]:
    """Rejected mail, the last rejected first: ``most`` after the first ``start``."""
    with looking(facility, by, Act.LOOK) as look:
        return settled_mail.rejected_items(look.tx, start, most, by)


def recall(facility: Facility, some_id: str, by: Actor, reason: str) -> Recalled:
    """Takes back a letter that was delivered or rejected, or a scan that was rejected as a whole:
    it is held again under the same id, and gone from the mailbox, the search and the thread at
    once. Copies on paper that the inmate asked for are spoiled; the event names them. Where it went
    along to another facility, its copy is held there.

    Raises NotAllowed, NotFound, UsageError without a reason, and Conflict for what is held already,
    was replaced, or whose seal key was destroyed.
    """
    with acting(facility, by, Act.RECALL, reason=reason) as action:
        known = settled_mail.find_settled(action.tx, some_id, by)
        settled_mail.check_recallable(action.tx, known)
        held_as = _reason(known, by, action.why)
        if known.letter is None:
            held_letters.recall_scan(action.tx, known.id, held_as)
            action.record(Verb.RECALL, Subject.scan(known.id), was=str(known.state))
        else:
            held_letters.recall_letter(action.tx, known.id, held_as)
            incident = _incident(known) if known.is_incident else {}
            owner = known.inmate.booking_number if known.inmate else None
            copies = queue.spoil_copies(action.tx, known.id, "The letter was recalled.")
            paper = {"copies": list(copies)} if copies else {}
            action.record(
                Verb.RECALL,
                Subject.letter(known.id),
                was=str(known.state),
                taken_from=owner,
                **incident,
                **paper,
            )
    recalled_copies.tell_others(facility)
    return Recalled(some_id, known, held_as)


def may_recall(by: Actor) -> bool:
    """Whether this person may recall mail; ``recall`` checks it again."""
    return is_permitted(by, Act.RECALL)


def _incident(known: Settled) -> dict[str, object]:
    """Details of the event: when the inmate opened it first, and all who saw it."""
    assert known.read is not None
    return {
        "incident": "opened by the inmate",
        "opened": known.read.isoformat(timespec="seconds"),
        "seen_by": [_in_a_line(each) for each in known.seen],
    }


def _in_a_line(sight: Sight) -> str:
    page = f", page {sight.page}" if sight.page else ""
    return f"{sight.who} {sight.did}{page} ({sight.at.isoformat(timespec='seconds')})"


def _reason(known: Settled, by: Actor, why: str) -> str:
    typed = why.rstrip(".")
    message = f"Recalled by {by.name}: {typed}. {_before(known)}"
    advice = "Look at its pages, and decide about it again."
    return reason_of([Doubt(DoubtReason.RECALLED, message, advice)]) or message


def _before(known: Settled) -> str:
    """Where it was until now, in a sentence."""
    if known.state is LetterState.REJECTED:
        typed = (known.reason or "").rstrip(".")
        if not typed:
            return "It had been rejected: no reason is known."
        return f"It had been rejected: {typed}."
    who = f"{known.inmate.full_name} ({known.inmate.booking_number})" if known.inmate else "nobody"
    opened = f"opened it on {local_moment(known.read)}" if known.read else "had not opened it"
    return f"It had been delivered to {who}, who {opened}."
