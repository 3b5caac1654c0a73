"""Whether what is held as one letter may be more than one: a person must see it all.

A lost separator or cover leaves no sign of its own. What it leaves are the things that change where
one letter ends: an envelope, another size or colour of paper, another hand, a second greeting, a
count that is off. None of them decides; each only asks for a look at every page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

import sqlalchemy as sa

from digitizer.letters.transcripts import texts_of
from digitizer.model.mail import PageRole
from digitizer.model.paper import ANOTHER_HAND, DoubtReason
from digitizer.screening.exception_queue import ScanPage
from digitizer.screening.greetings import greets

#: An envelope is at most so much of the height of the letter's tallest page.
_ENVELOPE = 0.7
#: Sides of one letter's paper differ by less than this, as scanners crop them.
_SAME_PAPER = 0.05
#: Grey levels: by how much less one paper differs from side to side, in its tint (how far its red,
#: green and blue lie apart) and its lightness, which writing that shines through changes, too.
_SAME_TINT, _SAME_LIGHT = 9, 24
_COUNTS = frozenset({DoubtReason.SHEET_COUNT, DoubtReason.LETTER_COUNT, DoubtReason.FORM_SHEETS})


class Sign(StrEnum):
    """Why there may be two letters in one."""

    ENVELOPE = "envelope"
    SIZE = "size"
    COLOUR = "colour"
    HAND = "hand"
    GREETING = "greeting"
    COUNT = "count"


def find_signs(
    tx: sa.Connection, pages: Sequence[ScanPage], doubts: Collection[str] = ()
) -> tuple[Sign, ...]:
    """The signs in a letter of these pages, with what was read on them."""
    content = [page.id for page in pages if page.role is PageRole.CONTENT]
    texts = texts_of(tx, content) if len(content) > 1 else {}
    return signs_of_two(pages, doubts, {each for each in texts if greets(texts[each])})


def signs_of_two(
    pages: Sequence[ScanPage], doubts: Collection[str] = (), greeting: Collection[int] = ()
) -> tuple[Sign, ...]:
    """``pages`` are one letter's, in the order of the scanner, ``doubts`` the reasons for which it
    is held, ``greeting`` the ids of the pages that greet somebody. An envelope may come first."""
    return tuple(_signs(pages, doubts, greeting))


def _signs(
    pages: Sequence[ScanPage], doubts: Collection[str], greeting: Collection[int]
) -> Iterator[Sign]:
    content = [page for page in pages if page.role is PageRole.CONTENT]
    if len(content) < 2:
        return
    tallest = max(page.inches[1] for page in content)
    envelopes = [page.envelope or page.inches[1] <= _ENVELOPE * tallest for page in content]
    letters = [page for page, small in zip(content, envelopes, strict=True) if not small]
    if any(envelopes[1:]):
        yield Sign.ENVELOPE
    if any(not _same_size(page, letters[0]) for page in letters[1:]):
        yield Sign.SIZE
    seen = [page for page in letters if page.paper]
    if any(not _same_colour(page, seen[0]) for page in seen[1:]):
        yield Sign.COLOUR
    if any(ANOTHER_HAND in page.quality for page in letters[1:]):
        yield Sign.HAND
    if any(page.id in greeting for page in letters[1:]):
        yield Sign.GREETING
    if _COUNTS & set(doubts):
        yield Sign.COUNT


def _same_size(one: ScanPage, other: ScanPage) -> bool:
    sides = zip(one.inches, other.inches, strict=True)
    return all(abs(a - b) <= _SAME_PAPER * max(a, b) for a, b in sides)


def _same_colour(one: ScanPage, other: ScanPage) -> bool:
    light, other_light = sum(one.paper) / 3, sum(other.paper) / 3
    tints = zip(one.paper, other.paper, strict=True)
    apart = max(abs((a - light) - (b - other_light)) for a, b in tints)
    return apart <= _SAME_TINT and abs(light - other_light) <= _SAME_LIGHT
