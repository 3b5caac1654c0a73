"""Dark pages and light ones."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging import PreparedPage, prepare
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
