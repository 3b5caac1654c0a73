"""Forgeries of a reply sheet, made of copies of it: each takes A's sheet and B's, both written on.

All pages are grey, 300 dpi, US Letter. None is a whole faithful copy of A's sheet.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area
from trials.covers.paper_wear import Picture

_K = 300 / 25.4
_WIDTH, _HEIGHT = layout.PAPERS["letter"]
_CODES = layout.code_areas(_WIDTH, _HEIGHT)
_MARKS = layout.mark_areas(_WIDTH, _HEIGHT)

Rng = np.random.Generator
Forgery = Callable[[Picture, Picture, Rng], Picture]


def _letter(like: Picture, rng: Rng) -> Picture:
    """A page of somebody's hand."""
    page = np.full_like(like, 250)
    for line in range(20):
        y = 30 + 10 * line
        x = 20 + rng.uniform(0, 5)
        while x < _WIDTH - 30:
            word = rng.uniform(6, 22)
            points = [(x + word * part / 12, y - rng.uniform(0, 4.5)) for part in range(13)]
            cv2.polylines(page, [(np.array(points) * _K).astype(np.int32)], False, (60,), 5)
            x += word + rng.uniform(2, 5)
    return page


def _paste(
    page: Picture,
    source: Picture,
    area: Area,
    rng: Rng,
    rough: float = 2.5,
    turn: float = 2.5,
    scale: float = 1.0,
    to: tuple[float, float] | None = None,
) -> None:
    """Glues a cut-out of ``source`` on ``page``, at its own place or with its middle ``to`` (mm),
    off by up to ``rough`` mm (and by a third of it at least) and ``turn`` degrees."""
    middle = (area.left + area.width / 2, area.top + area.height / 2)
    goal = to or middle
    away = rng.uniform(rough / 3, rough) if rough else 0.0
    angle = rng.uniform(0, 2 * np.pi)
    move = cv2.getRotationMatrix2D(
        (middle[0] * _K, middle[1] * _K), float(rng.uniform(-turn, turn)), scale
    )
    move[0, 2] += (goal[0] - middle[0] + away * np.cos(angle)) * _K
    move[1, 2] += (goal[1] - middle[1] + away * np.sin(angle)) * _K
    cut = np.zeros_like(source)
    rows = slice(max(0, round(area.top * _K)), round(area.bottom * _K))
    columns = slice(max(0, round(area.left * _K)), round(area.right * _K))
    cut[rows, columns] = 255
    size = (page.shape[1], page.shape[0])
    laid = cv2.warpAffine(source, move, size, borderValue=(255,))
    mask = cv2.warpAffine(cut, move, size, flags=cv2.INTER_NEAREST, borderValue=(0,))
    page[mask > 0] = laid[mask > 0]


def _some(rng: Rng, count: int) -> list[Area]:
    return [_CODES[int(each)] for each in rng.permutation(4)[:count]]


def _corners(count: int, rough: float = 2.5) -> Forgery:
    """Code cut-outs on a letter, each in about the corner where it was."""

    def forge(mine: Picture, own: Picture, rng: Rng) -> Picture:
        page = _letter(mine, rng)
        for area in _some(rng, count):
            _paste(page, mine, area.grown(3), rng, rough)
        return page

    return forge


def _corners_on_own(count: int, rough: float = 2.5, spoil: bool = True) -> Forgery:
    """Code cut-outs over the codes of B's own sheet, whose other codes are made unreadable."""

    def forge(mine: Picture, own: Picture, rng: Rng) -> Picture:
        page = own.copy()
        chosen = _some(rng, 4)
        for area in chosen[:count]:
            _paste(page, mine, area.grown(3), rng, rough, turn=rough)
        for area in chosen[count:]:
            if spoil:
                _spoil(page, area, rng)
        return page

    return forge


def _corners_and_number_on_own(rough: float) -> Forgery:
    """All codes and the sheet number over those of B's own sheet."""

    def forge(mine: Picture, own: Picture, rng: Rng) -> Picture:
        page = _corners_on_own(4, rough)(mine, own, rng)
        number = Area(_WIDTH / 2 - 30, _HEIGHT - 14 - 28 + 4, 60, 9)
        _paste(page, mine, number, rng, rough=min(rough, 0.8), turn=0.5)
        return page

    return forge


def _spoil(page: Picture, area: Area, rng: Rng) -> None:
    low, high = round(area.top * _K), round(area.bottom * _K)
    left, right = round(area.left * _K), round(area.right * _K)
    if rng.random() < 0.5:
        page[low - 9 : high + 9, left - 9 : right + 9] = int(rng.choice([20, 240]))
        return
    for _ in range(26):
        points = rng.uniform((left, low), (right, high), (6, 2)).astype(np.int32)
        cv2.polylines(page, [points], False, (30,), 18)


def code_in_a_letter(mine: Picture, own: Picture, rng: Rng) -> Picture:
    page = _letter(mine, rng)
    goal = (float(rng.uniform(50, 160)), float(rng.uniform(60, 220)))
    _paste(page, mine, _some(rng, 1)[0].grown(3), rng, to=goal)
    return page


def ring_without_frame(mine: Picture, own: Picture, rng: Rng) -> Picture:
    """All that stands at the sheet's edges, cut out as one window over a letter."""
    page = _letter(mine, rng)
    ring = np.ones_like(mine, dtype=bool)
    side, end = 30.0, 45.0
    rows, columns = (
        slice(round(end * _K), -round(end * _K)),
        slice(round(side * _K), -round(side * _K)),
    )
    ring[rows, columns] = False
    page[ring] = mine[ring]
    return page


def ring_in_strips(mine: Picture, own: Picture, rng: Rng) -> Picture:
    """The two columns of codes and marks, cut out with all between, glued on a letter."""
    page = _letter(mine, rng)
    for left in (0.0, _WIDTH - 46.0):
        _paste(page, mine, Area(left, 0, 46, _HEIGHT), rng, rough=2.5, turn=0.8)
    return page


def four_sides_in_strips(mine: Picture, own: Picture, rng: Rng) -> Picture:
    """The frame as four strips, each glued about where it was."""
    page = _letter(mine, rng)
    strips = (
        Area(0, 0, _WIDTH, 45),
        Area(0, _HEIGHT - 45, _WIDTH, 45),
        Area(0, 45, 30, _HEIGHT - 90),
        Area(_WIDTH - 30, 45, 30, _HEIGHT - 90),
    )
    for strip in strips:
        _paste(page, mine, strip, rng, rough=2.5, turn=0.8)
    return page


def shrunk(mine: Picture, own: Picture, rng: Rng) -> Picture:
    page = _letter(mine, rng)
    whole = Area(0, 0, _WIDTH - 0.1, _HEIGHT - 0.1)
    goal = (float(rng.uniform(85, 130)), float(rng.uniform(110, 170)))
    _paste(page, mine, whole, rng, rough=0, turn=3, scale=float(rng.uniform(0.5, 0.8)), to=goal)
    return page


def half(mine: Picture, own: Picture, rng: Rng) -> Picture:
    """A photocopy of half the sheet; the other half is bare, or B's own hand."""
    page = _letter(mine, rng) if rng.random() < 0.5 else np.full_like(mine, 252)
    where = int(rng.integers(4))
    share = rng.uniform(0.42, 0.58)
    height, width = mine.shape
    rows, columns = slice(None), slice(None)
    if where < 2:
        rows = slice(0, round(share * height)) if where else slice(round(share * height), None)
    else:
        columns = (
            slice(0, round(share * width)) if where == 2 else slice(round(share * width), None)
        )
    page[rows, columns] = mine[rows, columns]
    return page


def marks_by_hand(mine: Picture, own: Picture, rng: Rng) -> Picture:
    """Marks and frame drawn with a pen and ruler, wobbling; one code glued on."""
    page = _letter(mine, rng)
    for mark, area in zip(layout.mark_ids(layout.kind_of_mark(421)), _MARKS, strict=True):
        _draw_mark(page, mark, area, rng)
    box = layout.writing_area(_WIDTH, _HEIGHT)
    corners = np.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    ) + rng.uniform(-1, 1, (4, 2))
    cv2.polylines(page, [(corners * _K).astype(np.int32)], True, (40,), 5)
    _paste(page, mine, _some(rng, 1)[0].grown(3), rng)
    return page


def _draw_mark(page: Picture, mark: int, area: Area, rng: Rng) -> None:
    bits = layout.mark_bits(mark)
    cell = area.width / len(bits)
    for down, row in enumerate(bits):
        for across, dark in enumerate(row):
            x, y = area.left + across * cell, area.top + down * cell
            corners = np.array([(x, y), (x + cell, y), (x + cell, y + cell), (x, y + cell)])
            corners = corners + rng.uniform(-0.25, 0.25, (4, 2))
            tone = int(rng.integers(20, 60)) if dark else 250
            cv2.fillPoly(page, [(corners * _K).astype(np.int32)], (tone,))


def codes_and_marks_alone(mine: Picture, own: Picture, rng: Rng) -> Picture:
    """All codes and marks exactly in their places, on a page of B's own hand."""
    page = _letter(mine, rng)
    for area in (*_CODES, *_MARKS):
        _paste(page, mine, area.grown(2), rng, rough=0, turn=0)
    return page


FORGERIES: dict[str, Forgery] = {
    "one corner on a letter": _corners(1),
    "two corners on a letter": _corners(2),
    "three corners on a letter": _corners(3),
    "four corners on a letter, roughly": _corners(4),
    "a code in a letter": code_in_a_letter,
    "one corner on B's sheet, others spoilt": _corners_on_own(1),
    "two corners on B's sheet, others spoilt": _corners_on_own(2),
    "three corners on B's sheet, one spoilt": _corners_on_own(3),
    "four corners on B's sheet, roughly": _corners_on_own(4),
    "one corner on B's sheet, exactly, others spoilt": _corners_on_own(1, 0.0),
    "two corners on B's sheet, exactly, others spoilt": _corners_on_own(2, 0.0),
    "four corners on B's sheet, exactly": _corners_on_own(4, 0.0),
    "four corners and the number on B's sheet, roughly": _corners_and_number_on_own(2.5),
    "one corner on B's sheet, others as they are": _corners_on_own(1, spoil=False),
    "window cut out, without the frame's lines": ring_without_frame,
    "columns of codes and marks in strips": ring_in_strips,
    "four sides in strips": four_sides_in_strips,
    "shrunk copy": shrunk,
    "copy of half the sheet": half,
    "marks by hand, one code": marks_by_hand,
    "all codes and marks exactly, nothing else": codes_and_marks_alone,
}
