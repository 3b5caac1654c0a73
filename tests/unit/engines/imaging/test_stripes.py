"""Thin lines that dirt on the glass draws down a page."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.support.made_pages import DPI, Levels, letter, look, paper

_AT = 900  # pixels at 300 dpi: 76.2 mm


def _striped(page: Levels, wide: int = 2, depth: float = 60.0, at: int = _AT) -> Levels:
    page = page.copy()
    page[:, at : at + wide] -= depth
    return page


def _ruled(skew: float = 0.0) -> Levels:
    """A pad's page: a line a 7 mm, no margin."""
    page = paper()
    for y in range(300, 3200, 84):
        page[y : y + 3] -= 60
    turned = cv2.getRotationMatrix2D((1275, 1650), skew, 1)
    return np.asarray(cv2.warpAffine(page, turned, (2550, 3300), borderValue=245), np.float32)


def _grid() -> Levels:
    page = _ruled()
    for x in range(150, 2500, 118):
        page[:, x : x + 3] -= 60
    return page


@pytest.mark.parametrize("wide", [1, 3, 8])
@pytest.mark.parametrize("page", [paper(), letter(), _ruled(0.4)], ids=["blank", "letter", "pad"])
def test_a_line_down_the_whole_page_is_found_at_its_place(page: Levels, wide: int) -> None:
    (at,) = look(_striped(page, wide)).stripes
    assert at == pytest.approx((_AT + wide / 2) / DPI * 25.4, abs=0.2)


@pytest.mark.parametrize(
    "page",
    [paper(), letter(), _ruled(), _ruled(0.4), _grid(), paper(noise=12)],
    ids=["blank", "letter", "ruled", "ruled askew", "grid", "grainy"],
)
def test_clean_ruled_and_lined_pages_have_none(page: Levels) -> None:
    assert look(page).stripes == ()


def test_a_line_of_the_paper_that_leans_as_the_sheet_lay_is_none() -> None:
    turned = cv2.getRotationMatrix2D((1275, 1650), 0.4, 1)
    margin = cv2.warpAffine(_striped(paper(), 4), turned, (2550, 3300), borderValue=245)
    assert look(np.asarray(margin, np.float32)).stripes == ()


def test_a_line_that_ends_within_the_page_is_none() -> None:
    page = paper()
    page[: int(3300 * 0.7), _AT : _AT + 3] -= 60
    assert look(page).stripes == ()


def test_the_shadow_of_the_sheets_edge_is_none() -> None:
    assert look(_striped(paper(), 3, at=60)).stripes == ()


def test_in_black_and_white_it_is_found_too() -> None:
    page = np.where(letter() < 128, 0, 255).astype(np.uint8)
    page[:, _AT] = 0
    assert len(look(page).stripes) == 1
