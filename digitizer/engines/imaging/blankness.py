"""Whether a side is surely blank, perhaps blank, or carries something.

Only what is surely blank may be hidden. A side with little dark ink is looked at through four
nets, each for what slips through the others: marks (strokes up to the very edge), dots (specks
that lie closer together than dust falls), ruled lines, and tones (washes, shading, stickers).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.dots import are_set
from digitizer.engines.imaging.faintness import has_faint_strokes, is_faintly_written
from digitizer.engines.imaging.ink import Ink, Mask, Reduced, find_ink, found_again
from digitizer.engines.imaging.paper_marks import Parts, corner, hem, holes, measured, staple
from digitizer.engines.imaging.show_through import Front, without_front
from digitizer.engines.imaging.tones import has_tone, is_ruled
from digitizer.engines.imaging.traces import of_a_roller, on_folds
from digitizer.engines.imaging.wear import borders, creases
from digitizer.engines.imaging.windows import within_window

_DARK, _DARK_SHARE = 60, 0.004  # grey levels; a page with two lines of writing has more
_MARK = 1.6  # mm: dust is smaller
_TOUCHING = 2.1  # mm: two grains of dust that touch; who writes leaves more than one such mark
# A stroke's steepest step as a share of its depth: pencil, pen and stamp have 0.31 to 0.54, what
# shines through paper 0.05 to 0.29.
_SHARP, _MAYBE_SHARP = 0.33, 0.26
_DEEP_SOFT = 30  # grey levels: what shines through is paler; writing out of focus is not
_CORE, _CORE_OF_DUST, _RIM = 45, 1.2, 0.7  # levels; mm; mm
# Soft things count from 12 mm of the edges on; mm2 that the front does not explain, and, where it
# is not known, mm2 in so few places that no line of writing shines through.
_INSIDE, _UNEXPLAINED, _SOFT_AREA, _SOFT_PLACES = 12.0, 10.0, 28.0, 16
_TINT, _TINT_UNDER = 7.0, 20.0  # grey levels between channels, a part's mean; over a front's ink
_TINTED_AREA = 8.0  # mm2
_UNDER = 0.85  # share of a part that the front's ink must cover to explain it
# Pixels at 100 dpi: a speck's sharp rim has fewer; or a share of what it lies on.
_SHARP_LINE, _RIM_PIXELS, _SHARP_SHARE, _SHARP_PIXELS = 0.28, 8, 0.08, 25
_SPECK_DEEP = 14  # grey levels


class Blankness(Enum):
    BLANK = "blank"
    PERHAPS = "perhaps blank"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class _Looked:
    """A side's ``parts``, which of them are ``plain`` marks or ``specks``; the dark ``cores`` of
    what was taken out of them, which of these are ``dust``, and all the ``known`` wear."""

    parts: Parts
    plain: Any
    specks: Any
    cores: Parts
    dust: Any
    known: Mask


def judge(page: Reduced, ink: Ink, blank_ink: float, front: Front | None = None) -> Blankness:
    """``blank_ink`` is the share of ink (0..1) from which on a side is content without a doubt.
    ``front`` is the sheet's other side, if that is known: what shines through is taken out."""
    sheet = within_window(page) if ink.uneven or not _is_written(ink, page) else None
    if sheet is not None:
        page, ink = sheet, find_ink(sheet)
    if ink.uneven or _is_written(ink, page):
        return Blankness.CONTENT
    looked = _look(page, ink)
    if front is not None and _has_something(looked, page):
        cleared = without_front(page, front, looked.known)
        if cleared is not None:
            ink = found_again(ink, cleared)
            looked = _look(cleared, ink)
            return _answer(looked, cleared, ink, blank_ink, front_known=True)
    return _answer(looked, page, ink, blank_ink, front_known=False)


def _has_something(looked: _Looked, page: Reduced) -> bool:
    if looked.plain.any() or looked.specks.any() or has_tone(page, looked.known):
        return True
    return has_faint_strokes(page, looked.known)


def _is_written(ink: Ink, page: Reduced) -> bool:
    """Whether so much is dark that nothing else need be asked; a lid is not, though a fold that
    runs into it makes it look like a stroke."""
    dark = (ink.darker > _DARK) & ink.strokes
    least = _DARK_SHARE * dark.size
    if np.count_nonzero(dark) <= least:
        return False
    return int(np.count_nonzero(dark & ~borders(ink.raw, page))) > least


def _look(page: Reduced, ink: Ink) -> _Looked:
    border = borders(ink.raw, page)
    cores = measured(ink.raw & ~border & (ink.darker > _CORE), page, ink)
    dust = (cores.extent > 0) & (cores.extent < _CORE_OF_DUST) & (cores.sharp >= _SHARP)
    round_ = holes(cores, page) | dust
    known = border | _wide(cores.found.mask(round_), page) if round_.any() else border
    rest = ink.raw & ~known
    parts = measured(rest & ~creases(rest, ink.darker, page), page, ink)
    hole = holes(parts, page)
    wear = hole | staple(parts, page) | hem(parts, page) | corner(parts, page)
    wear[0] = False  # the ground
    plain = (parts.extent >= _MARK) & ~wear
    traces = on_folds(parts, plain, page, ink) | of_a_roller(parts, plain)
    plain &= ~traces
    plain &= ~_touching_dust(parts, plain)
    specks = (parts.extent < _MARK) & ~hole & (parts.sharp >= _SHARP) & (parts.deep >= _SPECK_DEEP)
    return _Looked(parts, plain, specks, cores, dust, known | parts.found.mask(wear))


def _touching_dust(parts: Parts, plain: Any) -> Any:
    """Grains of dust that touch, if they are all that is sharp on a side."""
    sharp = plain & (parts.sharp >= _SHARP)
    alone = int(sharp.sum()) == 1 and float(parts.extent[sharp].max()) <= _TOUCHING
    return sharp & alone


def _answer(
    looked: _Looked, page: Reduced, ink: Ink, blank_ink: float, front_known: bool
) -> Blankness:
    parts, plain, specks, known = looked.parts, looked.plain, looked.specks, looked.known
    marks = plain & _is_sharp(parts, plain)
    if float(parts.area[marks].sum()) / known.size >= blank_ink:
        return Blankness.CONTENT
    doubtful = (
        marks.any()
        or _is_soft_mark(parts, plain, page, front_known)
        or _is_coloured(parts, plain, page)
        or are_set(*_joined(parts, specks, looked.cores, looked.dust), page)
        or is_ruled(ink.darker, page)
        or has_tone(page, known)
        or is_faintly_written(page, known)
    )
    return Blankness.PERHAPS if doubtful else Blankness.BLANK


def _wide(mask: Mask, page: Reduced) -> Mask:
    side = 2 * page.pixels(_RIM) + 1
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8))
    return np.asarray(wide > 0, dtype=np.bool_)


def _joined(parts: Parts, specks: Any, cores: Parts, dust: Any) -> tuple[Any, Any, Any]:
    """Left, top and mass of the specks among both."""
    one, other = (parts, specks), (cores, dust)
    left, top, mass = (
        np.concatenate([getattr(each, name)[some] for each, some in (one, other)])
        for name in ("left", "top", "mass")
    )
    return left, top, mass


def _is_soft_mark(parts: Parts, plain: Any, page: Reduced, front_known: bool) -> bool:
    """Whether what is soft may be more than the front shining through: too deep for that, or, of
    some extent, not explained by the front, or (the front unknown) in too few places."""
    if (plain & (parts.deep >= _DEEP_SOFT)).any():
        return True
    inside = plain & _is_inside(parts, page)
    area = float(parts.area[inside].sum()) * (25.4 / page.dpi) ** 2
    if front_known:
        return area >= _UNEXPLAINED
    return area >= _SOFT_AREA and int(inside.sum()) <= _SOFT_PLACES


def _is_inside(parts: Parts, page: Reduced) -> Any:
    """Which parts lie further in than what age, light and hands do to a sheet's edges."""
    height, width = (side * 25.4 / page.dpi for side in page.grey.shape)
    right, bottom = width - parts.left - parts.width, height - parts.top - parts.height
    gap = np.minimum(np.minimum(parts.left, right), np.minimum(parts.top, bottom))
    return gap >= _INSIDE


def _is_coloured(parts: Parts, plain: Any, page: Reduced) -> bool:
    """Whether soft marks have a colour of their own: what shines through is as grey as its paper,
    or, in colour, is known by its front; but no front explains a marker's colour."""
    if page.picture.ndim == 2 or not plain.any():
        return False
    own = plain[parts.found.which]
    places = parts.found.places[own]
    pixels = page.picture.reshape(-1, 3)
    ground = np.median(page.picture[::4, ::4].reshape(-1, 3), axis=0)
    darker = ground - pixels[places].astype(np.float32)
    hue = np.stack([darker[:, 0] - darker[:, 2], darker[:, 0] - darker[:, 1]], axis=1)
    which = parts.found.which[own]
    count = np.maximum(parts.area, 1)
    means = [np.bincount(which, each, parts.found.count) / count for each in hue.T]
    tinted = np.maximum(*(np.abs(each) for each in means)) >= _TINT
    tinted &= plain & _is_inside(parts, page)
    area = float(parts.area[tinted].sum()) * (25.4 / page.dpi) ** 2
    return area >= _TINTED_AREA


def _is_sharp(parts: Parts, plain: Any) -> Any:
    """Which parts are as sharp as ink; those that may be only where most of the side's are."""
    maybe = parts.sharp >= _MAYBE_SHARP
    if parts.mass[plain & maybe].sum() >= 0.5 * parts.mass[plain].sum():
        return maybe
    return parts.sharp >= _SHARP
