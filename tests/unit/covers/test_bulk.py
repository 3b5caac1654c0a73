"""Covers for a housing unit and for everyone."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer.covers import actions as covers
from digitizer.covers import bulk, register
from digitizer.covers.terms import CoverTerms
from digitizer.facility import Facility
from digitizer.model.errors import NotFound, UsageError
from digitizer.model.events import Verb
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import cover
from tests.support.made_mail import CLERK, GONE, OPERATOR, ORSON, PETRA, enter_people, events
from tests.support.pdf_looks import codes, page_texts


def test_everyone_in_custody_gets_one_and_who_is_gone_is_named(facility: Facility) -> None:
    made = bulk.print_covers(facility, CLERK)
    assert [each.booking_number for each in made.inmates] == [PETRA, ORSON]
    assert [each.booking_number for each in made.left_out] == [GONE]
    (warning,) = made.warnings
    assert GONE in warning
    assert "No cover for 1 not in custody" in warning
    pages = page_texts(made.pdf)
    assert [PETRA in pages[0], ORSON in pages[1], len(pages)] == [True, True, 2]
    assert len({text for page in (0, 1) for text in codes(made.pdf, page)}) == 2
    assert [each[0] for each in events(facility)] == [Verb.PRINT_COVER] * 2


def test_each_is_in_the_register_with_its_terms(facility: Facility) -> None:
    terms = CoverTerms(uses=3, valid_days=30)
    bulk.print_covers(facility, CLERK, "B-1", terms)
    with reading(facility.engine) as tx:
        (cover_id,) = tx.execute(sa.select(cover.c.id)).scalars()
        known = register.look_up(tx, cover_id)
    assert known is not None
    assert known.inmate is not None
    assert (known.inmate.booking_number, known.most_letters) == (ORSON, 3)
    assert known.expires == terms.expiry()
    assert covers.find_cover(facility, known.short_id, OPERATOR) == known


def test_many_are_drawn_in_parts_and_none_is_lost(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_TOGETHER", 2)
    # Longer than any part of a random cover id could be mistaken for.
    numbers = [f"2026-9000{number}" for number in range(5)]
    one = Inmate(numbers[0], "Many", "Mia", "D-4", CustodyStatus.IN_CUSTODY)
    with writing(facility.engine) as tx:
        enter_people(tx, [replace(one, booking_number=number) for number in numbers])
    pages = page_texts(bulk.print_covers(facility, CLERK, "D-4").pdf)
    assert [sum(number in page for page in pages) for number in numbers] == [1] * 5


def test_what_is_refused_enters_nothing(facility: Facility) -> None:
    with pytest.raises(NotFound, match="Nobody in custody is in Z-9"):
        bulk.print_covers(facility, CLERK, "Z-9")
    with pytest.raises(UsageError, match="not both"):
        bulk.print_covers(facility, CLERK, None, CoverTerms(once=True, uses=2))
    assert events(facility) == []


def test_the_units_count_who_is_in_custody(facility: Facility) -> None:
    assert bulk.units(facility, CLERK) == {"B-1": 1, "B/1": 1}
