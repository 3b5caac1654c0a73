"""The verbs of codes for legal mail: one code, for one item to one inmate.

A registered sender's own program makes them with a token that is bound to its entry, or a
supervisor on the sender's behalf. What is printed is a cover for a window envelope, or a picture to
put on any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.engines.codes.item_code import ItemCode, item_payload
from digitizer.facility import Facility
from digitizer.legal import items, senders
from digitizer.model.errors import Conflict, NotAllowed, NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.legal import LegalItem
from digitizer.model.people import Actor
from digitizer.people import roster
from digitizer.people.correspondents import asks

Form = Literal["pdf", "png"]
Paper = Literal["a4", "letter"]
_NOBODY = "No code can be made for this number and name. Check both."


@dataclass(frozen=True, slots=True)
class Made:
    """A new code, what it means, and the text that its symbol holds."""

    item: LegalItem
    text: str


def make_code(facility: Facility, sender: int, booking_number: str, by: Actor) -> Made:
    """On behalf of a sender. Raises NotFound, and Conflict for a sender whose registration is over
    and an inmate who is not in custody here."""
    with acting(facility, by, Act.MAKE_LEGAL_CODE) as action:
        known = senders.get(action.tx, sender)
        row = roster.inmate_row_id(action.tx, booking_number)
        person = roster.inmate_of_row(action.tx, row)
        if person.absence:
            raise Conflict(f"{person.full_name} is {person.absence}: no code is made.")
        days = facility.settings.legal_mail.code_days
        code = items.make(action, facility.keys, known, row, days)
        return _made(facility, items.get(action.tx, code.item_id), code)


def make_own_code(facility: Facility, booking_number: str, name: str, by: Actor) -> Made:
    """By a sender's own program. The whole name must fit the booking number, so that nobody learns
    by it who is here. Raises NotFound, the same for whoever is not here and for another name, and
    Conflict where the registration is over."""
    with acting(facility, by, Act.OWN_LEGAL_CODE) as action:
        if by.sender is None:
            raise NotAllowed(f"The {by.name} acts for no protected sender.")
        known = senders.get(action.tx, by.sender)
        fits = asks.fitting(action.tx, booking_number, name)
        if fits is None or fits[1].absence:
            raise NotFound(_NOBODY)
        days = facility.settings.legal_mail.code_days
        code = items.make(action, facility.keys, known, fits[0], days)
        return _made(facility, items.get(action.tx, code.item_id), code)


def _made(facility: Facility, item: LegalItem, code: ItemCode) -> Made:
    return Made(item, item_payload(code, facility.keys))


def code_paper(
    facility: Facility, item_id: str, form: Form, by: Actor, paper: Paper | None = None
) -> bytes:
    """Again the paper of a code that is still to be used. Raises NotFound, and Conflict for one
    that has arrived, is revoked or is over."""
    with acting(facility, by, Act.MAKE_LEGAL_CODE) as action:
        known = items.get(action.tx, item_id)
        items.need_unused(known)
        code = ItemCode(items.key_of(action.tx, item_id), item_id)
        action.record(Verb.PRINT_LEGAL_CODE, Subject.legal_item(item_id), form=form)
    return drawn(facility, _made(facility, known, code), form, paper)


def drawn(facility: Facility, made: Made, form: Form, paper: Paper | None = None) -> bytes:
    """A cover for a window envelope (PDF, one page), or a picture (PNG). Within another verb."""
    from digitizer.engines.printing.letters.legal_cover import (
        LegalCover,
        legal_cover_pdf,
        legal_cover_picture,
    )

    own, item = facility.settings.facility, made.item
    cover = LegalCover(
        text=made.text,
        short_id=item.short_id,
        to=(item.inmate.full_name, item.inmate.booking_number, own.name, *own.mail_address),
        sender=(item.sender.whole_name, *item.sender.address),
        last_day=item.last_day,
        words=facility.words,
    )
    if form == "png":
        return legal_cover_picture(cover)
    return legal_cover_pdf(cover, paper or own.paper)


def find_item(facility: Facility, item_id: str, by: Actor) -> LegalItem:
    """One code that was made. Raises NotFound."""
    with looking(facility, by, Act.MAKE_LEGAL_CODE) as look:
        return items.get(look.tx, item_id)


def revoke_code(facility: Facility, item_id: str, by: Actor, reason: str) -> None:
    """Raises NotFound, UsageError without a reason, and Conflict for an item that has arrived."""
    with acting(facility, by, Act.REVOKE_LEGAL, reason=reason) as action:
        items.revoke(action, item_id)


def may_make(by: Actor) -> bool:
    """Whether this person may make codes; each verb checks it again."""
    return is_permitted(by, Act.MAKE_LEGAL_CODE)
