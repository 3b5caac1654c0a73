"""Cover sheets that people outside make: for whom, how many, and whose they are."""

from __future__ import annotations

import io
from dataclasses import replace

import pikepdf
import pytest
import sqlalchemy as sa

from digitizer.covers import actions as covers
from digitizer.covers import own_covers
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.people import Actor
from digitizer.people.correspondents import actions, blocks
from digitizer.people.correspondents.records import Entry
from digitizer.people.roster import inmate_row_id
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import inmate
from tests.support.conversing import IDA, as_correspondent, give_account, make_contact, with_family
from tests.support.made_mail import CLERK, GONE, ORSON, PETRA, SUPERVISOR
from tests.support.pdf_looks import page_texts

HERE = "10.0.0.7"


@pytest.fixture
def home_of_families(facility: Facility) -> Facility:
    return with_family(facility, covers_a_day=3)


@pytest.fixture
def ida(home_of_families: Facility) -> Actor:
    number = make_contact(home_of_families)
    give_account(home_of_families, number)
    return as_correspondent(number)


def _make(facility: Facility, by: Actor, number: str, name: str = "", sheets: int = 0) -> str:
    return own_covers.make_cover(facility, number, name, sheets, by, HERE)


def test_for_an_approved_contact_the_number_is_enough(
    home_of_families: Facility, ida: Actor
) -> None:
    made = _make(home_of_families, ida, ORSON, sheets=2)
    known = covers.find_cover(home_of_families, made, CLERK)
    assert known.inmate is not None
    assert known.inmate.booking_number == ORSON
    assert (known.sender, known.code.sheets) == ("Ida Marlow", 2)
    assert (known.maker, known.maker_approved) == (int(ida.name), True)
    (own,) = own_covers.own_covers(home_of_families, ida)
    assert (own.short_id, own.inmate, own.letters) == (made, "Orson Testvale", ())
    (text,) = page_texts(own_covers.own_cover_pdf(home_of_families, made, ida))
    assert "Orson Testvale" in text
    assert known.inmate.housing_unit not in text
    assert own_covers.own_cover_number(home_of_families, made, ida).startswith(b"\x89PNG")


def test_for_anybody_else_the_name_must_fit_and_staff_see_that_nobody_approved(
    home_of_families: Facility, ida: Actor
) -> None:
    made = _make(home_of_families, ida, PETRA.lower(), "samplewood, petra")
    assert not covers.find_cover(home_of_families, made, CLERK).maker_approved
    wrong = (
        (PETRA, "Orson Testvale"),
        (PETRA, ""),
        ("Z-9", "Petra Samplewood"),
        (GONE, "Gwen Mockford"),
    )
    answers = set()
    for number, name in wrong:
        with pytest.raises(NotFound) as refused:
            _make(home_of_families, ida, number, name)
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_who_has_left_gets_no_cover(home_of_families: Facility, ida: Actor) -> None:
    with writing(home_of_families.engine) as tx:
        left = sa.update(inmate).where(inmate.c.booking_number == ORSON)
        tx.execute(left.values(status="released"))
    with pytest.raises(Conflict):
        _make(home_of_families, ida, ORSON)


def test_so_many_a_day_and_so_many_sheets(home_of_families: Facility, ida: Actor) -> None:
    for sheets in (-1, 251):
        with pytest.raises(UsageError):
            _make(home_of_families, ida, ORSON, sheets=sheets)
    for _ in range(3):
        _make(home_of_families, ida, ORSON)
    with pytest.raises(Conflict, match="as many cover sheets today"):
        _make(home_of_families, ida, ORSON)
    assert len(own_covers.own_covers(home_of_families, ida)) == 3


def test_anothers_cover_looks_like_one_that_does_not_exist(
    home_of_families: Facility, ida: Actor
) -> None:
    stranger = as_correspondent(
        actions.add_correspondent(home_of_families, Entry("Sam Stranger"), CLERK)
    )
    made = _make(home_of_families, ida, ORSON)
    staffs = covers.print_inmate_cover(home_of_families, ORSON, CLERK).short_id
    for short_id in (made, staffs, "K7QM-3XTR-D", "nonsense", ""):
        for look in (
            own_covers.own_cover,
            own_covers.own_cover_pdf,
            own_covers.own_cover_number,
        ):
            with pytest.raises(NotFound, match=r"^There is no such cover sheet\.$"):
                look(home_of_families, short_id, stranger)
    assert own_covers.own_covers(home_of_families, stranger) == ()


def test_blocked_mail_is_held_under_a_cover_made_under_another_name(
    home_of_families: Facility, ida: Actor
) -> None:
    """Whoever is blocked, and calls themselves otherwise since, is known by who made the cover."""
    actions.block_mail(home_of_families, int(ida.name), ORSON, SUPERVISOR, "an order")
    actions.change_correspondent(home_of_families, int(ida.name), Entry("Another Name"), CLERK)
    made = _make(home_of_families, ida, ORSON)
    known = covers.find_cover(home_of_families, made, CLERK)
    with reading(home_of_families.engine) as tx:
        to = inmate_row_id(tx, ORSON)
        assert blocks.doubts_about(tx, "A Third Name", to, known.maker)
        assert not blocks.doubts_about(tx, "A Third Name", to)


def test_a_sheet_says_in_which_language_its_maker_reads(home_of_families: Facility) -> None:
    number = make_contact(home_of_families, replace(IDA, language="es"))
    give_account(home_of_families, number)
    me = as_correspondent(number)
    pdf = own_covers.own_cover_pdf(home_of_families, _make(home_of_families, me, ORSON), me)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == "es"
