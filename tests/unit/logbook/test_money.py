"""Amounts as people type them: one that could mean two things is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.logbook.money import MOST, read_amount
from digitizer.model.errors import UsageError
from digitizer.model.logbook import written_amount


@pytest.mark.parametrize(
    ("typed", "hundredths"),
    [
        ("20", 2000),
        (" $20.00 ", 2000),
        ("$ 0.05", 5),
        ("1,234.50", 123450),
        ("1234567.89", 123456789),
        ("9,999,999.99", MOST),
    ],
)
def test_what_is_understood(typed: str, hundredths: int) -> None:
    assert read_amount(typed, "$") == hundredths


@pytest.mark.parametrize(
    "typed",
    [
        *("", "0", "0.00", "-5", "20,50", "1.234,50", "1,23", "20.5", "20.005", "2e3", "€20", "٢٠"),
        *("12 34", "10,000,000.00", "99999999", "$$20", "20 $"),
    ],
)
def test_what_may_mean_two_things_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        read_amount(typed, "$")


@given(st.integers(1, MOST), st.sampled_from(["$", "€", "MXN", "US$"]))
def test_what_is_written_is_read_again(hundredths: int, currency: str) -> None:
    assert read_amount(written_amount(hundredths, currency), currency) == hundredths
