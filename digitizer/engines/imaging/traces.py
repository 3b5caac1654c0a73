"""Traces that folds and rollers leave among a side's marks, known by how they go on.

A fold's shadow comes and goes: where it is seen for a few millimetres, the rest of it is still
there under the grain. A roller leaves its mark at each turn, at equal steps in one column; where it
is too pale to be a mark, its column still comes again.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.ink import Ink, Reduced

_THIN, _TIMES_LONG = 1.3, 3.0  # mm, and times as long as thick: a bit of a line
_SHALLOW = 45  # grey levels: what is darker is drawn
_MOST_BITS = 24
_SLOPES = np.tan(np.radians(np.linspace(-3.0, 3.0, 61)))  # a sheet is folded, and fed, straighter
_BESIDE = 1.6  # mm from the middle of a line to the paper that it is held against
_SECTIONS, _DARK_SECTIONS = 14, 9  # of the side's length, and those in which the line goes on
_GOES_ON = 0.8  # grey levels, a mean over a section
_TURNS, _OFF_STEP, _OFF_COLUMN = 3, 3.0, 2.5  # marks in a column; mm
_ROLLED_DEEP, _ROLLED_SHARP = 18, 0.3
_PAPER = 6.0  # mm to each side of a roller's column
_ROUND, _WITHIN = (30, 80), (15, 26)  # mm of paper: a whole turn of a roller, and parts of a turn
_SEEN_TURNS, _ALIKE, _UNLIKE = 3.4, 0.85, 0.35  # turns on the side; correlations


def on_folds(parts: Any, plain: Any, page: Reduced, ink: Ink) -> Any:
    """Which of the plain parts are bits of a faint line that runs the whole side."""
    found = np.zeros_like(plain)
    thick = np.minimum(parts.width, parts.height)
    bits = plain & (thick <= _THIN) & (parts.extent >= _TIMES_LONG * thick)
    bits &= parts.deep < _SHALLOW
    if not 0 < int(bits.sum()) <= _MOST_BITS:
        return found
    smooth = cv2.GaussianBlur(ink.smooth, (3, 3), 0)
    for each in np.flatnonzero(bits):
        lies = parts.width[each] >= parts.height[each]
        picture = smooth if lies else np.ascontiguousarray(smooth.T)
        left, top = (parts.left[each], parts.top[each])
        x, y = left + parts.width[each] / 2, top + parts.height[each] / 2
        across, down = (x, y) if lies else (y, x)
        scale = page.dpi / 25.4
        found[each] = _goes_on(picture, across * scale, down * scale, page)
    return found


def _goes_on(picture: Any, x: float, y: float, page: Reduced) -> bool:
    """Whether a line of some slope through this place is darker than what lies beside it in most
    sections of the picture's width."""
    height, width = picture.shape
    across = np.arange(width)
    down = np.rint(y + _SLOPES[:, None] * (across - x)).astype(np.int64)
    beside = page.pixels(_BESIDE)
    inside = (down >= beside) & (down < height - beside)
    level = [
        picture[np.clip(down + off, 0, height - 1), across].astype(np.float32)
        for off in (0, -beside, beside)
    ]
    darker = np.where(inside, (level[1] + level[2]) / 2 - level[0], 0)
    sections = darker[:, : width // _SECTIONS * _SECTIONS].reshape(len(_SLOPES), _SECTIONS, -1)
    dark = sections.mean(axis=2) > _GOES_ON
    return bool((dark.sum(axis=1) >= _DARK_SECTIONS).any())


def of_a_roller(parts: Any, plain: Any) -> Any:
    """Which of the plain parts are soft, pale and come again at equal steps in their column."""
    found = np.zeros_like(plain)
    soft = np.flatnonzero(
        plain & (parts.deep < _ROLLED_DEEP) & (parts.sharp < _ROLLED_SHARP) & (parts.extent < 30)
    )
    x = (parts.left + parts.width / 2)[soft]
    y = (parts.top + parts.height / 2)[soft]
    for each in range(len(soft)):
        column = np.abs(x - x[each]) <= _OFF_COLUMN
        if column.sum() >= _TURNS and _steps_are_equal(np.sort(y[column])):
            found[soft[column]] = True
    return found


def comes_again(picture: Any, left: int, right: int, page: Reduced) -> bool:
    """Whether a column of the picture (its sides in pixels) darkens and clears in the same way at
    each turn of some roller, all the way down, and not within a turn: lines of writing follow one
    another more closely, and are not alike."""
    beside, row = page.pixels(_PAPER), page.dpi / 25.4
    paper = np.concatenate(
        [picture[:, max(0, left - beside) : left], picture[:, right : right + beside]], axis=1
    )
    if paper.shape[1] < beside:
        return False
    level = paper.mean(axis=1) - picture[:, left:right].mean(axis=1)
    starts = (np.arange(int(len(level) / row)) * row).astype(np.int64)
    profile = np.add.reduceat(level, starts) / row
    longest = min(_ROUND[1], int(len(profile) / _SEEN_TURNS))
    if longest <= _ROUND[0]:
        return False
    turn = max(_likeness(profile, lag) for lag in range(_ROUND[0], longest + 1))
    within = max(_likeness(profile, lag) for lag in range(*_WITHIN))
    return turn >= _ALIKE and within <= _UNLIKE


def _likeness(profile: Any, lag: int) -> float:
    """How a profile correlates with itself so many millimetres on, -1 to 1."""
    one, other = profile[:-lag], profile[lag:]
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / max(np.sqrt((one**2).sum() * (other**2).sum()), 1e-6))


def _steps_are_equal(y: Any) -> bool:
    steps = np.diff(y[np.concatenate([[True], np.diff(y) > _OFF_STEP])])
    if len(steps) < _TURNS - 1:
        return False
    least = float(steps.min())
    return bool((np.abs(steps - np.rint(steps / least) * least) <= _OFF_STEP).all())
