"""The verbs about people outside. What staff write down of them is no judgement of the program:
nothing here delivers or rejects a letter, and a block only holds it for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from digitizer.access.acting import Action, Look, acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.notifications.bounces import Bounce, bounce_of, forget_bounce
from digitizer.people import roster
from digitizer.people.correspondents import asks, blocks, contacts, records, telling
from digitizer.people.correspondents.asks import Ask
from digitizer.people.correspondents.blocks import Block, WantedBy
from digitizer.people.correspondents.contacts import Contact, SentLetter
from digitizer.people.correspondents.records import Correspondent, Entry
from digitizer.people.correspondents.telling import Letter

__all__ = [
    "Ask",
    "Entry",
    "InmateContacts",
    "Person",
    "WantedBy",
    "add_correspondent",
    "approve_ask",
    "approve_contact",
    "ask_for_contact",
    "block_mail",
    "change_correspondent",
    "contacts_of",
    "correspondent",
    "correspondents",
    "may_change",
    "may_restrict",
    "merge_correspondents",
    "refuse_ask",
    "remove_contact",
    "try_email_again",
    "unblock_mail",
    "waiting_asks",
]

_MOST_LETTERS = 50


@dataclass(frozen=True, slots=True)
class Person:
    """A correspondent with all that is known of them; ``letters`` are the newest fifty.
    ``unreached`` is since when, and why, e-mails to them come back."""

    record: Correspondent
    contacts: tuple[Contact, ...]
    blocks: tuple[Block, ...]
    letters: tuple[SentLetter, ...]
    unreached: Bounce | None = None


@dataclass(frozen=True, slots=True)
class InmateContacts:
    """The contacts of an inmate, and the blocks of their mail that are in force."""

    contacts: tuple[Contact, ...]
    blocks: tuple[Block, ...]


def correspondents(
    facility: Facility, text: str, by: Actor, most: int = 25
) -> tuple[Correspondent, ...]:
    """Whose name, address and e-mail have every word of ``text``; of no words, the first ones."""
    with looking(facility, by, Act.LOOK) as look:
        return records.find(look.tx, text, most)


def correspondent(facility: Facility, correspondent_id: int, by: Actor) -> Person:
    """Raises NotFound."""
    with looking(facility, by, Act.LOOK) as look:
        return Person(
            record=records.get(look.tx, correspondent_id),
            contacts=contacts.of_correspondent(look.tx, correspondent_id),
            blocks=blocks.of_correspondent(look.tx, correspondent_id),
            letters=contacts.letters_of(look.tx, correspondent_id, _MOST_LETTERS),
            unreached=_bounce_of(look, correspondent_id),
        )


def _bounce_of(look: Look, correspondent_id: int) -> Bounce | None:
    found = (bounce_of(look.tx, each) for each in telling.emails_of(look.tx, correspondent_id))
    return next((each for each in found if each), None)


def try_email_again(facility: Facility, correspondent_id: int, by: Actor) -> None:
    """Their e-mail works again, staff know: news are sent to it. Raises NotFound, and Conflict
    where nothing came back from it."""
    with acting(facility, by, Act.CONTACTS) as action:
        records.get(action.tx, correspondent_id)
        emails = telling.emails_of(action.tx, correspondent_id)
        if not [each for each in emails if forget_bounce(action.tx, each)]:
            raise Conflict("E-mails are sent to them already.")
        about = Subject.correspondent(correspondent_id)
        action.record(Verb.CHANGE_CORRESPONDENT, about, changed=["e-mails are tried again"])


def contacts_of(facility: Facility, booking_number: str, by: Actor) -> InmateContacts:
    """Raises NotFound."""
    with looking(facility, by, Act.LOOK) as look:
        inmate_id = roster.inmate_row_id(look.tx, booking_number)
        found = blocks.of_inmate(look.tx, inmate_id)
        return InmateContacts(
            contacts=contacts.of_inmate(look.tx, inmate_id),
            blocks=tuple(each for each in found if each.in_force),
        )


def add_correspondent(facility: Facility, entry: Entry, by: Actor) -> int:
    """Returns the new record's id. Raises UsageError for what cannot be kept, and Conflict where
    one of this name and address is known."""
    adding = acting(facility, by, Act.CONTACTS)
    kept = records.checked(entry)
    with adding as action:
        for known in records.named(action.tx, kept.name):
            if records.get(action.tx, known).address == tuple(kept.address.splitlines()):
                raise Conflict(f"{kept.name} is known at this address, as number {known}.")
        made = records.add(action.tx, kept)
        action.record(Verb.ADD_CORRESPONDENT, Subject.correspondent(made))
    return made


def change_correspondent(
    facility: Facility, correspondent_id: int, entry: Entry, by: Actor
) -> None:
    """The event names what changed, not how. Raises NotFound and UsageError."""
    changing = acting(facility, by, Act.CONTACTS)
    kept = records.checked(entry)
    with changing as action:
        old = records.get(action.tx, correspondent_id)
        records.change(action.tx, correspondent_id, kept)
        new = records.get(action.tx, correspondent_id)
        fields = ("name", "address", "email", "language")
        changed = [each for each in fields if getattr(old, each) != getattr(new, each)]
        action.record(
            Verb.CHANGE_CORRESPONDENT, Subject.correspondent(correspondent_id), changed=changed
        )


def ask_for_contact(
    facility: Facility, correspondent_id: int, booking_number: str, by: Actor
) -> None:
    """Notes that the two want to write to each other. Raises NotFound, and Conflict where that is
    noted already."""
    with acting(facility, by, Act.CONTACTS) as action:
        inmate_id = roster.inmate_row_id(action.tx, booking_number)
        if not contacts.ask(action.tx, correspondent_id, inmate_id, approved=False):
            raise Conflict("This contact is noted already.")
        _record(action, Verb.ASK_FOR_CONTACT, correspondent_id, booking_number)


def approve_contact(
    facility: Facility, correspondent_id: int, booking_number: str, by: Actor, reason: str
) -> None:
    """Also one that nobody asked for. Raises NotFound, UsageError without a reason, and Conflict
    where it is approved already."""
    with acting(facility, by, Act.RESTRICT, reason=reason) as action:
        inmate_id = roster.inmate_row_id(action.tx, booking_number)
        if not contacts.ask(action.tx, correspondent_id, inmate_id, approved=True):
            raise Conflict("This contact is approved already.")
        asks.answer(action.tx, correspondent_id, inmate_id)
        _record(action, Verb.APPROVE_CONTACT, correspondent_id, booking_number)
        _tell(facility, action, correspondent_id, Letter.APPROVED)


def remove_contact(
    facility: Facility, correspondent_id: int, booking_number: str, by: Actor, reason: str
) -> None:
    """They are no longer known to write to each other; that holds nothing. Raises Conflict where
    they were not, NotFound, and UsageError without a reason."""
    with acting(facility, by, Act.RESTRICT, reason=reason) as action:
        inmate_id = roster.inmate_row_id(action.tx, booking_number)
        if not contacts.remove(action.tx, correspondent_id, inmate_id):
            raise Conflict("There is no such contact.")
        asks.answer(action.tx, correspondent_id, inmate_id, action.why)
        _record(action, Verb.REMOVE_CONTACT, correspondent_id, booking_number)
        _tell(facility, action, correspondent_id, Letter.NOT_APPROVED)


def waiting_asks(facility: Facility, by: Actor) -> tuple[Ask, ...]:
    """Whom people outside asked to write to, oldest first; what fits nobody here too."""
    with looking(facility, by, Act.LOOK) as look:
        return asks.waiting(look.tx)


def approve_ask(facility: Facility, ask_id: int, by: Actor, reason: str) -> None:
    """Approves the contact that was asked for. Raises NotFound where it waits no longer, Conflict
    where nobody has the number and the name, and UsageError without a reason."""
    with acting(facility, by, Act.RESTRICT, reason=reason) as action:
        found = _waiting(action, ask_id)
        if found.inmate is None:
            raise Conflict("Nobody here has this number and this name. Refuse it.")
        number, asker = found.inmate.booking_number, found.correspondent.id
        inmate_id = roster.inmate_row_id(action.tx, number)
        contacts.ask(action.tx, asker, inmate_id, approved=True)
        asks.answer(action.tx, asker, inmate_id)
        _record(action, Verb.APPROVE_CONTACT, asker, number)
        _tell(facility, action, asker, Letter.APPROVED)


def refuse_ask(facility: Facility, ask_id: int, by: Actor, reason: str) -> None:
    """Who asked reads the reason. Raises NotFound where it waits no longer, and UsageError without
    a reason."""
    with acting(facility, by, Act.RESTRICT, reason=reason) as action:
        found = _waiting(action, ask_id)
        number = found.inmate.booking_number if found.inmate else None
        asks.refuse(action.tx, ask_id, action.why)
        if number is not None:
            row = roster.inmate_row_id(action.tx, number)
            contacts.remove(action.tx, found.correspondent.id, row)
        _record(action, Verb.REMOVE_CONTACT, found.correspondent.id, number)
        _tell(facility, action, found.correspondent.id, Letter.NOT_APPROVED)


def _waiting(action: Action, ask_id: int) -> Ask:
    found = asks.waiting_one(action.tx, ask_id)
    if found is None:
        raise NotFound("Somebody has answered this already.")
    return found


def _tell(facility: Facility, action: Action, correspondent_id: int, letter: Letter) -> None:
    about = Subject.correspondent(correspondent_id)
    telling.tell(action.tx, facility.settings, correspondent_id, letter, about)


def block_mail(
    facility: Facility,
    correspondent_id: int | None,
    booking_number: str | None,
    by: Actor,
    reason: str,
    *,
    wanted_by: WantedBy = WantedBy.FACILITY,
    until: date | None = None,
) -> int:
    """From now on mail of this correspondent to this inmate is held for a person; None: of anybody,
    or to anybody. ``until`` is the last day. Returns the block's id.

    Raises NotFound, and UsageError without a reason, without either, or for a day that is past.
    """
    with acting(facility, by, Act.RESTRICT, reason=reason) as action:
        if correspondent_id is None and booking_number is None:
            raise UsageError("Say whose mail is to be held: a correspondent's, or an inmate's.")
        if until is not None and until < datetime.now().astimezone().date():
            raise UsageError(f"{until} is past. Give a later day, or none.")
        if correspondent_id is not None:
            records.get(action.tx, correspondent_id)
        to = None if booking_number is None else roster.inmate_row_id(action.tx, booking_number)
        made = blocks.add(action.tx, correspondent_id, to, wanted_by, action.why, until)
        _record(
            action,
            Verb.BLOCK_MAIL,
            correspondent_id,
            booking_number,
            block=made,
            wanted_by=str(wanted_by),
            until=None if until is None else str(until),
        )
    return made


def unblock_mail(
    facility: Facility,
    block_id: int,
    by: Actor,
    reason: str,
    *,
    of: int | None = None,
    booking_number: str | None = None,
) -> None:
    """What is held meanwhile stays so until a person decides. Raises UsageError without a reason,
    and NotFound, also for a block that is not ``of`` this correspondent, or not of this inmate's
    mail, where either is given."""
    with acting(facility, by, Act.RESTRICT, reason=reason) as action:
        was = blocks.end(action.tx, block_id)
        whose = was.correspondent.id if was.correspondent else None
        if of not in (None, whose) or booking_number not in (None, was.booking_number):
            raise NotFound(f"There is no block {block_id} here.")
        _record(action, Verb.UNBLOCK_MAIL, whose, was.booking_number, block=block_id)


def merge_correspondents(
    facility: Facility, correspondent_id: int, into: int, by: Actor, reason: str
) -> None:
    """Two records of one person become one: contacts, blocks and letters of the first are the
    second's, and the first is gone. That cannot be undone. Raises NotFound, Conflict for one record
    alone, and UsageError without a reason."""
    with acting(facility, by, Act.RESTRICT, reason=reason) as action:
        if correspondent_id == into:
            raise Conflict("These are one record already.")
        name = records.get(action.tx, correspondent_id).name
        records.merge(action.tx, correspondent_id, into)
        action.record(
            Verb.MERGE_CORRESPONDENTS,
            Subject.correspondent(into),
            merged=correspondent_id,
            name=name,
        )


def may_change(by: Actor) -> bool:
    """Whether this person may add and change correspondents; the verbs check it again."""
    return is_permitted(by, Act.CONTACTS)


def may_restrict(by: Actor) -> bool:
    """Whether this person may approve, block and merge; the verbs check it again."""
    return is_permitted(by, Act.RESTRICT)


def _record(
    action: Action,
    verb: Verb,
    correspondent_id: int | None,
    booking_number: str | None,
    **detail: object,
) -> None:
    """About the correspondent; about the inmate where it is about everybody's mail to them."""
    if correspondent_id is None:
        action.record(verb, Subject.inmate(booking_number or ""), **detail)
    else:
        about = Subject.correspondent(correspondent_id)
        action.record(verb, about, inmate=booking_number, **detail)
