"""Lines of print on a page, found by their letters alone: no network, 20 ms.

The letters of print are even in height, stand on a line, and each has its neighbour at hand.
Writing does not. What is not in such lines (a signature, a note in the margin, a letterhead's
large type) is reported too, so that a slower detector need look only there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.reading.layout.specks import Specks
from digitizer.model.paper import Box

Quad = NDArray[np.float32]
Mask = NDArray[np.bool_]

# All in usual heights (the median of the page's letters) unless they say otherwise.
_LEAST_LETTER, _MOST_LETTER, _WIDEST = 0.55, 1.9, 12.0  # touching letters are one speck
_REACH = 3.0  # to the next letter: over a space, and the two after a full stop
_SAME_ROW = 0.4  # of the lower one's height that two neighbours share
_FEWEST = 3  # letters
_EVEN = 0.2  # how far a letter's foot may stand off the line
_ON_THE_LINE = 0.5  # share of a line's letters that must stand on it
_LIKE_LETTERS = 0.4  # share that must be as high and at most _BROAD times as wide as a letter
_LOW, _HIGH, _BROAD = 0.7, 1.5, 2.5
_STEEPEST = 0.1  # slope of a line on a page that was set straight
_LONG_LINE = 6.0  # a shorter one, or one of fewer letters, is taken for level
_ABOVE, _BEFORE = 0.35, 0.5  # added around the letters, as the recogniser has learned lines;
_AFTER = 1.2  # behind them room for a full stop or a hyphen, too small for a letter
_RULE = 8  # so many times as long as thick is a rule or a shadow

# Other ink: nearer than this it belongs together, and so much of it is worth a look.
_APART_ACROSS, _APART_DOWN = 1.5, 0.8
_WORTH_AREA, _WORTH_HEIGHT = 2.0, 0.8  # squares of the usual height; the tallest speck
_AROUND = 1.0
_COARSE = 8  # pixels of the small page to one in which other ink is gathered


@dataclass(frozen=True, slots=True)
class PrintLine:
    """A line's ``corners``, clockwise from the top left, in pixels of the page, and how many
    ``letters`` were counted in it, those that touch as one."""

    corners: Quad
    letters: int


@dataclass(frozen=True, slots=True)
class Print:
    """The ``lines`` of print. ``cover``: the share (0..1) of the page's ink that is in them.
    ``elsewhere``: boxes, in pixels of the page, that hold the rest of it."""

    lines: tuple[PrintLine, ...] = ()
    cover: float = 0.0
    elsewhere: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line in pixels of the small page: from ``left`` to ``right``, its upper and lower edge
    where it begins, by how much both fall to the right, and how many letters it has."""

    left: float
    right: float
    top: float
    bottom: float
    slope: float
    letters: int

    def holds(self, specks: Specks, slack: float) -> Mask:
        across = (specks.left + specks.right) / 2
        down = (specks.top + specks.bottom) / 2 - self.slope * (across - self.left)
        beside = (across >= self.left) & (across <= self.right)
        found: Mask = beside & (down >= self.top - slack) & (down <= self.bottom + slack)
        return found

    def on_page(self, factor: float) -> PrintLine:
        fall = self.slope * (self.right - self.left)
        corners = (
            np.array(
                [
                    [self.left, self.top],
                    [self.right, self.top + fall],
                    [self.right, self.bottom + fall],
                    [self.left, self.bottom],
                ],
                dtype=np.float32,
            )
            / factor
        )
        return PrintLine(corners, self.letters)


def find_print(specks: Specks) -> Print:
    """The page's lines of print, in no order."""
    letters = specks[specks.letters]
    if not len(letters):
        return Print()
    usual = float(np.median(letters.height))
    lines = tuple(_find_lines(letters, usual))
    inside = np.zeros(len(specks), dtype=bool)
    for line in lines:
        inside |= line.holds(specks, slack=0.1 * usual)
    ink = ~rules(specks)
    others = specks[ink & ~inside]
    return Print(
        tuple(line.on_page(specks.factor) for line in lines),
        float(specks.area[inside].sum() / max(1.0, specks.area[ink | inside].sum())),
        tuple(box for _, box in gathered(others, usual)),
    )


def rules(specks: Specks) -> Mask:
    """What is far longer than thick, or runs off the page."""
    height, width = specks.size
    long = (specks.width > _RULE * specks.height) | (specks.height > _RULE * specks.width)
    off = (specks.left <= 1) | (specks.top <= 1)
    found: Mask = long | off | (specks.right >= width - 1) | (specks.bottom >= height - 1)
    return found


# ---- lines -----------------------------------------------------------------------------------


def _find_lines(letters: Specks, usual: float) -> Iterator[_Line]:
    like = (letters.height > _LEAST_LETTER * usual) & (letters.height < _MOST_LETTER * usual)
    seeds = letters[like & (letters.width < _WIDEST * usual)]
    seeds = seeds[np.argsort(seeds.left, kind="stable")]
    for members in _chains(_right_neighbours(seeds, usual)):
        line = _line(seeds[members], usual) if len(members) >= _FEWEST else None
        if line is not None:
            yield line


def _right_neighbours(letters: Specks, usual: float) -> NDArray[np.int64]:
    """For each letter, which are sorted by their left edges, the nearest to its right in the
    same row; itself if there is none."""
    count = len(letters)
    first = np.searchsorted(letters.left, letters.left + 0.3 * letters.width)
    first = np.maximum(first, np.arange(count) + 1)
    stop = np.maximum(np.searchsorted(letters.left, letters.right + _REACH * usual), first)
    one = np.repeat(np.arange(count), stop - first)
    before = np.cumsum(stop - first) - (stop - first)
    other = np.arange(len(one)) - np.repeat(before - first, stop - first)
    shared = np.minimum(letters.bottom[one], letters.bottom[other]) - np.maximum(
        letters.top[one], letters.top[other]
    )
    beside = shared > _SAME_ROW * np.minimum(letters.height[one], letters.height[other])
    one, other = one[beside], other[beside]
    middle = letters.top + letters.height / 2
    gap = np.maximum(letters.left[other] - letters.right[one], 0)
    gap = gap + np.abs(middle[other] - middle[one]) / 2
    nearest = np.lexsort((gap, one))
    owners, places = np.unique(one[nearest], return_index=True)
    neighbours = np.arange(count)
    neighbours[owners] = other[nearest][places]
    return neighbours


def _chains(neighbours: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Letters that come to the same last one, from neighbour to neighbour."""
    last = neighbours
    while not np.array_equal(last, last[last]):
        last = last[last]
    order = np.argsort(last, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(last[order])) + 1) if len(order) else []


def _line(letters: Specks, usual: float) -> _Line | None:
    """The line that these letters stand on; None if they do not look like print."""
    even = (letters.height > _LOW * usual) & (letters.height < _HIGH * usual)
    if (even & (letters.width < _BROAD * letters.height)).mean() < _LIKE_LETTERS:
        return None
    left, right = float(letters.left.min()), float(letters.right.max())
    slope = _slope(letters, right - left, usual)
    fall = slope * (letters.left + letters.width / 2 - left)
    tops, feet = letters.top - fall, letters.bottom - fall
    if (np.abs(feet - np.median(feet)) < _EVEN * usual).mean() < _ON_THE_LINE:
        return None
    top, bottom = float(np.percentile(tops, 6)), float(np.percentile(feet, 94))
    bottom = max(bottom, top + 0.9 * usual)
    above, before = _ABOVE * usual, _BEFORE * usual
    return _Line(
        left - before,
        right + _AFTER * usual,
        top - above - slope * before,
        bottom + above - slope * before,
        slope,
        len(letters),
    )


def _slope(letters: Specks, length: float, usual: float) -> float:
    if len(letters) < _LONG_LINE or length < _LONG_LINE * usual:
        return 0.0
    across = letters.left + letters.width / 2
    down = letters.top + letters.height / 2
    return float(np.clip(np.polyfit(across, down, 1)[0], -_STEEPEST, _STEEPEST))


# ---- other ink -------------------------------------------------------------------------------


def gathered(others: Specks, usual: float) -> Iterator[tuple[Specks, Box]]:
    """Specks that stand together, where they are ink enough to be words, and a box around them in
    pixels of the page. ``usual`` is the height of the page's letters."""
    height, width = others.size
    map_ = np.zeros((height // _COARSE + 1, width // _COARSE + 1), dtype=np.uint8)
    edges = np.column_stack(
        [
            others.left - _APART_ACROSS * usual,
            others.top - _APART_DOWN * usual,
            others.right + _APART_ACROSS * usual,
            others.bottom + _APART_DOWN * usual,
        ]
    )
    for left, top, right, bottom in np.maximum(edges / _COARSE, 0).astype(int).tolist():
        cv2.rectangle(map_, (left, top), (right, bottom), 1, cv2.FILLED)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(map_, connectivity=8)
    rows = ((others.top + others.bottom) / 2 / _COARSE).astype(int)
    columns = ((others.left + others.right) / 2 / _COARSE).astype(int)
    home = labels[rows, columns]
    for number in range(1, count):
        some = others[home == number]
        if _is_worth_a_look(some, usual):
            yield some, _box(stats[number, :4].tolist(), _AROUND * usual, others)


def _is_worth_a_look(some: Specks, usual: float) -> bool:
    enough = some.area.sum() >= _WORTH_AREA * usual**2
    return bool(enough and some.height.max() >= _WORTH_HEIGHT * usual)


def _box(cells: Sequence[int], around: float, page: Specks) -> Box:
    """A box of coarse cells and a little around it, in pixels of the page."""
    left, top, width, height = (edge * _COARSE for edge in cells)
    right = min(left + width + around, page.size[1])
    bottom = min(top + height + around, page.size[0])
    edges = max(0.0, left - around), max(0.0, top - around), right, bottom
    x, y, end, foot = (round(edge / page.factor) for edge in edges)
    return Box(x, y, end - x, foot - y)
