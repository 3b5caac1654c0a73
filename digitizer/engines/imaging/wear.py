"""What a side has on it that nobody put there: lids and shadows at its edges, creases, streaks.

They are cut out of the mask of all that is darker than paper, so that a word which touches a
shadow, or is crossed by a fold, is still seen.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.ink import Mask, Reduced

_DEEPEST = 16.0  # mm: what lies further in is no edge's shadow
_BUMP = 6.0  # mm along an edge: what stands out of a shadow for less than this is a stroke
_HEM = 0.8  # mm: a shadow's own unevenness
_LONG_SHARE = 0.2  # of the edge's length: shorter dark things at an edge may be stickers
_THIN, _THIN_TIMES, _WEDGE = 3.0, 5, 20.0  # mm deep, times and mm long: a wedge's thin end
_SLOPES = np.tan(np.radians(np.linspace(-3.0, 3.0, 25)))  # a sheet is folded, and fed, straighter
_BESIDE = 1.3  # mm to each side of a crease's middle
_CREASED_SHARE = 0.28  # of the side's length that is darker: a fold's shadow comes and goes
_CELL, _SQUARE = 2.0, 0.5  # mm
_MOST_CREASES = 4  # in one direction: more parallel lines are ruled, or drawn
_CREASE_DEPTH = 45  # grey levels: what is darker is drawn
_FEWEST, _MOST = 30, 40_000  # points


def creases(raw: Mask, darker: Any, page: Reduced) -> Mask:
    """The shadows of folds, and a feeder's streaks."""
    return _creases(raw & (darker < _CREASE_DEPTH), page)


def borders(raw: Mask, page: Reduced) -> Mask:
    """The lid beyond the sheet, and the shadows that lie along its edges."""
    found = np.zeros_like(raw)
    for quarter in range(4):
        turned, into = np.rot90(raw, quarter), np.rot90(found, quarter)
        reach = _reach(turned, page)
        deepest = int(reach.max(initial=0))
        if deepest:
            into[:deepest] |= np.arange(deepest)[:, None] < reach[None]
    return found


def _reach(raw: Mask, page: Reduced) -> Any:
    """For each column how far from the upper edge a border reaches; 0 where there is none."""
    part = ~raw[: page.pixels(_DEEPEST)]
    depth = np.where(part.any(axis=0), part.argmax(axis=0), len(part))
    if not depth.any():
        return depth
    width = page.pixels(_BUMP) | 1
    flat = np.asarray(depth[None], np.uint16)
    kernel = np.ones((1, width), np.uint8)
    level = cv2.morphologyEx(flat, cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_REPLICATE)[0]
    kept = np.zeros_like(level)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], level > 0, [0]])))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        deep, long = int(level[start:end].max()), int(end - start)
        thin = deep <= page.pixels(_THIN) and long >= max(page.pixels(_WEDGE), _THIN_TIMES * deep)
        if thin or long >= _LONG_SHARE * raw.shape[1]:
            kept[start:end] = level[start:end] + page.pixels(_HEM)
    return cv2.dilate(kept[None], kernel, borderType=cv2.BORDER_REPLICATE)[0]


def _creases(raw: Mask, page: Reduced) -> Mask:
    found = np.zeros_like(raw)
    down, across = np.divmod(np.flatnonzero(raw), raw.shape[1])
    if not _FEWEST <= len(down) <= _MOST:
        return found
    pixel = 25.4 / page.dpi
    for lines_across in (True, False):
        along, aside = (across, down) if lines_across else (down, across)
        length = raw.shape[1 if lines_across else 0]
        on_line = _on_lines(along * pixel, aside * pixel, length * pixel)
        found[down[on_line], across[on_line]] = True
    return found


def _on_lines(along: Any, aside: Any, length: float) -> Any:
    """Which points (mm) lie on one of a few straight lines that run the whole side."""
    chosen = np.zeros(len(along), dtype=bool)
    some_along, some_aside = _thinned(along, aside)
    for _ in range(_MOST_CREASES + 1):
        slope, at, share = _best_line(some_along, some_aside, length)
        if share < _CREASED_SHARE:
            return chosen
        chosen |= np.abs(aside - slope * along - at) <= _BESIDE
        free = np.abs(some_aside - slope * some_along - at) > _BESIDE
        some_along, some_aside = some_along[free], some_aside[free]
    return np.zeros(len(along), dtype=bool)


def _thinned(along: Any, aside: Any) -> tuple[Any, Any]:
    """One point for all of a small square: lines are counted in cells that are larger."""
    row, column = ((each / _SQUARE).astype(np.int32) for each in (aside, along))
    taken = np.zeros((int(row.max()) + 1, int(column.max()) + 1), dtype=bool)
    taken[row, column] = True
    rows, columns = np.divmod(np.flatnonzero(taken), taken.shape[1])
    return (columns + 0.5) * _SQUARE, (rows + 0.5) * _SQUARE


def _best_line(along: Any, aside: Any, length: float) -> tuple[float, float, float]:
    """The slope and place of the line with most cells of the length on it, and their share."""
    cells = int(length / _CELL) + 1
    best = (0.0, 0.0, 0.0)
    if len(along) < _FEWEST:
        return best
    column = (along / _CELL).astype(np.int64)
    for slope in _SLOPES:
        moved = aside - slope * along
        least = float(moved.min())
        row = ((moved - least) / _CELL).astype(np.int64)
        filled = np.bincount(row * cells + column, minlength=(int(row.max()) + 1) * cells) > 0
        counts = filled.reshape(-1, cells).sum(axis=1)
        row_best = int(counts.argmax())
        share = float(counts[row_best]) / cells
        if share > best[2]:
            middle = float(np.median(moved[row == row_best]))
            best = (float(slope), middle, share)
    return best
