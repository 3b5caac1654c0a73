"""Who may have sent a held letter is proposed; a person says who it was."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import Facility
from digitizer.letters.transcripts import words_to_json
from digitizer.messages import writing as conversing
from digitizer.model.errors import NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.paper import Box, Transcript, Word
from digitizer.people.correspondents import actions
from digitizer.people.correspondents.actions import Entry
from digitizer.screening import decisions, senders
from digitizer.screening.senders import return_address
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import letter, page, transcript
from tests.support.conversing import as_correspondent, make_contact
from tests.support.made_mail import CLERK, ORSON, PETRA, SUPERVISOR, events, held_letter, new_cover
from tests.support.screened_mail import waiting_letter

#: An envelope of 2000 by 900 pixels: the sender's lines, the stamp, the addressee.
_LINES = (
    ("Ida Marlow", 80, 60),
    ("12 Elm Street", 80, 120),
    ("Springfield IL 62701", 80, 180),
    ("FOREVER", 1800, 80),
    ("Orson Testvale A-100", 900, 500),
)
NOBODY = Entry("")


def _read(lines: tuple[tuple[str, int, int], ...] = _LINES) -> Transcript:
    words = []
    for number, (text, left, top) in enumerate(lines):
        for each in text.split():
            box = Box(left, top, 18 * len(each), 40)
            words.append(Word(each, box, 0.9, number))
            left = box.right + 12
    return Transcript("test", "\n".join(text for text, _, _ in lines), 0.9, tuple(words))


def _held(facility: Facility, on_cover: str | None = None, *, envelope: bool = True) -> str:
    held = held_letter(facility)
    read = _read()
    with writing(facility.engine) as tx:
        tx.execute(sa.update(letter).where(letter.c.id == held).values(sender=on_cover))
        first = tx.execute(sa.select(sa.func.min(page.c.id)).where(page.c.letter_id == held))
        page_id = first.scalar_one()
        size = {"width": 2000, "height": 900 if envelope else 2600}
        tx.execute(sa.update(page).where(page.c.id == page_id).values(**size))
        tx.execute(sa.delete(transcript).where(transcript.c.page_id == page_id))
        tx.execute(
            sa.insert(transcript).values(
                page_id=page_id,
                engine=read.engine,
                confidence=read.confidence,
                text=read.text,
                words=words_to_json(read.words),
            )
        )
    return held


def test_the_lines_in_the_corner_of_an_envelope() -> None:
    expected = ("Ida Marlow", "12 Elm Street", "Springfield IL 62701")
    assert return_address(_read(), 2000, 900) == expected
    assert return_address(_read(), 2000, 2600) == ()
    assert return_address(_read((("1 2", 80, 60), *_LINES)), 2000, 900) == expected
    assert return_address(_read(_LINES[3:]), 2000, 900) == ()


def test_somebody_who_is_not_noted_is_proposed_with_their_address(facility: Facility) -> None:
    held = _held(facility)
    (one,) = senders.look_at_senders(facility, held, CLERK).proposals
    assert (one.known, one.entry.name) == (None, "Ida Marlow")
    assert one.entry.address == "12 Elm Street\nSpringfield IL 62701"
    number = senders.name_sender(facility, held, None, one.entry, CLERK)
    assert [each[:2] for each in events(facility)[-2:]] == [
        ("add correspondent", f"correspondent:{number}"),
        ("name sender", f"letter:{held}"),
    ]
    named = senders.look_at_senders(facility, held, CLERK)
    assert (named.named and named.named.address, named.proposals) == (
        ("12 Elm Street", "Springfield IL 62701"),
        (),
    )


def test_who_is_known_comes_first_also_where_the_name_was_misread(facility: Facility) -> None:
    ida = actions.add_correspondent(facility, Entry("Ida Marlowe", "12 Elm Street"), CLERK)
    actions.add_correspondent(facility, Entry("Ben Orchard"), CLERK)
    (one,) = senders.look_at_senders(facility, _held(facility), CLERK).proposals
    assert (one.known and one.known.id, one.why) == (ida, "read on the envelope")


def test_the_covers_words_come_before_the_envelopes(facility: Facility) -> None:
    ben = actions.add_correspondent(facility, Entry("Ben Orchard"), CLERK)
    held = _held(facility, "Ben Orchard")
    first, second = senders.look_at_senders(facility, held, CLERK).proposals
    assert (first.known and first.known.id, first.why) == (ben, "named by the cover")
    assert (second.known, second.entry.name) == (None, "Ida Marlow")


def test_nothing_is_named_by_itself_and_a_page_that_is_no_envelope_proposes_nobody(
    facility: Facility,
) -> None:
    actions.add_correspondent(facility, Entry("Ida Marlow"), CLERK)
    held = _held(facility, envelope=False)
    assert senders.look_at_senders(facility, held, CLERK) == senders.Senders(None, (), ())
    with writing(facility.engine) as tx:
        tx.execute(sa.update(page).values(height=900))
    now = senders.look_at_senders(facility, held, CLERK)
    assert (now.named, len(now.proposals)) == (None, 1)


def test_that_their_mail_is_blocked_is_said_before_anybody_is_named(facility: Facility) -> None:
    ida = actions.add_correspondent(facility, Entry("Ida Marlow"), CLERK)
    block = actions.block_mail(facility, ida, ORSON, SUPERVISOR, "asked for by both")
    held = _held(facility)
    (sentence,) = senders.look_at_senders(facility, held, CLERK).blocked
    assert "asked for by both" in sentence
    senders.name_sender(facility, held, ida, NOBODY, CLERK)
    assert senders.look_at_senders(facility, held, CLERK).blocked == (sentence,)
    actions.unblock_mail(facility, block, SUPERVISOR, "over")
    assert senders.look_at_senders(facility, held, CLERK).blocked == ()


def test_what_is_not_there_is_not_named(facility: Facility) -> None:
    held = _held(facility)
    for letter_id, number in (("none", None), (held, 99)):
        with pytest.raises(NotFound):
            senders.name_sender(facility, letter_id, number, Entry("Ida"), CLERK)
    with pytest.raises(NotFound):
        senders.look_at_senders(facility, "none", CLERK)
    with pytest.raises(UsageError):
        senders.name_sender(facility, held, None, NOBODY, CLERK)
    assert actions.correspondents(facility, "", CLERK) == ()


def test_what_is_said_before_a_letter_is_delivered(facility: Facility) -> None:
    ida = actions.add_correspondent(facility, Entry("Ida Marlow"), CLERK)
    held = _held(facility, "Ben Orchard")
    actions.block_mail(facility, ida, ORSON, SUPERVISOR, "asked for by both")
    assert senders.blocked_for(facility, held, ORSON, CLERK) == {}
    senders.name_sender(facility, held, ida, NOBODY, CLERK)
    (sentence,) = senders.blocked_for(facility, held, ORSON, CLERK).values()
    assert "asked for by both" in sentence
    assert senders.blocked_for(facility, held, PETRA, CLERK) == {}
    actions.block_mail(facility, None, PETRA, SUPERVISOR, "court order 17")
    (sentence,) = senders.blocked_for(facility, held, PETRA, CLERK).values()
    assert "suspended without an end: court order 17" in sentence
    with pytest.raises(NotFound):
        senders.blocked_for(facility, held, "nobody", CLERK)


class TestNamingAndChangingIt:
    """Also of a letter whose cover names nobody or the wrong person, and after it was delivered."""

    def test_approved_contacts_come_first_and_others_by_any_part_of_their_name(
        self, facility: Facility
    ) -> None:
        held = held_letter(facility, new_cover(facility))
        ida = make_contact(facility)
        other = actions.add_correspondent(facility, Entry("Ida Arrowood"), CLERK)
        nothing_typed = senders.look_for_sender(facility, held, "", CLERK)
        assert [each.who.id for each in nothing_typed.found] == [ida]
        typed = senders.look_for_sender(facility, held, "ida", CLERK)
        assert [(each.who.id, each.is_approved) for each in typed.found] == [
            (ida, True),
            (other, False),
        ]
        assert senders.look_for_sender(facility, held, "zacharias", CLERK).found == ()
        assert (typed.inmate and typed.inmate.booking_number, typed.is_delivered) == (ORSON, False)

    def test_another_sender_moves_a_delivered_letter_to_their_conversation(
        self, facility: Facility
    ) -> None:
        letter = waiting_letter(facility)
        decisions.release(facility, letter, CLERK, "fine")
        ida = make_contact(facility)
        ben = make_contact(facility, Entry("Ben Orchard"))
        for right in (ida, ben):
            senders.name_sender(facility, letter, right, NOBODY, CLERK)
            for each in (ida, ben):
                talk = conversing.conversation(facility, ORSON, as_correspondent(each))
                assert [entry.id for entry in talk.entries] == ([letter] * (each == right))
        with reading(facility.engine) as tx:
            named = audit.events_of(tx, Subject.letter(letter))[-1]
        assert (named.verb, named.detail) == (
            Verb.NAME_SENDER,
            {"correspondent": ben, "before": ida},
        )
        assert senders.look_for_sender(facility, letter, "", CLERK).is_delivered

    def test_what_is_no_letter_has_no_sender(self, facility: Facility) -> None:
        with pytest.raises(NotFound):
            senders.look_for_sender(facility, "none", "", CLERK)
