"""An opened page made ready to be looked at, decoded and read. The original is never changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitizer.engines.imaging.blankness import Blankness, judge
from digitizer.engines.imaging.hands import hand_of
from digitizer.engines.imaging.ink import Ink, Reduced, chroma, find_ink, reduced
from digitizer.engines.imaging.legibility import is_grain, why_unseen
from digitizer.engines.imaging.levelling import level
from digitizer.engines.imaging.patterned import is_patterned, thin
from digitizer.engines.imaging.pixels import Picture, grey, is_two_toned
from digitizer.engines.imaging.quality import (
    BLURRED,
    CUT_OFF,
    TOO_LIGHT,
    edge_millimetres,
    find_problems,
)
from digitizer.engines.imaging.show_through import Front
from digitizer.engines.imaging.skew import find_skew, straighten
from digitizer.engines.imaging.stripes import find_stripes
from digitizer.engines.opening import OpenedPage
from digitizer.model.paper import PERHAPS_BLANK

#: Problems of writing, of which such a side may have none: its own mark says enough.
_OF_WRITING = (TOO_LIGHT, BLURRED, CUT_OFF)
#: Share of a page; where more is ink, it is a picture, not paper.
_MOST_INK = 0.5
_COLOURED_CHROMA, _COLOURED_SHARE = 24, 0.0005


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """One page upright and straight: uint8, HxW grey or, where ``colour``, HxWx3 RGB.

    The fields mean what they mean in SurveyedPage. ``front`` is this side as it may shine through
    to the other side of its sheet. ``patterned``: it is no plain paper, but a picture or a pattern
    that may be written on. ``turned`` is 0 here: what a file says of its orientation was heeded on
    opening, and marks or words are read later.
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
    perhaps_blank: bool = False
    front: Front | None = None
    patterned: bool = False
    two_toned: bool = False
    stripes: tuple[float, ...] = ()
    paper: tuple[int, ...] = ()
    hand: tuple[int, ...] = ()


def prepare(page: OpenedPage, blank_ink: float, other: PreparedPage | None = None) -> PreparedPage:
    """``blank_ink`` is the share of ink (0..1) under which a side may be blank. ``other`` is the
    side scanned before, which may be the front of this one's sheet: what shines through is known
    by it."""
    as_scanned = small = reduced(page.image, page.dpi)
    levelled = level(page.image, small)
    was_dark = levelled is not page.image
    if was_dark:
        small = reduced(levelled, page.dpi)
    colour = _has_colour(small)
    ink = find_ink(small)
    found = _blankness(small, ink, blank_ink, other, was_dark)
    blank, perhaps = found is Blankness.BLANK, found is Blankness.PERHAPS
    patterned = not blank and is_patterned(small)
    # Stripes have a slant of their own.
    skew = 0.0 if blank else find_skew(thin(small, ink.strokes) if patterned else ink.strokes)
    image = levelled if colour else grey(levelled)
    edges = 0.0 if blank else edge_millimetres(image, page.dpi, ink)
    problems = find_problems(page.dpi, small, ink, blank, edges, was_dark)
    if perhaps:
        problems = (PERHAPS_BLANK, *(problem for problem in problems if problem not in _OF_WRITING))
    two_toned = is_two_toned(page.image)
    no_paper = two_toned or was_dark or patterned or ink.uneven
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
        quality=(*page.notes, *problems),
        # What is perhaps blank is no darker or rougher than paper, and is shown to be looked at.
        unseen=why_unseen(as_scanned, ink, edges, page.dpi) if not (blank or perhaps) else None,
        perhaps_blank=perhaps,
        front=Front(small, ink.raw),
        patterned=patterned,
        two_toned=blank and two_toned,
        stripes=find_stripes(as_scanned),
        paper=() if no_paper else _paper_seen(small, ink),
        hand=() if blank or no_paper else hand_of(small, ink, skew),
    )


def _blankness(
    small: Reduced, ink: Ink, blank_ink: float, other: PreparedPage | None, was_dark: bool
) -> Blankness:
    """A sheet so dark that it had to be levelled is never blank, nor one that is all grain."""
    if not blank_ink or was_dark or is_grain(small):
        return Blankness.CONTENT
    return judge(small, ink, blank_ink, None if other is None else other.front)


def _has_colour(small: Reduced) -> bool:
    if small.picture.ndim == 2:
        return False
    return float((chroma(small.picture) > _COLOURED_CHROMA).mean()) > _COLOURED_SHARE


def _paper_seen(small: Reduced, ink: Ink) -> tuple[int, ...]:
    """Red, green and blue of the paper; empty where hardly any of it is to be seen."""
    if ink.raw.mean() > _MOST_INK:
        return ()
    levels = _paper_colour(small, ink, small.picture.ndim == 3)
    return levels if len(levels) == 3 else levels * 3


def _paper_colour(small: Reduced, ink: Ink, colour: bool) -> tuple[int, ...]:
    source = small.picture if colour else small.grey
    paper = source[~ink.raw]
    return tuple(int(level) for level in np.atleast_1d(np.median(paper, axis=0)))
