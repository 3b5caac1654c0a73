"""Notices of rejected letters."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.screening import decisions
from digitizer.screening.notices import rejection_notice
from tests.support.made_mail import CLERK, held_letter, new_cover, one_more_event
from tests.support.pdf_looks import page_texts


@pytest.mark.parametrize("to_sender", [False, True])
def test_a_notice_gives_the_reason_and_is_recorded(facility: Facility, to_sender: bool) -> None:
    letter = held_letter(facility, new_cover(facility))
    decisions.reject(facility, letter, CLERK, "a knife is in it")
    address = ("Ida Example", "1 Main Street", "Springfield") if to_sender else ()
    with one_more_event(facility, "print notice", f"letter:{letter}", CLERK):
        notice = rejection_notice(facility, letter, to_sender, address, CLERK)
    words = " ".join(" ".join(page_texts(notice.pdf)).split())
    assert "a knife is in it" in words
    assert ("1 Main Street" in words) == to_sender
    assert notice.warning is None


def test_of_a_letter_that_is_held_there_is_none(facility: Facility) -> None:
    with pytest.raises(Conflict):
        rejection_notice(facility, held_letter(facility), False, (), CLERK)
