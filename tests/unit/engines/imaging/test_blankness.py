"""Which backs are surely blank: only those may be hidden."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from digitizer.engines.imaging import prepare
from digitizer.engines.opening import OpenedPage
from digitizer.model.paper import PERHAPS_BLANK
from tests.support.made_backs import (
    DPI,
    HEIGHT,
    MM,
    WIDTH,
    Levels,
    at,
    disc,
    look,
    paper,
    patch,
    write,
)

Draw = Callable[[Levels], None]


# ---- never hidden without a mark


def _word_at_the_left_edge(page: Levels) -> None:
    write(page, "Mom", 0.3, 120, 120)


def _word_over_the_lower_edge(page: Levels) -> None:
    write(page, "Mom", 90, 280.5, 120)


def _word_that_touches_a_lid(page: Levels) -> None:
    page[: at(3)] = 20
    write(page, "Mom", 90, 5.5, 200)


def _word_across_a_fold(page: Levels) -> None:
    page[at(93) : at(93.4)] -= 15
    write(page, "Mom", 90, 95, 60)


def _sticker_over_an_edge(page: Levels) -> None:
    patch(page, 0, 60, 15, 20, 20)


def _wash(page: Levels) -> None:
    patch(page, 40, 80, 60, 50, 7)


def _shading_over_half_of_the_side(page: Levels) -> None:
    patch(page, 0, 0, 120, 279, 7)


def _pale_photograph(page: Levels) -> None:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    page -= 12 + 10 * np.sin(x / 170) * np.cos(y / 210)


def _finger_print(page: Levels) -> None:
    for row in range(18):
        for column in range(12):
            if (row * 7 + column * 3) % 5:
                disc(page, 100 + column * 1.1, 100 + row * 1.1, 0.18, 70)


def _five_dots_in_a_row(page: Levels) -> None:
    for column in range(5):
        disc(page, 60 + column * 7, 140, 0.3, 120)


def _ruled_form(page: Levels) -> None:
    for row in range(14):
        patch(page, 15, 50 + row * 9, 180, 0.13, 14)


def _tally(page: Levels) -> None:
    for column in range(3):
        patch(page, 60 + column * 2.5, 90, 0.4, 4, 90)


def _pressed_circle(page: Levels) -> None:
    layer = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.circle(layer, (at(100), at(100)), at(18), 1.0, at(0.7))
    soft = cv2.GaussianBlur(layer, (0, 0), 0.15 * MM)
    page -= 25 * (np.asarray(soft) - np.roll(soft, (2, 2), (0, 1)))


def _two_small_strokes(page: Levels) -> None:
    """As short as two grains of dust that touch, which are never two."""
    for column in range(2):
        patch(page, 100 + column * 2, 150, 0.3, 2, 120)


def _three_words_where_holes_are(page: Levels) -> None:
    for y in (31, 139, 247):
        write(page, "ok", 10, y, 90)


MARKED = [
    _word_at_the_left_edge,
    _word_over_the_lower_edge,
    _word_that_touches_a_lid,
    _word_across_a_fold,
    _sticker_over_an_edge,
    _wash,
    _shading_over_half_of_the_side,
    _pale_photograph,
    _finger_print,
    _five_dots_in_a_row,
    _ruled_form,
    _tally,
    _pressed_circle,
    _two_small_strokes,
    _three_words_where_holes_are,
]


@pytest.mark.parametrize("draw", MARKED)
def test_what_somebody_put_there_is_not_hidden(draw: Draw) -> None:
    page = paper()
    draw(page)
    assert not look(page).blank


def test_what_is_unsure_is_marked_and_keeps_its_mark_alone() -> None:
    page = paper()
    _wash(page)
    seen = look(page)
    assert seen.perhaps_blank
    assert seen.quality == (PERHAPS_BLANK,)


def test_a_page_of_writing_has_no_mark() -> None:
    page = paper()
    for row in range(12):
        write(page, "We all miss you and hope", 20, 40 + row * 12, 170)
    seen = look(page)
    assert not seen.blank
    assert not seen.perhaps_blank
    assert PERHAPS_BLANK not in seen.quality


def test_whoever_asks_for_a_pages_text_gets_no_blank_page() -> None:
    seen = prepare(OpenedPage(1, np.full((HEIGHT, WIDTH), 244, np.uint8), DPI), 0.0)
    assert not seen.blank
    assert not seen.perhaps_blank


# ---- hidden


def _nothing(_page: Levels) -> None:
    pass


def _lid_askew(page: Levels) -> None:
    corners = [[0, 0], [WIDTH - 1, 0], [0, at(5)]]
    cv2.fillPoly(page, [np.array(corners, np.int32)], 15.0)
    corners = [[WIDTH - 1, 0], [WIDTH - 1, HEIGHT - 1], [WIDTH - at(4), HEIGHT - 1]]
    cv2.fillPoly(page, [np.array(corners, np.int32)], 15.0)


def _soft_shadow(page: Levels) -> None:
    fall = np.exp(-np.arange(WIDTH) / at(5)).astype(np.float32)
    page -= 60 * fall[None]


def _three_folds(page: Levels) -> None:
    for share in (0.25, 0.5, 0.75):
        patch(page, 0, share * 279, 216, 0.4, 16)


def _streak(page: Levels) -> None:
    patch(page, 70, 0, 0.2, 280, 40)


def _holes(page: Levels) -> None:
    for y in (31, 139, 247):
        disc(page, 12, y, 3.2, 200)


def _crescents(page: Levels) -> None:
    layer = np.zeros((HEIGHT, WIDTH), np.float32)
    for y in (100, 180):
        cv2.circle(layer, (at(12), at(y)), at(3.2), 1.0, -1)
    page -= 40 * np.clip(layer - np.roll(layer, (3, 2), (0, 1)), 0, 1)


def _staple(page: Levels) -> None:
    cv2.line(page, (at(6), at(14)), (at(14), at(6)), 90.0, at(0.5))


def _dust(page: Levels) -> None:
    random = np.random.default_rng(8)
    for x, y in random.uniform((2, 2), (214, 277), (60, 2)):
        disc(page, float(x), float(y), float(random.uniform(0.1, 0.3)), 120)


def _rollers_marks(page: Levels) -> None:
    for turn in range(5):
        patch(page, 100, 10 + turn * 55, 9, 13, 5)


def _bits_of_three_holes_rims(page: Levels) -> None:
    layer = np.zeros((HEIGHT, WIDTH), np.float32)
    for y in (31, 139, 247):
        cv2.ellipse(layer, (at(12), at(y)), (at(1.8),) * 2, 0, 200, 290, 1.0, at(0.35))
    page -= 40 * np.asarray(cv2.GaussianBlur(layer, (0, 0), 1.2))


def _two_grains_of_dust_that_touch(page: Levels) -> None:
    disc(page, 100, 150, 0.38, 130)
    disc(page, 100.4, 150.7, 0.38, 130)


def _tip_of_a_corner(page: Levels) -> None:
    patch(page, 0, 0, 2.6, 1.2, 200)


def _bit_of_a_streak(page: Levels) -> None:
    patch(page, 70, 0, 0.2, 280, 6)
    patch(page, 70, 120, 0.25, 1.6, 26)


BLANK = [
    _nothing,
    _lid_askew,
    _soft_shadow,
    _three_folds,
    _streak,
    _holes,
    _crescents,
    _staple,
    _dust,
    _rollers_marks,
    _bits_of_three_holes_rims,
    _two_grains_of_dust_that_touch,
    _tip_of_a_corner,
    _bit_of_a_streak,
]


@pytest.mark.parametrize("wear", BLANK)
def test_what_nobody_put_there_is_hidden(wear: Draw) -> None:
    page = paper()
    wear(page)
    seen = look(page)
    assert seen.blank
    assert not seen.perhaps_blank
    assert seen.quality == ()


@pytest.mark.parametrize("size", [(30, 30), (60, 400), (120, 120)])
def test_a_scrap_is_judged_with_its_front_as_without(size: tuple[int, int]) -> None:
    scrap, front = (paper()[: size[0], : size[1]].copy() for _ in range(2))
    front[10:14, 5:25] = 40
    scrap[10:14, -25:-5] -= 30
    alone, beside = look(scrap), look(scrap, look(front))
    assert (alone.blank, alone.perhaps_blank) == (beside.blank, beside.perhaps_blank)
