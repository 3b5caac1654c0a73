"""The inmates who are offered for a held letter."""

from __future__ import annotations

import pytest

from digitizer.covers.actions import print_inmate_cover, revoke_cover
from digitizer.covers.terms import CoverTerms
from digitizer.facility import Facility
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.actions import Entry
from digitizer.screening import senders
from digitizer.screening.candidates import Candidate, candidates, found_in_roster
from digitizer.screening.exception_queue import scan_pages
from digitizer.storage.database import reading
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    OPERATOR,
    ORSON,
    PETRA,
    deliver,
    file,
    letter_of,
    read,
    split_of,
)


def _offered(facility: Facility, text: str) -> list[Candidate]:
    """For a held letter on which this was read."""
    scan = file(
        facility, split_of(letter_of(None, 1, 1, DOUBT)), {1: read(text)}, content=text.encode()
    )
    with reading(facility.engine) as tx:
        return list(candidates(tx, scan_pages(tx, scan), None))


def test_the_number_on_the_page_names_its_inmate(facility: Facility) -> None:
    first, *_ = _offered(facility, f"for {ORSON}")
    assert first.inmate.booking_number == ORSON
    assert first.why == (f"booking number {ORSON} is on the page",)


def test_a_sheet_number_written_by_hand_names_its_inmate(facility: Facility) -> None:
    sheet = print_inmate_cover(facility, PETRA, OPERATOR).short_id
    first, *_ = _offered(facility, f"number {sheet.replace('-', ' ')} please")
    assert first.inmate.booking_number == PETRA
    assert sheet in first.why[0]
    revoke_cover(facility, sheet, CLERK, "lost")
    assert all(sheet not in why for each in _offered(facility, sheet) for why in each.why)


def test_a_wrong_check_character_names_nobody(facility: Facility) -> None:
    sheet = print_inmate_cover(facility, PETRA, OPERATOR).short_id
    wrong = sheet[:-1] + ("2" if sheet[-1] != "2" else "3")
    assert _offered(facility, wrong) == []


def test_who_has_a_cover_for_somebody_may_write_to_them(facility: Facility) -> None:
    print_inmate_cover(facility, PETRA, OPERATOR, CoverTerms(sender="Ida Stokes"))
    first, *_ = _offered(facility, "Ida Stokes\n12 Road")
    assert first.inmate.booking_number == PETRA


@pytest.mark.parametrize(("typed", "most", "number"), [("", 5, 0), ("testvale", 5, 1), ("e", 1, 1)])
def test_the_roster_is_searched(facility: Facility, typed: str, most: int, number: int) -> None:
    with reading(facility.engine) as tx:
        assert len(found_in_roster(tx, typed, most)) == number


def test_a_sheet_number_that_was_typed_finds_whom_the_sheet_is_for(facility: Facility) -> None:
    sheet = print_inmate_cover(facility, PETRA, OPERATOR, CoverTerms(sender="Ida Stokes")).short_id
    for typed in (sheet, sheet.lower().replace("-", " "), sheet.replace("-", "")):
        with reading(facility.engine) as tx:
            (found,) = found_in_roster(tx, typed, 5)
        assert found.inmate.booking_number == PETRA
        assert found.why == (f"cover sheet {sheet}, printed for Ida Stokes to send",)
    revoke_cover(facility, sheet, CLERK, "lost")
    with reading(facility.engine) as tx:
        (found,) = found_in_roster(tx, sheet, 5)
    assert found.why[-1] == "which was revoked"


def test_who_wrote_to_them_before_is_a_reason_to_look_at_them(facility: Facility) -> None:
    ida = correspondents.add_correspondent(facility, Entry("Ida Stokes"), CLERK)
    assert _offered(facility, "Ida Stokes\n1 Road") == []
    mine = deliver(facility, PETRA, "words", b"before")
    senders.name_sender(facility, mine, ida, Entry(""), CLERK)
    first, *_ = _offered(facility, "Ida Stokes\n12 Road")
    assert first.inmate.booking_number == PETRA
    assert first.why == ("Ida Stokes is on the page, who wrote to them before",)
