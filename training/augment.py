"""The same line as another hand, pen, paper or scanner would have made it."""

from __future__ import annotations

from random import Random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.parts.reading.pictures import Picture
from training.lines import MARGIN

_HEIGHT = 48  # pixels; what the recogniser reads
Floats = NDArray[np.float32]


def vary(picture: Picture, chance: Random) -> Floats:
    """A line picture with margins, cut, slanted, stretched, bent and inked anew: 48 × width × 3,
    values 0..255."""
    line = _cut(picture, chance)
    if chance.random() < 0.3:
        line = _bend(line, chance)
    return _ink(line, chance)


def _cut(picture: Picture, chance: Random) -> NDArray[np.uint8]:
    """Cuts about the margin away, unevenly, and leans and stretches what is left."""
    height, width = picture.shape[:2]
    margin = MARGIN / (1 + 2 * MARGIN) * height
    top, bottom, left, right = (
        min(max(chance.gauss(1, 0.42) * margin, 0.0), 2 * margin) for _ in range(4)
    )
    scale = _HEIGHT / max(10.0, height - top - bottom)
    stretch = float(np.exp(chance.uniform(-0.12, 0.4)))
    new_width = max(16, round(max(16.0, width - left - right) * scale * stretch))
    lean = np.array([[1, chance.gauss(0, 0.18)], [chance.gauss(0, 0.008), 1]])
    turn = np.diag([stretch * scale, scale]) @ lean
    centre = np.array([(width + left - right) / 2, (height + top - bottom) / 2])
    shift = np.array([new_width / 2, _HEIGHT / 2]) - turn @ centre
    matrix = np.column_stack([turn, shift]).astype(np.float32)
    answer: NDArray[np.uint8] = cv2.warpAffine(
        picture, matrix, (new_width, _HEIGHT), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.uint8)
    return answer


def _bend(line: NDArray[np.uint8], chance: Random) -> NDArray[np.uint8]:
    """Moves the ink by up to 2.5 pixels, smoothly."""
    width = line.shape[1]
    across, down = (
        smooth_noise(width, _HEIGHT, chance, every=40) * chance.uniform(0.5, 2.5) for _ in "xy"
    )
    rows, columns = np.mgrid[0:_HEIGHT, 0:width].astype(np.float32)
    answer: NDArray[np.uint8] = cv2.remap(
        line, columns + across, rows + down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.uint8)
    return answer


def smooth_noise(width: int, height: int, chance: Random, every: int) -> Floats:
    """Values of -1..1, or a little beyond, that change over about ``every`` pixels."""
    columns = max(2, width // every)
    coarse = np.array([[chance.uniform(-1, 1) for _ in range(columns)] for _ in range(3)])
    noise: Floats = cv2.resize(
        coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    ).astype(np.float32)
    return noise


def _ink(line: NDArray[np.uint8], chance: Random) -> Floats:
    """Other contrast, brightness, colour, focus and grain; now and then a gap in the ink."""
    pixels: NDArray[Any] = line.astype(np.float32)
    if chance.random() < 0.35:
        pixels = np.repeat(pixels.mean(axis=2, keepdims=True), 3, axis=2)
    pixels = (pixels - 128) * chance.uniform(0.6, 1.5) + 128 + chance.uniform(-35, 35)
    if chance.random() < 0.25:
        pixels = 255 * np.clip(pixels / 255, 0, 1) ** chance.uniform(0.6, 1.6)
    if chance.random() < 0.2:
        pixels = cv2.GaussianBlur(pixels, (3, 3), chance.uniform(0.3, 1.1))
    if chance.random() < 0.3:
        grain = np.random.default_rng(chance.getrandbits(32))
        pixels = pixels + grain.normal(0, chance.uniform(2, 14), pixels.shape)
    if chance.random() < 0.2:
        for _ in range(chance.randint(1, 2)):
            start = chance.randint(0, max(0, pixels.shape[1] - 20))
            pixels[:, start : start + chance.randint(4, 18)] = pixels.mean()
    answer: Floats = np.clip(pixels, 0, 255).astype(np.float32)
    return answer
