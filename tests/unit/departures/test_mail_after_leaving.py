"""What comes for somebody who left, and came back: their covers, reply sheets, and covers that a
family made; and what they find when they are back."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.covers import own_covers
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.messages import own_mail
from digitizer.model.mail import LetterState
from digitizer.model.paper import CodeKind, CoverCode, SplitLetter
from digitizer.model.people import CustodyStatus
from digitizer.people import actions as people
from digitizer.people import renumbering
from digitizer.storage.database import reading
from digitizer.storage.tables import cover
from tests.support.leaving_mail import fill_mailbox, list_as, make_friend, with_page
from tests.support.made_mail import (
    OPERATOR,
    ORSON,
    SUPERVISOR,
    as_inmate,
    file,
    letter_of,
    letters_of,
    new_cover,
    new_reply_sheet,
    split_of,
)


def familys_cover(facility: Facility) -> CoverCode:
    """Made by Ida on the family's pages."""
    made = own_covers.make_cover(facility, ORSON, "", 0, make_friend(facility), "192.0.2.7")
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(cover).where(cover.c.short_id == made)).one()
    return CoverCode(CodeKind(row.kind), row.key_id, row.id, row.sheets)


def reply_of(code: CoverCode) -> SplitLetter:
    """A reply sheet is content itself."""
    return SplitLetter(code, (), (1,), (), ())


@pytest.mark.parametrize("kind", ["cover", "familys", "reply"])
@pytest.mark.parametrize("status", ["released", "transferred", "other"])
def test_from_the_moment_of_leaving_it_is_held_and_after_a_return_delivered(
    facility: Facility, kind: str, status: str
) -> None:
    here = with_page(facility)
    codes = {"cover": new_cover, "familys": familys_cover, "reply": new_reply_sheet}
    code = codes[kind](here)
    filed = reply_of(code) if kind == "reply" else letter_of(code, 1, 2)
    list_as(here, status)
    (held,) = letters_of(here, file(here, split_of(filed), content=b"gone"))
    assert (held.state, held.inmate_id) == (LetterState.HELD, None)
    assert held.doubts == ["not_in_custody"]
    list_as(here, "in custody")
    again = reply_of(new_reply_sheet(here)) if kind == "reply" else filed  # good once
    (delivered,) = letters_of(here, file(here, split_of(again), content=b"back"))
    assert delivered.state is LetterState.DELIVERED


def test_who_is_back_finds_the_mailbox_as_it_was(facility: Facility) -> None:
    here = with_page(facility)
    fill_mailbox(here)
    before = own_mail.list_mail(here, as_inmate(ORSON))
    assert before
    list_as(here, "released")
    list_as(here, "in custody")
    assert own_mail.list_mail(here, as_inmate(ORSON)) == before


def test_who_is_back_under_another_number_finds_it_once_the_records_are_merged(
    facility: Facility, tmp_path: Path
) -> None:
    here = with_page(facility)
    ids = fill_mailbox(here)
    list_as(here, "released")
    again = tmp_path / "again.csv"
    again.write_text(
        "booking_number,last_name,first_name,housing_unit,status\n"
        "A-555,Testvale,Orson,B-1,in custody\n"
    )
    people.import_roster(here, again, False, OPERATOR)
    assert letters.mailbox(here, "A-555", as_inmate("A-555")) == ()
    renumbering.merge(here, ORSON, "A-555", SUPERVISOR, "one person, booked again")
    (found,) = letters.mailbox(here, "A-555", as_inmate("A-555"))
    assert found.letter == ids["letter"]
    assert people.find_inmate(here, "A-555", OPERATOR).status is CustodyStatus.IN_CUSTODY


def test_the_number_of_the_same_stay_may_change(facility: Facility) -> None:
    here = with_page(facility)
    ids = fill_mailbox(here)
    list_as(here, "released")
    renumbering.renumber(here, ORSON, "A-600", SUPERVISOR, "typed wrong")
    list_as(here, "in custody", "A-600")
    (found,) = letters.mailbox(here, "A-600", as_inmate("A-600"))
    assert found.letter == ids["letter"]
