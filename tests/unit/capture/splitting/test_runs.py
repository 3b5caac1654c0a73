"""Fronts and backs scanned in two runs."""

from __future__ import annotations

from digitizer.model.scanner_profile import Sides
from tests.support.split_stacks import R, delivered, part


def test_a_sheet_too_few_in_two_runs_holds_every_letter_near_a_written_back() -> None:
    """Fronts A a a B b C c D d, backs behind them; A's cover promises a third sheet."""
    fronts, backs = "A.3 a a B b C c D d", "_ _ _ _ _ _ x _ _"
    parted = part(f"{fronts} {' '.join(reversed(backs.split()))}", Sides.ODD_EVEN)
    slipped = {
        each.cover.cover_id
        for each in parted.letters
        if each.cover and R.UNEVEN_HALVES in {doubt.reason for doubt in each.doubts}
    }
    assert slipped == {"C", "D"}
    assert set(delivered(parted)) == set()  # B is A's neighbour


def test_a_sheet_too_many_in_two_runs_shifts_nothing() -> None:
    parted = part("A.1 a a B b C c _ _ _ _ _ _ _", Sides.ODD_EVEN)
    assert set(delivered(parted)) == {"C"}
