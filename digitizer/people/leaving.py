"""Within a verb's action: what follows when the roster says that somebody left, or is back.

Who left is told of to their contacts, by e-mail, once. Who is back finds all as it was; a code by
which they could have taken their mailbox along is over then (``departures.codes``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from digitizer.access.acting import Action
from digitizer.model.events import Subject, Verb
from digitizer.model.people import CustodyStatus
from digitizer.model.settings import Settings
from digitizer.people import roster
from digitizer.people.correspondents import blocks, contacts, telling
from digitizer.people.correspondents.telling import Letter
from digitizer.storage.tables_departures import departure
from digitizer.support.clock import now

#: A roster that says "released", then "in custody", then "released" again within a week is a
#: correction more often than a second stay: their contacts are told once.
TOLD_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Change:
    """What the roster said of the person in this row, and what it says now."""

    inmate_id: int
    before: CustodyStatus
    after: CustodyStatus


def follow(action: Action, settings: Settings, changes: Iterable[Change]) -> None:
    """All that leaving or coming back brings with it. Who was merely missing from one file neither
    left nor came back."""
    for each in changes:
        if each.after is CustodyStatus.IN_CUSTODY and each.before.is_gone:
            note_return(action.tx, each.inmate_id)
        elif each.after.is_gone and not each.before.is_gone:
            _tell(action, settings, each.inmate_id)


def note_return(tx: sa.Connection, inmate_id: int) -> None:
    """They are back, or another record became theirs: codes that were made until now are over."""
    _note(tx, inmate_id, "returned")


def note_merge(tx: sa.Connection, gone: int, stays: int) -> None:
    """Two records become one person: no code opens the mail that came from the other record."""
    tx.execute(sa.delete(departure).where(departure.c.inmate_id == gone))
    note_return(tx, stays)


def _note(tx: sa.Connection, inmate_id: int, what: str) -> None:
    values, this = {what: now()}, departure.c.inmate_id == inmate_id
    if tx.execute(sa.update(departure).where(this).values(**values)).rowcount == 0:
        tx.execute(sa.insert(departure).values(inmate_id=inmate_id, **values))


def _tell(action: Action, settings: Settings, inmate_id: int) -> None:
    if not settings.release.tell_contacts or _was_told(action.tx, inmate_id):
        return
    about = Subject.inmate(roster.inmate_of_row(action.tx, inmate_id).booking_number)
    told = 0
    for each in contacts.of_inmate(action.tx, inmate_id):
        person = each.correspondent
        if each.approved is None or telling.wants_news(action.tx, settings, person.id) is None:
            continue
        if blocks.between(action.tx, [person.id], inmate_id, [person.name]):
            continue  # whoever must not write to them need not know when they are free
        telling.tell(action.tx, settings, person.id, Letter.GONE, about, "/home")
        told += 1
    if told:
        _note(action.tx, inmate_id, "told")
        action.record(Verb.TELL_CONTACTS, about, told=told)


def _was_told(tx: sa.Connection, inmate_id: int) -> bool:
    """Of this departure, or of one a few days ago."""
    row = tx.execute(sa.select(departure).where(departure.c.inmate_id == inmate_id)).first()
    if row is None or row.told is None:
        return False
    still_the_same = row.returned is None or row.told >= row.returned
    return still_the_same or now() - row.told < TOLD_FOR
