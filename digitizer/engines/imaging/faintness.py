"""Writing too faint to be ink: known by the grain of the page that it lies on.

What counts as ink is eight levels darker than its paper, whatever the scan; a page in hard pencil
has less. On paper without grain two levels stand out to the eye. So strokes are sought at the
scale of a pen alone, and held against the noise that this page has at that scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.components import Components, components
from digitizer.engines.imaging.ink import Mask, Reduced
from digitizer.engines.imaging.traces import comes_again
from digitizer.engines.imaging.wear import creases

_FINE, _STROKE = 0.8, 1.8  # pixels at 100 dpi, deviations that smooth grain, and strokes, away
_AROUND = 3.3  # mm across: the paper beside a stroke
# Standard deviations of the noise; what shines through must stand out by more to be counted.
_NOISES, _SURE_NOISES = 3.2, 4.0
_LEAST = 1.6  # grey levels
_MARK = 1.6  # mm: grain and dust are smaller
_MARGIN = 5.0  # mm at each edge: shadows are steep there, and what is written there is seldom long
_BESIDE = 1.0  # mm around what is known
# Pencil has 0.6 to 1.1, what shines through 0.36 to 0.65: between the two, few strokes are pencil.
_SHARP, _MAYBE_SHARP = 0.62, 0.55
_ROUND = 0.3  # a part's breadth to its length: creases are straight, letters are not
_AREA = 9.5  # mm2 of all round parts
# Mm between two strokes of a word, and mm2 of what lies together: bits of grain, of folds and of a
# front that was taken away are a square millimetre each, and lie anywhere.
_TOGETHER, _GROUP = 5.0, 3.0
_FEW, _FEW_AREA = 60, 200.0  # parts, and mm2: a page that shines through has more
# Broad strokes are as soft as what shines through, but lie in one line: mm high and long, of nearly
# all (percentiles). The first words of a front's lines make a column that is longer.
_LINE, _NEARLY_ALL = (20.0, 195.0), (5, 95)
_ROLLER, _ONE_ROLLER = 16.0, 8.0  # mm across, and between two rims of one mark
_THIN = 1.3  # mm: a fold's bits


@dataclass(frozen=True, slots=True)
class _Strokes:
    """What stands out of a page's grain and is shaped as strokes: their ``mask``, how many, and
    mm2. ``fine`` and ``around`` are the page at their scale and beside them."""

    mask: Mask
    count: int
    area: float
    fine: Any
    around: Any


def has_faint_strokes(page: Reduced, known: Mask) -> bool:
    """Whether there are strokes that stand out of the page's own grain, or what shines through.
    ``known`` is wear, which is not sought."""
    return _strokes(page, known) is not None


def is_faintly_written(page: Reduced, known: Mask) -> bool:
    """Whether there are such strokes that do not shine through, however pale they are."""
    strokes = _strokes(page, known)
    if strokes is None:
        return False
    sharp = _sharpness(strokes, page)
    if sharp >= _SHARP or _are_one_line(strokes, page):
        return True
    sure = _strokes(page, known, _SURE_NOISES, group=0)
    if sure is None or sure.count > _FEW:
        return False
    return sure.area <= _FEW_AREA or sharp >= _MAYBE_SHARP


def _strokes(
    page: Reduced, known: Mask, noises: float = _NOISES, group: float = _GROUP
) -> _Strokes | None:
    margin = page.pixels(_MARGIN)
    if min(page.grey.shape) <= 4 * margin:
        return None
    fine = cv2.GaussianBlur(page.grey.astype(np.float32), (5, 5), _FINE)
    side = page.pixels(_AROUND) | 1
    around = cv2.boxFilter(page.grey, cv2.CV_32F, (side, side), borderType=cv2.BORDER_REPLICATE)
    inner = (slice(margin, -margin), slice(margin, -margin))
    darker = (around - fine)[inner]
    mask = np.zeros(page.grey.shape, np.bool_)
    mask[inner] = darker > _threshold(darker, noises)
    square = (page.dpi / 25.4) ** 2
    if np.count_nonzero(mask) < _AREA * square:
        return None
    mask &= ~_widened(known, page)
    found = components(mask)
    if _area(found, _together(found, _are_long(found, page), page, group)) < _AREA * square:
        return None
    found = _without_folds(found, page)
    letters = _are_long(found, page) & _are_round(found)
    letters &= ~_of_rollers(found, letters, fine, page)
    letters = _together(found, letters, page, group)
    area = _area(found, letters) / square
    if area < _AREA:
        return None
    return _Strokes(found.mask(letters), int(letters.sum()), area, fine, around)


def _are_long(found: Components, page: Reduced) -> Any:
    long = np.maximum(found.width, found.height) >= page.pixels(_MARK)
    long[0] = False  # the ground
    return long


def _area(found: Components, chosen: Any) -> float:
    return float(found.area[chosen].sum())


def _together(found: Components, letters: Any, page: Reduced, least: float) -> Any:
    """Which of the letters are large, or have others beside them, as those of a word have:
    ``least`` mm2 in all."""
    side = page.pixels(_TOGETHER)
    near = cv2.dilate(found.mask(letters).view(np.uint8), np.ones((side, side), np.uint8))
    groups = cv2.connectedComponents(near)[1]
    of_places = groups.ravel()[found.places] * letters[found.which]
    area = np.bincount(of_places, minlength=1)
    group = np.zeros(found.count, np.int64)
    group[found.which] = of_places
    return letters & (area[group] >= least * (page.dpi / 25.4) ** 2)


def _without_folds(found: Components, page: Reduced) -> Components:
    """Only thin and straight bits may be a fold's, for lines of writing lie as straight; and
    what reaches over half of the side both ways, as folds do that cross."""
    height, width = (side / 2 for side in page.grey.shape)
    thin = np.minimum(found.width, found.height) <= page.pixels(_THIN)
    crossed = (found.width >= width) & (found.height >= height)
    bits = found.mask(thin | crossed | ~_are_round(found))
    folds = creases(bits, np.uint8(0), page)
    mask = found.labels > 0
    return components(mask & ~folds) if folds.any() else found


def _of_rollers(found: Components, letters: Any, fine: Any, page: Reduced) -> Any:
    """Which of the letters are the rims of what a roller leaves at each of its turns."""
    rolled = np.zeros_like(letters)
    for left, right in _columns(found, letters, page):
        if right - left <= page.pixels(_ROLLER) and comes_again(fine, left, right, page):
            rolled |= letters & (found.left >= left) & (found.left + found.width <= right)
    return rolled


def _columns(found: Components, letters: Any, page: Reduced) -> list[tuple[int, int]]:
    """Where across (left and right, in pixels) letters lie, parted where nothing lies between."""
    columns: list[tuple[int, int]] = []
    some = np.flatnonzero(letters)
    for each in some[np.argsort(found.left[some], kind="stable")]:
        left, right = int(found.left[each]), int(found.left[each] + found.width[each])
        if columns and left <= columns[-1][1] + page.pixels(_ONE_ROLLER):
            columns[-1] = (columns[-1][0], max(columns[-1][1], right))
        else:
            columns.append((left, right))
    return columns


def _threshold(darker: Any, noises: float) -> float:
    some = np.ascontiguousarray(darker[::5, ::5])
    middle = float(np.median(some))
    noise = 1.4826 * float(np.median(np.abs(some - middle)))
    return middle + max(_LEAST, noises * noise)


def _widened(known: Mask, page: Reduced) -> Mask:
    side = 2 * page.pixels(_BESIDE) + 1
    wide = cv2.dilate(known.view(np.uint8), np.ones((side, side), np.uint8))
    return np.asarray(wide > 0, np.bool_)


def _are_round(found: Components) -> Any:
    """Which parts are no straight bits of a line, by their spread along and across."""
    down, across = np.divmod(found.places, found.labels.shape[1])
    count = np.maximum(found.area, 1)

    def mean(values: Any) -> Any:
        return np.bincount(found.which, values, found.count) / count

    x, y = mean(across), mean(down)
    off_x, off_y = across - x[found.which], down - y[found.which]
    xx, yy, xy = mean(off_x**2), mean(off_y**2), mean(off_x * off_y)
    half, root = (xx + yy) / 2, np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return half - root >= _ROUND**2 * (half + root)


def _are_one_line(strokes: _Strokes, page: Reduced) -> bool:
    """Whether nearly all lies in one line, upright or along a side."""
    ends = (np.percentile(places, _NEARLY_ALL) for places in np.nonzero(strokes.mask))
    spans = sorted(float(last - first) for first, last in ends)
    return all(span <= page.pixels(most) for span, most in zip(spans, _LINE, strict=True))


def _sharpness(strokes: _Strokes, page: Reduced) -> float:
    """How much of the strokes' depth is gone when they are smoothed, against what is left."""
    soft = cv2.GaussianBlur(page.grey.astype(np.float32), (0, 0), _STROKE)
    gone = float((soft - strokes.fine)[strokes.mask].sum())
    return gone / max(float((strokes.around - soft)[strokes.mask].sum()), 1e-3)
