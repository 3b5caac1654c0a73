"""A block holds a letter for a person, with its reason, and never rejects it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from digitizer.covers import actions as covers
from digitizer.covers.terms import CoverTerms
from digitizer.engines.codes.cover_code import read_short_id
from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.model.mail import LetterState
from digitizer.people import renumbering
from digitizer.people.correspondents import actions
from digitizer.people.correspondents.actions import Entry
from digitizer.people.correspondents.blocks import WantedBy
from digitizer.screening import decisions
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import letter
from digitizer.storage.tables_correspondents import mail_block
from tests.support.made_mail import (
    CLERK,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    file,
    letter_of,
    split_of,
)

WHY = "threatened them in a letter"


@pytest.fixture
def ida(facility: Facility) -> int:
    return actions.add_correspondent(facility, Entry("Ida Marlow"), CLERK)


def _came(facility: Facility, booking: str, sender: str | None, content: bytes) -> tuple[str, str]:
    """A letter under a cover that was printed for this sender: its state, and why it is held."""
    printed = covers.print_inmate_cover(facility, booking, OPERATOR, CoverTerms(sender=sender))
    code = covers.find_cover(facility, printed.short_id, OPERATOR).code
    assert read_short_id(printed.short_id)
    scan = file(facility, split_of(letter_of(code, 1, 2)), content=content, count=2)
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(letter).where(letter.c.scan_id == scan)).one()
    return row.state, row.reason or ""


def test_a_blocked_correspondents_letter_is_held_with_the_reason(
    facility: Facility, ida: int
) -> None:
    assert _came(facility, ORSON, "Ida Marlow", b"1")[0] == LetterState.DELIVERED
    until = datetime.now().astimezone().date() + timedelta(days=9)
    actions.block_mail(
        facility, ida, ORSON, SUPERVISOR, WHY, wanted_by=WantedBy.INMATE, until=until
    )
    state, reason = _came(facility, ORSON, "IDA  MÁRLOW", b"2")
    assert state == LetterState.HELD
    for words in ("Ida Marlow", "by the inmate", str(until), WHY, "deliver the letter or reject"):
        assert words in reason
    for booking, sender, content in (
        (PETRA, "Ida Marlow", b"3"),
        (ORSON, "Ben Orchard", b"4"),
        (ORSON, None, b"5"),
    ):
        assert _came(facility, booking, sender, content)[0] == LetterState.DELIVERED


def test_one_that_is_blocked_for_everybody(facility: Facility, ida: int) -> None:
    actions.block_mail(facility, ida, None, SUPERVISOR, WHY)
    for booking in (ORSON, PETRA):
        state, reason = _came(facility, booking, "Ida Marlow", booking.encode())
        assert (state, "by the facility" in reason) == (LetterState.HELD, True)


def test_suspended_mail_is_held_whoever_sends_it(facility: Facility) -> None:
    made = actions.block_mail(facility, None, ORSON, SUPERVISOR, "court order 17")
    for number, sender in enumerate(("Ida Marlow", None)):
        state, reason = _came(facility, ORSON, sender, b"%d" % number)
        assert (state, "court order 17" in reason) == (LetterState.HELD, True)
    assert _came(facility, PETRA, None, b"other")[0] == LetterState.DELIVERED
    actions.unblock_mail(facility, made, SUPERVISOR, "lifted")
    assert _came(facility, ORSON, None, b"later")[0] == LetterState.DELIVERED


def test_after_its_last_day_a_block_holds_nothing(facility: Facility, ida: int) -> None:
    today = datetime.now().astimezone().date()
    actions.block_mail(facility, ida, ORSON, SUPERVISOR, WHY, until=today)
    assert _came(facility, ORSON, "Ida Marlow", b"1")[0] == LetterState.HELD
    _set_until(facility, today - timedelta(days=1))
    assert _came(facility, ORSON, "Ida Marlow", b"2")[0] == LetterState.DELIVERED


def _set_until(facility: Facility, day: date) -> None:
    with writing(facility.engine) as tx:
        tx.execute(sa.update(mail_block).values(until=day))


def test_a_person_can_deliver_it_all_the_same(facility: Facility, ida: int) -> None:
    block = actions.block_mail(facility, ida, ORSON, SUPERVISOR, WHY)
    _came(facility, ORSON, "Ida Marlow", b"1")
    with reading(facility.engine) as tx:
        held = tx.execute(sa.select(letter.c.id)).scalar_one()
    why = "the block is about another Ida"
    with pytest.raises(Conflict, match=f"assign --despite {block}"):
        decisions.assign(facility, held, ORSON, CLERK, why)
    decisions.assign(facility, held, ORSON, CLERK, why, despite=[block])
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(letter.c.state)).scalar_one() == LetterState.DELIVERED


def test_blocks_and_contacts_follow_an_inmate_whose_records_are_merged(
    facility: Facility, ida: int
) -> None:
    actions.approve_contact(facility, ida, ORSON, SUPERVISOR, WHY)
    actions.ask_for_contact(facility, ida, PETRA, CLERK)
    actions.block_mail(facility, ida, ORSON, SUPERVISOR, WHY)
    renumbering.merge(facility, ORSON, PETRA, SUPERVISOR, "prints", names_differ=True)
    found = actions.contacts_of(facility, PETRA, CLERK)
    assert [each.approved is not None for each in found.contacts] == [True]
    assert [each.reason for each in found.blocks] == [WHY]
    assert _came(facility, PETRA, "Ida Marlow", b"1")[0] == LetterState.HELD


@pytest.mark.parametrize("how", ["renamed", "merged"])
def test_a_block_holds_the_name_that_covers_bear_whatever_the_record_is_called_now(
    facility: Facility, ida: int, how: str
) -> None:
    actions.block_mail(facility, ida, ORSON, SUPERVISOR, "asked for")
    if how == "renamed":
        actions.change_correspondent(facility, ida, Entry("Somebody Else"), CLERK)
    else:
        other = actions.add_correspondent(facility, Entry("Somebody Else"), CLERK)
        actions.merge_correspondents(facility, ida, other, SUPERVISOR, "one person")
    state, reason = _came(facility, ORSON, "Ida Marlow", b"later")
    assert state == "held"
    assert "asked for" in reason
