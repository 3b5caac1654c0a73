"""Copies on paper of what an inmate got on the screen: asked for by them, printed by staff."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digitizer.access.acting import Look, acting, looking
from digitizer.access.permissions import Act
from digitizer.engines.isolation import Pool
from digitizer.facility import Facility
from digitizer.letters.mailboxes import open_letter
from digitizer.messages.outgoing import Message, find_messages
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Direction, came_under
from digitizer.model.people import Actor
from digitizer.model.prints import PrintKind, PrintState
from digitizer.people import roster
from digitizer.people.correspondents import contacts
from digitizer.prints import queue
from digitizer.storage.tables import message

if TYPE_CHECKING:
    from digitizer.engines.printing.letters.letter import LetterToInmate


@dataclass(frozen=True, slots=True)
class Copy:
    """When it was asked for, and how far it is; one that waits is neither printed nor spoiled."""

    asked: datetime
    state: PrintState

    @property
    def printed(self) -> bool:
        return self.state in (PrintState.SENT, PrintState.PRINTED)

    @property
    def spoiled(self) -> bool:
        return self.state is PrintState.SPOILED


def copies_asked(facility: Facility, by: Actor) -> Mapping[str, Copy]:
    """The newest copy that this inmate asked for of each letter or message, by its id."""
    with looking(facility, by, Act.READ_OWN, of=by.name) as look:
        found = queue.copies_of(look.tx, roster.inmate_row_id(look.tx, by.name))
    return {each: Copy(asked, state) for each, (state, asked) in found.items()}


def ask_for_copy(facility: Facility, asked: str, by: Actor) -> int:
    """Puts a copy of a letter, or of a message to this inmate, into the print queue; returns its
    number. Raises NotFound for what is not theirs, and Conflict where they asked today already."""
    from digitizer.messages.rendering import render_copy  # reportlab is slow

    asking = acting(facility, by, Act.ASK_FOR_COPY, of=by.name)
    with looking(facility, by, Act.ASK_FOR_COPY, of=by.name) as look:
        _check_first_today(look, asked)
        pictures = _pictures(look, asked)
        source, about = _source(facility, look, asked)
    with Pool(1) as pool:
        drawn = render_copy(pool, source, facility.settings.facility)
    sha256, _ = facility.pictures.put(io.BytesIO(drawn.pdf))
    with asking as action:
        _check_first_today(action, asked)
        if _pictures(action, asked) != pictures:  # staff took it back meanwhile, or a part of it
            raise NotFound("There is no such letter any more.")
        number = queue.add(
            action.tx,
            PrintKind.COPY,
            f"Copy, asked for by the inmate: {about.kind} {asked}",
            inmate_id=roster.inmate_row_id(action.tx, by.name),
            pdf=(sha256, drawn.pages),
            copied=asked,
        )
        action.record(Verb.ASK_FOR_COPY, about, print=number)
    return number


def _check_first_today(look: Look, asked: str) -> None:
    found = queue.copies_of(look.tx, roster.inmate_row_id(look.tx, look.by.name)).get(asked)
    today = datetime.now().astimezone().date()
    if found is not None and found[1].astimezone().date() >= today:
        raise Conflict("You asked for a copy of this today already. You can ask again tomorrow.")


def _source(facility: Facility, look: Look, asked: str) -> tuple[LetterToInmate, Subject]:
    """What is printed, and what it is in the log. Raises NotFound for what is not theirs."""
    is_message = sa.select(message.c.id).where(message.c.id == asked)
    if look.tx.execute(is_message).first() is not None:
        return _message(facility, look, asked), Subject.message(asked)
    return _letter(facility, look, asked), Subject.letter(asked)


def _pictures(look: Look, asked: str) -> tuple[object, ...]:
    """The stored pictures of what is theirs, and what is withheld of each. Raises NotFound."""
    is_message = sa.select(message.c.id).where(message.c.id == asked)
    if look.tx.execute(is_message).first() is not None:
        return _own_message(look, asked)[0].photos
    pages = open_letter(look.tx, look.owner, asked).pages
    return tuple((each.picture, each.parts) for each in pages)


def _letter(facility: Facility, look: Look, letter_id: str) -> LetterToInmate:
    from digitizer.engines.printing.letters.letter import LetterToInmate

    found = open_letter(look.tx, look.owner, letter_id)
    shown = (each.shown(facility.pictures) for each in found.pages)
    pictures = [picture for picture in shown if picture is not None]
    missing = [f"Not delivered to you: {each.reason}" for each in found.withheld]
    language = roster.language_of(look.tx, look.owner or "")
    return LetterToInmate(
        facility_name=facility.settings.facility.name,
        inmate=roster.find_inmate(look.tx, look.owner or ""),
        sender=came_under(found.sender),
        subject=found.subject or "",
        text="\n".join(("Copy of a letter on paper. / Copia de una carta en papel.", *missing)),
        photos=tuple(pictures),
        sent=found.received.astimezone(),
        message_id=letter_id,
        reply=None,
        language=language,
        words=facility.words.for_reader(language),
        pages_of_letter=True,
    )


def _own_message(look: Look, message_id: str) -> tuple[Message, datetime]:
    """With when it was released. Raises NotFound."""
    (found,) = find_messages(look.tx, [message_id])
    row = look.tx.execute(sa.select(message).where(message.c.id == message_id)).one()
    is_theirs = found.inmate.booking_number == look.owner and row.released is not None
    to_them = is_theirs and found.direction is Direction.TO_INMATE and row.correspondent_id
    if not to_them or not contacts.is_approved(look.tx, row.correspondent_id, row.inmate_id):
        raise NotFound(f"There is no letter {message_id}.")
    return found, row.released


def _message(facility: Facility, look: Look, message_id: str) -> LetterToInmate:
    from digitizer.engines.printing.letters.letter import LetterToInmate

    found, released = _own_message(look, message_id)
    language = roster.language_of(look.tx, look.owner or "")
    return LetterToInmate(
        facility_name=facility.settings.facility.name,
        inmate=found.inmate,
        sender=found.correspondent,
        subject=found.subject,
        text=found.body,
        photos=tuple(facility.pictures.get(each) for each in found.photos),
        sent=released.astimezone(),
        message_id=message_id,
        reply=None,
        language=language,
        words=facility.words.for_reader(language),
    )
