"""Pictures in memory: coded, read and turned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.imaging import encode, load, turn
from digitizer.model.errors import EngineError
from tests.support.made_pages import letter


def test_pictures_come_back() -> None:
    bilevel = np.where(letter() > 128, 255, 0).astype(np.uint8)
    assert encode(bilevel).startswith(b"\x89PNG")
    assert np.array_equal(load(encode(bilevel)), bilevel)
    colour = np.dstack([np.full((90, 80), level, np.uint8) for level in (200, 100, 20)])
    assert encode(colour).startswith(b"\xff\xd8")
    assert np.abs(load(encode(colour)).astype(int) - colour).max() < 6
    assert load(encode(colour[..., 0])).shape == (90, 80)


@pytest.mark.parametrize("data", [b"", b"nonsense", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_an_engine_error(data: bytes) -> None:
    with pytest.raises(EngineError):
        load(data)


@given(st.integers(-9, 9))
def test_quarter_turns_are_clockwise(turns: int) -> None:
    page = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert np.array_equal(turn(turn(page, turns), -turns), page)
    assert turn(page, 1).tolist() == [[3, 0], [4, 1], [5, 2]]
    assert np.array_equal(turn(page, turns + 4), turn(page, turns))
