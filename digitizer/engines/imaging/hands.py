"""What a page's writing looks like as a whole: which way its strokes run, how far apart they are.

People differ in both more than one page of theirs from the next (M. Bulacu, L. Schomaker, 2003,
tell writers by the directions of contours). It names nobody: two pages are held side by side, and
nothing of it is kept.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.ink import Ink, Reduced

_LEAST = 10_000  # pixels of ink at 100 dpi: some ten lines of writing
_FINE = 0.8  # pixels: grain that is smoothed away
_WAYS = 18  # directions, of ten degrees
_GAPS = np.array((2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 40))  # pixels at 100 dpi between strokes
_WHOLE = 255  # what stands for a share of 1, whose root is kept, so that rare shares count


def hand_of(page: Reduced, ink: Ink, skew: float) -> tuple[int, ...]:
    """The shares of directions, of gaps along lines, and of gaps from line to line, as their roots
    of 0 to 255; empty where too little is written. ``skew`` are the degrees (clockwise) by which
    the page will be turned."""
    if np.count_nonzero(ink.strokes) < _LEAST:
        return ()
    found = (_ways(page, ink, skew), _gaps(ink.strokes), _gaps(ink.strokes.T))
    return tuple(int(each) for shares in found for each in np.rint(_WHOLE * np.sqrt(shares)))


def _ways(page: Reduced, ink: Ink, skew: float) -> Any:
    """Shares of the ink's contours by their direction."""
    fine = cv2.GaussianBlur(page.grey, (0, 0), _FINE).astype(np.float32)
    near = cv2.dilate(ink.strokes.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    across, down = (cv2.Sobel(fine, cv2.CV_32F, *way)[near] for way in ((1, 0), (0, 1)))
    way = (np.arctan2(down, across) + np.radians(skew)) % np.pi
    counts, _ = np.histogram(way, _WAYS, (0, np.pi), weights=np.hypot(across, down))
    return counts / max(float(counts.sum()), 1.0)


def _gaps(strokes: Any) -> Any:
    """Shares of the gaps between strokes by their width, along every other row."""
    rows = np.ascontiguousarray(strokes[::2])
    places = np.flatnonzero(rows)
    row = places // rows.shape[1]
    gaps = np.diff(places)[np.diff(row) == 0]
    counts, _ = np.histogram(gaps[gaps > 1], _GAPS)
    return counts / max(int(counts.sum()), 1)
