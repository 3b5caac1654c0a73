"""What on a page is darker, or of another colour, than its paper.

All is measured on a copy of about 100 dpi: averaging nine pixels of a 300 dpi scan into one
takes away two thirds of its noise and little of a pencil stroke, which is half a millimetre wide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.components import Components, components
from digitizer.engines.imaging.pixels import Picture, grey

Mask = np.ndarray[Any, np.dtype[np.bool_]]

WORKING_DPI = 100
_MILLIMETRES = 25.4

_MARGIN = 5.0  # mm at each edge in which ink does not count: shadows and borders of scanners
_PAPER_WINDOW = 25.0  # mm: what is dark over more than this is no stroke
_LEAST_DARKER, _NOISES_DARKER = 8.0, 4.5  # grey levels, and standard deviations of the noise
_LEAST_CHROMA = 32
_SPECK = 1.0  # mm: smaller spots are dust
_SHARPNESS = 0.28  # a stroke's steepest step, as a share of its depth; bleed-through is softer
_SURELY_INK = 30  # grey levels: what is darker than this is ink however soft it is
_HOLE = (4.0, 9.5)  # mm across: punch holes are 5.5 to 8
_HOLE_WITHIN = 25.0  # mm of an edge
_EDGE_LINE_WITHIN, _EDGE_LINE_THICKNESS = 12.0, 3.5  # mm: shadows of the sheet's own edges
_MOST_INSIDE = 0.2  # share of a border that may lie further in; what reaches in is drawn
_UNEVEN_PAPER, _DARK_PAPER = 45, 90  # grey levels


@dataclass(frozen=True, slots=True)
class Reduced:
    """A page at about 100 dpi, in grey and as it is, with the dpi that it has."""

    picture: Picture
    grey: Picture
    dpi: float

    def pixels(self, millimetres: float) -> int:
        return max(1, round(millimetres * self.dpi / _MILLIMETRES))


@dataclass(frozen=True, slots=True)
class Ink:
    """``strokes`` are the pixels of the reduced page that somebody wrote or printed,
    ``raw`` all that is darker than paper or ``coloured`` (None: a grey page), ``darker`` by how
    many grey levels each pixel of ``smooth`` is.
    ``share`` is that of strokes in the inner area.
    ``depth`` is how much darker than their paper strokes are, ``paper`` the paper, 0..255.
    ``uneven``: too much of the page is dark to tell paper from picture.
    """

    strokes: Mask
    raw: Mask
    coloured: Mask | None
    smooth: Picture
    darker: Picture
    share: float
    depth: float
    paper: float
    uneven: bool


def reduced(image: Picture, dpi: int) -> Reduced:
    scale = min(1.0, WORKING_DPI / dpi)
    size = tuple(max(1, round(side * scale)) for side in (image.shape[1], image.shape[0]))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return Reduced(small, grey(small), dpi * scale)


def averaged(image: Picture, width: int, height: int) -> Picture:
    """The picture at another, smaller size, each pixel the mean of those under it.

    Halved as often as it can be first, which is several times as quick.
    """
    while min(image.shape[0] // height, image.shape[1] // width) >= 2:
        down, across = image.shape[0] // 2, image.shape[1] // 2
        even = image[: 2 * down, : 2 * across]
        image = np.asarray(cv2.resize(even, (across, down), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def find_ink(page: Reduced) -> Ink:
    smooth, paper, darker, dark = _darker(page)
    coloured = chroma(page.picture) > _LEAST_CHROMA if page.picture.ndim == 3 else None
    raw = dark if coloured is None else dark | coloured
    strokes = _strokes(raw, smooth, darker, page)
    inner = _inner(raw.shape, page.pixels(_MARGIN))
    level = float(np.median(paper[inner]))
    low, high = np.percentile(paper[inner], (2, 98))
    return Ink(
        strokes,
        raw,
        coloured,
        smooth,
        darker,
        float(strokes[inner].mean()) if strokes[inner].size else 0.0,
        float(np.percentile(darker[strokes], 80)) if strokes.any() else 0.0,
        level,
        bool(high - low > _UNEVEN_PAPER or level < _DARK_PAPER),
    )


def found_again(ink: Ink, page: Reduced) -> Ink:
    """The same of a page that something grey was taken out of; its strokes are as they were."""
    smooth, _, darker, dark = _darker(page)
    raw = dark if ink.coloured is None else dark | ink.coloured
    return replace(ink, smooth=smooth, darker=darker, raw=raw)


def _darker(page: Reduced) -> tuple[Picture, Picture, Picture, Mask]:
    """The page smoothed, its paper, by how much it is darker, and where that is ink."""
    smooth = np.asarray(cv2.GaussianBlur(page.grey, (3, 3), 0.6), dtype=np.uint8)
    paper = _paper(smooth, page)
    darker = np.asarray(cv2.subtract(paper, smooth), dtype=np.uint8)
    return smooth, paper, darker, darker > _threshold(darker)


def chroma(picture: Picture) -> Picture:
    """How far each pixel's colour is from the page's own tint, 0..255."""
    wide = picture.astype(np.int16)
    warm, leafy = wide[..., 0] - wide[..., 2], wide[..., 0] - wide[..., 1]
    apart = (np.abs(each - np.int16(np.median(each[::4, ::4]))) for each in (warm, leafy))
    return np.asarray(np.minimum(np.maximum(*apart), 255), dtype=np.uint8)


def _paper(smooth: Picture, page: Reduced) -> Picture:
    """The paper's brightness at each place: what is left when all that is narrow is filled."""
    height, width = smooth.shape
    size = max(1, width // 4), max(1, height // 4)
    tiny = cv2.resize(smooth, size, interpolation=cv2.INTER_AREA)
    window = max(3, page.pixels(_PAPER_WINDOW) // 4 | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (window, window))
    filled = cv2.morphologyEx(tiny, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    even = cv2.blur(filled, (window, window), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(
        cv2.resize(even, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8
    )


def _threshold(darker: Picture) -> float:
    sample = darker[::3, ::3]
    middle = float(np.median(sample))
    noise = 1.4826 * float(np.median(np.abs(sample.astype(np.float32) - middle)))
    return middle + max(_LEAST_DARKER, _NOISES_DARKER * noise)


def _strokes(raw: Mask, smooth: Picture, darker: Picture, page: Reduced) -> Mask:
    """Of all that is darker than paper, what is neither dust, hole, border nor bleed-through."""
    found = components(raw)
    left, top, width, height, area = found.left, found.top, found.width, found.height, found.area
    keep = np.maximum(width, height) >= page.pixels(_SPECK)
    keep &= _sharp(found, smooth, darker)
    keep &= ~_holes(left, top, width, height, area, raw.shape, page)
    inside = np.zeros(raw.shape, dtype=np.bool_)
    inside[_inner(raw.shape, page.pixels(_EDGE_LINE_WITHIN))] = True
    within = np.bincount(found.which[inside.ravel()[found.places]], minlength=found.count)
    outer = within <= _MOST_INSIDE * area
    keep &= ~(outer & _edges(left, top, width, height, raw.shape, page))
    keep[0] = False
    return np.asarray(found.mask(keep), dtype=np.bool_)


def _sharp(found: Components, smooth: Picture, darker: Picture) -> Any:
    """For each component whether it is dark, or its steepest step steep for how dark it is."""
    steep = found.most(steepness(smooth, found.places))
    deep = found.most(darker.ravel()[found.places])
    return (deep >= _SURELY_INK) | (steep >= _SHARPNESS * np.maximum(deep, 1))


def steepness(smooth: Picture, places: Any) -> Any:
    """Levels a pixel (Sobel's measure) at these places, which count through the flat picture."""
    wide = cv2.copyMakeBorder(smooth, 1, 1, 1, 1, cv2.BORDER_REFLECT_101)
    row = wide.shape[1]
    at = places + 2 * (places // smooth.shape[1])  # of the pixel above and to the left
    flat = wide.ravel()

    def level(down: int, right: int) -> Any:
        return flat[at + (down * row + right)].astype(np.int16)

    corners = level(0, 0), level(0, 2), level(2, 0), level(2, 2)
    across = 2 * (level(1, 2) - level(1, 0)) + corners[1] + corners[3] - corners[0] - corners[2]
    below = 2 * (level(2, 1) - level(0, 1)) + corners[2] + corners[3] - corners[0] - corners[1]
    return np.hypot(across.astype(np.float32), below.astype(np.float32)) / 8


def _holes(
    left: Any, top: Any, width: Any, height: Any, area: Any, shape: tuple[int, ...], page: Reduced
) -> Any:
    least, most = (page.pixels(each) for each in _HOLE)
    near = page.pixels(_HOLE_WITHIN)
    round_ = (np.abs(width - height) <= 0.3 * np.maximum(width, height)) & (
        area >= 0.65 * width * height
    )
    sized = (np.minimum(width, height) >= least) & (np.maximum(width, height) <= most)
    x, y = left + width / 2, top + height / 2
    at_edge = (np.minimum(x, shape[1] - x) < near) | (np.minimum(y, shape[0] - y) < near)
    return round_ & sized & at_edge


def _edges(
    left: Any, top: Any, width: Any, height: Any, shape: tuple[int, ...], page: Reduced
) -> Any:
    """Scanner borders, and the shadow lines of the sheet's own edges."""
    near, thick = page.pixels(_EDGE_LINE_WITHIN), page.pixels(_EDGE_LINE_THICKNESS)
    right, bottom = shape[1] - left - width, shape[0] - top - height
    margin = page.pixels(_MARGIN)
    beside = (np.minimum(left + width, right + width) <= near + thick) & (width <= thick)
    above = (np.minimum(top + height, bottom + height) <= near + thick) & (height <= thick)
    lines = (beside & (height >= 0.25 * shape[0])) | (above & (width >= 0.25 * shape[1]))
    touching = (np.minimum(left, right) == 0) | (np.minimum(top, bottom) == 0)
    long = (height >= 0.4 * shape[0]) | (width >= 0.4 * shape[1])
    shallow = (np.minimum(left + width, right + width) <= margin) | (
        np.minimum(top + height, bottom + height) <= margin
    )
    return lines | (touching & (long | shallow))


def _inner(shape: tuple[int, ...], margin: int) -> tuple[slice, slice]:
    margin = min(margin, min(shape) // 4)
    return slice(margin, shape[0] - margin), slice(margin, shape[1] - margin)
