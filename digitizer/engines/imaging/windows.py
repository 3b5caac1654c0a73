"""The scanner's own roller or plate, seen beyond a sheet that is shorter than its window."""

from __future__ import annotations

from typing import Any

import numpy as np

from digitizer.engines.imaging.ink import Reduced
from digitizer.engines.imaging.pixels import Picture

_RIM = 2.0  # mm at each edge that are looked at first, and that shadows may have
_DARKER = 10  # grey levels: so much darker than the sheet
_SMALLEST = 40.0  # mm: less is no sheet
_MOST = 0.35  # of the side's length
_EVEN, _STEP = 5.0, 1.5  # grey levels that rows may differ by; mm in which the sheet begins
_MARK, _MOST_MARKED = 24, 6  # grey levels off; pixels: more of them than a speck's is something
_CHROMA = 10  # grey levels: plates and rollers are grey


def within_window(page: Reduced) -> Reduced | None:
    """The sheet alone, where an even grey strip along a whole edge lies beyond it; else None.

    A strip with anything on it, or with an edge that is not straight, is not the scanner's plate.
    """
    if min(page.grey.shape) < page.pixels(_SMALLEST):
        return None
    for quarter in range(4):
        depth = _strip(np.rot90(page.picture, quarter), np.rot90(page.grey, quarter), page)
        if depth:
            cut = np.rot90(page.picture, quarter)[depth:], np.rot90(page.grey, quarter)[depth:]
            picture, grey = (np.ascontiguousarray(np.rot90(each, -quarter)) for each in cut)
            return Reduced(picture, grey, page.dpi)
    return None


def _strip(picture: Picture, grey: Picture, page: Reduced) -> int:
    """How many rows from the upper edge on are such a strip; 0 if there is none."""
    rim, step = page.pixels(_RIM), page.pixels(_STEP)
    paper = float(np.median(grey[grey.shape[0] // 2 :: 8, ::4]))
    tone = float(np.median(grey[rim // 2 : rim, rim:-rim]))
    if tone > paper - _DARKER:
        return 0
    rows = np.median(grey[: int(_MOST * len(grey)), rim:-rim:3], axis=1)
    other = np.flatnonzero(np.abs(rows[1:] - tone) > _EVEN)
    depth = int(other[0]) + 1 if len(other) else 0
    if depth < rim:
        return 0
    inside, beyond = grey[1 : depth - step, rim:-rim], grey[depth + step : depth + 3 * step]
    begins = np.median(beyond[:, rim:-rim], axis=0) > tone + 0.6 * (paper - tone)
    if not inside.size or begins.mean() < 0.995 or not _is_plate(inside, tone):
        return 0
    return depth + step if _is_grey(picture[1 : depth - step, rim:-rim]) else 0


def _is_plate(inside: Picture, tone: float) -> bool:
    off = np.abs(inside.astype(np.int16) - int(tone))
    noise = 1.4826 * float(np.median(off[::2, ::2]))
    columns = np.abs(np.median(inside, axis=0) - tone)
    marked = int((off > max(_MARK, 6 * noise)).sum())
    return bool(marked <= _MOST_MARKED and np.percentile(columns, 99.5) <= _EVEN + noise)


def _is_grey(strip: Any) -> bool:
    if strip.ndim == 2:
        return True
    middle = np.median(strip.reshape(-1, 3), axis=0)
    return float(middle.max() - middle.min()) <= _CHROMA
