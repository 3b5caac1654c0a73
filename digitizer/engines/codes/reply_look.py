"""How much a page looks like the reply sheet that we printed: each code, mark, line and word in
its place.

A reply sheet speaks in an inmate's name, and a code can be cut from a copy of one and pasted on
another page. So what is asked is not whether a code is there but whether the sheet is: once one
code is read, all that the sheet must carry is known. Nothing is decided here (`covers_seen`
does that); a whole faithful copy looks like the sheet itself, and is known by its second use only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.codes.cover_code import printed_short_id
from digitizer.engines.codes.marks import (
    Mark,
    Registration,
    grey_scaled,
    mark_bits,
    register,
)
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area
from digitizer.model.paper import CodeKind, ReplyLook

Picture = NDArray[np.uint8]
Values = NDArray[np.float32]

_CELLS = 6.0
"""Pixels a millimetre of the sheet laid flat: about 150 dpi, nearly six a module of the code."""

_MM_AN_INCH = 25.4

_SHIFT_MM = 1.0
_SHIFT_STEP_MM = 0.25
"""How far from its place a part of the sheet is sought. A fold, a feeder that stretches or a
photograph of paper that is not flat moves parts by a millimetre; a hand that pastes, by more."""

_CODE_SHIFT_MM = 0.75
"""The same for the codes, which the marks beside them place best: on worn sheets they lie up to
0.56 mm off."""

_BESIDE_MM, _BESIDE_STEP_MM = 4.0, 0.5
_BESIDE_FITS, _BESIDE_BETTER = 0.5, 0.25
"""A code that lies beside its place, where a hand glued it: it fits there, and by much better than
in its place. Worn ones fit nowhere better than in their place."""

_LINE_SEEN = 12
"""Grey steps by which a frame line must be darker than the paper on both its sides."""

_ROUNDED_MM = 4.0
"""The frame's corners are round: its lines are looked for so far from their ends."""


def look_at_reply(image: Picture, dpi: int, marks: Sequence[Mark], text: str) -> ReplyLook:
    """How a page, (H, W) grey or (H, W, 3) RGB with ``marks`` found on it, compares with the
    reply sheet whose code holds ``text``. Nothing is seen where the marks do not place a sheet.
    """
    placed = register(marks)
    if placed is None or placed.kind is not CodeKind.REPLY:
        return ReplyLook(text)
    flat = _flattened(image, dpi, placed)
    width, height = layout.PAPERS[placed.paper]
    places = layout.code_areas(width, height)
    codes = tuple(_code(flat, area, text) for area in places)
    return ReplyLook(
        text,
        codes=codes,
        beside=sum(_lies_beside(flat, *each, text) for each in zip(places, codes, strict=True)),
        marks=_marks(flat, width, height),
        frame=_frame(flat, layout.writing_area(width, height)),
        number=_number(flat, width, height, text),
        size=_size(image, dpi, placed),
    )


def _flattened(image: Picture, dpi: int, placed: Registration) -> Picture:
    """The page laid on the printed sheet, in grey, ``_CELLS`` pixels a millimetre; white around."""
    scale = min(1.0, 1.3 * _CELLS * _MM_AN_INCH / max(dpi, 1))
    grey = grey_scaled(image, scale)
    to_sheet = np.diag([_CELLS, _CELLS, 1.0]) @ placed.to_sheet @ np.diag([1 / scale, 1 / scale, 1])
    width, height = layout.PAPERS[placed.paper]
    size = (round(width * _CELLS), round(height * _CELLS))
    flat = cv2.warpPerspective(grey, to_sheet, size, flags=cv2.INTER_LINEAR, borderValue=(255,))
    return flat.astype(np.uint8)


def _size(image: Picture, dpi: int, placed: Registration) -> float:
    """The sheet's size as a share of what it was printed in, or, if that is nearer to 1, of the
    whole picture: telephones do not know their dots an inch."""
    width, height = layout.PAPERS[placed.paper]
    corners = np.array(placed.to_scan(Area(0, 0, width, height)))
    across = (_length(corners, 0, 1) + _length(corners, 3, 2)) / 2
    down = (_length(corners, 0, 3) + _length(corners, 1, 2)) / 2
    tall, wide = image.shape[:2]
    shares = (
        float(np.sqrt(across / width * down / height)) * _MM_AN_INCH / max(dpi, 1),
        across / wide,
        down / tall,
    )
    return float(min(shares, key=lambda share: abs(share - 1)))


def _length(corners: NDArray[np.float64], one: int, other: int) -> float:
    return float(np.linalg.norm(corners[one] - corners[other]))


# ---- codes and marks: cells that must be dark or light


def _code(flat: Picture, area: Area, text: str) -> float:
    """How well the modules that hold the code's own data fit, 0 (not at all, or another code) to 1.

    What all codes have in common, finders and timing, is left out: it would make every code a
    little like every other.
    """
    return _fit(flat, area, _code_cells(text), _data_modules(), _CODE_SHIFT_MM)


def _lies_beside(flat: Picture, area: Area, fit: float, text: str) -> bool:
    if fit > 1 - _BESIDE_BETTER:
        return False
    there = _fit(flat, area, _code_cells(text), _data_modules(), _BESIDE_MM, _BESIDE_STEP_MM)
    return there >= _BESIDE_FITS and there - fit > _BESIDE_BETTER


def _marks(flat: Picture, width: float, height: float) -> tuple[float, ...]:
    places = zip(layout.mark_ids(CodeKind.REPLY), layout.mark_areas(width, height), strict=True)
    everywhere = np.ones((layout.MARK_MODULES, layout.MARK_MODULES), dtype=np.bool_)
    return tuple(_fit(flat, area, np.array(mark_bits(mark)), everywhere) for mark, area in places)


def _fit(
    flat: Picture,
    area: Area,
    dark: NDArray[np.bool_],
    counted: NDArray[np.bool_],
    reach: float = _SHIFT_MM,
    step: float = _SHIFT_STEP_MM,
) -> float:
    """The best correlation of the cells' darkness with what was printed, sought within ``reach`` mm
    of its place."""
    columns = dark.shape[1]
    side = area.width * _CELLS / columns
    mean = cv2.blur(flat, (max(1, round(side * 0.6)),) * 2)
    ys, xs = np.nonzero(counted)
    wanted = np.where(dark[ys, xs], -1.0, 1.0).astype(np.float32)
    steps = round(reach / step)
    shifts = np.arange(-steps, steps + 1) * step * _CELLS
    down, across = (each.ravel() for each in np.meshgrid(shifts, shifts, indexing="ij"))
    y = area.top * _CELLS + (ys + 0.5) * side + down[:, None]
    x = area.left * _CELLS + (xs + 0.5) * side + across[:, None]
    high, wide = flat.shape
    seen = mean[
        np.clip(np.rint(y - 0.5), 0, high - 1).astype(np.intp),
        np.clip(np.rint(x - 0.5), 0, wide - 1).astype(np.intp),
    ]
    return max(0.0, float(_correlations(seen.astype(np.float32), wanted).max()))


def _correlations(seen: Values, wanted: Values) -> Values:
    """Pearson's r of each row of ``seen`` with ``wanted``; 0 where a row is even."""
    seen = seen - seen.mean(axis=1, keepdims=True)
    wanted = wanted - wanted.mean()
    size = np.linalg.norm(seen, axis=1) * np.linalg.norm(wanted)
    return np.asarray(seen @ wanted / np.maximum(size, 1e-6), np.float32)


@cache
def _data_modules() -> NDArray[np.bool_]:
    """Which modules of a version 3 symbol differ from code to code (ISO/IEC 18004, figure 17)."""
    size = layout.CODE_MODULES
    data = np.ones((size, size), dtype=np.bool_)
    data[:9, :9] = data[:9, -8:] = data[-8:, :9] = False  # finders, separators, format
    data[6, :] = data[:, 6] = False  # timing
    data[20:25, 20:25] = False  # alignment
    return data


@cache
def _code_cells(text: str) -> NDArray[np.bool_]:
    from digitizer.engines.printing.kit.qr_code import qr_modules  # reportlab is slow

    return np.array(qr_modules(text), dtype=np.bool_)


# ---- the frame around the answer


def _frame(flat: Picture, box: Area) -> tuple[float, ...]:
    """Of each side of the box (top, bottom, left, right) the share of its length that is drawn."""
    sides = (
        (flat, box.top, box.left, box.right),
        (flat, box.bottom, box.left, box.right),
        (flat.T, box.left, box.top, box.bottom),
        (flat.T, box.right, box.top, box.bottom),
    )
    return tuple(_line(*side) for side in sides)


def _line(flat: Picture, at: float, first: float, last: float) -> float:
    """The share of a lying line, at ``at`` mm from ``first`` to ``last``, that is darker than
    the paper above and below it. Each column of a millimetre is looked at by itself."""
    near, beyond = _SHIFT_MM, _SHIFT_MM + 1.5
    top, bottom = (round((at + side * beyond) * _CELLS) for side in (-1, 1))
    left, right = (round(each * _CELLS) for each in (first + _ROUNDED_MM, last - _ROUNDED_MM))
    strip = np.ascontiguousarray(flat[top:bottom, left:right])
    columns = max(1, round((right - left) / _CELLS))
    strip = np.asarray(
        cv2.resize(strip, (columns, strip.shape[0]), interpolation=cv2.INTER_AREA), np.float32
    )
    edge = round((beyond - near) * _CELLS)
    paper = np.minimum(np.median(strip[:edge], axis=0), np.median(strip[-edge:], axis=0))
    darkest = strip[edge:-edge].min(axis=0)
    return float(np.mean(paper - darkest > _LINE_SEEN))


# ---- the sheet number in print


def _number(flat: Picture, width: float, height: float, text: str) -> float:
    """How well the sheet number at the foot fits the code's, 0 to 1."""
    from digitizer.engines.printing.sheets.reply_sheet import number_place  # reportlab is slow

    area, points = number_place(width, height)
    wanted = _printed_line(printed_short_id(text), points)
    reach = area.grown(_SHIFT_MM)
    left, top = round(reach.left * _CELLS), round(reach.top * _CELLS)
    right, bottom = round(reach.right * _CELLS), round(reach.bottom * _CELLS)
    seen = cv2.GaussianBlur(np.ascontiguousarray(flat[top:bottom, left:right]), (0, 0), 0.8)
    if seen.shape[0] < wanted.shape[0] or seen.shape[1] < wanted.shape[1]:
        return 0.0
    found = cv2.matchTemplate(seen, wanted, cv2.TM_CCOEFF_NORMED)
    return max(0.0, float(np.nan_to_num(found).max()))


@cache
def _printed_line(text: str, points: float) -> Picture:
    """A line of bold print as it stands on the sheet, black on white, cut to its ink."""
    from digitizer.engines.printing.kit.printed_line import bold_line

    large = bold_line(text, points / 72 * _MM_AN_INCH * _CELLS * 4)
    small = cv2.resize(large, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8), np.uint8)
