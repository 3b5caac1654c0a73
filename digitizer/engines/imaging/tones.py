"""Broad, pale things on a side: washes, shading, stickers, faint pictures, ruled lines.

Measured in cells of two millimetres. Narrow strokes, and what shines through of them, are filled
in first; then what the lamp, the feeder and the edges do to whole rows and columns is taken out.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.ink import Mask, Reduced, averaged

_CELL = 2.0  # mm
_OUTER = 2  # cells at each edge, which its shadow has a part of
_STROKE = 3  # cells: what is narrower is filled in
_LEVELS = 2.6  # grey levels: the least step of tone that is one
_TWISTED = 5.0  # grey levels in a corner, that light may be off
_OF_PROFILE = 0.4  # a shadow along an edge is uneven by so much of its depth
_CELLS, _SUM = 6, 55.0  # cells of a patch, and levels in them
_STEP_LEVELS, _STEP_HELD = 4.0, 12  # grey levels, and cells to each side
_TRACK = 9  # cells: a roller's track is narrower
_SAME_TRACK = 0.4  # of a patch's tone, met again elsewhere in its columns: a roller's track
_STRIPS = 8  # across the side, in which ruled lines are looked for
_RULED, _RULED_STRIPS = 5, 5  # lines, each in so many strips at least
_LINE_AROUND, _ONE_LINE = 7, 15  # pixels at 100 dpi
_LINE_DEVIATIONS, _LINE_LEVELS = 5.0, 0.6

Tones = np.ndarray[Any, np.dtype[np.float32]]


def has_tone(page: Reduced, ignored: Mask) -> bool:
    """Whether a patch of the side has another tone than its paper. ``ignored`` is what is known:
    borders, holes, strokes."""
    cells = _cells(page)
    known = _known(ignored, cells.shape[:2])
    uneven, taken = _without_profiles(cells, known)
    if _has_step(taken[taken.shape[0] // 2]) or _has_step(taken[:, taken.shape[1] // 2]):
        return True
    far = (np.abs(uneven) > _LEVELS + _OF_PROFILE * np.abs(taken)) & ~known[..., None]
    strength = np.where(far, np.abs(uneven), 0).max(axis=2)
    solid = cv2.morphologyEx(
        (strength > 0).astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)
    )
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    sums = np.bincount(labels.ravel(), strength.ravel(), count)
    patches = np.flatnonzero((stats[:, cv2.CC_STAT_AREA] >= _CELLS) & (sums >= _SUM))
    return any(not _is_track(uneven, stats[each]) for each in patches if each)


def _cells(page: Reduced) -> Tones:
    """The side in cells, HxWxC, without what is narrow."""
    height, width = page.grey.shape
    per_cell = _CELL * page.dpi / 25.4
    size = (max(4, round(width / per_cell)), max(4, round(height / per_cell)))
    half = averaged(page.picture, 2 * size[0], 2 * size[1]).astype(np.float32)
    small = cv2.resize(half, size, interpolation=cv2.INTER_AREA)
    kernel = np.ones((_STROKE, _STROKE), np.uint8)
    for step in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN):
        small = cv2.morphologyEx(small, step, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(small if small.ndim == 3 else small[..., None], np.float32)


def _known(ignored: Mask, shape: tuple[int, ...]) -> Mask:
    share = averaged(ignored.view(np.uint8) * np.uint8(255), shape[1], shape[0])
    wide = cv2.dilate((share > 12).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    for outer in (wide, wide.T):
        outer[:_OUTER] = outer[-_OUTER:] = True
    return np.asarray(wide, dtype=np.bool_)


def _without_profiles(cells: Tones, known: Mask) -> tuple[Tones, Tones]:
    """How far each cell is from what its row and its column usually are; and what they are."""
    middle = np.median(cells[~known], axis=0) if (~known).any() else np.median(cells, axis=(0, 1))
    away = cells - middle
    away[known] = 0
    left = away.copy()
    for axis in (0, 1, 0):
        left -= np.median(left, axis=axis, keepdims=True)
    return left - _twist(left), away - left


def _twist(left: Tones) -> Tones:
    """What of it is a lamp's light that falls off to one side above and to the other below."""
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in left.shape[:2])
    plane = (y[:, None] * x)[..., None]
    share = (np.clip(left, -_TWISTED, _TWISTED) * plane).mean(axis=(0, 1)) / (plane**2).mean()
    return np.asarray(plane * np.clip(share, -_TWISTED, _TWISTED), np.float32)


def _has_step(profile: Tones) -> bool:
    """Whether a profile (NxC) passes from one level to another within a few cells, and stays: a
    lamp's light changes slowly, a roller's track comes back, and shadows lie at the edges."""
    length = len(profile)
    kernel = np.ones((_TRACK, 1), np.uint8)
    profile = np.ascontiguousarray(profile)
    for step in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN):
        smooth = cv2.morphologyEx(profile, step, kernel, borderType=cv2.BORDER_REPLICATE)
        profile = np.asarray(smooth, np.float32)
    inner = profile[length // 5 : length - length // 5]
    if len(inner) < 2 * _STEP_HELD + 4:
        return False
    windows = np.lib.stride_tricks.sliding_window_view(inner, _STEP_HELD, axis=0)
    usual = np.median(windows, axis=-1)
    apart = np.abs(usual[_STEP_HELD + 2 :] - usual[: -_STEP_HELD - 2])
    middle = np.abs(inner[_STEP_HELD + 2 : -_STEP_HELD] - inner[_STEP_HELD - 2 : -_STEP_HELD - 4])
    both = np.minimum(apart[: len(middle)], middle[: len(apart)])
    return bool((both > _STEP_LEVELS).any())


def _is_track(uneven: Tones, stats: Any) -> bool:
    """Whether the patch's columns have its tone elsewhere too: a roller's marks at each turn."""
    left, top, width, height = stats[:4]
    columns = uneven[:, left : left + width].mean(axis=(1, 2))
    own = columns[top : top + height].mean()
    again = columns * np.sign(own) > _SAME_TRACK * abs(own)
    again[max(0, top - 3) : top + height + 3] = False
    runs = int((np.diff(again.astype(np.int8)) == 1).sum())
    return runs >= 2 and int(again.sum()) >= height // 2


def is_ruled(darker: Any, page: Reduced) -> bool:
    """Whether lines too thin and too pale to be strokes run across or along the side, more of
    them than a sheet has folds."""
    height, width = darker.shape
    if min(height, width) < _STRIPS:
        return False
    high, wide = height // _STRIPS, width // _STRIPS
    across = darker[:, : wide * _STRIPS].reshape(height, _STRIPS, wide)
    along = darker[: high * _STRIPS].reshape(_STRIPS, high, width)
    return _lines(across.mean(axis=2, dtype=np.float32)) or _lines(
        np.ascontiguousarray(along.mean(axis=1, dtype=np.float32).T)
    )


def _lines(rows: Any) -> bool:
    margin = rows.shape[0] // 25  # where edges have their shadows
    rows = rows[margin : rows.shape[0] - margin]
    sharp = rows - cv2.blur(rows, (1, _LINE_AROUND), borderType=cv2.BORDER_REPLICATE)
    spread = 1.4826 * np.median(np.abs(sharp), axis=0) + 0.05
    peak = (sharp > _LINE_DEVIATIONS * spread) & (sharp > _LINE_LEVELS)
    near = cv2.dilate(peak.astype(np.uint8), np.ones((_LINE_AROUND, 1), np.uint8))
    ruled = (near.sum(axis=1) >= _RULED_STRIPS).astype(np.uint8)[:, None]
    # A slanting fold reaches the strips one after another, and is one line.
    ruled = cv2.morphologyEx(ruled, cv2.MORPH_CLOSE, np.ones((_ONE_LINE, 1), np.uint8))[:, 0]
    return int((np.diff(ruled.astype(np.int8)) == 1).sum()) >= _RULED
