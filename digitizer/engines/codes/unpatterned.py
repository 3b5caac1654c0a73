"""Print on what is no plain paper, a photograph or wrapping paper, taken from under its pattern.

There the paper's own tones change as much as ink changes them, so no decoder finds an edge and no
form is seen whole. What sets print apart is that it is thin, or that it is darker than all the
rest; each way fails where the other holds (wide dark stripes; ink no darker than the paper's dark).
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.codes.marks import grey_scaled
from digitizer.engines.imaging.patterned import without_ink

Picture = NDArray[np.uint8]

_DPI = 200
_THIN, _WIDE = 1.8, (4.0, 6.0)  # mm: of a code's cell or a letter's stroke, of a mark's cells
_PRINTED = 0.7  # of its surroundings' tone: what is darker is ink
_DARKEST = 10.0  # per cent: as much of a sheet is ink at most


def unpatterned(picture: Picture, dpi: int) -> Iterator[tuple[Picture, float]]:
    """The page in grey at 200 dpi or less with what may be print dark on white, in four ways, the
    surest first; each with the factor by which it is smaller."""
    scale = min(1.0, _DPI / max(dpi, 1))
    page, dpi_then = grey_scaled(picture, scale), dpi * scale
    yield _as_print(_relative(page, dpi_then, _THIN) < 255 * _PRINTED), scale
    yield _as_print(page <= np.percentile(page[::4, ::4], _DARKEST)), scale
    for width in _WIDE:
        yield _relative(page, dpi_then, width), scale


def _relative(page: Picture, dpi: float, width: float) -> Picture:
    """How dark each place is beside the paper around it: 255 as light as that, 0 black."""
    paper = without_ink(np.asarray(cv2.GaussianBlur(page, (0, 0), 1), np.uint8), dpi, width)
    return np.asarray(cv2.divide(page, np.maximum(paper, 1), scale=255), np.uint8)


def _as_print(dark: NDArray[np.bool_]) -> Picture:
    return np.where(dark, 0, 255).astype(np.uint8)
