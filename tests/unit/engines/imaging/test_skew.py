"""Pages that lie askew are straightened, and no other."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.engines.imaging import grey, turn
from digitizer.engines.imaging.skew import straighten
from tests.support.made_pages import letter, look, paper


@pytest.mark.parametrize("degrees", [-6.0, -2.5, -0.7, 0.0, 0.5, 1.3, 4.0])
def test_a_letter_lying_askew_is_straightened(degrees: float) -> None:
    askew = straighten(np.clip(letter(), 0, 255).astype(np.uint8), -degrees, (245,))
    page = look(askew)
    assert page.skew == pytest.approx(degrees, abs=0.15)
    assert abs(look(page.image).skew) < 0.3


def test_a_page_on_its_side_is_straightened_too() -> None:
    upright = np.clip(letter(), 0, 255).astype(np.uint8)
    askew = straighten(turn(upright, 1), -2.0, (245,))
    assert look(askew).skew == pytest.approx(2.0, abs=0.3)


@settings(max_examples=15, deadline=None)
@given(
    st.integers(40, 200),
    st.integers(40, 200),
    st.floats(-7, 7, allow_nan=False),
    st.sampled_from([1, 3]),
)
def test_straightening_loses_no_corner(
    height: int, width: int, degrees: float, channels: int
) -> None:
    page = np.full((height, width) if channels == 1 else (height, width, 3), 255, np.uint8)
    for y in (0, height - 6):
        for x in (0, width - 6):
            page[y : y + 6, x : x + 6] = 0
    turned = straighten(page, degrees, (255,) * channels)
    ink = [(255.0 - grey(each)).sum() for each in (page, turned)]
    assert ink[1] == pytest.approx(ink[0], rel=0.03)


def test_noise_is_not_turned() -> None:
    random = np.random.default_rng(3)
    blots = paper()
    for x, y in random.integers(200, 2300, (300, 2)):
        cv2.circle(blots, (int(x), int(y)), 9, 40.0, -1)
    assert look(blots).skew == 0
