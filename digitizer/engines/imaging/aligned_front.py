"""The front of a sheet laid over its back: how it is moved there, and how softened.

First the best of all shifts, by correlation; then least squares at places where the front changes,
each softened part of it with a gain, and its slopes for how it has to be moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.ink import Mask

_SHIFT = 12  # mm
_SLOW = 50  # pixels of half a millimetre: what changes over more is light, not ink
_MOST = 25.0  # levels: a stroke or hole of the back's own counts as no more
SOFTENED = (0.6, 1.0, 1.5)  # pixels of half a millimetre by which paper softens, in parts
# Correlation that is enough, or with so many times its usual size at other shifts.
_AGREES, _HARDLY_AGREES, _STANDS_OUT = 0.3, 0.1, 4.5
# Rounds, of which the first find the gains, and the move without turn and stretch.
_ROUNDS, _STRAIGHT, _PLACES = 5, 3, 8_000
_FEWEST = 200  # places
_SETTLED = 0.1  # of a pixel: a step so small is the last
# Deviations, levels, and a share of the front: what is further off is the back's own.
_OUTLIER, _LEAST_USUAL, _OFF = 3.5, 3.0, 0.25
_GAIN = (0.01, 0.5)  # of the front's darkness, that shines through


@dataclass(frozen=True, slots=True)
class Laid:
    """The front is flipped along axis ``way``, each of its pixels moved by the 3x3 map ``move``,
    and seen with the ``gains`` of its parts."""

    way: int
    move: Any
    gains: Any


def softened(levels: Any) -> list[Any]:
    return [cv2.GaussianBlur(levels, (0, 0), each) for each in SOFTENED]


def laid_over(front: Any, back: Any, telling: Mask) -> Laid | None:
    """How a front (darkness, float32, pixels of half a millimetre) lies over the back (grey);
    None where it does not shine through. Only what is ``telling`` counts."""
    there = -_slow_gone(back)
    shown = np.where(telling, np.clip(there, -_MOST, _MOST), 0).astype(np.float32)
    changes = _slow_gone(front)
    way, shift = _best_shift(changes, shown)
    if shift is None:
        return None
    parts = softened(np.asarray(cv2.flip(changes, way)))
    found = _fitted(parts, there, telling, shift)
    return None if found is None else Laid(way, *found)


def _slow_gone(levels: Any) -> Any:
    side = _SLOW | 1
    return levels - cv2.blur(levels, (side, side), borderType=cv2.BORDER_REPLICATE)


def _best_shift(front: Any, there: Any) -> tuple[int, tuple[float, float] | None]:
    """How the front is flipped, and by how many pixels down and right it is moved."""
    one, other = (cv2.GaussianBlur(each, (0, 0), 1.0) for each in (front, there))
    other = other[::2, ::2]
    norm = float(np.linalg.norm(one[::2, ::2]) * np.linalg.norm(other))
    if not norm:
        return 0, None
    size = tuple(max(each) for each in zip(other.shape, one[::2, ::2].shape, strict=True))
    # One of them may have been cut to its sheet.
    down, right = (
        _SHIFT + abs(a - b) for a, b in zip(other.shape, one[::2, ::2].shape, strict=True)
    )
    target = np.fft.rfft2(other, s=size)
    tried = []
    for way in (1, 0):
        flipped = np.asarray(cv2.flip(one, way))[::2, ::2]
        spectrum = target * np.conj(np.fft.rfft2(flipped, s=size))
        products = np.fft.irfft2(spectrum, s=size) / norm
        near = np.roll(products, (down, right), axis=(0, 1))[: 2 * down + 1, : 2 * right + 1]
        stands = float(near.max()) / max(float(np.sqrt((products**2).mean())), 1e-6)
        row, column = _peak(near)
        tried.append((float(near.max()), stands, way, (2 * (row - down), 2 * (column - right))))
    agrees, stands, way, shift = max(tried)
    if agrees >= _AGREES or (agrees >= _HARDLY_AGREES and stands >= _STANDS_OUT):
        return way, shift
    return way, None


def _peak(near: Any) -> tuple[float, float]:
    """The row and column of the highest place, to parts of a pixel."""
    row, column = (int(each) for each in np.unravel_index(int(near.argmax()), near.shape))

    def between(line: Any, at: int) -> float:
        if not 0 < at < len(line) - 1:
            return float(at)
        before, most, after = (float(each) for each in line[at - 1 : at + 2])
        return at + 0.5 * (before - after) / min(before - 2 * most + after, -1e-9)

    return between(near[:, column], row), between(near[row], column)


def _fitted(
    parts: list[Any], there: Any, telling: Mask, shift: tuple[float, float]
) -> tuple[Any, Any] | None:
    """The map and the gains of the parts that leave least of what is there."""
    height, width = there.shape
    y, x = _places(parts[1], telling, shift)
    if len(y) < _FEWEST:
        return None
    target = there[y, x]
    at = np.stack([x, y, np.ones_like(x)]).astype(np.float64)
    # Places about the middle, in units in which all unknowns are about as large.
    level = np.stack([np.ones_like(x), 2 * x / width - 1, 2 * y / height - 1]).astype(np.float32)
    move = np.array([[1, 0, shift[1]], [0, 1, shift[0]], [0, 0, 1]], np.float64)
    gains = np.zeros(len(parts))
    for turn in range(_ROUNDS):
        source = np.linalg.inv(move) @ at
        rows = [_sampled(each, source) for each in parts]
        left = target - gains.astype(np.float32) @ np.stack(rows)
        if turn:
            whole = sum(float(gain) * part for gain, part in zip(gains, parts, strict=True))
            rows += _moved_rows(whole, move, at, level[: 1 if turn < _STRAIGHT else 3])
        matrix = np.stack(rows)
        spread = 1.4826 * float(np.median(np.abs(left))) + 0.3
        usual = max(_OUTLIER * spread, _LEAST_USUAL) + _OFF * np.abs(target - left)
        matrix *= np.abs(left) <= (usual if turn else 2 * _MOST)
        square = (matrix @ matrix.T).astype(np.float64)
        square[np.diag_indices_from(square)] *= 1.0001
        square[np.diag_indices_from(square)] += 1e-3
        found = np.linalg.solve(square, (matrix @ target).astype(np.float64))
        gains = found[: len(parts)]
        if turn:
            steps = found[len(parts) :]
            move = _small_move(steps, width, height) @ move
            if turn >= _STRAIGHT and np.abs(steps).max() < _SETTLED:
                break
    return (move, gains) if _GAIN[0] <= float(gains.sum()) <= _GAIN[1] else None


def _places(front: Any, telling: Mask, shift: tuple[float, float]) -> tuple[Any, Any]:
    """Where the front, so shifted, changes most on this side."""
    move = np.array([[1, 0, round(shift[1])], [0, 1, round(shift[0])]], np.float32)
    moved = cv2.warpAffine(front, move, (telling.shape[1], telling.shape[0]))
    slope = cv2.magnitude(cv2.Sobel(moved, cv2.CV_32F, 1, 0), cv2.Sobel(moved, cv2.CV_32F, 0, 1))
    slope[~telling] = 0
    some = slope[::3, ::3]
    share = min(1.0, _PLACES / max(1, slope.size))
    least = max(float(np.quantile(some, 1 - share)), 1e-3)
    found = np.flatnonzero(slope >= least)
    found = found[:: max(1, len(found) // _PLACES)]
    return np.divmod(found, telling.shape[1])


def _sampled(levels: Any, places: Any, how: int = cv2.INTER_CUBIC) -> Any:
    """The levels at these places (3xN, homogeneous), between pixels."""
    x, y = (np.asarray(each, np.float32).reshape(1, -1) for each in places[:2])
    return cv2.remap(levels, x, y, how, borderMode=cv2.BORDER_CONSTANT).ravel()


def _moved_rows(whole: Any, move: Any, at: Any, level: Any) -> list[Any]:
    """What the front's slopes to the right and down would add at each place, by its own amount,
    and in proportion to the place."""
    rows = []
    back = np.linalg.inv(move)
    for axis in (0, 1):
        step = np.zeros((3, 1))
        step[axis] = 0.5
        before, after = (
            _sampled(whole, back @ (at + sign * step), cv2.INTER_LINEAR) for sign in (-1, 1)
        )
        slope = after - before
        rows += [slope * each for each in level]
    return rows


def _small_move(found: Any, width: int, height: int) -> Any:
    """The map of the front's pixels when what is seen at p has to come from p + u(p), for u =
    (found[0..2], found[3..5]) times (1, x, y) about the middle."""
    u, v = np.zeros((2, 3))
    for one, each in zip((u, v), np.clip(found, -1, 1).reshape(2, -1), strict=True):
        one[: len(each)] = each
    linear = np.eye(2) + np.array([u[1:], v[1:]]) * (2 / width, 2 / height)
    middle = np.array([width / 2, height / 2])
    whole = np.eye(3)
    whole[:2, :2] = linear
    whole[:2, 2] = middle - linear @ middle
    whole[:2, 2] += u[0], v[0]
    return np.linalg.inv(whole)
