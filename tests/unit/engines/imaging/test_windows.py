"""A scanner's plate beyond a short sheet is cut off; what may be part of the sheet never is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from digitizer.engines.imaging.ink import Reduced
from digitizer.engines.imaging.pixels import grey
from digitizer.engines.imaging.windows import within_window

Levels = np.ndarray[Any, np.dtype[np.float32]]

DPI, WIDTH, HEIGHT = 100, 850, 1100
STRIP = 100  # pixels, 25 mm


def sheet(tone: float | tuple[float, ...] = 190.0) -> Levels:
    """A sheet with a plate of this tone below it."""
    page = np.full((HEIGHT, WIDTH, 3), 244.0, np.float32)
    page[HEIGHT - STRIP :] = tone
    return page + np.random.default_rng(5).normal(0, 1, page.shape).astype(np.float32)


def cut(page: Levels) -> Reduced | None:
    picture = np.clip(page, 0, 255).astype(np.uint8)
    return within_window(Reduced(picture, grey(picture), DPI))


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_a_plate_along_any_edge_is_cut_off(quarter: int) -> None:
    found = cut(np.ascontiguousarray(np.rot90(sheet(), quarter)))
    assert found is not None
    assert found.grey.shape == found.picture.shape[:2]
    assert found.dpi == DPI
    left = sorted(found.grey.shape)
    assert left[0] == WIDTH
    assert HEIGHT - STRIP - 10 <= left[1] <= HEIGHT - STRIP
    assert int(found.grey.min()) > 230


def test_a_sheet_that_fills_its_window_is_left_as_it_is() -> None:
    assert cut(sheet(244.0)) is None


def test_anything_upon_the_strip_makes_it_part_of_the_sheet() -> None:
    page = sheet()
    page[HEIGHT - 60 : HEIGHT - 52, 300:340] -= 60
    assert cut(page) is None


def test_a_strip_of_colour_is_no_plate() -> None:
    assert cut(sheet((200.0, 190.0, 150.0))) is None


def test_a_strip_that_is_hardly_darker_is_part_of_the_sheet() -> None:
    assert cut(sheet(238.0)) is None


def test_a_strip_that_ends_askew_is_no_plate() -> None:
    page = sheet()
    for column in range(WIDTH):
        page[HEIGHT - STRIP - column // 12 : HEIGHT, column] = 190
    assert cut(page) is None


def test_more_than_a_third_of_the_side_is_no_strip() -> None:
    page = sheet()
    page[HEIGHT // 2 :] = 190
    assert cut(page) is None


def test_a_scrap_is_left_as_it_is() -> None:
    page = np.full((120, 120, 3), 244.0, np.float32)
    page[80:] = 180
    assert cut(page) is None
