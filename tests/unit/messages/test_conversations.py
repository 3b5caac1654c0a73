"""A conversation shows letters on paper, messages and reply sheets together, by time."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from digitizer.covers import register
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.messages import conversations
from digitizer.messages import writing as verbs
from digitizer.messages.conversations import EntryKind, Side
from digitizer.messages.outgoing import find_messages
from digitizer.people.correspondents.actions import Entry
from digitizer.screening import senders
from digitizer.storage.database import reading
from digitizer.storage.tables import letter
from tests.support.conversing import as_correspondent, make_contact, with_messages
from tests.support.made_mail import (
    CLERK,
    ORSON,
    PETRA,
    as_inmate,
    deliver,
    file,
    letter_of,
    read,
    split_of,
)


def test_letters_messages_and_replies_stand_together(facility: Facility) -> None:
    facility = with_messages(facility, review="none")
    ida = make_contact(facility)
    on_paper = deliver(facility, ORSON, "Dear Orson, the garden is green.", b"paper")
    deliver(facility, ORSON, "From somebody else.", b"other paper")
    senders.name_sender(facility, on_paper, ida, Entry(""), CLERK)
    sent = verbs.write(facility, ORSON, "Hi", "How are you?", as_correspondent(ida))
    reply = _answer(facility, sent, "I am well, and you?")
    inside = verbs.conversation(facility, str(ida), as_inmate(ORSON)).entries
    outside = verbs.conversation(facility, ORSON, as_correspondent(ida)).entries
    kinds = [EntryKind.LETTER, EntryKind.MESSAGE, EntryKind.REPLY]
    assert [each.kind for each in inside] == kinds
    assert [each.id for each in inside] == [on_paper, sent, reply]
    assert [each.mine for each in inside] == [False, False, True]
    assert [each.mine for each in outside] == [True, True, False]
    assert outside[0].text is None, "what is on paper is read in the mailbox alone"
    assert (outside[2].text, outside[2].pages) == ("I am well, and you?", 1)


def test_a_reply_is_read_by_the_correspondent_when_they_open_it(facility: Facility) -> None:
    facility = with_messages(facility, review="none")
    ida = make_contact(facility)
    sent = verbs.write(facility, ORSON, "Hi", "How are you?", as_correspondent(ida))
    _answer(facility, sent, "I am well.")
    verbs.conversation(facility, str(ida), as_inmate(ORSON))
    (summary,) = verbs.conversations_of(facility, as_correspondent(ida))
    assert summary.unread == 1
    verbs.conversation(facility, ORSON, as_correspondent(ida))
    (summary,) = verbs.conversations_of(facility, as_correspondent(ida))
    assert summary.unread == 0


def test_a_reply_is_seen_by_its_correspondent_alone(facility: Facility) -> None:
    facility = with_messages(facility, review="none")
    ida = make_contact(facility)
    uwe = make_contact(facility, Entry("Uwe Sample", "3 Oak Street"), PETRA)
    reply = _answer(
        facility, verbs.write(facility, ORSON, "", "Well?", as_correspondent(ida)), "Well."
    )
    with reading(facility.engine) as tx:
        found = conversations.entries_between(tx, PETRA, uwe, Side.CORRESPONDENT)
        assert tx.execute(sa.select(letter.c.state).where(letter.c.id == reply)).scalar()
    assert found == ()


def _answer(facility: Facility, message_id: str, text: str) -> str:
    """The reply sheet of the message came back, with this on it; returns the reply's id."""
    with reading(facility.engine) as tx:
        (sent,) = find_messages(tx, [message_id])
        known = register.look_up(tx, sent.cover_id)
    assert known is not None
    scan_id = file(
        facility,
        split_of(letter_of(known.code, 1, 2)),
        {2: read(text)},
        content=text.encode(),
    )
    with reading(facility.engine) as tx:
        found = tx.execute(sa.select(letter.c.id).where(letter.c.scan_id == scan_id))
        return str(found.scalar_one())


def test_when_a_letter_was_opened_is_told_only_where_the_facility_says_so(
    facility: Facility,
) -> None:
    ida = make_contact(facility)
    on_paper = deliver(facility, ORSON, "Dear Orson", b"paper")
    senders.name_sender(facility, on_paper, ida, Entry(""), CLERK)
    letters.open_letter(facility, on_paper, as_inmate(ORSON), 1)
    for shown in (False, True):
        family = facility.settings.family.model_copy(update={"show_opened": shown})
        told = replace(facility, settings=facility.settings.model_copy(update={"family": family}))
        (mine,) = verbs.conversation(told, ORSON, as_correspondent(ida)).entries
        assert (mine.read is not None) is shown
