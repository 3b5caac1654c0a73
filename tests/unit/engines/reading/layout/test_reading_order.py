from __future__ import annotations

import math
import random
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.reading.layout.reading_order import Piece, page_skew, reading_order


def piece(left: float, top: float, width: float, height: float = 20) -> Piece:
    right, bottom = left + width, top + height
    return Piece(((left, top), (right, top), (right, bottom), (left, bottom)))


def turned(one: Piece, degrees: float) -> Piece:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return Piece(tuple((x * cos - y * sin, x * sin + y * cos) for x, y in one.corners))


COLUMN = [piece(50, 100 + 40 * row, 400 - 10 * (row % 3)) for row in range(8)]
SPREAD = COLUMN + [piece(500, 110 + 40 * row, 420) for row in range(8)]

pieces = st.builds(
    piece,
    st.floats(0, 2000),
    st.floats(0, 3000),
    st.floats(1, 1500),
    st.floats(1, 200),
)


def test_no_pieces_have_no_order() -> None:
    assert reading_order([]) == []


@given(st.lists(pieces, max_size=30))
def test_every_piece_is_read_exactly_once(some: list[Piece]) -> None:
    assert sorted(chain.from_iterable(reading_order(some))) == list(range(len(some)))


@given(st.permutations(range(len(SPREAD))))
def test_order_does_not_depend_on_the_detectors_order(shuffled: list[int]) -> None:
    lines = reading_order([SPREAD[index] for index in shuffled])
    assert [[shuffled[index] for index in line] for line in lines] == [[i] for i in range(16)]


@given(st.floats(-8, 8))
def test_order_does_not_depend_on_skew(degrees: float) -> None:
    pieces_of_lines = [piece(left, 100 + 40 * row, 280) for row in range(6) for left in (50, 350)]
    tilted = [turned(one, degrees) for one in pieces_of_lines[:6]]
    assert reading_order(tilted) == [[0, 1], [2, 3], [4, 5]]
    assert page_skew(tilted) == pytest.approx(degrees, abs=1e-6)


def test_a_heading_above_and_a_line_below_columns_frame_them() -> None:
    heading, footing = piece(60, 40, 800), piece(60, 500, 850)
    order = reading_order([footing, *SPREAD, heading])
    assert order[0] == [17]
    assert order[-1] == [0]
    assert list(chain.from_iterable(order[1:-1])) == list(range(1, 17))


def test_lines_that_stick_out_a_little_still_leave_a_gutter() -> None:
    jitter = random.Random(3)
    left = [piece(50, 100 + 40 * row, 430 + jitter.randint(0, 25)) for row in range(8)]
    right = [piece(470 + jitter.randint(0, 20), 100 + 40 * row, 420) for row in range(8)]
    assert [line[0] for line in reading_order(left + right)] == list(range(16))


def test_a_shorter_right_page_is_read_after_the_whole_left_one() -> None:
    assert [line[0] for line in reading_order(SPREAD[:13])] == list(range(13))


def test_a_lists_numbers_stay_with_their_lines() -> None:
    numbers = [piece(50, 100 + 40 * row, 25) for row in range(6)]
    texts = [piece(110, 100 + 40 * row, 500) for row in range(6)]
    assert reading_order(numbers + texts) == [[row, row + 6] for row in range(6)]


def test_an_address_beside_a_date_is_no_column() -> None:
    address = [piece(50, 100 + 40 * row, 300) for row in range(3)]
    assert reading_order([*address, piece(600, 100, 200)]) == [[0, 3], [1], [2]]


def test_an_address_under_half_a_letterhead_is_read_after_all_of_it() -> None:
    left = [piece(50, 100 + 30 * row, 300) for row in range(4)]
    right = [piece(600, 100 + 30 * row, 300) for row in range(4)]
    address = [piece(50, 400 + 30 * row, 300) for row in range(3)]
    assert [line[0] for line in reading_order(left + right + address)] == list(range(11))
