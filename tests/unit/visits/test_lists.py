"""Paper for the officers: whom they bring, and no visitor."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility
from digitizer.model.people import CustodyStatus
from digitizer.visits import actions, lists
from tests.support.made_mail import CLERK, ORSON, PETRA
from tests.support.pdf_looks import page_texts
from tests.support.visiting import (
    MINA,
    ask_first,
    book_first,
    make_session,
    make_visitor,
    next_monday,
    set_custody,
    with_visits,
)


@pytest.fixture
def here(facility: Facility) -> Facility:
    known = with_visits(facility)
    make_session(known, capacity=2)
    return known


def test_each_unit_has_its_page_and_no_visitor_is_named(here: Facility) -> None:
    book_first(here, make_visitor(here))
    book_first(here, make_visitor(here, MINA, PETRA), PETRA)
    pages = page_texts(lists.movement_list(here, next_monday(), CLERK))
    assert len(pages) == 2
    assert ["Orson Testvale" in page for page in pages].count(True) == 1
    assert all("10:00-11:00" in page for page in pages)
    passes = " ".join(page_texts(lists.passes(here, next_monday(), CLERK)))
    for made in (" ".join(pages), passes):
        assert {ORSON, PETRA} <= set(made.split())
        assert "Marlow" not in made


def test_only_booked_visits_are_on_it_and_who_is_gone_is_marked(here: Facility) -> None:
    ask_first(here, make_visitor(here))
    assert ORSON not in " ".join(page_texts(lists.movement_list(here, next_monday(), CLERK)))
    booked = book_first(here, make_visitor(here, MINA, PETRA), PETRA)
    set_custody(here, PETRA, CustodyStatus.RELEASED)
    (page,) = page_texts(lists.movement_list(here, next_monday(), CLERK))
    assert "NOT IN CUSTODY" in page
    actions.cancel(here, booked, CLERK, "released")
    assert PETRA not in " ".join(page_texts(lists.passes(here, next_monday(), CLERK)))
