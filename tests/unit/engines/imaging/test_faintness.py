"""Pencil paler than ink is not hidden where the page's own grain lets it be seen."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from digitizer.engines.imaging import PreparedPage, prepare
from digitizer.engines.opening import OpenedPage

Levels = np.ndarray[Any, np.dtype[np.float32]]

BLANK_INK = 0.0002
DPI, WIDTH, HEIGHT = 200, 1700, 2200
LINES = ("Dear son we got your letter", "and the dog still waits", "Please write when you can")


def paper(noise: float) -> Levels:
    page = np.full((HEIGHT, WIDTH), 244, np.float32)
    return page + np.random.default_rng(6).normal(0, noise, page.shape).astype(np.float32)


def written(lines: int, tone: float, scale: float = 1.3, left: int = 140) -> Levels:
    """How much darker such writing makes a side."""
    layer = np.zeros((HEIGHT, WIDTH), np.uint8)
    for number in range(lines):
        at = (left, 300 + round(number * 75 * scale))
        text = LINES[number % len(LINES)]
        cv2.putText(layer, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, 3, cv2.LINE_AA)
    return np.asarray(layer * (tone / 255), np.float32)


def look(page: Levels, quality: int | None = None, other: PreparedPage | None = None) -> Any:
    picture = np.clip(np.rint(page), 0, 255).astype(np.uint8)
    if quality is not None:
        buffer = BytesIO()
        Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
        buffer.seek(0)
        picture = np.asarray(Image.open(buffer))
    return prepare(OpenedPage(1, picture, DPI), BLANK_INK, other)


@pytest.mark.parametrize("quality", [None, 90, 75])
@pytest.mark.parametrize("tone", [5, 6, 8, 10])
def test_a_page_in_faint_pencil_is_shown_where_there_is_no_grain(
    tone: float, quality: int | None
) -> None:
    assert not look(paper(0) - written(16, tone), quality).blank


@pytest.mark.parametrize("tone", [5, 8])
@pytest.mark.parametrize("scale", [0.6, 0.8])
def test_small_writing_too(scale: float, tone: float) -> None:
    assert not look(paper(0.5) - written(20, tone, scale)).blank


@pytest.mark.parametrize(("noise", "tone"), [(0, 4), (1, 5), (2, 7), (3, 9)])
def test_the_noisier_the_scan_the_darker_a_line_must_be(noise: float, tone: float) -> None:
    assert look(paper(noise) - written(1, tone)).perhaps_blank


def test_a_pale_drawing_is_shown() -> None:
    page = paper(0)
    layer = np.zeros_like(page)
    cv2.ellipse(layer, (850, 1000), (500, 700), 20, 0, 360, 1.0, 4, cv2.LINE_AA)
    cv2.ellipse(layer, (850, 800), (200, 90), 0, 0, 360, 1.0, 4, cv2.LINE_AA)
    assert not look(page - 6 * layer).blank


@pytest.mark.parametrize("noise", [0, 0.5, 1, 2, 4, 6])
@pytest.mark.parametrize("quality", [None, 75, 55])
def test_grain_alone_is_blank(noise: float, quality: int | None) -> None:
    assert look(paper(noise), quality).blank


def test_a_faint_fold_and_a_faint_streak_are_blank() -> None:
    page = paper(0.5)
    page[1100:1104] -= 5
    page[:, 700:702] -= 6
    assert look(page).blank


def test_a_soft_page_of_lines_is_the_front_shining_through() -> None:
    soft = cv2.GaussianBlur(written(22, 11)[:, ::-1], (0, 0), 0.5 * DPI / 25.4)
    assert look(paper(0.5) - np.asarray(soft, np.float32)).blank


def test_what_shines_through_faintly_is_blank_where_the_front_is_known() -> None:
    front = written(18, 180, left=300)
    soft = np.asarray(cv2.GaussianBlur(front[:, ::-1], (0, 0), 0.3 * DPI / 25.4), np.float32)
    back = paper(0.3) - 0.05 * soft
    assert look(back, other=look(paper(1) - front)).blank
    assert not look(back - np.roll(written(3, 7), 1300, axis=0), other=look(paper(1) - front)).blank


def _broad_word(tone: float) -> Levels:
    """A word in strokes of 2 mm that are soft at their edges, as juice leaves them."""
    layer = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.putText(
        layer, "see you soon", (150, 900), cv2.FONT_HERSHEY_SIMPLEX, 5, 255, 16, cv2.LINE_AA
    )
    soft = cv2.GaussianBlur(layer, (0, 0), 0.3 * DPI / 25.4)
    return np.asarray(soft, np.float32) * (tone / 255)


@pytest.mark.parametrize("turned", [False, True])
def test_a_line_of_broad_soft_strokes_does_not_shine_through(turned: bool) -> None:
    page = paper(1) - _broad_word(8)
    assert look(np.ascontiguousarray(np.rot90(page)) if turned else page).perhaps_blank


def test_the_ends_of_a_fronts_lines_shine_through() -> None:
    """One below the other they are as narrow as a line, and longer than one."""
    lines = written(24, 9, left=1450)[:, ::-1]
    soft = cv2.GaussianBlur(lines, (0, 0), 0.55 * DPI / 25.4)
    assert look(paper(1.5) - np.asarray(soft, np.float32)).blank


@pytest.mark.parametrize(("noise", "tone"), [(5, 8), (6, 9)])
def test_a_line_that_hardly_stands_out_of_the_grain_is_shown(noise: float, tone: float) -> None:
    assert look(paper(noise) - written(1, tone, 1.0)).perhaps_blank


def _bits(number: int, apart: float) -> Levels:
    """So many bits of a stroke, half a dozen in a row, ``apart`` mm: each a square millimetre."""
    layer = np.zeros((HEIGHT, WIDTH), np.float32)
    for each in range(number):
        row, column = divmod(each, 6)
        y, x = (round((25 + step * apart) * DPI / 25.4) for step in (row, column))
        layer[y : y + 12, x : x + 7] = 1
    return layer


def test_bits_that_lie_anywhere_are_grain_and_those_that_lie_together_are_a_word() -> None:
    assert look(paper(3) - 8 * _bits(30, 35)).blank
    assert look(paper(3) - 8 * _bits(30, 4)).perhaps_blank


def test_a_few_large_words_are_shown_though_they_cover_much_and_are_hardly_sharp() -> None:
    layer = np.zeros((HEIGHT, WIDTH), np.uint8)
    for row, text in enumerate(("thinking of you", "see you on Tuesday", "love Mom")):
        at = (236, 315 + 748 * row)
        cv2.putText(layer, text, at, cv2.FONT_HERSHEY_SIMPLEX, 2.2, 255, 5, cv2.LINE_AA)
    soft = cv2.GaussianBlur(layer, (0, 0), 0.25 * DPI / 25.4)
    assert look(paper(0) - np.asarray(soft, np.float32) * (7 / 255)).perhaps_blank
