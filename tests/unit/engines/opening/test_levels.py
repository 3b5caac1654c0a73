"""Levels of any depth become eight bits."""

from __future__ import annotations

import numpy as np
import pytest

from digitizer.engines.opening.levels import eight_bits


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_white_is_the_top_of_the_bits_that_are_used(bits: int) -> None:
    top = (1 << bits) - 1
    assert eight_bits(np.array([[0, top // 2, top]], np.uint16))[0].tolist() == [0, 127, 255]
