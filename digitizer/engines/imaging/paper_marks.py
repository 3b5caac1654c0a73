"""The parts of a side's ink, measured, and which of them are wear by their form.

Holes, staples, corners turned down and a feeder's last row are known by size, shape and place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from digitizer.engines.imaging.components import Components, components
from digitizer.engines.imaging.ink import Ink, Mask, Reduced, steepness

_STAPLE, _STAPLE_WITHIN = (8.0, 15.0), 28.0  # mm long, and mm from two edges
_STAPLE_THICK, _STAPLE_BEND = 1.6, 0.45  # mm
_HEM = 1.0  # mm
_TRIANGLE = (0.25, 0.62)  # of its box; a sticker in a corner fills 0.79 or all
_HOLE_LEAST, _HOLE_MOST, _HOLE_WITHIN = 4.0, 9.5, 20.0  # mm: punch holes are 5.5 to 8
_DISC = (0.65, 0.92)  # of its box: a circle has 0.79
# Without a fellow a hole must be dark (grey levels), round, and as far in (mm) as punches reach.
_HOLE_DEEP, _ROUND, _DISC_ALONE, _HOLE_INSIDE = 80, 0.12, (0.7, 0.87), 6.0
_ARC_LEAST, _RADIUS, _ARC_OFF = 2.0, (2.2, 4.5), 0.45  # mm
_IN_LINE, _ASKEW, _APART = 2.0, 0.04, 60.0  # mm, and mm a mm: two holes of one punch
# Mm between a punch's holes, and off it; holes that make a row, and parts that one may be seen in.
_PITCHES, _OFF_PITCH, _ROW, _PIECES = (70.0, 80.0, 108.0), 3.0, 3, 3
_RIM_LEAST, _ONE_HOLE = 1.5, 8.0  # mm
_TIP, _AT_EDGE = 3.5, 0.5  # mm: a corner's outermost tip, where nobody writes; and off its edges


@dataclass(frozen=True, slots=True)
class Parts:
    """What is left of the ink when wear is taken away. Boxes are in mm, ``area`` in pixels,
    ``deep`` in grey levels; ``sharp`` is the steepest step over the depth, ``mass`` the levels of
    all pixels together."""

    found: Components
    left: Any
    top: Any
    width: Any
    height: Any
    deep: Any
    sharp: Any
    mass: Any

    @property
    def extent(self) -> Any:
        return np.maximum(self.width, self.height)

    @property
    def area(self) -> Any:
        return self.found.area


def measured(mask: Mask, page: Reduced, ink: Ink) -> Parts:
    """The connected parts of ``mask``; the first is the ground, with nothing in it."""
    found = components(mask)
    depth = ink.darker.ravel()[found.places]
    deep, steep = found.most(depth), found.most(steepness(ink.smooth, found.places))
    boxes = (found.left, found.top, found.width, found.height)
    left, top, width, height = (each * (25.4 / page.dpi) for each in boxes)
    mass = np.bincount(found.which, depth, found.count)
    return Parts(found, left, top, width, height, deep, steep / np.maximum(deep, 1), mass)


def holes(parts: Parts, page: Reduced) -> Any:
    """Punch holes: discs, and arcs (a hole's shadow on a white lid) that have a fellow."""
    width, height = page.grey.shape[1] * 25.4 / page.dpi, page.grey.shape[0] * 25.4 / page.dpi
    x, y = parts.left + parts.width / 2, parts.top + parts.height / 2
    near = np.minimum(np.minimum(x, width - x), np.minimum(y, height - y))
    least, most = np.minimum(parts.width, parts.height), parts.extent
    sized = (most <= _HOLE_MOST) & (near <= _HOLE_WITHIN)
    filled = parts.area * (25.4 / page.dpi) ** 2 / np.maximum(parts.width * parts.height, 0.1)
    disc = sized & (filled >= _DISC[0]) & (filled <= _DISC[1])
    disc &= (least >= _HOLE_LEAST) & (most - least <= 0.3 * most)
    rims = sized & (most >= _RIM_LEAST) & ~disc
    radius = np.zeros(len(x))
    for each in np.flatnonzero(rims):
        radius[each] = _radius(parts, int(each), page)
    arc = (radius >= _RADIUS[0]) & (most >= _ARC_LEAST)
    both = np.flatnonzero(disc | arc)
    apart_x = np.abs(x[both][:, None] - x[both][None])
    apart_y = np.abs(y[both][:, None] - y[both][None])
    far = np.maximum(apart_x, apart_y)
    fellow = (np.minimum(apart_x, apart_y) < _IN_LINE + _ASKEW * far) & (far > _APART)
    alone = disc & (parts.deep >= _HOLE_DEEP) & (near >= _HOLE_INSIDE)
    alone &= (most - least <= _ROUND * most) & (filled >= _DISC_ALONE[0])
    alone &= filled <= _DISC_ALONE[1]
    alone[both[fellow.any(axis=1)]] = True
    for along, aside in ((y, x), (y, width - x), (x, y), (x, height - y)):
        edge = np.flatnonzero((rims | disc) & (aside <= _HOLE_WITHIN))
        alone[edge] |= bool((disc | (radius > 0))[edge].all()) and _are_a_row(
            along[edge], aside[edge]
        )
    return alone


def _are_a_row(along: Any, aside: Any) -> bool:
    """Whether all that lies at an edge lies where the holes of one punch do, in one line: however
    little is seen of their rims, and in how many pieces, writing does not lie so."""
    order = np.argsort(along)
    along, aside = along[order], aside[order]
    hole = np.cumsum(np.diff(along, prepend=-np.inf) > _ONE_HOLE) - 1
    if not len(hole) or hole[-1] < _ROW - 1 or np.bincount(hole).max() > _PIECES:
        return False
    place, off = (np.bincount(hole, each) / np.bincount(hole) for each in (along, aside))
    steps = np.diff(place)
    pitch = min(_PITCHES, key=lambda each: abs(each - float(np.median(steps))))
    line = np.polyval(np.polyfit(place, off, 1), place)
    straight = np.abs(off - line).max() <= _IN_LINE
    in_line = abs(off[-1] - off[0]) <= _ASKEW * (place[-1] - place[0])
    return bool(np.abs(steps - pitch).max() <= _OFF_PITCH and straight and in_line)


def _radius(parts: Parts, number: int, page: Reduced) -> float:
    """That of a circle no larger than a punch hole's that the part's pixels lie on (after I. Kasa,
    1976), in mm; 0 if there is none."""
    y, x = (each * 25.4 / page.dpi for each in _pixels(parts, number, page))
    matrix = np.stack([x, y, np.ones_like(x)], axis=1)
    (a, b, c), *_ = np.linalg.lstsq(matrix, x**2 + y**2, rcond=None)
    squared = c + a * a / 4 + b * b / 4
    if not 0 < squared <= _RADIUS[1] ** 2:
        return 0.0
    off = np.hypot(x - a / 2, y - b / 2) - np.sqrt(squared)
    return float(np.sqrt(squared)) if np.sqrt((off**2).mean()) < _ARC_OFF else 0.0


def _pixels(parts: Parts, number: int, page: Reduced) -> tuple[Any, Any]:
    scale = page.dpi / 25.4
    top, left = round(parts.top[number] * scale), round(parts.left[number] * scale)
    high, wide = round(parts.height[number] * scale), round(parts.width[number] * scale)
    cut = parts.found.labels[top : top + high, left : left + wide] == number
    down, across = np.nonzero(cut)
    return down, across


def hem(parts: Parts, page: Reduced) -> Any:
    """What reaches no further into the side than a feeder's last row of pixels does."""
    height, width = (side * 25.4 / page.dpi for side in page.grey.shape)
    right, bottom = width - parts.left - parts.width, height - parts.top - parts.height
    beside = (parts.width <= _HEM) & (np.minimum(parts.left, right) <= _HEM / 2)
    above = (parts.height <= _HEM) & (np.minimum(parts.top, bottom) <= _HEM / 2)
    return beside | above


def staple(parts: Parts, page: Reduced) -> Any:
    """A staple in a corner: one straight, thin line of its length, alone of its kind."""
    width, height = page.grey.shape[1] * 25.4 / page.dpi, page.grey.shape[0] * 25.4 / page.dpi
    x, y = parts.left + parts.width / 2, parts.top + parts.height / 2
    corner = np.maximum(np.minimum(x, width - x), np.minimum(y, height - y)) <= _STAPLE_WITHIN
    long = np.hypot(parts.width, parts.height)
    found = corner & (long >= _STAPLE[0]) & (long <= _STAPLE[1])
    thick = parts.area * (25.4 / page.dpi) ** 2 / np.maximum(long, 1)
    found &= thick <= _STAPLE_THICK
    for each in np.flatnonzero(found):
        y_x = np.stack(_pixels(parts, int(each), page)).astype(np.float64) * 25.4 / page.dpi
        found[each] = float(np.linalg.eigvalsh(np.cov(y_x))[0]) ** 0.5 < _STAPLE_BEND
    return found if found.sum() == 1 else np.zeros_like(found)


def corner(parts: Parts, page: Reduced) -> Any:
    """A corner turned down, or in shadow: a triangle at two edges, or no more than its tip."""
    height, width = (side * 25.4 / page.dpi for side in page.grey.shape)
    right, bottom = width - parts.left - parts.width, height - parts.top - parts.height
    at_two = np.minimum(parts.left, right) <= _AT_EDGE
    at_two &= np.minimum(parts.top, bottom) <= _AT_EDGE
    box = np.maximum(parts.width * parts.height, 0.1)
    filled = parts.area * (25.4 / page.dpi) ** 2 / box
    triangle = (filled >= _TRIANGLE[0]) & (filled <= _TRIANGLE[1]) & (parts.extent <= 40)
    return at_two & (triangle | (parts.extent <= _TIP))
