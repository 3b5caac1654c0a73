"""An empty side of a sheet, what is drawn on it, and the scanner that it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Alpha = NDArray[np.float32]
Levels = tuple[float, float, float]

LETTER_MM, A4_MM = (215.9, 279.4), (210.0, 297.0)
_LUMA = np.array((0.299, 0.587, 0.114), np.float32)
_TILE = 1024
_WHITE_PAPERS = (
    (250, 250, 250),
    (244, 244, 242),
    (238, 238, 236),
    (246, 243, 232),
    (235, 228, 208),
)
_COLOURED_PAPERS = (
    (255, 244, 170),
    (190, 215, 245),
    (195, 235, 195),
    (250, 200, 210),
    (225, 200, 160),
    (240, 190, 110),
    (205, 190, 230),
)


class Mode(StrEnum):
    COLOUR = "colour"
    GREY = "grey"
    BILEVEL = "bilevel"


@dataclass(slots=True)
class Side:
    """One side of a sheet: ``image`` is uint8 at ``dpi``, HxWx3 RGB or HxWx1 grey; all chance
    comes from ``rng``. What is laid on it is at least ``least`` levels dark: black and white
    shows nothing paler. ``front`` is the darkness (0..1) of the other side, as seen from there,
    if it shines through."""

    image: Pixels
    dpi: int
    rng: np.random.Generator
    least: float = 0.0
    front: Alpha | None = None

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in millimetres."""
        height, width = self.image.shape[:2]
        return width * 25.4 / self.dpi, height * 25.4 / self.dpi

    def px(self, mm: float) -> int:
        return max(1, round(mm * self.dpi / 25.4))

    def canvas(self, width: float, height: float) -> Alpha:
        """An empty layer of so many millimetres, 0..1."""
        return np.zeros((self.px(height), self.px(width)), np.float32)

    def lay(self, alpha: Alpha, left: float, top: float, levels: Levels | float) -> None:
        """Darkens by ``levels`` (each channel's, 0..255; brightens if negative) where ``alpha``
        lies; millimetres from the corner. What hangs over the edge is cut off."""
        x, y = round(left * self.dpi / 25.4), round(top * self.dpi / 25.4)
        height, width = alpha.shape
        up, back = max(0, y), max(0, x)
        down, on = min(self.image.shape[0], y + height), min(self.image.shape[1], x + width)
        if up >= down or back >= on:
            return
        part = alpha[up - y : down - y, back - x : on - x, None]
        if isinstance(levels, float | int):
            level = max(levels, self.least)
            levels = (level, level, level)
        depth = np.asarray(levels, np.float32)
        if self.image.shape[2] == 1:
            depth = (depth @ _LUMA)[None]
        under = self.image[up:down, back:on].astype(np.float32)
        self.image[up:down, back:on] = np.clip(under - part * depth, 0, 255).astype(np.uint8)

    def between(self, least: float, most: float) -> float:
        return float(self.rng.uniform(least, most))

    def place(self, width: float, height: float, margin: float = 12.0) -> tuple[float, float]:
        """Somewhere on the side where a thing of so many millimetres fits."""
        across, down = self.size
        return (
            self.between(margin, max(margin + 0.1, across - margin - width)),
            self.between(margin, max(margin + 0.1, down - margin - height)),
        )


def empty_side(
    rng: np.random.Generator,
    dpi: int,
    in_colour: bool,
    coloured: bool | None = None,
    deviation: float | None = None,
) -> Side:
    """Paper with its tint and grain, lit a little unevenly; ``coloured`` paper and the grain's
    ``deviation`` in levels by chance."""
    width, height = LETTER_MM if rng.random() < 0.6 else A4_MM
    shape = round(height * dpi / 25.4), round(width * dpi / 25.4)
    coloured = rng.random() < 0.12 if coloured is None else coloured
    tints = _COLOURED_PAPERS if coloured else _WHITE_PAPERS
    tint = np.asarray(tints[int(rng.integers(len(tints)))], np.float32)
    tint = np.clip(tint + rng.uniform(-3, 3), 0, 255)
    light = _light(rng, shape)
    grain = _pool(shape, 1, int(rng.integers(8)), rng)
    deviation = float(rng.uniform(0.2, 1.4)) if deviation is None else deviation
    channels = [
        _with(
            np.asarray(cv2.convertScaleAbs(light, alpha=float(level)), np.uint8), grain, deviation
        )
        for level in (tint if in_colour else (tint @ _LUMA)[None])
    ]
    return Side(np.dstack(channels), dpi, rng)


def _light(rng: np.random.Generator, shape: tuple[int, int]) -> Alpha:
    """A lamp's light: even to a few hundredths, in broad waves across the sensor, and a slope."""
    waves = rng.random((1, 6)).astype(np.float32) * float(rng.uniform(0.0, 0.02))
    slope = rng.random((2, 2)).astype(np.float32) * float(rng.uniform(0.0, 0.02))
    coarse = 1 - waves - np.asarray(cv2.resize(slope, (6, 2)), np.float32)
    return np.asarray(
        cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32
    )


@dataclass(frozen=True, slots=True)
class Scanner:
    """``noise`` is a deviation in levels, ``quality`` JPEG's (None: lossless), ``blur`` in mm."""

    dpi: int
    mode: Mode
    noise: float
    quality: int | None
    blur: float
    threshold: int


def some_scanner(rng: np.random.Generator, mode: Mode | None = None) -> Scanner:
    mode = mode or Mode(str(rng.choice(list(Mode), p=(0.45, 0.35, 0.2))))
    return Scanner(
        dpi=int(rng.choice((200, 300))),
        mode=mode,
        noise=float(rng.uniform(0.8, 5.0)),
        quality=None if rng.random() < 0.3 else int(rng.integers(55, 93)),
        blur=float(rng.uniform(0.02, 0.09)),
        threshold=int(rng.integers(100, 150)),
    )


def scanned(side: Side, scanner: Scanner) -> Pixels:
    """The picture that opening the scanner's file gives."""
    rng, image = side.rng, side.image
    blurred = cv2.GaussianBlur(image, (0, 0), scanner.blur * scanner.dpi / 25.4 + 0.2)
    image = np.asarray(blurred, np.uint8)
    channels = [
        _with(channel, _pool(image.shape[:2], 0, int(rng.integers(8)), rng), scanner.noise)
        for channel in (cv2.split(image) if image.ndim == 3 else (image,))
    ]
    image = np.dstack(channels) if len(channels) > 1 else channels[0]
    if scanner.mode is Mode.BILEVEL:
        return np.where(image > scanner.threshold, np.uint8(255), np.uint8(0)).astype(np.uint8)
    return image if scanner.quality is None else _through_jpeg(image, scanner.quality)


def _through_jpeg(image: Pixels, quality: int) -> Pixels:
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    return np.asarray(Image.open(buffer))


def _with(channel: Any, grain: NDArray[np.int8], deviation: float) -> Pixels:
    """With noise of this deviation; the pool's is 20."""
    noisy = cv2.addWeighted(channel, 1.0, grain, deviation / 20, 0, dtype=cv2.CV_8U)
    return np.asarray(noisy, np.uint8)


def _pool(
    shape: tuple[int, ...], kind: int, number: int, rng: np.random.Generator
) -> NDArray[np.int8]:
    """Noise of this shape: tiles of a pool, each shifted by chance."""
    tile = np.roll(_tile(kind, number), rng.integers(0, _TILE, 2), axis=(0, 1))
    again = (-(-shape[0] // _TILE), -(-shape[1] // _TILE))
    whole = np.tile(tile, again)[: shape[0], : shape[1]]
    return np.ascontiguousarray(whole, dtype=np.int8)


@cache
def _tile(kind: int, number: int) -> NDArray[np.int8]:
    """0: a sensor's noise, each pixel for itself; 1: paper's grain, in clouds of fibres."""
    rng = np.random.default_rng((kind, number))
    noise: Any = rng.standard_normal((_TILE, _TILE)).astype(np.float32)
    if kind == 1:
        fine, wide = cv2.GaussianBlur(noise, (0, 0), 2.0), cv2.GaussianBlur(noise, (0, 0), 9.0)
        noise = fine / fine.std() + wide / wide.std()
        noise = noise / noise.std()
    levels: NDArray[np.int8] = np.clip(noise * 20, -127, 127).astype(np.int8)
    return levels
