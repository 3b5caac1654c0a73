"""An opened page made ready to be looked at, decoded and read. The original is never changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitizer.parts.imaging.ink import Ink, Reduced, chroma, find_ink, reduced
from digitizer.parts.imaging.legibility import is_grain, why_unseen
from digitizer.parts.imaging.levelling import level
from digitizer.parts.imaging.pixels import Picture, grey
from digitizer.parts.imaging.quality import edge_millimetres, find_faults
from digitizer.parts.imaging.skew import find_skew, straighten
from digitizer.parts.opening import OpenedPage

_COLOURED_CHROMA, _COLOURED_SHARE = 24, 0.0005


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """One page upright and straight: uint8, HxW grey or, where ``colour``, HxWx3 RGB.

    The fields mean what they mean in SurveyedPage. ``turned`` is 0 here: what a file says of
    its orientation was heeded on opening, and marks or words are read later.
    """

    number: int
    image: Picture
    dpi: int
    blank: bool
    ink: float
    turned: int = 0
    skew: float = 0.0
    colour: bool = False
    quality: tuple[str, ...] = ()
    unseen: str | None = None


def prepare(page: OpenedPage, blank_ink: float) -> PreparedPage:
    """``blank_ink`` is the share of ink (0..1) under which a side is blank."""
    as_scanned = small = reduced(page.image, page.dpi)
    levelled = level(page.image, small)
    was_dark = levelled is not page.image
    if was_dark:
        small = reduced(levelled, page.dpi)
    colour = _has_colour(small)
    ink = find_ink(small)
    # A sheet so dark that it had to be levelled is never surely blank, nor one that is all grain.
    empty = ink.share < blank_ink and not ink.uneven and not was_dark
    blank = empty and not is_grain(small)
    skew = 0.0 if blank else find_skew(ink.strokes)
    image = levelled if colour else grey(levelled)
    edges = 0.0 if blank else edge_millimetres(image, page.dpi, ink)
    faults = find_faults(page.dpi, small, ink, blank, edges, was_dark)
    if skew:
        image = straighten(image, skew, _paper_colour(small, ink, colour))
    return PreparedPage(
        number=page.number,
        image=image,
        dpi=page.dpi,
        blank=blank,
        ink=ink.share,
        skew=skew,
        colour=colour,
        quality=(*page.notes, *faults),
        unseen=None if blank else why_unseen(as_scanned, ink, edges, page.dpi),
    )


def _has_colour(small: Reduced) -> bool:
    if small.picture.ndim == 2:
        return False
    return float((chroma(small.picture) > _COLOURED_CHROMA).mean()) > _COLOURED_SHARE


def _paper_colour(small: Reduced, ink: Ink, colour: bool) -> tuple[int, ...]:
    source = small.picture if colour else small.grey
    paper = source[~ink.raw]
    return tuple(int(level) for level in np.atleast_1d(np.median(paper, axis=0)))
