"""What is darker, or of another colour, than its paper."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.imaging.ink import averaged, chroma, find_ink, reduced
from digitizer.engines.imaging.pixels import Picture


def _sheet(level: int = 240) -> Picture:
    return np.full((1100, 850), level, np.uint8)


def test_a_page_is_reduced_to_about_100_dpi_and_never_enlarged() -> None:
    page = reduced(np.zeros((3300, 2550), np.uint8), 300)
    assert (page.picture.shape, page.dpi) == ((1100, 850), 100)
    small = reduced(np.zeros((50, 40), np.uint8), 72)
    assert (small.picture.shape, small.dpi) == ((50, 40), 72)
    assert page.pixels(25.4) == 100


@given(st.integers(1, 255), st.integers(1, 40), st.integers(1, 40))
def test_the_mean_of_an_even_page_is_its_level(level: int, width: int, height: int) -> None:
    found = averaged(np.full((97, 83), level, np.uint8), width, height)
    assert found.shape == (height, width)
    assert (found == level).all()


def test_an_empty_sheet_has_no_ink_and_a_word_has() -> None:
    page = _sheet()
    assert find_ink(reduced(page, 100)).share == 0
    page[500:512, 200:600:12] = 40
    page[500:503, 200:600] = 40
    ink = find_ink(reduced(page, 100))
    assert ink.strokes[501, 400]
    assert 0 < ink.share < 0.01
    assert ink.paper == pytest.approx(240, abs=1)
    assert not ink.uneven


def test_dust_and_the_border_of_a_scanner_are_no_strokes() -> None:
    page = _sheet()
    page[300, 300] = 0
    page[:, :12] = 0
    assert find_ink(reduced(page, 100)).share == 0


def test_a_page_that_is_half_dark_is_uneven() -> None:
    page = _sheet()
    page[:550] = 60
    assert find_ink(reduced(page, 100)).uneven


def test_colour_is_counted_from_the_papers_own_tint() -> None:
    tinted = np.full((40, 40, 3), (250, 240, 200), np.uint8)
    tinted[10, 10] = (250, 240, 60)
    found = chroma(tinted)
    assert int(found[0, 0]) == 0
    assert int(found[10, 10]) == 140
