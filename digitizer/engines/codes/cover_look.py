"""Knowing a cover by its whole look, where neither code nor mark nor word of it can be read.

A person sees a cover at once through what no decoder survives: four dark squares in the corners,
six small ones at the sides, a frame between. Two looks at about a centimetre's detail find it.
*Blocks*: each of the ten squares is sought near its place, so a sheet that is torn, stretched or
blotted is known by those that are left. *Whole*: the picture is correlated with the printed form,
so noise, blur and the palest print, which touch every block, are known by all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.codes.cover_form import Tones, block_form, shrunk, whole_form
from digitizer.engines.codes.marks import grey_scaled
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.model.paper import CodeKind

Picture = NDArray[np.uint8]

_INCH = 25.4
_CELL = 2.0  # mm a pixel: a mark is six wide
_COARSE, _COARSER = 4.0, 5.0  # mm a pixel of the whole form, and of a small one
_SCALES = (0.95, 1.02)  # of the print; 0.92 to 1.04 lie within what a block may be off
_SMALL = (0.49, 0.55, 0.62, 0.7)  # printed at half size, or two on a page
_GIVE = 4.0  # mm by which a block may be out of its place
_SLACK = 14.0  # mm by which the sheet may be out of place on the picture
_RINGS = (6.0, 5.0)  # mm of white around a code and a mark
_FLOOR = 1.0  # grey levels: less contrast than this is noise, however it is shaped
_LOCAL = 24.0  # mm: slower changes of tone are light and shadow
_RIM = 8.0  # mm of the form's edge that are no part of it

# Of 162 letters of several archives and hands, and 114 pictures of foreign codes, the best had 3
# blocks, 0.63 and 0.34; a cover of which nothing can be read, worn all over, has 10, 3 and 0.7.
_LIKE_BLOCK, _HALF_LIKE = 0.6, 0.5
_FEWEST_BLOCKS = 4
_LIKE_BLOCKS = 0.75  # sum of what each block is more than half like
_LIKE_FORM = 0.45
# Of the whole form, where blocks show it: bar codes are in rows and corners too.
_SOMEWHAT_LIKE, _HARDLY_LIKE = 0.12, 0.2
# Of small sheets neither suffices: those and 450 made pages of writing, print and photographs
# had up to 0.49 (of a legal marker 0.68), and up to 1.7 of blocks; a fifth of the blocks with the
# first gave up to 0.63 (0.81). Small covers have 0.4 to 0.9 and 3 to 4 of blocks, in snow 1.
_LIKE_SMALL = {CodeKind.INMATE: 0.65, CodeKind.LEGAL: 0.88}
_WORTH_OF_BLOCKS = 0.2
_HARDLY_LIKE_SMALL = 0.28
# A drum that prints nothing once a turn leaves out bands of the form; they are empty from edge to
# edge. Compared in the other rows alone, the best of 36 letters with such gaps has 0.28, of 113
# made pages with gaps cut into them 0.46; of nine covers that no other look knew one has 0.39, the
# others 0.61 and more.
_EMPTY = 6.0  # grey levels: no ink in a row
_BAND, _FEWEST_BANDS = 8.0, 2  # mm; between what is printed
_LEAST_LEFT, _LIKE_BANDED = 0.3, 0.5  # of the form's rows; of its tones in them
_PALE = 40.0  # grey levels: the darkest that shows through paper from its other side
_LEGAL_MARGIN = 0.02


@dataclass(frozen=True, slots=True)
class CoverLook:
    """The kind of sheet whose form is nearest, and whether all is as pale as what shines through
    paper from a sheet's other side."""

    kind: CodeKind
    pale: bool


def find_cover_look(picture: Picture, dpi: int) -> CoverLook | None:
    """The look of a cover on a page, (H, W) grey or (H, W, 3) RGB, any quarter turn; else None."""
    ink = _ink(picture, dpi)
    low, high = np.percentile(ink, (2, 98))
    pale = float(high - low) < _PALE
    # A sheet in negative that looked like a picture has its squares lighter than paper.
    for tones in (ink, -ink) if -low > high else (ink,):
        if _is_cover(tones):
            return CoverLook(_kind(tones, _every_form()), pale)
        for lying in _both(tones):
            if _is_small_cover(lying):
                return CoverLook(_kind(lying, _every_small_form()), pale)
    return None


def _is_cover(tones: Tones) -> bool:
    likeness = _best_likeness(tones, _outlines())
    if likeness >= _LIKE_FORM:
        return True
    # What is torn or covered may be nearest to another kind's form, which is asked where it pays.
    return (
        likeness >= _SOMEWHAT_LIKE
        and _has_blocks(tones)
        and _best_likeness(tones, _every_outline()) >= _HARDLY_LIKE
    ) or _is_banded_cover(tones)


def _both(tones: Tones) -> tuple[Tones, Tones]:
    """As it lies, and on its side: two small sheets on a page lie across it."""
    return tones, np.ascontiguousarray(np.rot90(tones))


def _ink(picture: Picture, dpi: int) -> Tones:
    """How much darker than the page's paper each cell is, in grey levels; upright if it was wide.

    A quarter turn to the left or right is the same here: the squares' places are alike upside down.
    """
    scale = _INCH / max(dpi, 1) / _CELL
    halved = grey_scaled(picture, min(1.0, 4 * scale))
    rest = scale * picture.shape[1] / halved.shape[1]
    size = (max(8, round(halved.shape[1] * rest)), max(8, round(halved.shape[0] * rest)))
    small = np.asarray(cv2.resize(halved, size, interpolation=cv2.INTER_AREA), np.float32)
    ink = np.float32(np.median(small)) - small
    return np.ascontiguousarray(np.rot90(ink)) if ink.shape[1] > ink.shape[0] else ink


# ---- blocks


def _has_blocks(ink: Tones) -> bool:
    """Whether enough of the ten squares stand where one sheet has them."""
    return any(
        found >= _FEWEST_BLOCKS or likeness >= _LIKE_BLOCKS
        for found, likeness in _in_place(ink, _SCALES)
    )


def _in_place(ink: Tones, scales: tuple[float, ...]) -> Iterator[tuple[int, float]]:
    """How many blocks stand where a sheet of such a scale has them, and how like all of them are:
    at the best place on the picture, for each scale and paper."""
    for scale in scales:
        likeness = _block_likeness(ink, scale)
        for paper in layout.PAPERS:
            yield _best_place(likeness, scale, paper)


def _block_likeness(ink: Tones, scale: float) -> tuple[Tones, Tones]:
    """For each place how like a code, and how like a mark, the best is within reach of it."""
    give = 2 * round(_GIVE / _CELL) + 1
    reach = np.ones((give, give), np.uint8)
    code, mark = (
        np.asarray(cv2.dilate(_correlated(ink, form), reach), np.float32)
        for form in _block_forms(scale)
    )
    return code, mark


@cache
def _block_forms(scale: float) -> tuple[Tones, Tones]:
    sides = (layout.CODE_SIDE, layout.MARK_SIDE)
    code, mark = (
        block_form(side * scale, ring * scale, _CELL)
        for side, ring in zip(sides, _RINGS, strict=True)
    )
    return code, mark


def _correlated(ink: Tones, form: Tones) -> Tones:
    """The normalised correlation with a form of odd size at each place, also beyond the edges."""
    half, slack = form.shape[0] // 2, round(_SLACK / _CELL)
    around = half + slack
    wide = cv2.copyMakeBorder(ink, around, around, around, around, cv2.BORDER_REPLICATE)
    even = (form - form.mean()).astype(np.float32)
    shared = cv2.matchTemplate(wide, even, cv2.TM_CCORR)
    mean, square = (
        cv2.boxFilter(each, -1, form.shape)[half:-half, half:-half] for each in (wide, wide * wide)
    )
    spread = np.sqrt(np.maximum(square - mean * mean, 0) + _FLOOR**2)
    size = float(np.sqrt((even**2).sum()) * np.sqrt(form.size))
    return np.asarray(shared / (spread * size), np.float32)


def _best_place(likeness: tuple[Tones, Tones], scale: float, paper: Paper) -> tuple[int, float]:
    """Over all shifts of the sheet on the picture."""
    (height, width), sheet = likeness[0].shape, layout.PAPERS[paper]
    free_x = max(1, width - round(sheet[0] * scale / _CELL))
    free_y = max(1, height - round(sheet[1] * scale / _CELL))
    found, like_all = np.zeros((free_y, free_x), np.int32), np.zeros((free_y, free_x), np.float32)
    for like, x, y in _places(likeness, scale, sheet):
        there = like[y : y + free_y, x : x + free_x]
        rows, columns = there.shape
        found[:rows, :columns] += there > _LIKE_BLOCK
        like_all[:rows, :columns] += np.maximum(there - _HALF_LIKE, 0)
    return int(found.max()), float(like_all.max())


def _places(
    likeness: tuple[Tones, Tones], scale: float, sheet: tuple[float, float]
) -> Iterator[tuple[Tones, int, int]]:
    for like, areas in zip(
        likeness, (layout.code_areas(*sheet), layout.mark_areas(*sheet)), strict=True
    ):
        for area in areas:
            x, y = area.left + area.width / 2, area.top + area.height / 2
            yield like, round(x * scale / _CELL), round(y * scale / _CELL)


# ---- the whole form


@dataclass(frozen=True, slots=True)
class _Form:
    kind: CodeKind
    tones: Tones
    cell: float


def _best_likeness(ink: Tones, forms: tuple[_Form, ...]) -> float:
    cell = forms[0].cell
    even = _without_shadows(shrunk(ink, _CELL / cell), cell)
    return max(_likeness(even, form) for form in forms)


def _likeness(even: Tones, form: _Form) -> float:
    slack = round(_SLACK / form.cell)
    more = [max(0, form.tones.shape[axis] - even.shape[axis]) for axis in (0, 1)]
    wide = np.pad(even, ((slack, slack + more[0]), (slack, slack + more[1])))
    like = cv2.matchTemplate(wide, form.tones, cv2.TM_CCOEFF_NORMED)
    # Where a picture is as even as an empty page, the measure is a division by nothing.
    return float(np.where(_spread(wide, form.tones.shape) < _FLOOR / 4, 0, like).max())


def _spread(tones: Tones, shape: tuple[int, ...]) -> Tones:
    """The standard deviation within the window of that shape that begins at each place."""
    rows, columns = (tones.shape[axis] - shape[axis] + 1 for axis in (0, 1))
    mean, square = (
        cv2.boxFilter(each, cv2.CV_64F, shape[::-1], anchor=(0, 0))[:rows, :columns]
        for each in (tones, tones * tones)
    )
    return np.sqrt(np.maximum(square - mean * mean, 0)).astype(np.float32)


# ---- the form in bands


def _is_banded_cover(ink: Tones) -> bool:
    """Whether what is left between empty bands is like the form there."""
    empty = np.percentile(ink, 99, axis=1) < _EMPTY
    if _bands(empty) < _FEWEST_BANDS:
        return False
    forms = _every_outline()
    small = shrunk(ink, _CELL / forms[0].cell)
    rows = np.arange(small.shape[0]) * len(empty) // small.shape[0]
    return any(_likeness_in_rows(small, ~empty[rows], each) >= _LIKE_BANDED for each in forms)


def _bands(empty: NDArray[np.bool_]) -> int:
    """How many empty bands lie between rows that are not."""
    printed = np.flatnonzero(~empty)
    return int((np.diff(printed) - 1 >= _BAND / _CELL).sum())


def _likeness_in_rows(ink: Tones, printed: NDArray[np.bool_], form: _Form) -> float:
    """As ``_likeness``, in the rows that are printed alone, at the best place."""
    slack, height = round(_SLACK / form.cell), form.tones.shape[0]
    more = [max(0, form.tones.shape[axis] - ink.shape[axis]) for axis in (0, 1)]
    wide = np.pad(ink, ((slack, slack + more[0]), (slack, slack + more[1])))
    kept = np.pad(printed, (slack, slack + more[0]))
    best = 0.0
    for top in range(wide.shape[0] - height + 1):
        rows = kept[top : top + height]
        if rows.mean() >= _LEAST_LEFT:
            there = np.ascontiguousarray(wide[top : top + height][rows])
            tones = np.ascontiguousarray(form.tones[rows])
            best = max(best, float(cv2.matchTemplate(there, tones, cv2.TM_CCOEFF_NORMED).max()))
    return best


def _without_shadows(tones: Tones, cell: float) -> Tones:
    slow = cv2.GaussianBlur(tones, (0, 0), _LOCAL / cell, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(tones - slow, np.float32)


@cache
def _outlines() -> tuple[_Form, ...]:
    """What an inmate's cover looks like from afar, which is much what all kinds do."""
    return tuple(
        _form(CodeKind.INMATE, paper, scale, _COARSE)
        for paper in layout.PAPERS
        for scale in _SCALES
    )


@cache
def _every_outline() -> tuple[_Form, ...]:
    return tuple(form for kind in CodeKind for form in _turned_forms(kind, _SCALES, _COARSE))


def _is_small_cover(ink: Tones) -> bool:
    likeness = {kind: _best_likeness(ink, _small_outlines(kind)) for kind in _LIKE_SMALL}
    if max(likeness.values()) < _HARDLY_LIKE_SMALL:
        return False
    blocks = _WORTH_OF_BLOCKS * max(likeness for _, likeness in _in_place(ink, _SMALL))
    return any(likeness[kind] + blocks >= least for kind, least in _LIKE_SMALL.items())


@cache
def _small_outlines(kind: CodeKind) -> tuple[_Form, ...]:
    """As the others, and of the legal marker, which is as like none of them when it is small. Its
    band alone makes many a picture somewhat like it."""
    return tuple(_form(kind, "letter", scale, _COARSER) for scale in _SMALL)


Forms = tuple[tuple[CodeKind, tuple[_Form, ...]], ...]


@cache
def _every_form() -> Forms:
    return tuple((kind, tuple(_turned_forms(kind, _SCALES))) for kind in CodeKind)


@cache
def _every_small_form() -> Forms:
    return tuple((kind, tuple(_turned_forms(kind, _SMALL))) for kind in CodeKind)


def _turned_forms(
    kind: CodeKind, scales: tuple[float, ...], cell: float = _CELL
) -> Iterator[_Form]:
    for paper in layout.PAPERS:
        for scale in scales:
            form = _form(kind, paper, scale, cell)
            yield form
            yield _Form(kind, np.ascontiguousarray(np.rot90(form.tones, 2)), cell)


def _form(kind: CodeKind, paper: Paper, scale: float, cell: float) -> _Form:
    tones = whole_form(kind, paper, cell / scale)
    around = round(12 / cell)
    even = _without_shadows(np.pad(tones, around), cell)
    rim = around + round(_RIM * scale / cell)
    return _Form(kind, np.ascontiguousarray(even[rim:-rim, rim:-rim]), cell)


def _kind(ink: Tones, forms: Forms) -> CodeKind:
    """The kind whose form is nearest; the legal marker's where it is about as near as any."""
    likeness = {kind: _best_likeness(ink, its_forms) for kind, its_forms in forms}
    best = max(likeness, key=lambda kind: likeness[kind])
    if likeness[CodeKind.LEGAL] >= likeness[best] - _LEGAL_MARGIN:
        return CodeKind.LEGAL
    return best
