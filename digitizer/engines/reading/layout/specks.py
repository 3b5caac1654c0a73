"""The connected specks of ink on a page, and what they look like together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.reading.layout.pictures import Picture, grey, shrink

_LONG_SIDE = 1600  # pixels: a letter page at 145 dpi, where small print is still 9 pixels high
_WINDOW, _DARKER = 31, 15  # pixels around, and grey levels under their mean, that make ink
_LEAST_HEIGHT, _LEAST_WIDTH, _LEAST_AREA = 6, 3, 15  # smaller ones are dots and dust
_MOST_HEIGHT, _MOST_WIDTH = 120, 500  # larger ones are frames, rules and shadows


@dataclass(frozen=True, slots=True)
class Specks:
    """Specks of a letter's size or more, each an element of the arrays.

    All is in pixels of a smaller copy of the page: ``size`` is its height and width, ``factor``
    its size over the page's. ``area`` counts the ink's pixels.
    """

    left: NDArray[np.float64]
    top: NDArray[np.float64]
    width: NDArray[np.float64]
    height: NDArray[np.float64]
    area: NDArray[np.float64]
    size: tuple[int, int]
    factor: float

    def __len__(self) -> int:
        return len(self.area)

    def __getitem__(self, which: NDArray[Any]) -> Specks:
        """Some of them, by a mask or by their numbers."""
        return Specks(
            self.left[which],
            self.top[which],
            self.width[which],
            self.height[which],
            self.area[which],
            self.size,
            self.factor,
        )

    @property
    def right(self) -> NDArray[np.float64]:
        return self.left + self.width

    @property
    def bottom(self) -> NDArray[np.float64]:
        return self.top + self.height

    @property
    def letters(self) -> NDArray[np.bool_]:
        """Which may be letters or words: no frames, rules or shadows."""
        return (self.height < _MOST_HEIGHT) & (self.width < _MOST_WIDTH)


@dataclass(frozen=True, slots=True)
class InkShapes:
    """What the specks of ink on a page look like.

    ``count`` is how many may be letters. ``spread`` is the standard deviation of the logarithm
    of their heights: print is even, handwriting is not. ``lettered`` is the share (0..1) of the
    ink that is in shapes standing alone like single letters.
    """

    count: int
    spread: float
    lettered: float


def find_specks(image: Picture) -> Specks:
    """The specks of an (H, W) grey or (H, W, 3) RGB page (about 10 ms)."""
    factor = min(1.0, _LONG_SIDE / max(image.shape[:2]))
    small = shrink(grey(image), factor)
    ink = cv2.adaptiveThreshold(
        small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _WINDOW, _DARKER
    )
    stats = cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:].astype(float)
    left, top, width, height, area = stats.T
    found = Specks(left, top, width, height, area, (small.shape[0], small.shape[1]), factor)
    kept = (height >= _LEAST_HEIGHT) & (width >= _LEAST_WIDTH) & (area > _LEAST_AREA)
    return found[kept]


def ink_shapes(specks: Specks) -> InkShapes:
    """The page's letters as a whole."""
    some = specks[specks.letters]
    if not len(some):
        return InkShapes(0, 0.0, 0.0)
    usual = np.median(some.height)
    alone = some.width < 1.4 * some.height
    alone &= (some.height > 0.6 * usual) & (some.height < 2.2 * usual)
    return InkShapes(
        len(some),
        float(np.std(np.log(some.height))),
        float(some.area[alone].sum() / some.area.sum()),
    )
