"""Dark and negative pages are levelled, and what cannot be seen is told from what can."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from digitizer.engines.imaging import PreparedPage, prepare
from digitizer.engines.imaging.ink import reduced
from digitizer.engines.imaging.levelling import level
from digitizer.engines.opening import OpenedPage

DPI = 150
SHAPE = (1650, 1275)


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def letter() -> Any:
    """Black on white, 0 to 255."""
    page = np.full(SHAPE, 255, np.uint8)
    for line in range(26):
        text = "We all miss you and hope to see you soon"[line % 5 :]
        place = (110, 180 + line * 55)
        cv2.putText(page, text, place, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 0.9, 0, 2, cv2.LINE_AA)
    return page


def between(paper: float, ink: float, noise: float = 1.0) -> Any:
    page = ink + letter().astype(np.float32) * (paper - ink) / 255
    return as_picture(page + chance().normal(0, noise, SHAPE))


def as_picture(page: Any) -> Any:
    return np.clip(page, 0, 255).astype(np.uint8)


def on_paper(red: int, green: int, blue: int) -> Any:
    colours = np.array([red, green, blue], np.float32)
    sheet = 12 + letter().astype(np.float32)[..., None] * (colours - 12) / 255
    return as_picture(sheet + chance().normal(0, 1, sheet.shape))


def photograph(seed: int = 3) -> Any:
    """Clouds of tones with edges in them."""
    rng = chance(seed)
    tones = cv2.resize(rng.uniform(0, 255, (9, 7)).astype(np.float32), SHAPE[::-1])
    for _ in range(60):
        middle = (int(rng.integers(SHAPE[1])), int(rng.integers(SHAPE[0])))
        cv2.circle(tones, middle, int(rng.integers(8, 90)), float(rng.uniform(0, 255)), -1)
    return as_picture(tones)


def look(image: Any) -> PreparedPage:
    return prepare(OpenedPage(1, image, DPI), 0.0005)


DARK: dict[str, Any] = {
    "negative": lambda: between(8, 245),
    "negative in black and white": lambda: 255 - np.where(letter() < 128, 0, 255).astype(np.uint8),
    "dull negative": lambda: between(60, 150, 5),
    "lamp nearly out": lambda: between(20, 12, 0.6),
    "dark": lambda: between(80, 20),
    "red paper": lambda: on_paper(190, 25, 35),
    "dark blue paper": lambda: on_paper(25, 40, 110),
    "dark paper in grey": lambda: between(45, 14),
}


@pytest.mark.parametrize("page", DARK)
def test_a_dark_letter_is_made_light(page: str) -> None:
    seen = look(DARK[page]())
    assert seen.image.ndim == 2
    assert np.median(seen.image) > 220
    assert (seen.image < 110).mean() > 0.01
    assert not seen.blank
    assert seen.unseen is None
    assert "too dark" in seen.quality


LIGHT: dict[str, Any] = {
    "ordinary": lambda: between(245, 20, 3),
    "grey paper": lambda: between(130, 20, 3),
    "pencil": lambda: between(245, 200, 2),
    "blank": lambda: between(245, 245),
    "photograph": photograph,
    "dark photograph": lambda: as_picture(photograph() * 0.25),
    "black and white": lambda: np.where(letter() < 128, 0, 255).astype(np.uint8),
    "half a sheet on a black lid": lambda: np.vstack([letter()[:600], 0 * letter()[600:]]),
}


@pytest.mark.parametrize("page", LIGHT)
def test_other_pages_are_not_touched(page: str) -> None:
    image = LIGHT[page]()
    assert level(image, reduced(image, DPI)) is image
    assert look(image).unseen is None


def halftone(tones: Any) -> Any:
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    screen = 127 + 127 * np.cos(rows * 1.1) * np.cos(columns * 1.1)
    return np.where(tones > screen, 255, 0).astype(np.uint8)


def night() -> Any:
    page = as_picture(chance().normal(6, 2, SHAPE))
    for x, y, size in chance(5).integers((60, 60, 4), (1200, 1500, 70), (40, 3)):
        cv2.circle(page, (int(x), int(y)), int(size), int(60 + 2 * size), -1)
    return as_picture(cv2.GaussianBlur(page, (0, 0), 2))


CONTENT: dict[str, Any] = {
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
