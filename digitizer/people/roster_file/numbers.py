"""Booking numbers as spreadsheets and exports leave them; what was rounded is not known again."""

from __future__ import annotations

import re

_NONE = {"", "0", "-", "--", "none", "null", "nil", "n/a", "na"}
_ROUNDED = re.compile(r"[+-]?\d+([.,]\d+)?[eE][+-]?\d+")
_WITH_DECIMALS = re.compile(r"(\d{1,3}(?:,\d{3})*|\d+)\.0+")


def booking_number(cell: str) -> str:
    """Raises ValueError, with the reason, for what is no number of one booking."""
    number = " ".join(cell.split())
    if number.casefold() in _NONE:
        raise ValueError("it has no booking number")
    if _ROUNDED.fullmatch(number):
        raise ValueError(
            f"booking number {number!r} was rounded by a spreadsheet: export it again as text"
        )
    if whole := _WITH_DECIMALS.fullmatch(number):
        number = whole[1].replace(",", "")
    if re.search(r"[,;/|&]|\s", number):
        raise ValueError(f"booking number {number!r} may be several numbers, or has spaces")
    if not re.fullmatch(r"[^\x00-\x1f]{1,64}", number) or not number.isprintable():
        raise ValueError(f"booking number {number!r} is too long, or has a control character")
    return number


def without_zeros(number: str) -> str:
    """As a spreadsheet shows a number that began with zeros."""
    return number.lstrip("0") if number.isdecimal() else number
