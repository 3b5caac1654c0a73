"""Thin lines down a whole page, as a speck on a feeder's glass draws them.

The sheet passes over the speck, so its line is exactly upright in the picture as it was scanned,
and runs from the top to the bottom, through writing and paper alike. A line printed on the paper
leans as the sheet lay, and is at another place on the next sheet: that is for whoever compares
pages to see.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np

from digitizer.engines.imaging.ink import Reduced

_INCH = 25.4
_BESIDE = 1.5  # mm to the paper on each side that a line is held against: it is thinner than this
_EDGE = 12.0  # mm: nearer to a side of the picture the sheet's own edge draws lines
_BLOCK = 5  # rows that are averaged against noise
_DARKER = 5.0  # grey levels; a hair of 0.1 mm that is half as dark as ink has three times as much
_SECTIONS, _LEAST_SECTIONS = 20, 18  # of the height, and those in which the line is seen
_SEEN = 0.6  # of a section's blocks
_MOST = 3  # lines: more are graph paper, or a table


def find_stripes(page: Reduced) -> tuple[float, ...]:
    """How many millimetres from the left each such line is, ascending. ``page`` is as scanned."""
    beside, edge = page.pixels(_BESIDE), page.pixels(_EDGE)
    rows = page.grey.shape[0] // _BLOCK
    if rows < _SECTIONS or page.grey.shape[1] <= 2 * (edge + beside):
        return ()
    blocks = page.grey[: rows * _BLOCK].reshape(rows, _BLOCK, -1).mean(axis=1)
    darker = np.minimum(blocks[:, : -2 * beside], blocks[:, 2 * beside :])
    darker -= blocks[:, beside:-beside]
    sections = np.array_split(darker >= _DARKER, _SECTIONS)
    seen = np.stack([section.mean(axis=0) >= _SEEN for section in sections]).sum(axis=0)
    columns = np.flatnonzero(seen >= _LEAST_SECTIONS) + beside
    lines = _middles(columns[(columns >= edge) & (columns < page.grey.shape[1] - edge)])
    if len(lines) > _MOST:
        return ()
    return tuple(round((line + 0.5) * _INCH / page.dpi, 1) for line in lines)


def _middles(columns: Any) -> list[float]:
    """The middle of each run of neighbouring columns."""
    runs = groupby(enumerate(columns.tolist()), key=lambda each: each[1] - each[0])
    return [float(np.mean([column for _, column in run])) for _, run in runs]
