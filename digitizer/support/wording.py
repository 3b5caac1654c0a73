"""How counts and moments are said to people; programs get numbers, and moments as ISO 8601."""

from __future__ import annotations

from datetime import datetime


def counted(number: int | None, what: str) -> str:
    """``1 page``, ``3 pages``, ``no pages``; where the number is not known, ``an unknown number of
    pages``. ``what`` is one of them, and makes its plural with an s."""
    if number is None:
        return f"an unknown number of {what}s"
    return f"1 {what}" if number == 1 else f"{number or 'no'} {what}s"


def local_moment(when: datetime) -> str:
    """``2026-03-05 14:07 CST``: as clocks go where the program runs, and which clocks."""
    return f"{when.astimezone():%Y-%m-%d %H:%M %Z}"
