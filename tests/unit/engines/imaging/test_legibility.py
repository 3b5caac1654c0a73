"""What cannot be seen is known from what can."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from tests.support.dark_pages import SHAPE, as_picture, between, chance, letter, look, photograph


def halftone(tones: Any) -> Any:
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    screen = 127 + 127 * np.cos(rows * 1.1) * np.cos(columns * 1.1)
    return np.where(tones > screen, 255, 0).astype(np.uint8)


def night() -> Any:
    page = as_picture(chance().normal(6, 2, SHAPE))
    for x, y, size in chance(5).integers((60, 60, 4), (1200, 1500, 70), (40, 3)):
        cv2.circle(page, (int(x), int(y)), int(size), int(60 + 2 * size), -1)
    return as_picture(cv2.GaussianBlur(page, (0, 0), 2))


def banded(page: Any, bands: int) -> Any:
    """As a worn drum leaves it: black bands of 15 mm across the page, half a degree askew."""
    worn = page.copy()
    for band in range(bands):
        top = 150 + band * 300
        corners = np.array([[0, top], [SHAPE[1], top + 12], [SHAPE[1], top + 102], [0, top + 90]])
        cv2.fillPoly(worn, [corners.astype(np.int32)], 15)
    return worn


CONTENT: dict[str, Any] = {
    "two bands": lambda: banded(letter(), 2),
    "night photograph": night,
    "halftone": lambda: halftone(photograph()),
    "dark halftone": lambda: halftone(photograph() * 0.5),
    "dithered": lambda: as_picture(255.0 * (photograph() > chance().uniform(0, 255, SHAPE))),
    "legible on a dark ground": lambda: between(70, 200),
    "one line": lambda: np.vstack([letter()[:200], np.full((1450, 1275), 250, np.uint8)]),
    "faint pencil": lambda: between(240, 212, 2),
    "rough scan": lambda: between(235, 40, 25),
    "soft print": lambda: cv2.GaussianBlur(between(245, 20), (0, 0), 2.0),
}


@pytest.mark.parametrize("page", CONTENT)
def test_a_picture_or_lines_are_seen_whatever_their_darkness(page: str) -> None:
    seen = look(CONTENT[page]())
    assert seen.unseen is None
    assert not seen.blank


def speckled(share: float) -> Any:
    return np.where(chance().random(SHAPE) < share, 255, 0).astype(np.uint8)


def snow_in_a_lattice() -> Any:
    """Specks that a scanner's threshold and its rows crowd into patches of seven millimetres."""
    down, across = (np.sin(np.arange(side) * 2 * np.pi / 60) for side in SHAPE)
    share = 0.075 * (1 + down[:, None] * across[None])
    return np.where(chance().random(SHAPE) < share, 255, 0).astype(np.uint8)


UNSEEN: dict[str, Any] = {
    "many bands": lambda: banded(letter(), 5),
    "black": lambda: np.zeros(SHAPE, np.uint8),
    "nearly black": lambda: as_picture(chance().normal(14, 2, SHAPE)),
    "dark grey": lambda: as_picture(chance().normal(70, 3, SHAPE)),
    "red": lambda: as_picture(np.array([120, 15, 20]) + chance().normal(0, 2, (*SHAPE, 3))),
    "snow": lambda: speckled(0.04),
    "snow in a lattice": snow_in_a_lattice,
    "much snow": lambda: speckled(0.2),
    "mush": lambda: speckled(0.5),
    "shaded black": lambda: as_picture(np.linspace(5, 40, SHAPE[1]) + chance().normal(0, 1, SHAPE)),
    "out of focus": lambda: cv2.GaussianBlur(between(245, 20), (0, 0), 8.0),
}


@pytest.mark.parametrize("page", UNSEEN)
def test_what_is_neither_blank_nor_legible_is_unseen(page: str) -> None:
    seen = look(UNSEEN[page]())
    assert not seen.blank
    assert seen.unseen
