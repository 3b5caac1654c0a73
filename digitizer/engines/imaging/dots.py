"""Specks that somebody set: they lie closer together than as many would by chance.

Dust falls anywhere. The dots of a code, of a finger print or of a needle lie within a hand's
breadth, or in a row. In windows of four shapes the count is held against what chance would give
(Poisson), for the larger specks also by themselves.
"""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np

from digitizer.engines.imaging.ink import Reduced

# Mm across and down; the last is for dots in one row, however much dust lies around them.
_WINDOWS = ((24.0, 24.0), (12.0, 12.0), (60.0, 3.0), (60.0, 0.6))
_MASSES = (0.0, 150.0, 500.0, 1500.0)  # levels times pixels at 100 dpi
_FEWEST = 5
_CHANCE = 3e-4  # of a side with dust alone, for each window and mass
_OVERLAP = 4  # windows in which each speck is counted


def are_set(left: Any, top: Any, mass: Any, page: Reduced) -> bool:
    """Whether specks at these places (mm) lie together as dust does not."""
    for least in _MASSES:
        some = mass >= least
        if some.sum() < _FEWEST:
            return False
        if any(_crowded(left[some], top[some], *window, page) for window in _WINDOWS):
            return True
    return False


def _crowded(left: Any, top: Any, width: float, height: float, page: Reduced) -> bool:
    across, down = (side * 25.4 / page.dpi for side in page.grey.shape[::-1])
    half_width, half_height = width / 2, height / 2
    grid = np.zeros((int(down / half_height) + 2, int(across / half_width) + 2), np.int64)
    np.add.at(grid, ((top / half_height).astype(int), (left / half_width).astype(int)), 1)
    windows = grid[:-1, :-1] + grid[1:, :-1] + grid[:-1, 1:] + grid[1:, 1:]
    most = int(windows.max())
    mean = len(left) * min(1.0, width * height / (across * down))
    return most >= _FEWEST - 1 and len(left) * _OVERLAP * _at_least(most - 1, mean) < _CHANCE


def _at_least(count: int, mean: float) -> float:
    """The chance of so many or more, where so many are usual (Poisson)."""
    term = below = exp(-mean)
    for number in range(1, count):
        term *= mean / number
        below += term
    return max(0.0, 1.0 - below)
