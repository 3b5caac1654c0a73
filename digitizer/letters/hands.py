"""Which pages of what is taken for one letter are in another hand than all pages before them.

It only asks a person to look: two people may write one letter, and one person in print and cursive.
Neither what is measured nor whose hand it may be is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import dist

#: Where the three kinds of shares in a hand's numbers end, by how much (of 255) two people usually
#: differ in each, and how much more than usual pages must differ in all. Of living writers half of
#: whom this was chosen on: docs/lab/splitting.md.
_ENDS, _USUAL, _APART = (18, 29, 40), (69.0, 43.0, 74.0), 2.1


def in_another_hand(hands: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The places, from 0, of the pages that are as unlike each page before them as people are.
    ``hands`` are as the imaging measured them; an empty one is like any."""
    known = [(place, hand) for place, hand in enumerate(hands) if hand]
    return tuple(
        place
        for i, (place, hand) in enumerate(known)
        if i and all(_unlikeness(hand, before) > _APART for _, before in known[:i])
    )


def _unlikeness(one: Sequence[int], other: Sequence[int]) -> float:
    starts = (0, *_ENDS[:-1])
    return sum(
        dist(one[start:end], other[start:end]) / usual
        for start, end, usual in zip(starts, _ENDS, _USUAL, strict=True)
    )
