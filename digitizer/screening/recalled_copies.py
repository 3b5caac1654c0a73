"""A letter that went along to another facility, and is recalled where it came from: its copy is
held there, too, for a person to decide about.

Each facility looks after its own copies, again and again, so that nothing is forgotten where the
other one cannot be reached just then; and whoever recalls a letter lets the others look at once.
"""

from __future__ import annotations

import logging
from datetime import datetime

import sqlalchemy as sa

from digitizer import audit
from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.audit import Event
from digitizer.capture.reasons import reason_of
from digitizer.capture.stacks import BY_TRANSFER
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, DigitizerError
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterState
from digitizer.model.paper import Doubt, DoubtReason
from digitizer.model.people import Actor
from digitizer.prints import queue
from digitizer.screening import held_letters
from digitizer.storage.tables import event, inmate, letter, scan
from digitizer.storage.tables_transfers import arrival
from digitizer.transfers import neighbours

log = logging.getLogger("digitizer")

#: The facilities from which somebody came.
_ORIGINS = sa.select(arrival.c.facility).where(arrival.c.taken.is_not(None))


def tell_others(facility: Facility) -> None:
    """Lets the other facilities of the agency look at once, after a letter was recalled here. Where
    one cannot, it does so by itself within minutes."""
    try:
        for each in neighbours.others(facility):
            with neighbours.opened(each) as there:
                follow_recalls(there, neighbours.hands(facility))
    except (DigitizerError, OSError) as error:
        log.error("another facility does not know yet what was recalled: %s", error)


def follow_recalls(facility: Facility, by: Actor) -> int:
    """Holds the copies here of letters that were recalled in the facilities that they came from;
    returns how many. Raises SettingsError and StorageError where one cannot be read."""
    with looking(facility, by, Act.HAND_OVER) as look:
        copies = _delivered_copies(look.tx)
        came_from = sorted(set(look.tx.execute(_ORIGINS).scalars())) if copies else []
    known = {each.code: each for each in neighbours.others(facility)} if copies else {}
    followed = 0
    for code in filter(known.__contains__, came_from):
        with (
            neighbours.opened(known[code]) as there,
            looking(there, neighbours.hands(facility), Act.HAND_OVER) as look,
        ):
            recalled = _recalled(look.tx, copies)
        for letter_id, recall in recalled.items():
            followed += _follow(facility, letter_id, code, recall, by)
    return followed


def _delivered_copies(tx: sa.Connection) -> frozenset[str]:
    """By id, those in a mailbox."""
    wanted = (
        sa.select(letter.c.id)
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(scan.c.profile == BY_TRANSFER, letter.c.state == str(LetterState.DELIVERED))
    )
    return frozenset(tx.execute(wanted).scalars())


def _recalled(tx: sa.Connection, copies: frozenset[str]) -> dict[str, Event]:
    """The last recall there of each of these, also where it was delivered to somebody since: that
    may be somebody else."""
    verbs = (str(Verb.RECALL), str(Verb.UNDO))
    found = sa.select(event).where(event.c.verb.in_(verbs)).order_by(event.c.seq)
    last = {each.subject.partition(":")[2]: each for each in audit.selected(tx, found)}
    return {
        letter_id: each
        for letter_id, each in last.items()
        if letter_id in copies
        and each.subject == str(Subject.letter(letter_id))
        and (each.verb == Verb.RECALL or _left_the_mailbox(tx, letter_id))
    }


def _left_the_mailbox(tx: sa.Connection, letter_id: str) -> bool:
    """What was undone may be something else than that it was delivered."""
    state = tx.execute(sa.select(letter.c.state).where(letter.c.id == letter_id)).scalar()
    return state not in (None, LetterState.DELIVERED, LetterState.DESTROYED)


def _follow(facility: Facility, letter_id: str, code: str, recall: Event, by: Actor) -> bool:
    """Unless it was done before: staff here decided about the copy then, and that holds."""
    with looking(facility, by, Act.HAND_OVER) as look:
        if not _is_new(look.tx, letter_id, code, recall):
            return False
    with acting(facility, by, Act.HAND_OVER) as action:
        if not _is_new(action.tx, letter_id, code, recall):
            raise Conflict(f"The letter {letter_id} was recalled here just now.")
        row = action.tx.execute(
            sa.select(letter.c.state, letter.c.read, inmate.c.booking_number)
            .join(inmate, letter.c.inmate_id == inmate.c.id)
            .where(letter.c.id == letter_id)
        ).one()
        held_letters.recall_letter(action.tx, letter_id, _reason(code, recall))
        paper = queue.spoil_copies(action.tx, letter_id, "The letter was recalled.")
        details: dict[str, object] = {"copies": list(paper)} if paper else {}
        if row.read:
            opened = row.read.isoformat(timespec="seconds")
            details |= {"incident": "opened by the inmate", "opened": opened}
        action.record(
            Verb.RECALL,
            Subject.letter(letter_id),
            was=row.state,
            taken_from=row.booking_number,
            facility=code,
            event_there=recall.seq,
            **details,
        )
    return True


def _is_new(tx: sa.Connection, letter_id: str, code: str, recall: Event) -> bool:
    """Whether it is in a mailbox here, came from there before it was recalled there, and that was
    not followed yet."""
    state = tx.execute(sa.select(letter.c.state).where(letter.c.id == letter_id)).scalar()
    past = audit.events_of(tx, Subject.letter(letter_id))
    return (
        state == LetterState.DELIVERED
        and _came_before(past, code, recall.at)
        and not _was_followed(past, code, recall.seq)
    )


def _came_before(past: tuple[Event, ...], code: str, at: datetime) -> bool:
    return any(
        each.verb == Verb.TAKE_OVER_LETTER and each.detail.get("facility") == code and each.at <= at
        for each in past
    )


def _was_followed(past: tuple[Event, ...], code: str, seq: int) -> bool:
    return any(
        each.verb == Verb.RECALL
        and (each.detail.get("facility"), each.detail.get("event_there")) == (code, seq)
        for each in past
    )


def _reason(code: str, recall: Event) -> str:
    why = str(recall.detail.get("why") or "no reason is known").rstrip(".")
    message = f"The facility {code}, from which it came, recalled it: {why}."
    advice = "Ask there whose it is, look at its pages, and decide about it."
    return reason_of([Doubt(DoubtReason.RECALLED, message, advice)]) or message
