"""Pages made for the tests of imaging."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging import PreparedPage, prepare
from digitizer.engines.opening import OpenedPage

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Levels = np.ndarray[Any, np.dtype[np.float32]]
BLANK_INK = 0.0002
DPI, WIDTH, HEIGHT = 300, 2550, 3300


def paper(noise: float = 5, level: float = 245, seed: int = 1) -> Levels:
    """A blank Letter sheet at 300 dpi with a scanner's noise (a standard deviation)."""
    random = np.random.default_rng(seed)
    return random.normal(level, noise, (HEIGHT, WIDTH)).astype(np.float32)


def write(
    page: Levels,
    text: str,
    at: tuple[int, int],
    contrast: float,
    size: float = 2.75,
    thick: int = 5,
    blur: float = 0,
) -> Levels:
    """Text in strokes; ``contrast`` is the share of full black, ``blur`` in pixels."""
    mask = np.zeros(page.shape, np.uint8)
    cv2.putText(mask, text, at, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, size, 255, thick, cv2.LINE_AA)
    if blur:
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), blur), np.uint8)
    return page - mask.astype(np.float32) * contrast


def letter(contrast: float = 0.7, **how: Any) -> Levels:
    page = paper()
    for line in range(24):
        text = "We all miss you and hope to see you soon"[line % 7 :]
        page = write(page, text, (250, 350 + line * 115), contrast, 1.5, 4, **how)
    return page


def look(page: Levels | Pixels, dpi: int = DPI) -> PreparedPage:
    return prepare(OpenedPage(1, np.clip(page, 0, 255).astype(np.uint8), dpi), BLANK_INK)
