"""How entries of the logbook are said."""

from __future__ import annotations

import pytest

from digitizer.model.logbook import REASONS, Why, written_amount


@pytest.mark.parametrize(
    ("hundredths", "currency", "written"),
    [(2000, "$", "$20.00"), (5, "$", "$0.05"), (123456789, "MXN", "MXN 1,234,567.89")],
)
def test_amounts(hundredths: int, currency: str, written: str) -> None:
    assert written_amount(hundredths, currency) == written


def test_every_cause_but_another_has_a_reason() -> None:
    assert set(REASONS) == set(Why) - {Why.OTHER}
