"""What is known about a rejected letter."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound
from digitizer.screening import decisions
from digitizer.screening.rejections import find_rejection
from digitizer.storage.database import reading
from tests.support.made_mail import CLERK, ORSON, held_letter, new_cover


def test_it_says_for_whom_it_was_who_decided_and_why(facility: Facility) -> None:
    letter = held_letter(facility, new_cover(facility))
    decisions.reject(facility, letter, CLERK, "a knife is in it")
    with reading(facility.engine) as tx:
        found = find_rejection(tx, letter)
    assert (found.inmate.booking_number, found.pages) == (ORSON, 3)
    assert (found.decided_by, found.reason) == (CLERK.name, "a knife is in it")
    assert found.received <= found.decided


def test_what_was_not_rejected_or_is_nobodys_has_no_rejection(facility: Facility) -> None:
    held = held_letter(facility, new_cover(facility), content=b"1")
    nobodys = held_letter(facility, content=b"2")
    decisions.reject(facility, nobodys, CLERK, "no name")
    with reading(facility.engine) as tx:
        with pytest.raises(Conflict, match="was not rejected"):
            find_rejection(tx, held)
        with pytest.raises(Conflict, match="not known who"):
            find_rejection(tx, nobodys)
        with pytest.raises(NotFound):
            find_rejection(tx, "of nobody")
