"""Which page of a letter is its envelope, by its shape and by there being words on it.

An envelope is content like any other page; it is only called what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: An envelope is at most so high for its width, and so high for the letter's tallest page.
_FLAT, _SMALL = 0.78, 0.7
#: A photograph has the shape of one, too, but no address on it.
_LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class PageLook:
    """A page by its ``number``: its picture in pixels at ``dpi`` (0: not known), and how many words
    were read on it."""

    number: int
    width: int
    height: int
    dpi: int
    words: int

    @property
    def tall(self) -> float:
        return self.height / (self.dpi or 1)


def envelopes_among(pages: Sequence[PageLook]) -> set[int]:
    """The numbers of those of one letter's pages that look like an envelope.

    A page alone is none: it may be a card.
    """
    tallest = max((page.tall for page in pages), default=0.0)
    return {page.number for page in pages if _is_envelope(page, tallest)}


def _is_envelope(page: PageLook, tallest: float) -> bool:
    flat = page.height <= _FLAT * page.width
    return flat and page.tall <= _SMALL * tallest and page.words >= _LEAST_WORDS
