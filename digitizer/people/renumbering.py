"""Booking numbers that change, and two records of one person: always a named person's decision.

What a person has is theirs by the row of their record, so another number moves nothing: letters,
covers and messages stay, and the cover sheets that were printed go on working. Two records become
one by giving all of the first to the second.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.access import sessions, throttling
from digitizer.access.acting import Action, acting, looking, permit
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, CustodyStatus, Inmate
from digitizer.people import earlier_numbers, held_names, leaving, roster
from digitizer.people.belongings import Belongings, belongings_of, give_all
from digitizer.people.names import may_be_same
from digitizer.people.roster_file.numbers import booking_number as checked
from digitizer.storage.tables import inmate, letter
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class Record:
    """One person's record, and how much is kept under it."""

    inmate: Inmate
    belongings: Belongings
    is_held: bool


def record_of(facility: Facility, booking_number: str, by: Actor) -> Record:
    """Raises NotFound."""
    with looking(facility, by, Act.RENUMBER) as look:
        row_id = roster.inmate_row_id(look.tx, booking_number)
        return Record(
            roster.find_inmate(look.tx, booking_number),
            belongings_of(look.tx, row_id),
            held_names.is_held(look.tx, row_id),
        )


def renumber(facility: Facility, number: str, new: str, by: Actor, reason: str) -> Inmate:
    """Gives the person another booking number, with which they log in from now on. A roster file
    that still lists the old one means them.

    Raises NotFound; UsageError for what is no booking number; Conflict where somebody has the new
    one (two records are merged instead), or while it is not certain who the person is.
    """
    with acting(facility, by, Act.RENUMBER, reason=reason) as action:
        try:
            new = checked(new)
        except ValueError as error:
            raise UsageError(f"That cannot be a booking number: {error}.") from None
        row_id = _certain(action, number)
        if other := roster.inmate_named(action.tx, new):
            raise Conflict(
                f"{new} is {other.full_name} here. If they are one person, merge the two records."
            )
        _check_not_anothers(action, new, row_id)
        own = sa.update(inmate).where(inmate.c.id == row_id)
        action.tx.execute(own.values(booking_number=new, changed=now()))
        _follow(action, number, new)
        earlier_numbers.forget_earlier(action.tx, new)
        earlier_numbers.note_earlier(action.tx, number, row_id)
        sessions.close_sessions_of_inmate(action.tx, row_id)
        action.record(Verb.RENUMBER, Subject.inmate(new), before=number, after=new)
        return roster.find_inmate(action.tx, new)


def merge(
    facility: Facility,
    number: str,
    into: str,
    by: Actor,
    reason: str,
    *,
    names_differ: bool = False,
) -> Belongings:
    """Makes two records of one person one: all that is under ``number`` is under ``into`` from now
    on, with the login of that one. It cannot be undone. ``names_differ``: the person who decides
    knows that the records have different names.

    Raises NotFound; UsageError for one number twice; Conflict while it is not certain who one of
    them is, where the names differ and nobody said so, or where only the record that would go is
    in custody.
    """
    with acting(facility, by, Act.MERGE, reason=reason) as action:
        if number == into:
            raise UsageError("These are one record. Give two booking numbers.")
        gone, stays = _certain(action, number), _certain(action, into)
        first, second = (roster.find_inmate(action.tx, each) for each in (number, into))
        _check_one_person(first, second, names_differ)
        moved = belongings_of(action.tx, gone)
        for each in (gone, stays):
            sessions.close_sessions_of_inmate(action.tx, each)
        leaving.note_merge(action.tx, gone, stays)
        give_all(action.tx, gone, stays)
        action.tx.execute(sa.delete(inmate).where(inmate.c.id == gone))
        _follow(action, number, into)
        earlier_numbers.note_earlier(action.tx, number, stays)
        action.record(
            Verb.MERGE,
            Subject.inmate(into),
            merged=number,
            merged_name=first.full_name,
            name=second.full_name,
            letters=moved.letters,
            covers=moved.covers,
            messages=moved.messages,
        )
    return moved


def _check_one_person(first: Inmate, second: Inmate, names_differ: bool) -> None:
    """Raises Conflict; ``first`` is the record that would go."""
    number, into = first.booking_number, second.booking_number
    if not may_be_same(first, second) and not names_differ:
        raise Conflict(
            f"{number} is {first.full_name} and {into} is {second.full_name}. If they are one "
            "person all the same, say that their names differ (--names-differ)."
        )
    here = CustodyStatus.IN_CUSTODY
    if first.status is here and second.status is not here:
        raise Conflict(
            f"{number} is in custody and {into} is not: merge {into} into {number} instead."
        )


def may_renumber(by: Actor) -> bool:
    """Whether this person may; the verbs check it again."""
    return is_permitted(by, Act.RENUMBER)


def check_may_renumber(facility: Facility, by: Actor) -> None:
    """Raises NotAllowed: to be asked before a form is shown."""
    permit(facility, by, Act.RENUMBER)


def _certain(action: Action, booking_number: str) -> int:
    """The row of a person of whom it is certain who they are."""
    row_id = roster.inmate_row_id(action.tx, booking_number)
    if held_names.is_held(action.tx, row_id):
        raise Conflict(
            f"It is not certain who {booking_number} is: the roster came with another name. Decide "
            "that first: digitizer roster held"
        )
    return row_id


def _check_not_anothers(action: Action, new: str, row_id: int) -> None:
    now_has = earlier_numbers.all_earlier(action.tx).get(new)
    if now_has is not None and roster.inmate_row_id(action.tx, now_has) != row_id:
        raise Conflict(
            f"{new} was the number of the person who has {now_has} now. A number that was "
            "somebody's is never given to somebody else."
        )


def _follow(action: Action, number: str, new: str) -> None:
    """What is kept by the number itself: for whom held letters are proposed, and failed logins."""
    proposed = sa.update(letter).where(letter.c.proposed == number)
    action.tx.execute(proposed.values(proposed=new))
    throttling.forget_account(action.tx, Subject.inmate(number))
