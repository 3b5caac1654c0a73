"""Pages of print and of something like handwriting, made on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
import reportlab
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]

LINES = (
    "Dear Testermann, we hope that this letter",
    "finds you well. We have been to the lake",
    "and the water was very cold but your mother",
    "said that she will swim there every day.",
    "Write to us when you have the time for it.",
)


def draw_page(
    lines: Sequence[str], dpi: int = 150, inches: tuple[float, float] = (8.5, 5.5)
) -> Picture:
    """Black print on white, 12 points high, a line every 24."""
    font = ImageFont.truetype(Path(reportlab.__file__).parent / "fonts/Vera.ttf", dpi * 12 // 72)
    page = Image.new("L", (round(inches[0] * dpi), round(inches[1] * dpi)), 255)
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        pen.text((dpi, dpi // 2 + number * dpi * 24 // 72), line, font=font, fill=0)
    return np.asarray(page)


@pytest.fixture(scope="session")
def typed_page() -> Picture:
    """LINES at 150 dpi, grey."""
    return draw_page(LINES)


@pytest.fixture(scope="session")
def scrawled_page() -> Picture:
    """Long joined strokes of uneven height, no letters."""
    page = Image.new("L", (1275, 1650), 255)
    pen = ImageDraw.Draw(page)
    chance = np.random.default_rng(7)
    for top in range(150, 1500, 90):
        left = 120
        while left < 1050:
            steps = int(chance.integers(1, 14))
            heights = chance.integers(-6, int(chance.integers(8, 60)), steps * 2)
            points = [(left + 9 * i, top - int(h)) for i, h in enumerate(heights)]
            pen.line(points, fill=20, width=3)
            left += 9 * len(points) + 25
            pen.ellipse((left - 20, top - 12, left - 11, top - 3), fill=20)
    return np.asarray(page)


@pytest.fixture(scope="session")
def photograph() -> Picture:
    """Something like a landscape: soft and hard tones everywhere, no stroke; 800 × 1200, grey."""
    chance = np.random.default_rng(3)
    picture = np.zeros((800, 1200), np.float32)
    for cells, depth in ((3, 70), (9, 45), (40, 25), (130, 12)):
        noise = chance.normal(0, depth, (cells, cells * 3 // 2)).astype(np.float32)
        picture += cv2.resize(noise, (1200, 800), interpolation=cv2.INTER_CUBIC)
    return np.clip(picture + 110, 0, 255).astype(np.uint8)
