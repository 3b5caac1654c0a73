from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.engines.reading.layout.pictures import cut_out, grey, resize, share_of, shrink
from digitizer.model.paper import Box

Picture = NDArray[np.uint8]


def test_grey_stays_grey_and_colour_becomes_it() -> None:
    red = np.zeros((4, 6, 3), np.uint8)
    red[:, :, 0] = 255
    assert grey(red).shape == (4, 6)
    assert grey(red)[0, 0] == 76  # red's share of brightness, not blue's
    assert grey(grey(red)) is not None


@pytest.mark.parametrize(("factor", "shape"), [(0.5, (50, 30)), (1.0, (100, 60)), (3, (100, 60))])
def test_pictures_only_shrink(factor: float, shape: tuple[int, int]) -> None:
    assert shrink(np.zeros((100, 60), np.uint8), factor).shape == shape


def test_a_picture_can_be_made_narrower_alone_or_larger() -> None:
    assert resize(np.zeros((48, 100), np.uint8), 0.65, 1.0).shape == (48, 65)
    assert resize(np.zeros((20, 30, 3), np.uint8), 2.0).shape == (40, 60, 3)


def test_the_share_of_boxes() -> None:
    assert share_of(np.zeros((10, 20), np.uint8), [Box(0, 0, 5, 4), Box(9, 9, 10, 2)]) == 0.2


def test_a_very_long_picture_keeps_a_pixel() -> None:
    assert shrink(np.zeros((1, 3000), np.uint8), 0.1).shape == (1, 300)


def test_a_tilted_line_is_cut_out_level() -> None:
    page = np.full((300, 600), 255, np.uint8)
    corners = np.array([[100, 100], [500, 140], [496, 180], [96, 140]], dtype=np.float32)
    cv2.fillConvexPoly(page, corners.astype(np.int32), 0)
    line = cut_out(page, corners, 48)
    assert line.shape[0] == 48
    assert 440 < line.shape[1] < 500
    assert line.mean() < 12


def test_a_line_without_extent_is_still_a_picture() -> None:
    point = np.array([[5, 5]] * 4, dtype=np.float32)
    assert cut_out(np.zeros((9, 9, 3), np.uint8), point, 48).shape == (48, 48, 3)
