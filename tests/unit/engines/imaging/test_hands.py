"""Pages by one hand look alike as a whole, however they lie; pages by another do not."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from digitizer.engines.imaging import prepare
from digitizer.engines.opening import OpenedPage
from digitizer.letters.hands import in_another_hand

Levels = np.ndarray[Any, np.dtype[np.uint8]]

DPI, WIDTH, HEIGHT = 200, 1700, 2200
WORDS = ("the dog waits at the door", "we got your letter today", "it rained all of Monday")


def page(slope: float, scale: float, first: int = 0, lines: int = 22) -> Levels:
    """Lines whose letters lean by ``slope``, begun with another of the words each time."""
    image = np.full((HEIGHT, WIDTH), 246, np.uint8)
    for number in range(lines):
        text = " ".join(WORDS[(first + number + k) % len(WORDS)] for k in range(2))
        at = (120, 160 + number * 90)
        cv2.putText(image, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, 60, 3, cv2.LINE_AA)
    lean = np.array([[1, slope, -slope * HEIGHT / 2], [0, 1, 0]], np.float32)
    return np.asarray(cv2.warpAffine(image, lean, (WIDTH, HEIGHT), borderValue=246), np.uint8)


def hand(image: Levels) -> tuple[int, ...]:
    return prepare(OpenedPage(1, image, DPI), 0.0002).hand


def turned(image: Levels, degrees: float) -> Levels:
    move = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(image, move, (WIDTH, HEIGHT), borderValue=246), np.uint8)


UPRIGHT = hand(page(0, 1.3))


@pytest.mark.parametrize(
    "other",
    [
        page(0, 1.3, first=1),
        page(0, 1.3, first=2, lines=12),
        turned(page(0, 1.3, first=1), 2.0),
        page(0, 1.3, first=1)[::-1, ::-1],
    ],
    ids=["other words", "half a page", "askew", "upside down"],
)
def test_the_same_hand_stays_the_same(other: Levels) -> None:
    assert hand(other)
    assert in_another_hand([UPRIGHT, hand(other)]) == ()


@pytest.mark.parametrize("other", [page(-0.6, 0.8), page(0.7, 1.3, first=1)])
def test_another_slant_is_another_hand(other: Levels) -> None:
    assert in_another_hand([UPRIGHT, hand(other)]) == (1,)


def test_a_few_lines_and_a_blank_page_have_no_hand() -> None:
    assert hand(page(0, 1.0, lines=3)) == ()
    assert hand(page(0, 1.0, lines=0)) == ()


def test_shares_are_roots_of_bytes() -> None:
    assert len(UPRIGHT) == 40
    assert all(0 <= each <= 255 for each in UPRIGHT)
    for part in (UPRIGHT[:18], UPRIGHT[18:29], UPRIGHT[29:]):
        assert sum(each**2 for each in part) == pytest.approx(255**2, rel=0.02)
