"""The front laid over its back."""

from __future__ import annotations

import cv2
import numpy as np

from tests.support.made_backs import (
    HEIGHT,
    WIDTH,
    Levels,
    look,
    paper,
    shining,
    write,
    written_front,
)


def test_another_page_explains_nothing() -> None:
    other = paper()
    for row in range(14):
        write(other, "quite another letter, to somebody", 15, 30 + row * 17, 190)
    assert look(shining(written_front(), 0.22), look(other)).perhaps_blank


def test_an_empty_front_explains_nothing() -> None:
    assert look(
        shining(written_front(), 0.22), look(np.full((HEIGHT, WIDTH), 244, np.float32))
    ).perhaps_blank


def _turned(page: Levels, degrees: float) -> Levels:
    move = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1.004)
    return np.asarray(
        cv2.warpAffine(page, move, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def test_a_front_that_lay_a_little_askew_is_still_known() -> None:
    front = written_front()
    assert look(shining(front, 0.22), look(_turned(front, 0.4))).blank
