"""Which pages of one letter are written as no page before them is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from digitizer.letters.hands import in_another_hand

Hand = tuple[int, ...]


def hand(way: int, gap: int, other: int = 0) -> Hand:
    """Strokes that run one way, a gap between them, and a little of something else."""
    shares = [0] * 40
    shares[way] = shares[18 + gap] = shares[29 + gap] = 230
    shares[way + 1] = 100 + other
    return tuple(shares)


ONE, NEARLY_ONE, TWO = hand(8, 3), hand(8, 3, 40), hand(13, 7)


@pytest.mark.parametrize(
    ("hands", "places"),
    [
        ([], ()),
        ([ONE], ()),
        ([ONE, ONE, NEARLY_ONE], ()),
        ([ONE, TWO], (1,)),
        ([ONE, NEARLY_ONE, TWO, TWO], (2,)),
        ([ONE, TWO, ONE, TWO], (1,)),
        ([ONE, (), TWO], (2,)),
        ([(), ONE, NEARLY_ONE, ()], ()),
        ([(), TWO], ()),
    ],
)
def test_a_hand_is_another_where_no_page_before_it_has_it(
    hands: Sequence[Hand], places: tuple[int, ...]
) -> None:
    assert in_another_hand(hands) == places
