"""People outside: noted, approved, blocked, merged; each act is recorded with who did it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.mail import LetterState
from digitizer.people.correspondents import actions, contacts
from digitizer.people.correspondents.actions import Entry
from digitizer.people.correspondents.blocks import WantedBy
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, letter
from tests.support.made_mail import (
    CLERK,
    ORSON,
    PETRA,
    SUPERVISOR,
    deliver,
    events,
    one_more_event,
)

IDA = Entry("Ida Marlow", "12 Elm Street\nSpringfield", "ida@example.org", "en")
WHY = "checked by telephone"


def _today() -> datetime:
    return datetime.now().astimezone()


@pytest.fixture
def ida(facility: Facility) -> int:
    return actions.add_correspondent(facility, IDA, CLERK)


def test_who_is_added_is_found_by_any_part(facility: Facility) -> None:
    with one_more_event(facility, "add correspondent", "correspondent:1", CLERK):
        ida = actions.add_correspondent(facility, IDA, CLERK)
    joao = actions.add_correspondent(facility, Entry("João  Álvares", "Rua 7"), CLERK)
    found = {
        text: [each.id for each in actions.correspondents(facility, text, CLERK)]
        for text in ("", "mar", "ELM ida", "joao alvares", "example", "nobody", "%", "ida rua")
    }
    assert found == {
        "": [ida, joao],
        "mar": [ida],
        "ELM ida": [ida],
        "joao alvares": [joao],
        "example": [ida],
        "nobody": [],
        "%": [ida, joao],
        "ida rua": [],
    }


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (Entry(" \u202e"), "needs a name"),
        (Entry("..."), "needs a name"),
        (Entry("x" * 121), "at most 120"),
        (Entry("Ida", "\n".join("abcdefghi")), "at most 8 lines"),
        (Entry("Ida", email="no address"), "no e-mail"),
        (Entry("Ida", language="xx"), "language"),
    ],
)
def test_what_cannot_be_kept_is_refused(facility: Facility, entry: Entry, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        actions.add_correspondent(facility, entry, CLERK)
    assert actions.correspondents(facility, "", CLERK) == ()


def test_the_same_person_at_the_same_address_is_not_added_twice(
    facility: Facility, ida: int
) -> None:
    with pytest.raises(Conflict, match=f"number {ida}"):
        actions.add_correspondent(facility, Entry("IDA MARLOW", IDA.address), CLERK)
    assert actions.add_correspondent(facility, Entry("Ida Marlow", "elsewhere"), CLERK) != ida


def test_a_change_is_recorded_by_what_changed(facility: Facility, ida: int) -> None:
    moved = Entry("Ida Marlow", "1 New Road", "ida@example.org", "es")
    actions.change_correspondent(facility, ida, moved, CLERK)
    record = actions.correspondent(facility, ida, CLERK).record
    assert (record.address, record.language) == (("1 New Road",), "es")
    with reading(facility.engine) as tx:
        detail = tx.execute(sa.select(event.c.detail).order_by(event.c.seq.desc())).scalars()
        assert next(iter(detail)) == {"changed": ["address", "language"]}
    with pytest.raises(NotFound):
        actions.change_correspondent(facility, 99, moved, CLERK)


def test_a_contact_is_asked_for_and_approved(facility: Facility, ida: int) -> None:
    actions.ask_for_contact(facility, ida, ORSON, CLERK)
    with pytest.raises(Conflict):
        actions.ask_for_contact(facility, ida, ORSON, CLERK)
    (asked,) = actions.contacts_of(facility, ORSON, CLERK).contacts
    assert (asked.correspondent.id, asked.approved) == (ida, None)
    with pytest.raises(NotAllowed):
        actions.approve_contact(facility, ida, ORSON, CLERK, WHY)
    with one_more_event(facility, "approve contact", f"correspondent:{ida}", SUPERVISOR):
        actions.approve_contact(facility, ida, ORSON, SUPERVISOR, WHY)
    (approved,) = actions.correspondent(facility, ida, CLERK).contacts
    assert (approved.booking_number, approved.approved is not None) == (ORSON, True)
    with pytest.raises(Conflict):
        actions.approve_contact(facility, ida, ORSON, SUPERVISOR, WHY)
    actions.remove_contact(facility, ida, ORSON, SUPERVISOR, WHY)
    assert actions.contacts_of(facility, ORSON, CLERK).contacts == ()
    with pytest.raises(Conflict):
        actions.remove_contact(facility, ida, ORSON, SUPERVISOR, WHY)


def test_a_block_has_who_wants_it_why_and_until_when(facility: Facility, ida: int) -> None:
    until = _today().date() + timedelta(days=30)
    made = actions.block_mail(
        facility, ida, ORSON, SUPERVISOR, WHY, wanted_by=WantedBy.INMATE, until=until
    )
    (block,) = actions.correspondent(facility, ida, CLERK).blocks
    assert (block.wanted_by, block.reason, block.until, block.in_force) == (
        WantedBy.INMATE,
        WHY,
        until,
        True,
    )
    assert actions.contacts_of(facility, ORSON, CLERK).blocks == (block,)
    with one_more_event(facility, "unblock mail", f"correspondent:{ida}", SUPERVISOR):
        actions.unblock_mail(facility, made, SUPERVISOR, "it was a mistake")
    assert actions.contacts_of(facility, ORSON, CLERK).blocks == ()
    assert not actions.correspondent(facility, ida, CLERK).blocks[0].in_force
    with pytest.raises(NotFound):
        actions.unblock_mail(facility, made, SUPERVISOR, "again")


def test_a_block_needs_somebody_a_reason_and_a_day_to_come(facility: Facility, ida: int) -> None:
    yesterday = _today().date() - timedelta(days=1)
    for of, to, why, until in (
        (None, None, WHY, None),
        (ida, ORSON, " ", None),
        (ida, ORSON, WHY, yesterday),
    ):
        with pytest.raises(UsageError):
            actions.block_mail(facility, of, to, SUPERVISOR, why, until=until)
    for of, to in ((99, None), (ida, "nobody")):
        with pytest.raises(NotFound):
            actions.block_mail(facility, of, to, SUPERVISOR, WHY)
    with pytest.raises(NotAllowed):
        actions.block_mail(facility, ida, ORSON, CLERK, WHY)
    assert actions.correspondent(facility, ida, CLERK).blocks == ()


def test_two_records_of_one_person_become_one_with_all_that_is_theirs(
    facility: Facility, ida: int
) -> None:
    twice = actions.add_correspondent(facility, Entry("I. Marlow"), CLERK)
    actions.approve_contact(facility, ida, ORSON, SUPERVISOR, WHY)
    actions.ask_for_contact(facility, twice, ORSON, CLERK)
    actions.ask_for_contact(facility, twice, PETRA, CLERK)
    actions.block_mail(facility, ida, None, SUPERVISOR, WHY)
    mine = deliver(facility, ORSON, "words", b"1")
    with writing(facility.engine) as tx:
        contacts.name_sender(tx, mine, ida)
    with pytest.raises(Conflict):
        actions.merge_correspondents(facility, ida, ida, SUPERVISOR, WHY)
    with one_more_event(facility, "merge correspondents", f"correspondent:{twice}", SUPERVISOR):
        actions.merge_correspondents(facility, ida, twice, SUPERVISOR, WHY)
    with pytest.raises(NotFound):
        actions.correspondent(facility, ida, CLERK)
    person = actions.correspondent(facility, twice, CLERK)
    approved = {each.booking_number: each.approved is not None for each in person.contacts}
    assert approved == {ORSON: True, PETRA: False}
    assert [each.letter for each in person.letters] == [mine]
    assert [each.in_force for each in person.blocks] == [True]


def test_a_letter_that_an_undone_cut_made_takes_its_sender_along(
    facility: Facility, ida: int
) -> None:
    mine = deliver(facility, ORSON, "words", b"1")
    with writing(facility.engine) as tx:
        row = dict(tx.execute(sa.select(letter).where(letter.c.id == mine)).one()._mapping)
        tx.execute(sa.insert(letter).values(**{**row, "id": "made"}))
        contacts.name_sender(tx, "made", ida)
        tx.execute(sa.delete(letter).where(letter.c.id == "made"))
        assert contacts.sender_of(tx, "made") is None
        assert contacts.letters_of(tx, ida, 9) == ()


def test_who_wrote_before_and_who_is_approved(facility: Facility, ida: int) -> None:
    ben = actions.add_correspondent(facility, Entry("Ben Orchard"), CLERK)
    actions.approve_contact(facility, ben, PETRA, SUPERVISOR, WHY)
    actions.ask_for_contact(facility, ben, ORSON, CLERK)
    mine = deliver(facility, ORSON, "words", b"1")
    with writing(facility.engine) as tx:
        contacts.name_sender(tx, mine, ben)
        contacts.name_sender(tx, mine, ida)  # said again, and better
        assert contacts.who_wrote(tx) == {ORSON: ["Ida Marlow"], PETRA: ["Ben Orchard"]}
        held = sa.update(letter).values(state=str(LetterState.HELD))
        tx.execute(held)
        assert contacts.who_wrote(tx) == {PETRA: ["Ben Orchard"]}


def test_a_refused_act_changes_nothing(facility: Facility, ida: int) -> None:
    before = events(facility)
    with pytest.raises(NotFound):
        actions.ask_for_contact(facility, ida, "nobody", CLERK)
    with pytest.raises(NotFound):
        actions.ask_for_contact(facility, 99, ORSON, CLERK)
    assert events(facility) == before
