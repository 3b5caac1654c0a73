"""What the decoders saw, and where."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.codes.cover_code import KeyRing, new_cover_code, new_key, payload
from digitizer.engines.codes.decoders import Look, bounds, moved, zbar, zxing
from digitizer.model.paper import Box, CodeKind, Symbol

_SIDES = st.integers(0, 5000)
_BOXES = st.builds(Box, _SIDES, _SIDES, _SIDES, _SIDES)


@given(st.lists(st.tuples(_SIDES, _SIDES), min_size=1))
def test_bounds_hold_every_corner_and_no_more(corners: list[tuple[int, int]]) -> None:
    box = bounds(corners)
    xs, ys = zip(*corners, strict=True)
    assert (box.left, box.top, box.right, box.bottom) == (min(xs), min(ys), max(xs), max(ys))


@given(_BOXES, _SIDES, _SIDES)
def test_a_box_is_scaled_and_then_shifted(box: Box, left: int, top: int) -> None:
    assert moved(box, 1, left, top) == Box(box.left + left, box.top + top, box.width, box.height)
    assert moved(box, 2) == Box(2 * box.left, 2 * box.top, 2 * box.width, 2 * box.height)


def test_looks_add_up_and_move_as_a_whole() -> None:
    symbol = Symbol("QRCode", "a", Box(1, 2, 3, 4), ("zbar",))
    look = Look((symbol,), trouble=("one failed",)) + Look(undecoded=(Box(5, 5, 1, 1),))
    there = look.moved(2, 10, 20)
    assert [each.box for each in there.symbols] == [Box(12, 24, 6, 8)]
    assert there.undecoded == (Box(20, 30, 2, 2),)
    assert there.trouble == ("one failed",)


def test_only_what_claims_to_be_ours_is_ours() -> None:
    keys = KeyRing({1: new_key()}, 1)
    texts = (payload(new_cover_code(CodeKind.INMATE, keys), keys), "https://example.org")
    look = Look(tuple(Symbol("QRCode", text, Box(0, 0, 9, 9), ()) for text in texts))
    assert [each.text for each in look.ours] == [texts[0]]


def test_an_empty_picture_holds_nothing_and_one_of_no_size_is_not_tried() -> None:
    white = np.full((300, 300), 255, np.uint8)
    assert zxing(white, thorough=True) == zbar(white) == Look()
    assert zbar(white[:1]) == Look()
