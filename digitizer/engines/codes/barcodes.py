"""Barcodes on a page, as two decoders see them (zxing-cpp, and zbar through pyzbar).

Most pages have no code of ours and pay only the first pass: zxing-cpp at 150 dpi, QR codes only.
What is slow is done only where a code of ours is suspected. Nothing here trusts what it reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.codes.cover_code import is_ours
from digitizer.engines.codes.decoders import (
    EVERY_FORMAT,
    SQUARE_FORMATS,
    Look,
    bounds,
    moved,
    zbar,
    zxing,
)
from digitizer.engines.codes.marks import (
    Mark,
    Registration,
    enlarged,
    find_marks,
    grey_scaled,
    ink_outside_print,
    kinds,
    register,
)
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.model.errors import EngineError
from digitizer.model.paper import Box, Sightings, Symbol

__all__ = ["WHOLE", "find_all_symbols", "find_our_symbols", "ink_outside_print"]

Picture = NDArray[np.uint8]
Region = tuple[float, float, float, float]

WHOLE: Region = (0.0, 0.0, 1.0, 1.0)

_FIRST_DPI = 150
_LONGEST_SIDE = 2600
_MODULE_MM = layout.CODE_SIDE / layout.CODE_MODULES
_RECTIFIED_CELL = 8


def find_our_symbols(
    image: Picture, dpi: int, region: Region = WHOLE, marks: Sequence[Mark] | None = None
) -> Sightings:
    """QR codes and marks on one page, (H, W) grey or (H, W, 3) RGB; boxes in its pixels.

    Foreign QR codes that the first pass meets are among the symbols. The whole page is always
    looked at; ``region`` (left, top, right, bottom, as fractions) is looked at once more, at full
    resolution, where it is not the whole page and nothing was found. ``marks`` spares a second
    search if they are known. Nothing is raised for what a decoder does: it is ``trouble``.
    """
    small, scale = _reduced(image, dpi)
    first = zxing(small, thorough=False).moved(1 / scale)
    if marks is None:
        marks = [enlarged(mark, scale) for mark in find_marks(small, round(dpi * scale))]
    if first.ours:
        second = _confirmed(small, [moved(each.box, scale) for each in first.ours])
        look = first + second.moved(1 / scale)
    else:
        suspected = _suspected(image, region, first, marks)
        look = first + _searched(image, suspected, marks)
    return _sightings(look, marks)


def find_all_symbols(image: Picture) -> tuple[Symbol, ...]:
    """Every barcode of any format on a page: slow, for ``digitizer decode`` and for people.

    EngineError if a decoder failed on it.
    """
    grey = grey_scaled(image)
    look = zxing(grey, thorough=True, formats=EVERY_FORMAT) + zbar(grey)
    if look.trouble:
        raise EngineError("; ".join(look.trouble))
    return _merged(_without_phantoms(look.symbols))


def _without_phantoms(symbols: Sequence[Symbol]) -> Iterator[Symbol]:
    """All but the bar codes that a decoder saw in the modules of a square code: a row of them looks
    like the bars of a short ITF code on one cover in 130."""
    squares = [each.box for each in symbols if each.format in SQUARE_FORMATS]
    for symbol in symbols:
        is_square = symbol.format in SQUARE_FORMATS
        if is_square or not any(_holds(square, symbol.box) for square in squares):
            yield symbol


def _sightings(look: Look, marks: Sequence[Mark]) -> Sightings:
    symbols = _merged(look.symbols)
    trouble = [*look.trouble, *_disagreements(symbols), *_marks_at_odds(marks)]
    seen = tuple(sorted({mark.id for mark in marks}))
    return Sightings(symbols, seen, "; ".join(dict.fromkeys(trouble)) or None)


# ---- where to look again


def _suspected(
    image: Picture, region: Region, first: Look, marks: Sequence[Mark]
) -> tuple[Box, ...]:
    """Where a code of ours may be though the first pass read none."""
    height, width = image.shape[:2]
    boxes = [_grown(box, 0.4) for box in first.undecoded]
    placed = register(marks)
    if placed is not None:
        areas = layout.code_areas(*layout.PAPERS[placed.paper])
        boxes += [bounds(placed.to_scan(area.grown(8.0))) for area in areas]
    elif marks:
        boxes.append(Box(0, 0, width, height))
    if region != WHOLE:
        left, top, right, bottom = region
        boxes.append(
            Box(
                round(left * width),
                round(top * height),
                round((right - left) * width),
                round((bottom - top) * height),
            )
        )
    return tuple(dict.fromkeys(boxes))


def _searched(image: Picture, boxes: Sequence[Box], marks: Sequence[Mark]) -> Look:
    """A hard look at each place, and at all copies laid over each other if none can be read."""
    if not boxes:
        return Look()
    grey = grey_scaled(image)
    found = Look()
    for box in boxes:
        cut, left, top = _cut(grey, box)
        if cut.size:
            found += _hard_look(cut).moved(1, left, top)
    placed = register(marks)
    if not found.ours and placed is not None:
        found += _overlaid_look(grey, placed)
    return found


def _hard_look(cut: Picture) -> Look:
    """Enhances the picture in one way after another until a code of ours is read; then zbar."""
    gathered = Look()
    for fixed in _fixed(cut):
        scale = fixed.shape[0] / cut.shape[0]
        look = zxing(fixed, thorough=True) + zbar(fixed)
        gathered += look.moved(1 / scale)
        if look.ours:
            break
    return gathered


def _fixed(cut: Picture) -> Iterator[Picture]:
    """The cut-out as it is, larger, smoother, with its white specks filled, with dark ones gone."""
    yield cut
    if max(cut.shape) < 600:
        yield cv2.resize(cut, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    yield cv2.medianBlur(cut, 5).astype(np.uint8)
    yield cv2.GaussianBlur(cut, (0, 0), 2).astype(np.uint8)
    square = np.ones((3, 3), np.uint8)
    yield cv2.morphologyEx(cut, cv2.MORPH_OPEN, square).astype(np.uint8)
    yield cv2.morphologyEx(cut, cv2.MORPH_CLOSE, square).astype(np.uint8)


def _overlaid_look(grey: Picture, placed: Registration) -> Look:
    """The four copies are equal: what is lost on one is read from the others.

    Where the marks say that the copies lie, they are laid over each other; their median outvotes
    one or two damaged copies, their mean and darkest help where toner is thin.
    """
    areas = layout.code_areas(*layout.PAPERS[placed.paper])
    copies = np.stack([_rectified(grey, placed, area) for area in areas])
    box = bounds(placed.to_scan(areas[0]))
    look = Look()
    for blend in (np.median(copies, axis=0), copies.mean(axis=0), copies.min(axis=0)):
        read = zxing(blend.astype(np.uint8), thorough=True)
        look += replace(
            read, symbols=tuple(replace(each, box=box) for each in read.symbols), undecoded=()
        )
        if look.ours:
            break
    return look


def _rectified(grey: Picture, placed: Registration, area: layout.Area) -> Picture:
    """A code's place with its quiet zone, upright and square, eight pixels a module."""
    modules = layout.CODE_MODULES + 2 * layout.QUIET_MODULES
    side = modules * _RECTIFIED_CELL
    corners = np.array(placed.to_scan(area.grown(layout.QUIET_MODULES * _MODULE_MM)), np.float32)
    square = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32)
    turn = cv2.getPerspectiveTransform(corners, square)
    return cv2.warpPerspective(
        grey, turn, (side, side), flags=cv2.INTER_LINEAR, borderValue=(255,)
    ).astype(np.uint8)


def _confirmed(picture: Picture, boxes: Iterable[Box]) -> Look:
    """What zbar reads where zxing-cpp read a code of ours."""
    look = Look()
    for box in boxes:
        cut, left, top = _cut(picture, _grown(box, 0.25))
        look += zbar(cut).moved(1, left, top)
    return look


# ---- agreement


def _merged(symbols: Iterable[Symbol]) -> tuple[Symbol, ...]:
    """One symbol for each that several looks read the same in the same place."""
    merged: list[Symbol] = []
    for symbol in symbols:
        for at, known in enumerate(merged):
            if known.text == symbol.text and _same_place(known.box, symbol.box):
                decoders = tuple(sorted({*known.decoders, *symbol.decoders}, reverse=True))
                merged[at] = replace(known, decoders=decoders)
                break
        else:
            merged.append(symbol)
    return tuple(merged)


def _disagreements(symbols: Sequence[Symbol]) -> Iterator[str]:
    """Two readings of one place, of which one claims to be ours."""
    for number, one in enumerate(symbols):
        for other in symbols[number + 1 :]:
            claimed = is_ours(one.text) or is_ours(other.text)
            if claimed and one.text != other.text and _same_place(one.box, other.box):
                yield "one code was read in two ways"


def _marks_at_odds(marks: Sequence[Mark]) -> Iterator[str]:
    if len(kinds(mark.id for mark in marks)) > 1:
        yield "the marks of two kinds of cover are on one page"
    if len({mark.id for mark in marks}) < len(marks):
        yield "two covers lie on one page"


def _same_place(one: Box, other: Box) -> bool:
    """Whether the middle of either lies in the other."""
    return _holds_middle(one, other) or _holds_middle(other, one)


def _holds_middle(outer: Box, inner: Box) -> bool:
    x, y = inner.left + inner.width / 2, inner.top + inner.height / 2
    return outer.left <= x <= outer.right and outer.top <= y <= outer.bottom


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and inner.right <= outer.right
        and inner.bottom <= outer.bottom
    )


# ---- pictures and boxes


def _reduced(image: Picture, dpi: int) -> tuple[Picture, float]:
    """The page in grey at about 150 dpi, and how much smaller it is. Never enlarged."""
    scale = min(1.0, _FIRST_DPI / max(dpi, 1), _LONGEST_SIDE / max(image.shape))
    return grey_scaled(image, scale), scale


def _grown(box: Box, share: float) -> Box:
    by = round(max(box.width, box.height) * share)
    return Box(box.left - by, box.top - by, box.width + 2 * by, box.height + 2 * by)


def _cut(picture: Picture, box: Box) -> tuple[Picture, int, int]:
    """What of the box lies on the picture, and the cut-out's left and top in it."""
    left, top = max(0, box.left), max(0, box.top)
    cut = picture[top : max(0, box.bottom), left : max(0, box.right)]
    return np.ascontiguousarray(cut), left, top
