"""What shines through is taken out by its front; what somebody put on the back stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.support.made_backs import (
    HEIGHT,
    MM,
    WIDTH,
    Levels,
    at,
    look,
    paper,
    patch,
    shining,
    write,
    written_front,
)


def coloured() -> Levels:
    """Paper as a colour scan of little grain shows it."""
    return paper(1.5, colour=True)


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
    back = coloured() - shine(writing(), (50, 50, 50))
    assert look(back, look(coloured() - 190 * writing()[..., None])).blank


@pytest.mark.parametrize("tone", [(0, 4, 70), (0, 60, 30), (70, 20, 0)])
def test_a_markers_colour_upon_the_fronts_ink_is_shown(tone: tuple[float, ...]) -> None:
    """Drawn where the front has its lines, so that all of it lies over the front's ink."""
    front = writing()
    front[1500:1540, 400:1300] = 1
    back = coloured() - shine(front, (24, 24, 24))
    back[1500:1540, 400:1300] -= np.array(tone, np.float32)
    assert not look(back, look(coloured() - 190 * front[..., None])).blank


def test_soft_marks_in_a_tint_are_shown_where_grey_ones_shine_through() -> None:
    grey_, tinted = ((16.0, 16.0, 16.0), (80.0, 30.0, 5.0))
    assert look(coloured() - shine(writing(), grey_)).blank
    assert not look(coloured() - shine(writing(), tinted)).blank


def test_what_shines_through_strongly_is_hidden_where_the_front_is_known() -> None:
    front = written_front()
    back = shining(front, 0.22)
    assert look(back).perhaps_blank
    assert look(back, look(front)).blank


@pytest.mark.parametrize("tone", [30, 60, 150])
def test_a_word_between_what_shines_through_is_not_hidden(tone: float) -> None:
    front = written_front()
    back = shining(front, 0.12)
    write(back, "call me", 70, 250, tone)
    assert not look(back, look(front)).blank


def test_a_wash_beside_what_shines_through_is_not_hidden() -> None:
    front = written_front()
    back = shining(front, 0.12)
    patch(back, 60, 225, 60, 40, 9)
    assert not look(back, look(front)).blank


@pytest.mark.parametrize("tone", [9, 14])
def test_pale_broad_strokes_on_what_shines_through_are_not_hidden(tone: float) -> None:
    front = written_front()
    back = shining(front, 0.12)
    for row in range(4):  # over the front's own lines
        write(back, "call me on Sunday", 60, 98 + row * 20, tone, blur=0.5)
    assert not look(back, look(front)).blank


def test_a_picture_that_shines_through_is_hidden_where_the_front_is_known() -> None:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    front = paper()
    picture = (90 + 80 * np.sin(x / 60) * np.cos(y / 75))[at(50) : at(150), at(40) : at(150)]
    front[at(50) : at(150), at(40) : at(150)] -= picture
    back = shining(front, 0.15)
    assert look(back).perhaps_blank
    assert look(back, look(front)).blank
