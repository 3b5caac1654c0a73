"""Two-byte codes for the letters of a document: what its one font is asked to draw.

A letter of Unicode's first plane is its own code. One beyond it (an emoji) gets one of the 2048
codes that UTF-16 keeps for halves of such letters and that are no letters themselves, since
PDF/A wants a code to stand for a whole letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Codes = Mapping[str, int]
"""The codes of the letters beyond the first plane; every other letter is its own."""

HALVES = range(0xD800, 0xE000)
_REPLACEMENT = 0xFFFD
#: What ISO 19005-2, 6.2.11.7.2 forbids as the meaning of a code, and what means nothing.
MEANINGLESS = frozenset({0x0000, 0xFEFF, 0xFFFE, 0xFFFF, *HALVES})


def codes_for(texts: Iterable[str]) -> Codes:
    """Codes for the letters of ``texts`` beyond the first plane. After 2048 there are none left."""
    beyond = dict.fromkeys(letter for text in texts for letter in text if ord(letter) > 0xFFFF)
    return dict(zip(beyond, HALVES, strict=False))


def encoded(text: str, codes: Codes) -> list[int]:
    """The codes of a text's letters. What has no code, or no meaning, is U+FFFD."""
    return [codes.get(letter, _own(letter)) for letter in text]


def _own(letter: str) -> int:
    number = ord(letter)
    return _REPLACEMENT if number > 0xFFFF or number in MEANINGLESS else number
