"""A part of a page that a person withholds of a held letter, and gives back.

The letter is delivered with the part covered: see ``letters.withheld_parts``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil, floor, isfinite

import sqlalchemy as sa

from digitizer.letters.withheld_parts import WithheldPart, keep_parts, parts_of
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.paper import Box
from digitizer.screening.held_letters import HeldLetter, letter_page

#: Hundredths of a page: a frame less than this wide or high was not meant, and one that is more
#: than the other both ways is the page.
_LEAST, _NEARLY_ALL, _WHOLE = 1.0, 95.0, 100.0
#: As sums of decimal fractions may be more than they are.
_ROUNDED = 0.01
_DRAW = "Draw a frame around what is to be withheld: its left, top, width and height, in per cent."


@dataclass(frozen=True, slots=True)
class PageArea:
    """A rectangle on a page, in hundredths of its width and height."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def of(cls, text: str) -> PageArea:
        """From the four numbers, in this order. Raises UsageError for anything else."""
        try:
            left, top, width, height = (float(each) for each in re.split(r"[\s,;]+", text.strip()))
        except ValueError:
            raise UsageError(_DRAW) from None
        return cls(left, top, width, height)

    def check(self) -> None:
        """Raises UsageError where it is not on the page, too small to mean anything, or all."""
        right, bottom = self.left + self.width, self.top + self.height
        numbers = (self.left, self.top, self.width, self.height)
        inside = min(self.left, self.top) >= 0 and max(right, bottom) <= _WHOLE + _ROUNDED
        if not all(map(isfinite, numbers)) or not inside or min(self.width, self.height) < _LEAST:
            raise UsageError(_DRAW)
        if min(self.width, self.height) > _NEARLY_ALL:
            raise UsageError("That is the whole page. Withhold the page.")

    def box(self, width: int, height: int) -> Box:
        """Where it is on a picture of that size, in pixels: the whole of each that it touches."""
        left, top = floor(self.left * width / 100), floor(self.top * height / 100)
        right = ceil((self.left + self.width) * width / 100)
        bottom = ceil((self.top + self.height) * height / 100)
        right, bottom = min(right, width), min(bottom, height)
        return Box(left, top, right - left, bottom - top)


def withhold_part(
    tx: sa.Connection, held: HeldLetter, number: int, area: PageArea, reason: str
) -> None:
    """The letter is delivered with this part of the page covered. Raises UsageError for an area
    that is not on the page, too small to mean anything, or all of it; and Conflict unless it is a
    letter page."""
    area.check()
    row = letter_page(tx, held, number)
    part = WithheldPart(area.box(row.width, row.height), reason)
    keep_parts(tx, row.id, (*parts_of(tx, [row.id])[row.id], part))


def give_back_parts(tx: sa.Connection, held: HeldLetter, number: int) -> None:
    """All of the page is delivered. Raises Conflict unless parts of it are withheld."""
    row = letter_page(tx, held, number)
    if not parts_of(tx, [row.id])[row.id]:
        raise Conflict(f"No part of page {number} is withheld.")
    keep_parts(tx, row.id, ())
