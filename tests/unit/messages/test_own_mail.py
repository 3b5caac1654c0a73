"""An inmate's letters and messages in one list, and what is none of theirs."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages import own_mail, writing
from digitizer.messages.conversations import EntryKind
from digitizer.model.people import Actor, ActorKind
from digitizer.people.correspondents import actions, contacts
from digitizer.screening import message_review
from digitizer.storage.database import writing as changing
from digitizer.storage.tables import letter, message
from digitizer.support.clock import now
from tests.support.conversing import a_photo, as_correspondent, make_contact, with_messages
from tests.support.made_mail import (
    CLERK,
    ORSON,
    PETRA,
    SUPERVISOR,
    file,
    letter_of,
    letters_of,
    new_cover,
    read,
    split_of,
)

ME = Actor(ActorKind.INMATE, ORSON)


def _letter(facility: Facility, hours: int, content: bytes) -> str:
    """One that was delivered so many hours ago."""
    cover = new_cover(facility, ORSON)
    scan = file(facility, split_of(letter_of(cover, 1, 2)), {2: read("Dear")}, content=content)
    (row,) = letters_of(facility, scan)
    with changing(facility.engine) as tx:
        values = {"received": now() - timedelta(hours=hours)}
        tx.execute(sa.update(letter).where(letter.c.id == row.id).values(**values))
    return str(row.id)


def _message(facility: Facility, ida: int, hours: int, body: str = "Hello") -> str:
    made = writing.write(facility, ORSON, "A subject", body, as_correspondent(ida))
    with changing(facility.engine) as tx:
        values = {"released": now() - timedelta(hours=hours)}
        tx.execute(sa.update(message).where(message.c.id == made).values(**values))
    return made


def test_letters_and_messages_stand_together_unread_first(facility: Facility) -> None:
    home = with_messages(facility, review="none")
    ida = make_contact(home)
    old, new = _letter(home, 5, b"old"), _letter(home, 1, b"new")
    between = _message(home, ida, 3)
    lines = own_mail.list_mail(home, ME)
    assert [each.id for each in lines] == [new, between, old]
    assert [each.kind for each in lines] == [EntryKind.LETTER, EntryKind.MESSAGE, EntryKind.LETTER]
    assert own_mail.unread(home, ME) == 3
    with changing(home.engine) as tx:
        tx.execute(sa.update(letter).where(letter.c.id == new).values(read=now()))
    assert [each.id for each in own_mail.list_mail(home, ME)] == [between, old, new]
    assert [each.id for each in own_mail.list_mail(home, ME, start=1, most=1)] == [old]
    writing.conversation(home, str(ida), ME)
    assert [each.read for each in own_mail.list_mail(home, ME)] == [False, True, True]


def test_a_line_says_who_sent_it(facility: Facility) -> None:
    home = with_messages(facility, review="none")
    ida = make_contact(home)
    made, sent = _letter(home, 5, b"old"), _message(home, ida, 1)
    with changing(home.engine) as tx:
        contacts.name_sender(tx, made, ida)
    first, second = own_mail.list_mail(home, ME)
    assert (first.id, first.who, first.correspondent) == (sent, "Ida Marlow", ida)
    assert (second.id, second.who, second.pages) == (made, "Ida Marlow", 1)


def test_what_waits_is_refused_or_is_of_nobody_approved_is_not_listed(facility: Facility) -> None:
    ida = make_contact(facility)
    by = as_correspondent(ida)
    writing.write(facility, ORSON, "", "It waits", by)
    refused = writing.write(facility, ORSON, "", "It is refused", by)
    message_review.refuse_message(facility, refused, CLERK, "no")
    passed = writing.write(facility, ORSON, "", "It goes on", by)
    message_review.release_message(facility, passed, CLERK, "fine")
    assert [each.id for each in own_mail.list_mail(facility, ME)] == [passed]
    other = Actor(ActorKind.INMATE, PETRA)
    assert own_mail.list_mail(facility, other) == ()
    actions.remove_contact(facility, ida, ORSON, SUPERVISOR, "they asked")
    assert own_mail.list_mail(facility, ME) == ()
    assert own_mail.find_messages(facility, "goes", ME, 10) == ()


def test_messages_are_found_by_their_words_and_by_who_wrote(facility: Facility) -> None:
    home = with_messages(facility, review="none")
    ida = make_contact(home)
    first = _message(home, ida, 2, "The tomatoes are red. " + "More of the garden. " * 20)
    second = _message(home, ida, 1, "Biscuit chases the birds")
    found = own_mail.find_messages(home, "TOMATO", ME, 10)
    assert [each.id for each in found] == [first]
    assert "tomatoes are red" in found[0].says
    assert [each.id for each in own_mail.find_messages(home, "marlow", ME, 10)] == [second, first]
    assert own_mail.find_messages(home, "tomatoes birds", ME, 10) == ()
    assert own_mail.find_messages(home, "!?", ME, 10) == ()
    assert own_mail.find_messages(home, "biscuit", Actor(ActorKind.INMATE, PETRA), 10) == ()


def test_a_photo_that_was_refused_is_not_counted(facility: Facility) -> None:
    by = as_correspondent(make_contact(facility))
    for colour in ("red", "blue"):
        writing.add_photo(facility, ORSON, a_photo(colour), by)
    sent = writing.write(facility, ORSON, "", "Two photos", by)
    message_review.message_photo(facility, sent, 1, CLERK)
    message_review.refuse_photo(facility, sent, 2, CLERK, "a uniform")
    message_review.release_message(facility, sent, CLERK, "fine")
    assert [each.photos for each in own_mail.list_mail(facility, ME)] == [1]
