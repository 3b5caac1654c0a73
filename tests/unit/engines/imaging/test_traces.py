"""Bits of a fold go on under the grain; a roller's marks come again at equal steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
import pytest

from digitizer.engines.imaging.ink import Reduced, find_ink
from digitizer.engines.imaging.paper_marks import Parts, measured
from digitizer.engines.imaging.traces import comes_again, of_a_roller, on_folds

Levels = np.ndarray[Any, np.dtype[np.float32]]

DPI, WIDTH, HEIGHT = 100, 850, 1100
MM = DPI / 25.4


def paper() -> Levels:
    noise = np.random.default_rng(3).normal(244, 1, (HEIGHT, WIDTH))
    return noise.astype(np.float32)


def bit(page: Levels, y: float, left: float, long: float, tone: float) -> None:
    """A bit of a line across the page, 0.5 mm thick; all in mm but ``tone``."""
    row, thick = round(y * MM), 2
    page[row : row + thick, round(left * MM) : round((left + long) * MM)] -= tone


def folds_of(page: Levels) -> tuple[Parts, Any]:
    small = _reduced(page)
    ink = find_ink(small)
    parts = measured(ink.raw, small, ink)
    plain = parts.extent >= 1.6
    return parts, on_folds(parts, plain, small, ink) & plain


def _reduced(page: Levels) -> Reduced:
    picture = np.clip(page, 0, 255).astype(np.uint8)
    return Reduced(picture, picture, DPI)


def test_a_bit_of_a_line_that_goes_on_faintly_is_a_folds() -> None:
    page = paper()
    bit(page, 140, 5, 205, 3)
    bit(page, 140, 60, 12, 15)
    parts, found = folds_of(page)
    assert found.any()
    assert parts.top[found] == pytest.approx(140, abs=1)


def test_the_same_along_the_side() -> None:
    page = np.ascontiguousarray(paper().T)
    bit(page, 110, 5, 260, 3)
    bit(page, 110, 60, 12, 15)
    parts, found = folds_of(np.ascontiguousarray(page.T))
    assert found.any()
    assert parts.left[found] == pytest.approx(110, abs=1)


def test_a_dash_alone_is_drawn() -> None:
    page = paper()
    bit(page, 140, 60, 12, 18)
    parts, found = folds_of(page)
    assert (parts.extent >= 10).any()
    assert not found.any()


def test_a_dark_dash_on_a_fold_is_drawn() -> None:
    page = paper()
    bit(page, 140, 5, 205, 3)
    bit(page, 140, 60, 12, 90)
    parts, found = folds_of(page)
    assert not found[parts.deep >= 45].any()


def test_many_dashes_are_no_folds() -> None:
    page = paper()
    bit(page, 140, 5, 205, 3)
    for number in range(14):
        bit(page, 40 + number * 15, 60, 12, 18)
    assert not folds_of(page)[1].any()


def smudges(ys: list[float], tone: float = 14, x: float = 100, soft: float = 2.2) -> Any:
    page = paper()
    layer = np.zeros_like(page)
    for y in ys:
        cv2.circle(layer, (round(x * MM), round(y * MM)), round(3.5 * MM), 1.0, -1)
    page -= tone * np.asarray(cv2.GaussianBlur(layer, (0, 0), soft * MM), np.float32)
    small = _reduced(page)
    ink = find_ink(small)
    parts = measured(ink.raw, small, ink)
    plain = parts.extent >= 1.6
    return of_a_roller(parts, plain)[plain]


@pytest.mark.parametrize("ys", [[40, 95, 150, 205], [40, 95, 205]])
def test_marks_at_equal_steps_are_a_rollers_even_where_one_is_missing(ys: list[float]) -> None:
    found = smudges(ys, tone=15)
    assert found.size >= 3
    assert found.all()


def test_two_marks_are_no_rollers() -> None:
    assert not smudges([40, 95], tone=15).any()


def test_marks_at_unequal_steps_are_no_rollers() -> None:
    assert not smudges([40, 95, 125, 205], tone=15).any()


def test_sharp_or_dark_marks_are_no_rollers() -> None:
    assert not smudges([40, 95, 150, 205], tone=40, soft=0.1).any()
    assert not smudges([40, 95, 150, 205], tone=60).any()


# ---- a column that comes again at each turn

COLUMN = (round(100 * MM), round(109 * MM))


def _darkened(places: Iterable[tuple[float, float]], tone: float = 3) -> Reduced:
    """A side whose column is darker at each of these places (mm from the top, and mm long)."""
    page = paper()
    for top, long in places:
        page[round(top * MM) : round((top + long) * MM), slice(*COLUMN)] -= tone
    return _reduced(page)


def _again(page: Reduced) -> bool:
    return comes_again(page.grey, *COLUMN, page)


@pytest.mark.parametrize("turn", [38, 55, 70])
def test_what_comes_at_each_turn_is_a_rollers(turn: float) -> None:
    assert _again(_darkened((top, 13) for top in np.arange(10, 275, turn)))


def test_a_list_of_equal_steps_is_not() -> None:
    assert not _again(_darkened((10 + 9 * number, 4) for number in range(29)))


def test_words_here_and_there_are_not() -> None:
    assert not _again(_darkened([(12, 5), (60, 12), (95, 4), (190, 8), (240, 5)]))


@pytest.mark.parametrize("count", [2, 3, 4])
def test_what_is_not_there_at_every_turn_is_not(count: int) -> None:
    assert not _again(_darkened((20 + 55 * number, 8) for number in range(count)))


def test_what_lies_at_the_very_side_of_a_page_is_not_asked() -> None:
    page = _darkened([])
    assert not comes_again(page.grey, 0, WIDTH, page)
