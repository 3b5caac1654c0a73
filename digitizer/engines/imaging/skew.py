"""How far a page lies askew, by the projection profile of its strokes.

Turned the right way, lines of writing fall into few rows, and the sum of the squares of what
falls into each row is greatest (after W. Postl, 1986, whose squared steps between rows of a pixel
see the pixel grid itself and were wrong on most handwriting tried). Rows are half a
millimetre high. Columns are asked where rows say nothing: for a page that lies on its side.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.ink import Mask
from digitizer.engines.imaging.pixels import Picture

_MOST_DEGREES = 7.0
_LOOKED_AT = 9.0  # degrees: a best angle at the end of the range is no peak
_LEAST_DEGREES = 0.2
_COARSE, _FINE = 0.5, 0.1
_ROW = 2.0  # pixels of the reduced page
_FEWEST_POINTS, _MOST_POINTS = 400, 12_000
_CLEAR_ROWS, _CLEAR_COLUMNS = 1.22, 1.5  # best score over the usual one; measured on letters
_LARGEST_SIDE = 32_000  # OpenCV counts such coordinates in 16 bits


def find_skew(strokes: Mask) -> float:
    """Degrees clockwise by which the page lies askew; 0 where it is straight or not certain."""
    down, across = np.nonzero(strokes)
    if len(down) < _FEWEST_POINTS:
        return 0.0
    step = -(-len(down) // _MOST_POINTS)
    x, y = across[::step].astype(np.float32), down[::step].astype(np.float32)
    angle, clearness = _best_angle(x, y)
    if clearness < _CLEAR_ROWS:
        angle, clearness = _best_angle(-y, x)
        if clearness < _CLEAR_COLUMNS:
            return 0.0
    return round(angle, 2) if _LEAST_DEGREES < abs(angle) < _MOST_DEGREES else 0.0


def straighten(image: Picture, degrees: float, paper: tuple[int, ...]) -> Picture:
    """Turned back by so many degrees, on a canvas that loses no corner, filled with paper."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (
        int(np.ceil(height * sine + width * cosine)),
        int(np.ceil(height * cosine + width * sine)),
    )
    if max(*size, height, width) > _LARGEST_SIDE:
        return image
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    turned = cv2.warpAffine(
        image,
        matrix,
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=paper,
    )
    return np.asarray(turned, dtype=np.uint8)


def _best_angle(x: Any, y: Any) -> tuple[float, float]:
    """The angle with the sharpest profile, and how far it stands above the others."""
    coarse = np.arange(-_LOOKED_AT, _LOOKED_AT + _COARSE / 2, _COARSE)
    scores = np.array([_score(x, y, angle) for angle in coarse])
    middle = coarse[int(scores.argmax())]
    fine = np.arange(middle - _COARSE, middle + _COARSE + _FINE / 2, _FINE)
    sharp = np.array([_score(x, y, angle) for angle in fine])
    best = int(sharp.argmax())
    return float(fine[best] + _FINE * _vertex(sharp, best)), float(sharp[best] / np.median(scores))


def _score(x: Any, y: Any, degrees: float) -> float:
    radians = np.deg2rad(degrees)
    rows = y * np.float32(np.cos(radians) / _ROW) - x * np.float32(np.sin(radians) / _ROW)
    profile = np.bincount((rows - rows.min()).astype(np.int32))
    return float(np.square(profile.astype(np.float64)).sum())


def _vertex(values: Any, at: int) -> float:
    """Where, in steps from ``at``, the parabola through three neighbours has its top."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = values[at - 1 : at + 2]
    bend = before - 2 * here + after
    return float(0.5 * (before - after) / bend) if bend < 0 else 0.0
