"""Whether anything on a side can be made out at all, by the picture alone.

A side that is neither blank nor legible may be a cover, so it must be known before anything is
sought on it. Legible is what has lines of writing or print, or a picture, whatever its darkness:
something larger than the grain stands out of it, in edges that are not all gone.
"""

from __future__ import annotations

import cv2
import numpy as np

from digitizer.engines.imaging.ink import Ink, Reduced
from digitizer.engines.imaging.pixels import Picture

TOO_DARK = "too dark"
TOO_FAINT = "too faint"
TOO_BLURRED = "too blurred"
ONLY_GRAIN = "nothing but grain"
BANDED = "dark bands across it"

_BLOCK = 3.0  # mm: writing and pictures are still there in a mean over so much, grain is gone
_LOCAL = 12.0  # mm: slower changes are light, shadow, or the colour of the paper
# Of 162 letters the least had 4.1; snow, ditherings and thresholds of nothing have 0.6 to 2, and
# snow with a moire of its own 2.5, over which 6 to 8 grey levels are spread. Pictures without a
# stroke have 3.3 and more, and a dark one in dots 2.6, but 15 grey levels.
_STANDS_OUT, _STANDS_OUT_BARE, _SPREAD_BARE = 2.5, 3.0, 10.0
_EVEN = 0.6  # grey levels of the blocks' spread: less is a plain sheet, whatever its colour
_DARK = 100  # grey levels
_FAINTEST = 13.0  # grey levels between paper and strokes; letters in soft pencil have 30
_SOFTEST = 2.0  # mm over which edges pass; letters have up to 1.8, and 2.2 is out of focus by 1 mm
_SOFTEST_PIXELS = 10.0  # a sharp edge has 3.5, so at 50 dpi already 1.8 mm
_AS_PAPER, _SHARE_OF_PAPER = 12, 0.5
_FEWEST_PIXELS = 500  # of the shorter side: on less, a sheet's print is itself no more than grain
_ROUGH = 12.0  # grey levels, a deviation at 100 dpi: scanners' noise on blank sheets has up to 4
# A toner drum's or a belt's dark bands come again and again, and can lie over all codes and marks.
_FEWEST_BANDS, _BAND = 3, 3.0  # mm: no photograph or border has so many, so thick
_ACROSS, _BETWEEN = 0.97, 0.5  # shares of a row that are dark within a band, and between two
_MARGIN = 0.06  # share of each side: scanner borders are no content


def is_grain(page: Reduced) -> bool:
    """Whether the paper itself is so rough that print could hide in it: then no side is blank."""
    inner = _inner(page.grey)[::4, ::4]
    if min(page.grey.shape) < _FEWEST_PIXELS:
        return False
    off = np.abs(inner.astype(np.float32) - np.median(inner))
    return 1.4826 * float(np.median(off)) > _ROUGH


def why_unseen(page: Reduced, ink: Ink, edges: float, page_dpi: int) -> str | None:
    """Why nothing can be made out on a side that is not blank; None where something can.

    ``page`` is as it was scanned: levelling gives grain the looks of print. ``ink`` is what was
    found on it afterwards, ``edges`` is how soft its edges are, in mm,
    ``page_dpi`` that of the whole picture.
    """
    inner = _inner(page.grey)
    if _is_banded(inner, page.dpi):
        return BANDED
    if not _stands_out(inner, page.dpi, ink, min(page.grey.shape) >= _FEWEST_PIXELS):
        return TOO_DARK if float(np.median(inner[::4, ::4])) < _DARK else ONLY_GRAIN
    if ink.uneven or not _is_paper(inner):
        return None
    if ink.strokes.any() and ink.depth < _FAINTEST:
        return TOO_FAINT
    if edges > _SOFTEST and edges * page_dpi / 25.4 > _SOFTEST_PIXELS:
        return TOO_BLURRED
    return None


def _is_banded(inner: Picture, dpi: float) -> bool:
    """Whether dark bands lie across the whole page, one after the other, on light paper."""
    dark = (inner[:, ::4] < _DARK).mean(axis=1)
    bands, thick, apart = 0, 0, True
    for share in dark:
        thick = thick + 1 if share > _ACROSS else 0
        if thick * 25.4 >= _BAND * dpi and apart:
            bands, apart = bands + 1, False
        apart = apart or share < _BETWEEN
    return bands >= _FEWEST_BANDS


def _is_paper(inner: Picture) -> bool:
    """Whether half of the page is as light as its paper: a soft photograph is content."""
    some = inner[::4, ::4].astype(np.int16)
    off = np.abs(some - int(np.median(some)))
    return float((off <= _AS_PAPER).mean()) > _SHARE_OF_PAPER


def _inner(grey: Picture) -> Picture:
    down, across = (round(_MARGIN * side) for side in grey.shape)
    return grey[down : grey.shape[0] - down, across : grey.shape[1] - across]


def _stands_out(inner: Picture, dpi: float, ink: Ink, is_sheet: bool) -> bool:
    """Whether means over a few millimetres differ by more than chance would have them differ.

    Were all pixels shuffled, the means of n of them would spread by a root of n less than they.
    """
    size = max(2, round(_BLOCK * dpi / 25.4))
    rows, columns = inner.shape[0] // size, inner.shape[1] // size
    if min(rows, columns) < 3:
        return True
    even = inner[: rows * size, : columns * size]
    blocks = np.asarray(cv2.resize(even, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
    slow = cv2.GaussianBlur(blocks, (0, 0), _LOCAL / _BLOCK, borderType=cv2.BORDER_REPLICATE)
    spread = float((blocks - slow).std())
    by_chance = float(cv2.meanStdDev(even)[1][0, 0]) / size if is_sheet else 0.0
    bare = not ink.strokes.any() and spread < _SPREAD_BARE
    least = _STANDS_OUT_BARE if bare else _STANDS_OUT
    return spread > _EVEN and spread > least * by_chance
