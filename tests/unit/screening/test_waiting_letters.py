"""The queue of letters that wait for a review, in the tables."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.model.mail import PageRole
from digitizer.screening import decisions, review, second_look
from digitizer.screening.seen_pages import shown_to
from digitizer.screening.waiting_letters import (
    find_waiting,
    screened_pages,
    waiting_after,
    waiting_letters,
)
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import scan
from tests.support.made_mail import CLERK, SUPERVISOR, stored_letter
from tests.support.screened_mail import waiting_letter


def test_a_sealed_scan_has_no_letter_here(facility: Facility) -> None:
    letter = waiting_letter(facility)
    with writing(facility.engine) as tx:
        its = stored_letter(facility, letter).scan_id
        tx.execute(sa.update(scan).where(scan.c.id == its).values(sealed=True))
        assert waiting_letters(tx, CLERK) == ()
        assert waiting_letters(tx, CLERK, letter) == ()


def test_pages_have_places_roles_and_reasons(facility: Facility) -> None:
    letter = waiting_letter(facility)
    decisions.withhold(facility, letter, 2, CLERK, "a map")
    review.page_picture(facility, letter, 3, CLERK)
    with reading(facility.engine) as tx:
        pages = screened_pages(tx, letter, CLERK)
        assert shown_to(tx, [letter], CLERK) == {letter: {3}}
        assert shown_to(tx, [letter], SUPERVISOR) == {}
        (waiting,) = waiting_letters(tx, CLERK)
    assert [(page.place, page.role, page.withheld, page.shown) for page in pages] == [
        (1, PageRole.WITHHELD, "a map", False),
        (2, PageRole.CONTENT, "", True),
    ]
    assert (waiting.content, waiting.unseen) == ((3,), ())


def test_one_of_several_has_another_after_it(facility: Facility) -> None:
    letters = [waiting_letter(facility, bytes([n])) for n in (1, 2)]
    with writing(facility.engine) as tx:
        assert find_waiting(tx, letters[0], CLERK).letter == letters[0]
        assert waiting_after(tx, letters[1], CLERK) == letters[0]
        second_look.keep_first(tx, letters[0], CLERK)
        assert waiting_after(tx, letters[1], CLERK) is None
        assert waiting_after(tx, letters[1], SUPERVISOR) == letters[0]
        for some_id in (letters[0], "another"):
            with pytest.raises(NotFound):
                find_waiting(tx, some_id, CLERK)


def test_the_order_is_that_of_the_list(facility: Facility) -> None:
    letters = [waiting_letter(facility, bytes([n])) for n in range(4)]
    with reading(facility.engine) as tx:
        listed = [each.letter for each in waiting_letters(tx, CLERK)]
        following = [waiting_after(tx, each, CLERK) for each in listed]
    assert listed == letters
    assert following == [*listed[1:], listed[0]]
