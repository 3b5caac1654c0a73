"""Whether a sheet is no plain paper: wrapping paper, a photograph, a collage under its writing."""

from __future__ import annotations

import cv2
import numpy as np

from digitizer.engines.imaging.ink import Mask, Reduced, averaged
from digitizer.engines.imaging.pixels import Picture

_STROKE = 2.0  # mm: lines of writing and print are thinner
_LOCAL = 24.0  # mm: slower changes of tone are light and shadow
_MARGIN = 0.06  # share of each side: scanner borders are no pattern
# Of tone, by which a quarter of the page is off its surroundings: plain paper has under 0.02,
# wrapping paper with a cover on it 0.16 and more.
_PATTERNED = 0.12
_PRINTED = 0.85  # of the tone around it: what is darker is ink


def is_patterned(page: Reduced) -> bool:
    """Whether the paper changes its tone, apart from what is thin enough to be written on it."""
    half = averaged(page.grey, max(1, page.grey.shape[1] // 2), max(1, page.grey.shape[0] // 2))
    down, across = (round(_MARGIN * side) for side in half.shape)
    inner = half[down : half.shape[0] - down, across : half.shape[1] - across]
    if min(inner.shape) < 16:
        return False
    paper = without_ink(inner, page.dpi / 2, _STROKE)
    size = (paper.shape[1] // 4, paper.shape[0] // 4)
    coarse = averaged(paper, *size).astype(np.float32)
    sigma = page.pixels(_LOCAL) / 8
    around = cv2.GaussianBlur(coarse, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    off = np.abs(coarse - around)
    return float(np.percentile(off, 75)) > _PATTERNED * max(1.0, float(np.median(paper)))


def thin(page: Reduced, strokes: Mask) -> Mask:
    """Of the strokes those that are darker than the pattern they lie on, and thin."""
    paper = without_ink(page.grey, page.dpi, _STROKE)
    return np.asarray(strokes & (page.grey < _PRINTED * paper.astype(np.float32)), np.bool_)


def without_ink(page: Picture, dpi: float, width: float) -> Picture:
    """The page in grey with all that is dark and thinner than ``width`` mm gone."""
    side = round(width * dpi / 25.4) | 1
    bare = cv2.morphologyEx(page, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    return np.asarray(bare, np.uint8)
