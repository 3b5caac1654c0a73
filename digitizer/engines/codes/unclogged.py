"""White lines through print, as shut nozzles leave them, filled from what is beside them.

A printer's head leaves its gaps all along one direction, a third of a millimetre to a millimetre
wide: as wide as a cell of a code, so no smoothing can tell the two apart. What does is that a gap
runs on where cells end: over two centimetres of it hardly anything is dark, and just beside it
much is. Each such place takes the tone of the nearest printed one across the gap.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.codes.marks import grey_scaled

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_INCH = 25.4
_DPI = 200
_ALONG = 18.0  # mm along a gap that are looked at: most of a code, and little of a slant
_WIDEST = 1.4  # mm of a gap that is filled; a code's quiet zone is four
_EMPTY = 0.5  # share of the darkness beside it that a gap may have, at most
_LEAST = 8.0  # grey levels of darkness beside it, averaged along


def unclogged(picture: Picture, dpi: int) -> Iterator[tuple[Picture, float]]:
    """The page in grey at 200 dpi or less with gaps across it filled, then with gaps down it,
    then with both; each with the factor by which it is smaller. Pages without gaps give none.
    """
    scale = min(1.0, _DPI / max(dpi, 1))
    page, dpi_then = grey_scaled(picture, scale), dpi * scale
    across = _filled(page, dpi_then)
    down = np.ascontiguousarray(_filled(np.ascontiguousarray(page.T), dpi_then).T)
    for each in (across, down):
        if not np.array_equal(each, page):
            yield each, scale
    if not np.array_equal(across, page) and not np.array_equal(down, page):
        both = _filled(np.ascontiguousarray(across.T), dpi_then).T
        yield np.ascontiguousarray(both), scale


def _filled(page: Picture, dpi: float) -> Picture:
    """Gaps that lie across the page, filled from above and below."""
    gaps = _gaps(page, dpi)
    if not gaps.any():
        return page
    rows = np.arange(len(page), dtype=np.int32)[:, None]
    above = np.maximum.accumulate(np.where(gaps, -1, rows), axis=0)
    below = np.minimum.accumulate(np.where(gaps, len(page), rows)[::-1], axis=0)[::-1]
    far = _WIDEST * dpi / _INCH
    up, down = rows - above, below - rows
    nearest = np.where(up <= down, above, below)
    fills = gaps & (np.minimum(up, down) <= far) & (nearest >= 0) & (nearest < len(page))
    nearest = np.where(fills, nearest, rows)
    return np.asarray(np.take_along_axis(page, nearest, axis=0), np.uint8)


def _gaps(page: Picture, dpi: float) -> Mask:
    along, beside = (max(1, round(mm * dpi / _INCH)) for mm in (_ALONG, _WIDEST))
    dark = np.float32(255) - page.astype(np.float32)
    spread = cv2.boxFilter(dark, -1, (along, 1), borderType=cv2.BORDER_REPLICATE)
    most = cv2.dilate(spread, np.ones((2 * beside + 1, 1), np.uint8))
    return np.asarray((spread < _EMPTY * most) & (most > _LEAST), np.bool_)
