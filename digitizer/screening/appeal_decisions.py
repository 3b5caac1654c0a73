"""Deciding an appeal: by another official than all who took part in the rejection, once.

What is given back goes on by the paths that there are. A letter waits in the held queue with the
reason that an appeal was granted: whose it is, a person says again. Pages go back into the letter
that was delivered without them, photos into the message that went on without them, to whoever got
the rest; a message goes on if nothing stands against it, and else waits for its review.
"""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa

from digitizer.access.acting import Action, acting
from digitizer.access.permissions import Act
from digitizer.access.second_person import need_two_people
from digitizer.appeals import impartial, records, rejections
from digitizer.capture.reasons import reason_of
from digitizer.facility import Facility
from digitizer.letters.pages import renumber
from digitizer.letters.search.indexing import index_letter, unindex_letter
from digitizer.letters.withheld_parts import keep_parts
from digitizer.messages import outgoing
from digitizer.model.appeals import Appeal, Refused, Rejection
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import MessageState, PageRole
from digitizer.model.paper import Doubt, DoubtReason
from digitizer.model.people import Actor
from digitizer.people import roster
from digitizer.people.correspondents import blocks, contacts
from digitizer.people.correspondents import records as correspondents
from digitizer.people.names import one_name
from digitizer.prints import queue
from digitizer.screening import held_letters, message_review
from digitizer.screening.second_look import is_proof
from digitizer.storage.tables import letter, message, page
from digitizer.storage.tables_messages import refused_photo


class GoesOn(StrEnum):
    """What became of what an appeal gave back."""

    DELIVERED = "delivered"
    HELD = "held: a person says whose it is"
    REVIEW = "waits for a review"
    NOTHING = "nothing was to be given back"


def decide_appeal(
    facility: Facility, number: int, by: Actor, reason: str, *, granted: bool
) -> GoesOn | None:
    """Grants an appeal or denies it; both sides are told, with the reason. Returns what became of
    what was given back, None where it was denied.

    Raises NotFound, UsageError without a reason, and Conflict where it is decided already, where
    this person took part in the rejection or decided the level before, or where it is not certain
    who they are.
    """
    with acting(facility, by, Act.DECIDE_APPEAL, reason=reason) as action:
        found = records.find(action.tx, number)
        if found.decided is not None:
            raise Conflict("Somebody decided this appeal in the meantime.")
        _need_another(action.tx, found, by)
        records.mark_decided(action.tx, number, by.name, action.why, granted=granted)
        of, detail = found.rejection, {"appeal": number, "level": found.level}
        about = _about(of)
        if not granted:
            action.record(Verb.DENY_APPEAL, about, **detail)
            return None
        gone_on = _give_back(facility, action, found)
        rejections.end(action.tx, of.number)
        action.record(Verb.GRANT_APPEAL, about, **detail, goes=str(gone_on), parts=list(of.parts))
        return gone_on


def _need_another(tx: sa.Connection, about: Appeal, by: Actor) -> None:
    if not is_proof(by):
        raise Conflict(
            "A name on the command line is not proof of another official: give --password-file, or "
            "decide it on the page Appeals."
        )
    if one_name(by.name) in impartial.took_part(tx, about):
        raise Conflict(
            "You took part in this rejection, or decided this appeal before: another official "
            "decides it."
        )
    need_two_people(tx, about.rejection.decided_by, by.name)


def _about(of: Rejection) -> Subject:
    return Subject.letter(of.item) if of.what.is_paper else Subject.message(of.item)


def _give_back(facility: Facility, action: Action, found: Appeal) -> GoesOn:
    """Nothing where it is refused no longer, or by a later decision than the one appealed."""
    of = found.rejection
    if of.ended is not None or not rejections.is_refused_by(action.tx, of):
        return GoesOn.NOTHING
    match of.what:
        case Refused.LETTER:
            return _hold_letter(action, found)
        case Refused.PAGES:
            _check_letter(action.tx, of)
            return _give_pages_back(action.tx, of)
        case Refused.PHOTOS:
            _check_photos(action.tx, of)
            return _give_photos_back(action.tx, of)
        case _:
            return _release_message(facility, action, of)


def _hold_letter(action: Action, found: Appeal) -> GoesOn:
    typed = action.why.rstrip(".")
    message = f"Appeal granted by {action.by.name}: {typed}."
    advice = "Look at its pages, and assign it to its inmate."
    held_as = reason_of([Doubt(DoubtReason.APPEAL_GRANTED, message, advice)]) or message
    why = DoubtReason.APPEAL_GRANTED
    held_letters.recall_letter(action.tx, found.rejection.item, held_as, why)
    return GoesOn.HELD


def _check_letter(tx: sa.Connection, of: Rejection) -> None:
    """Raises Conflict while mail from its sender is blocked."""
    its = tx.execute(sa.select(letter.c.inmate_id).where(letter.c.id == of.item)).scalar()
    for block in blocks.of_letter(tx, of.item, its) if its is not None else ():
        raise Conflict(f"{blocks.sentence(block)} End the block first.")


def _check_photos(tx: sa.Connection, of: Rejection) -> None:
    """Raises Conflict where a message between the two would not be released now."""
    row = tx.execute(sa.select(message).where(message.c.id == of.item)).one()
    person, other = roster.inmate_of_row(tx, row.inmate_id), row.correspondent_id
    if person.absence:
        raise Conflict(f"{person.full_name} is {person.absence}.")
    if other is not None and not contacts.is_approved(tx, other, row.inmate_id):
        raise Conflict("Their contact is not approved any more.")
    ids = [] if other is None else [other]
    names = [correspondents.get(tx, each).name for each in ids]
    for block in blocks.between(tx, ids, row.inmate_id, names):
        raise Conflict(f"{blocks.sentence(block)} End the block first.")


def _give_pages_back(tx: sa.Connection, of: Rejection) -> GoesOn:
    """Into the letter that its inmate has: whose it is was decided when it was delivered."""
    these = page.c.letter_id == of.item, page.c.role == str(PageRole.WITHHELD)
    appealed = page.c.number.in_(of.parts)
    tx.execute(sa.update(page).where(*these, appealed).values(role=str(PageRole.CONTENT)))
    own = sa.select(page.c.id).where(page.c.letter_id == of.item, appealed)
    for page_id in tx.execute(own).scalars().all():
        keep_parts(tx, page_id, ())
    unindex_letter(tx, of.item)
    renumber(tx, of.item)
    index_letter(tx, of.item)
    queue.spoil_copies(tx, of.item, "An appeal gave back pages of it.")
    return GoesOn.DELIVERED


def _give_photos_back(tx: sa.Connection, of: Rejection) -> GoesOn:
    gone = refused_photo.c.message_id == of.item, refused_photo.c.place.in_(of.parts)
    tx.execute(sa.delete(refused_photo).where(*gone))
    row = tx.execute(sa.select(message).where(message.c.id == of.item)).one()
    if row.state in (MessageState.QUEUED, MessageState.PRINTED):  # its paper lacks them
        queue.spoil_waiting(tx, of.item, "An appeal gave back its photos.")
        outgoing.queue_print(tx, of.item)
    return GoesOn.DELIVERED


def _release_message(facility: Facility, action: Action, of: Rejection) -> GoesOn:
    this = message.c.id == of.item
    waits = {"state": str(MessageState.IN_REVIEW), "refused": None, "first_by": None}
    action.tx.execute(sa.update(message).where(this).values(**waits))
    try:
        with action.tx.begin_nested():
            gone_on = message_review.release_within(facility, action, of.item)
    except (Conflict, UsageError):
        return GoesOn.REVIEW  # what stands against it is said where it is reviewed
    return GoesOn.DELIVERED if gone_on else GoesOn.REVIEW
