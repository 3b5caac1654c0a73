"""What a correspondent does about their contacts: ask for one, stop mail, and take it up again."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from digitizer.access import pacing
from digitizer.access.acting import Look, acting, looking
from digitizer.access.pacing import Pace
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.errors import NotFound, TooOften, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.people import roster
from digitizer.people.correspondents import asks, blocks, contacts
from digitizer.people.correspondents.asks import Ask
from digitizer.people.correspondents.blocks import Block, WantedBy
from digitizer.support.clock import now
from digitizer.support.visible import as_name

__all__ = ["Ask", "ask_to_write", "own_asks", "own_block", "stop_mail", "take_up_mail"]

_LONGEST_NUMBER, _LONGEST_NAME, _LONGEST_REASON = 64, 120, 500
_BY_DEVICE = Pace("asking to write", 20, timedelta(minutes=30))


def own_asks(facility: Facility, by: Actor) -> tuple[Ask, ...]:
    """Whom they asked to write to, as they typed it, and what was not approved. Nothing of it shows
    who is here."""
    with looking(facility, by, Act.ASK_TO_WRITE) as look:
        found = asks.of_correspondent(look.tx, _me(look))
    return tuple(
        Ask(
            each.id,
            each.correspondent,
            each.booking_number,
            each.name,
            each.asked,
            each.refused,
            None,
        )
        for each in found
    )


def ask_to_write(
    facility: Facility, booking_number: str, name: str, by: Actor, terminal: str
) -> None:
    """Staff see that somebody wants to write to this inmate, and decide. What it does, and what is
    answered, is the same where nobody has this number, or somebody of another name. Raises
    UsageError where either is missing, and TooOften."""
    number, called = as_name(booking_number), as_name(name)
    with acting(facility, by, Act.ASK_TO_WRITE) as action:
        if not number or not called:
            raise UsageError("Type the booking number and the whole name.")
        if len(number) > _LONGEST_NUMBER or len(called) > _LONGEST_NAME:
            raise UsageError("That is too long for a number and a name. Check both.")
        me = _me(action)
        _check_pace(facility, action.tx, me, terminal)
        found = asks.fitting(action.tx, number, called)
        inmate_id = found[0] if found else None
        if inmate_id is None or not contacts.is_approved(action.tx, me, inmate_id):
            asks.add(action.tx, me, inmate_id, number, called)
            if inmate_id is not None:
                contacts.ask(action.tx, me, inmate_id, approved=False)
        action.record(
            Verb.ASK_FOR_CONTACT,
            Subject.correspondent(me),
            inmate=found[1].booking_number if found else None,
            fits=found is not None,
        )


def _check_pace(facility: Facility, tx: sa.Connection, me: int, terminal: str) -> None:
    """Numbers cannot be tried one after another."""
    pacing.charge(tx, _BY_DEVICE, terminal)
    day = now() - timedelta(days=1)
    if asks.asked_since(tx, me, day) >= facility.settings.family.asks_a_day:
        raise TooOften


def own_block(facility: Facility, booking_number: str, by: Actor) -> Block | None:
    """Their own stop of mail between the two, if there is one. Raises NotFound."""
    with looking(facility, by, Act.ASK_TO_WRITE, of=booking_number) as look:
        return _own_block(look, booking_number)


def stop_mail(facility: Facility, booking_number: str, by: Actor, reason: str) -> None:
    """From now on neither can write to the other, until ``take_up_mail``. Raises NotFound, and
    UsageError without a reason; one that is stopped already stays so."""
    with acting(facility, by, Act.ASK_TO_WRITE, of=booking_number) as action:
        why = " ".join(reason.split())[:_LONGEST_REASON]
        if not why:
            raise UsageError("Say why, in a few words.")
        inmate_id, me = _contact(action, booking_number), _me(action)
        if _own_block(action, booking_number) is None:
            blocks.add(action.tx, me, inmate_id, WantedBy.CORRESPONDENT, why, None)
        action.record(
            Verb.BLOCK_MAIL,
            Subject.correspondent(me),
            inmate=booking_number,
            wanted_by=str(WantedBy.CORRESPONDENT),
        )


def take_up_mail(facility: Facility, booking_number: str, by: Actor) -> None:
    """Ends their own stop; nobody else's. Raises NotFound where there is none."""
    with acting(facility, by, Act.ASK_TO_WRITE, of=booking_number) as action:
        found = _own_block(action, booking_number)
        if found is None:
            raise NotFound("You have not stopped messages here.")
        blocks.end(action.tx, found.id)
        about = Subject.correspondent(_me(action))
        action.record(Verb.UNBLOCK_MAIL, about, inmate=booking_number, block=found.id)


def _own_block(look: Look, booking_number: str) -> Block | None:
    inmate_id = _contact(look, booking_number)
    found = blocks.between(look.tx, [_me(look)], inmate_id)
    mine = (
        each
        for each in found
        if each.wanted_by is WantedBy.CORRESPONDENT
        and each.correspondent is not None
        and each.correspondent.id == _me(look)
        and each.booking_number == booking_number
    )
    return next(mine, None)


def _contact(look: Look, booking_number: str) -> int:
    """The row of the inmate; that the contact is approved was asked at the entry."""
    return roster.inmate_row_id(look.tx, booking_number)


def _me(look: Look) -> int:
    return look.correspondent or 0
