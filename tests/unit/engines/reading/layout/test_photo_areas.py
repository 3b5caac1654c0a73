from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digitizer.engines.reading.layout.photo_areas import photos
from digitizer.engines.reading.layout.pictures import share_of

Picture = NDArray[np.uint8]


def test_a_picture_that_fills_the_page(photograph: Picture) -> None:
    (box,) = photos(photograph)
    assert (box.left, box.top, box.width, box.height) == (0, 0, 1200, 800)


@pytest.mark.parametrize("paper", [250, 200])
def test_a_picture_on_paper_is_boxed(photograph: Picture, paper: int) -> None:
    page = np.full((1650, 1275), paper, np.uint8)
    page[300:700, 250:850] = photograph[:400, :600]
    (box,) = photos(page)
    assert (box.left, box.top) == pytest.approx((250, 300), abs=30)
    assert (box.right, box.bottom) == pytest.approx((850, 700), abs=30)


def test_a_pale_picture_is_known_by_its_colour(photograph: Picture) -> None:
    page = np.full((1650, 1275, 3), 240, np.uint8)
    page[300:700, 250:850, 1] = 120 + photograph[:400, :600] // 2
    page[300:700, 250:850, 2] = 100
    (box,) = photos(page)
    assert box.width > 500


def test_text_and_paper_are_no_pictures(typed_page: Picture, scrawled_page: Picture) -> None:
    assert photos(typed_page) == ()
    assert photos(scrawled_page) == ()
    assert photos(np.full((900, 700), 255, np.uint8)) == ()
    shade = np.tile(np.linspace(150, 250, 1200), (1600, 1)).astype(np.uint8)
    assert photos(shade) == ()


def test_the_dark_around_a_sheet_is_no_picture() -> None:
    page = np.full((1600, 1200), 30, np.uint8)
    page[100:1500, 90:1100] = 235
    assert photos(page) == ()


@pytest.mark.parametrize("shape", [(1, 1), (3, 2000), (40, 40, 3)])
def test_a_scrap_is_no_picture(shape: tuple[int, ...]) -> None:
    assert photos(np.zeros(shape, np.uint8)) == ()


def test_real_letters_are_no_photographs(letters_corpus: list[Path]) -> None:
    for path in letters_corpus[::6]:
        page = np.asarray(Image.open(path))
        assert share_of(page, photos(page)) < 0.4
