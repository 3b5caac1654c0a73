"""Backs of sheets made for the tests of imaging."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging import PreparedPage, prepare
from digitizer.engines.opening import OpenedPage

Levels = np.ndarray[Any, np.dtype[np.float32]]
BLANK_INK = 0.0002
DPI, WIDTH, HEIGHT = 200, 1700, 2200
MM = DPI / 25.4


def paper(noise: float = 3, level: float = 244, colour: bool = False) -> Levels:
    random = np.random.default_rng(4)
    shape = (HEIGHT, WIDTH, 3) if colour else (HEIGHT, WIDTH)
    return random.normal(level, noise, shape).astype(np.float32)


def look(page: Levels, other: PreparedPage | None = None) -> PreparedPage:
    picture = np.clip(page, 0, 255).astype(np.uint8)
    return prepare(OpenedPage(1, picture, DPI), BLANK_INK, other)


def at(mm: float) -> int:
    return round(mm * MM)


def disc(page: Levels, x: float, y: float, radius: float, tone: float) -> None:
    layer = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(layer, (at(x * 16), at(y * 16)), at(radius * 16), 255, -1, cv2.LINE_AA, 4)
    page -= layer.astype(np.float32) / 255 * tone


def patch(page: Levels, x: float, y: float, width: float, height: float, tone: Any) -> None:
    page[at(y) : at(y + height), at(x) : at(x + width)] -= tone


def write(page: Levels, text: str, x: float, y: float, tone: float, blur: float = 0) -> None:
    """``x`` and ``y`` in mm, ``tone`` in levels; capitals 4 mm high, strokes 0.4 mm wide."""
    layer = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.putText(layer, text, (at(x), at(y)), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 255, 3, cv2.LINE_AA)
    soft = cv2.GaussianBlur(layer, (0, 0), blur * MM) if blur else layer
    page -= np.asarray(soft, np.float32) / 255 * tone


def written_front() -> Levels:
    page = paper()
    for row in range(9):
        write(page, "Dear son we got your letter"[row:], 20, 40 + row * 20, 190)
    page[at(15) : at(25), at(30) : at(120)] = 40
    return page


def shining(front: Levels, share: float) -> Levels:
    ink = np.clip(244 - front, 0, 255)[:, ::-1]
    soft = np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.45 * MM), np.float32)
    return paper() - np.roll(soft, (6, -9), (0, 1)) * share
