"""What the reading engines do to a picture before they read it: grey, smaller, cut out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def grey(image: Picture) -> Picture:
    """(H, W) of an (H, W) or RGB (H, W, 3) picture."""
    if image.ndim == 2:
        return image
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def shrink(image: Picture, factor: float) -> Picture:
    """The picture at ``factor`` of its size; never larger than it was."""
    if factor >= 1:
        return image
    height, width = image.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def cut_out(image: Picture, corners: NDArray[np.float32], height: int) -> Picture:
    """The quadrilateral ``corners`` (4, 2; clockwise from top left), straightened to ``height``."""
    across = max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[3] - corners[2]))
    down = max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))
    full = max(1, round(float(across))), max(1, round(float(down)))
    target = np.array([[0, 0], [full[0], 0], [full[0], full[1]], [0, full[1]]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    line = cv2.warpPerspective(
        image, matrix, full, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    width = max(1, round(full[0] * height / full[1]))
    return np.asarray(cv2.resize(line, (width, height)), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class InkShapes:
    """What the connected specks of ink on a page look like.

    ``count`` is how many are of a letter's size or more. ``spread`` is the standard deviation
    of the logarithm of their heights: print is even, handwriting is not. ``lettered`` is the
    share (0..1) of the ink that is in shapes standing alone like single letters.
    """

    count: int
    spread: float
    lettered: float


_LONG_SIDE = 1600  # pixels: a letter page at 145 dpi, where small print is still 9 pixels high


def ink_shapes(image: Picture) -> InkShapes:
    """Measures the page's connected components at a fixed small size (about 10 ms)."""
    small = shrink(grey(image), _LONG_SIDE / max(image.shape[:2]))
    ink = cv2.adaptiveThreshold(
        small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15
    )
    stats = cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:]
    width, height, area = (stats[:, column].astype(float) for column in (2, 3, 4))
    kept = (height >= 6) & (height < 120) & (width >= 3) & (width < 500) & (area > 15)
    width, height, area = width[kept], height[kept], area[kept]
    if not len(area):
        return InkShapes(0, 0.0, 0.0)
    usual = np.median(height)
    alone = (width < 1.4 * height) & (height > 0.6 * usual) & (height < 2.2 * usual)
    return InkShapes(
        len(area), float(np.std(np.log(height))), float(area[alone].sum() / area.sum())
    )
