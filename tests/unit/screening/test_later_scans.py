"""The later letters and scans that a held item may be by now, scanned again."""

from __future__ import annotations

from digitizer.facility import Facility
from digitizer.screening import cases, decisions
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    LEGAL,
    ORSON,
    SUPERVISOR,
    deliver,
    file,
    held_letter,
    held_whole,
    letter_of,
    letters_of,
    split_of,
)


def _later(facility: Facility, held: str) -> list[str]:
    return [each.id for each in cases.look_at_held(facility, held, CLERK).later]


def test_what_came_in_later_and_fits_is_offered_newest_first(facility: Facility) -> None:
    earlier = held_letter(facility, content=b"before")
    held = held_letter(facility)
    fits = held_letter(facility, content=b"again")
    scan = file(facility, split_of(letter_of(None, 1, 4, DOUBT)), content=b"x", pictures={1: "p"})
    pictured = letters_of(facility, scan)[0].id
    whole = held_whole(facility, count=4)
    deliver(facility, ORSON, "one page", b"too few")
    held_whole(facility, count=1, content=b"too few, too")
    assert _later(facility, held) == [whole, pictured, fits]
    assert _later(facility, earlier) == [whole, pictured, fits, held]
    shown = cases.look_at_held(facility, held, CLERK).later[1]
    assert (shown.scanner, shown.pages, shown.delivered, shown.first) == ("default", 4, False, 1)
    # All that is offered can be recorded, and is then offered no more, nor what was rejected.
    decisions.rescanned(facility, held, whole, CLERK, "again")
    decisions.reject(facility, pictured, CLERK, "why")
    assert _later(facility, earlier) == [fits]


def test_a_whole_scan_is_offered_whole_scans_and_of_a_sealed_one_no_picture(
    facility: Facility,
) -> None:
    held = held_whole(facility, count=2)
    letters = file(facility, split_of(letter_of(None, 1, 4, DOUBT)), content=b"filed")
    sealed = held_whole(facility, LEGAL, count=2, content=b"sealed")
    assert _later(facility, held) == [sealed, letters]
    assert cases.look_at_held(facility, held, CLERK).later[0].first is None


def test_what_is_delivered_is_not_offered_for_a_letter_with_a_withheld_page(
    facility: Facility,
) -> None:
    held = held_letter(facility)
    filed = file(facility, split_of(letter_of(None, 1, 4, DOUBT)), content=b"again")
    (new,) = letters_of(facility, filed)
    decisions.assign(facility, new.id, ORSON, SUPERVISOR, "theirs")
    assert _later(facility, held) == [new.id]
    decisions.withhold(facility, held, 2, CLERK, "a plan")
    assert _later(facility, held) == []


def test_no_more_are_offered_than_there_are_digits(facility: Facility) -> None:
    held = held_letter(facility)
    for number in range(11):
        held_letter(facility, content=str(number).encode())
    assert len(_later(facility, held)) == 9
