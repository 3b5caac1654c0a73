"""How long a cover is good, and what it says about that."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from digitizer.covers.terms import PLAIN, CoverTerms
from digitizer.model.errors import UsageError
from digitizer.support.clock import now


def _today() -> date:
    return now().astimezone().date()


def test_without_terms_there_is_no_end() -> None:
    assert (PLAIN.expiry(), PLAIN.last_day) == (None, None)


def test_days_and_a_day_end_with_that_day() -> None:
    """The day is printed, so the cover is good for all of it."""
    by_days = CoverTerms(valid_days=3)
    last = _today() + timedelta(days=3)
    assert by_days.last_day == last
    end = by_days.expiry()
    assert end == datetime.combine(last + timedelta(days=1), time()).astimezone()
    assert end == CoverTerms(until=last).expiry()


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        (CoverTerms(valid_days=1, until=date(2099, 1, 1)), "not both"),
        (CoverTerms(once=True, uses=2), "not both"),
        (CoverTerms(until=date(2020, 1, 1)), "in the past"),
        (CoverTerms(until=date.max), "too far away"),
        (CoverTerms(valid_days=9_999_999), "too far away"),
    ],
)
def test_terms_that_cannot_be(terms: CoverTerms, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        terms.expiry()
