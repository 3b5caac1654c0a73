"""Booking numbers as spreadsheets leave them."""

from __future__ import annotations

import pytest

from digitizer.people.roster_file.numbers import booking_number, without_zeros


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("2026-00117", "2026-00117"),
        (" 00123\u00a0", "00123"),
        ("1,234.00", "1234"),
        ("1234.0", "1234"),
        ("12,345,678.00", "12345678"),
        ("SO#77", "SO#77"),
        ("12E", "12E"),
    ],
)
def test_what_is_one_number(cell: str, number: str) -> None:
    assert booking_number(cell) == number


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("", "no booking number"),
        ("0", "no booking number"),
        (" N/A ", "no booking number"),
        ("1.234E+5", "rounded by a spreadsheet"),
        ("1,23e+05", "rounded by a spreadsheet"),
        ("137581, 6080898", "several numbers"),
        ("1,234", "several numbers"),
        ("1 234", "has spaces"),
        ("7/8", "several numbers"),
        ("x" * 65, "too long"),
        ("1\x07", "control character"),
    ],
)
def test_what_is_not(cell: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        booking_number(cell)


def test_zeros_count_only_before_digits() -> None:
    assert without_zeros("00120") == "120"
    assert without_zeros("0A1") == "0A1"
