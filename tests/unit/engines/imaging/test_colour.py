"""A soft mark with a colour of its own is no shine of the front, and a strong colour never is."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from digitizer.engines.imaging import PreparedPage, prepare
from digitizer.engines.opening import OpenedPage

Levels = np.ndarray[Any, np.dtype[np.float32]]

BLANK_INK = 0.0002
DPI, WIDTH, HEIGHT = 200, 1700, 2200
MM = DPI / 25.4


def paper() -> Levels:
    random = np.random.default_rng(4)
    return random.normal(244, 1.5, (HEIGHT, WIDTH, 3)).astype(np.float32)


def look(page: Levels, other: PreparedPage | None = None) -> PreparedPage:
    return prepare(OpenedPage(1, np.clip(page, 0, 255).astype(np.uint8), DPI), BLANK_INK, other)


def writing(lines: int = 9) -> Levels:
    layer = np.zeros((HEIGHT, WIDTH), np.uint8)
    for row in range(lines):
        at = (160, 320 + row * 160)
        text = "Dear son we got your letter"[row:]
        cv2.putText(layer, text, at, cv2.FONT_HERSHEY_SIMPLEX, 1.4, 255, 3, cv2.LINE_AA)
    return np.asarray(layer / 255, np.float32)


def shine(front: Levels, tone: tuple[float, ...]) -> Levels:
    soft = np.asarray(cv2.GaussianBlur(front[:, ::-1], (0, 0), 0.45 * MM), np.float32)
    return soft[..., None] * np.array(tone, np.float32)


def test_grey_that_shines_through_is_known_by_its_front() -> None:
    back = paper() - shine(writing(), (50, 50, 50))
    assert look(back, look(paper() - 190 * writing()[..., None])).blank


@pytest.mark.parametrize("tone", [(0, 4, 70), (0, 60, 30), (70, 20, 0)])
def test_a_markers_colour_upon_the_fronts_ink_is_shown(tone: tuple[float, ...]) -> None:
    """Drawn where the front has its lines, so that all of it lies over the front's ink."""
    front = writing()
    front[1500:1540, 400:1300] = 1
    back = paper() - shine(front, (24, 24, 24))
    back[1500:1540, 400:1300] -= np.array(tone, np.float32)
    assert not look(back, look(paper() - 190 * front[..., None])).blank


def test_soft_marks_in_a_tint_are_shown_where_grey_ones_shine_through() -> None:
    grey_, tinted = ((16.0, 16.0, 16.0), (80.0, 30.0, 5.0))
    assert look(paper() - shine(writing(), grey_)).blank
    assert not look(paper() - shine(writing(), tinted)).blank
