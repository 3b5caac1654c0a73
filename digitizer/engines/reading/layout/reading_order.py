"""The order in which pieces of text on a page are read. Pure geometry, no pictures.

A detector finds pieces of lines in any order. People read columns (or the two pages of a folded
letter) one after the other, lines from top to bottom, pieces of a line from left to right.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

_MIN_COLUMN_LINES = 4  # fewer side by side are a date, an address or a signature, not a column
_NARROWEST_COLUMN = 0.2  # of the width of both: less is a list's numbers or a table's sums
_REACH = 0.08  # of its length that a line may stick out over a gutter: writing is not straight


@dataclass(frozen=True, slots=True)
class Piece:
    """A detected stretch of text: its four corners in pixels, clockwise from the top left."""

    corners: tuple[tuple[float, float], ...]

    @property
    def angle(self) -> float:
        """Degrees by which its upper edge falls to the right (positive: clockwise)."""
        (left, top), (right, bottom) = self.corners[0], self.corners[1]
        return math.degrees(math.atan2(bottom - top, right - left))


@dataclass(frozen=True, slots=True)
class _Span:
    """A piece as an upright rectangle once the page's skew is undone."""

    index: int
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2


def reading_order(pieces: Sequence[Piece]) -> list[list[int]]:
    """Indexes of ``pieces`` as text lines in reading order, each line from left to right."""
    if not pieces:
        return []
    spans = _upright(pieces, page_skew(pieces))
    return [[span.index for span in line] for line in _read(spans)]


def page_skew(pieces: Sequence[Piece]) -> float:
    """The page's common tilt in degrees: the median over pieces, the long ones counting more."""
    angles = sorted(
        piece.angle
        for piece in pieces
        if abs(piece.angle) < 30
        for _ in range(1 + int(_length(piece) / 100))
    )
    return median(angles) if angles else 0.0


def _length(piece: Piece) -> float:
    return math.dist(piece.corners[0], piece.corners[1])


def _upright(pieces: Sequence[Piece], skew: float) -> list[_Span]:
    cos, sin = math.cos(math.radians(skew)), math.sin(math.radians(skew))
    spans = []
    for index, piece in enumerate(pieces):
        turned = [(x * cos + y * sin, y * cos - x * sin) for x, y in piece.corners]
        # The middles of the edges, not the outermost corners: a slanting line keeps its height.
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = turned
        spans.append(_Span(index, (ax + dx) / 2, (ay + by) / 2, (bx + cx) / 2, (cy + dy) / 2))
    return spans


def _read(spans: list[_Span]) -> Iterator[list[_Span]]:
    """Splits at the tallest gutter and reads what is above, left, right and below it."""
    gutter = _find_gutter(spans)
    if gutter is None:
        yield from _lines(spans)
        return
    beside = [span for span in spans if gutter.first <= span.middle <= gutter.last]
    yield from _read([span for span in spans if span.middle < gutter.first])
    yield from _read([span for span in beside if span.centre <= gutter.x])
    yield from _read([span for span in beside if span.centre > gutter.x])
    yield from _read([span for span in spans if span.middle > gutter.last])


@dataclass(frozen=True, slots=True)
class _Gutter:
    """A column's edge ``x``, clear of lines whose middles stand from ``first`` to ``last``."""

    x: float
    first: float
    last: float
    overreach: float

    @property
    def worth(self) -> tuple[float, float]:
        return self.last - self.first, -self.overreach


def _find_gutter(spans: list[_Span]) -> _Gutter | None:
    if len(spans) < 2 * _MIN_COLUMN_LINES:
        return None
    by_height = sorted(spans, key=lambda span: span.middle)
    gutters = [
        _Gutter(x, run[0].middle, run[-1].middle, sum(_overreach(span, x) for span in run))
        for x in sorted({edge for span in spans for edge in (span.left, span.right)})
        for run in _clear_runs(by_height, x)
        if _is_column(run, x)
    ]
    return max(gutters, key=lambda gutter: gutter.worth, default=None)


def _overreach(span: _Span, x: float) -> float:
    """How far the span sticks out over ``x`` from the side where most of it is."""
    return max(0.0, min(x - span.left, span.right - x))


def _clear_runs(by_height: list[_Span], x: float) -> Iterator[list[_Span]]:
    """Stretches of neighbours in height, none of which crosses ``x``."""
    for clear, run in groupby(by_height, key=lambda span: not _crosses(span, x)):
        if clear:
            yield _beside_each_other(list(run), x)


def _beside_each_other(run: list[_Span], x: float) -> list[_Span]:
    """``run`` without the blocks at its ends that stand on one side only, white space apart: an
    address under half of a letterhead. A column's own last lines hang on to the others."""
    blocks = _blocks(run)
    both = [
        number
        for number, block in enumerate(blocks)
        if len({span.centre <= x for span in block}) == 2
    ]
    kept = blocks[both[0] : both[-1] + 1] if both else []
    return [span for block in kept for span in block]


def _blocks(by_height: list[_Span]) -> list[list[_Span]]:
    """Cuts where the white between one line and the next is higher than two lines."""
    white = 2 * median(span.height for span in by_height)
    blocks = [[by_height[0]]]
    bottom = by_height[0].bottom
    for span in by_height[1:]:
        if span.top - bottom > white:
            blocks.append([])
        blocks[-1].append(span)
        bottom = max(bottom, span.bottom)
    return blocks


def _crosses(span: _Span, x: float) -> bool:
    return _overreach(span, x) > max(_REACH * (span.right - span.left), span.height / 2)


def _is_column(run: list[_Span], x: float) -> bool:
    """Whether both sides hold lines enough, are wide enough and stand beside each other."""
    if len(run) < 2 * _MIN_COLUMN_LINES:
        return False
    sides = [span for span in run if span.centre <= x], [span for span in run if span.centre > x]
    if min(len(_lines(side)) for side in sides) < _MIN_COLUMN_LINES:
        return False
    widths = [max(s.right for s in side) - min(s.left for s in side) for side in sides]
    tops = [min(span.top for span in side) for side in sides]
    bottoms = [max(span.bottom for span in side) for side in sides]
    shared = min(bottoms) - max(tops)
    tallest = max(bottom - top for top, bottom in zip(tops, bottoms, strict=True))
    return min(widths) >= _NARROWEST_COLUMN * sum(widths) and shared > tallest / 2


def _lines(spans: list[_Span]) -> list[list[_Span]]:
    """Joins what stands at one height, and does not stand above each other, into lines."""
    lines: list[list[_Span]] = []
    for span in sorted(spans, key=lambda span: span.middle):
        home = next((line for line in reversed(lines[-4:]) if _continues(line, span)), None)
        if home is None:
            lines.append([span])
        else:
            home.append(span)
    lines.sort(key=lambda line: sum(span.middle for span in line) / len(line))
    return [sorted(line, key=lambda span: span.left) for line in lines]


def _continues(line: list[_Span], span: _Span) -> bool:
    return all(_shared_height(other, span) > 0.5 for other in line) and not any(
        _shared_width(other, span) > 0.3 for other in line
    )


def _shared_height(one: _Span, other: _Span) -> float:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared / max(1e-9, min(one.height, other.height))


def _shared_width(one: _Span, other: _Span) -> float:
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared / max(1e-9, min(one.right - one.left, other.right - other.left))
