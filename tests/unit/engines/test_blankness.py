"""Which backs are surely blank: only those may be hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from digitizer.engines.imaging import PreparedPage, prepare
from digitizer.engines.opening import OpenedPage
from digitizer.model.paper import PERHAPS_BLANK

Levels = np.ndarray[Any, np.dtype[np.float32]]
Draw = Callable[[Levels], None]

BLANK_INK = 0.0002
DPI, WIDTH, HEIGHT = 200, 1700, 2200
MM = DPI / 25.4


def paper(noise: float = 3, level: float = 244, colour: bool = False) -> Levels:
    random = np.random.default_rng(4)
    shape = (HEIGHT, WIDTH, 3) if colour else (HEIGHT, WIDTH)
    return random.normal(level, noise, shape).astype(np.float32)


def look(page: Levels, other: PreparedPage | None = None) -> PreparedPage:
    picture = np.clip(page, 0, 255).astype(np.uint8)
    return prepare(OpenedPage(1, picture, DPI), BLANK_INK, other)


def at(mm: float) -> int:
    return round(mm * MM)


def write(page: Levels, text: str, x: float, y: float, tone: float, blur: float = 0) -> None:
    """``x`` and ``y`` in mm, ``tone`` in levels; capitals 4 mm high, strokes 0.4 mm wide."""
    layer = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.putText(layer, text, (at(x), at(y)), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 255, 3, cv2.LINE_AA)
    soft = cv2.GaussianBlur(layer, (0, 0), blur * MM) if blur else layer
    page -= np.asarray(soft, np.float32) / 255 * tone


def patch(page: Levels, x: float, y: float, width: float, height: float, tone: Any) -> None:
    page[at(y) : at(y + height), at(x) : at(x + width)] -= tone


def disc(page: Levels, x: float, y: float, radius: float, tone: float) -> None:
    layer = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(layer, (at(x * 16), at(y * 16)), at(radius * 16), 255, -1, cv2.LINE_AA, 4)
    page -= layer.astype(np.float32) / 255 * tone


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


MARKED = [
    _word_at_the_left_edge, _word_over_the_lower_edge, _word_that_touches_a_lid,
    _word_across_a_fold, _sticker_over_an_edge, _wash, _shading_over_half_of_the_side,
    _pale_photograph, _finger_print, _five_dots_in_a_row, _ruled_form, _tally, _pressed_circle,
]  # fmt: skip


@pytest.mark.parametrize("draw", MARKED)
def test_what_somebody_put_there_is_not_hidden(draw: Draw) -> None:
    page = paper()
    draw(page)
    assert not look(page).blank


@pytest.mark.parametrize("tone", [(0, 2, 60), (2, 14, 8), (25, 10, 3)])
def test_pale_colours_are_not_hidden(tone: tuple[int, ...]) -> None:
    page = paper(colour=True)
    patch(page, 50, 100, 40, 5, np.array(tone, np.float32))
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


BLANK = [
    _nothing, _lid_askew, _soft_shadow, _three_folds, _streak, _holes, _crescents, _staple,
    _dust, _rollers_marks,
]  # fmt: skip


@pytest.mark.parametrize("wear", BLANK)
def test_what_nobody_put_there_is_hidden(wear: Draw) -> None:
    page = paper()
    wear(page)
    seen = look(page)
    assert seen.blank
    assert not seen.perhaps_blank
    assert seen.quality == ()


# ---- the other side


def _front() -> Levels:
    page = paper()
    for row in range(9):
        write(page, "Dear son we got your letter"[row:], 20, 40 + row * 20, 190)
    page[at(15) : at(25), at(30) : at(120)] = 40
    return page


def _shining(front: Levels, share: float) -> Levels:
    ink = np.clip(244 - front, 0, 255)[:, ::-1]
    soft = np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.45 * MM), np.float32)
    return paper() - np.roll(soft, (6, -9), (0, 1)) * share


def test_what_shines_through_strongly_is_hidden_where_the_front_is_known() -> None:
    front = _front()
    back = _shining(front, 0.22)
    assert look(back).perhaps_blank
    assert look(back, look(front)).blank


def test_another_page_explains_nothing() -> None:
    other = paper()
    for row in range(14):
        write(other, "quite another letter, to somebody", 15, 30 + row * 17, 190)
    assert look(_shining(_front(), 0.22), look(other)).perhaps_blank


@pytest.mark.parametrize("tone", [30, 60, 150])
def test_a_word_between_what_shines_through_is_not_hidden(tone: float) -> None:
    front = _front()
    back = _shining(front, 0.12)
    write(back, "call me", 70, 250, tone)
    assert not look(back, look(front)).blank


def test_a_wash_beside_what_shines_through_is_not_hidden() -> None:
    front = _front()
    back = _shining(front, 0.12)
    patch(back, 60, 225, 60, 40, 9)
    assert not look(back, look(front)).blank
