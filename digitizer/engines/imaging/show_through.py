"""What shines through from the other side of the sheet, taken out by that side's own picture.

Through paper the front is seen mirrored, softened, and paler by a nearly constant factor. So it is
laid over the back as exactly as it fits, softened as it is there, and taken away: what somebody put
on the back is still there then, whatever lies under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.aligned_front import Laid, laid_over, softened
from digitizer.engines.imaging.ink import Mask, Reduced, averaged
from digitizer.engines.imaging.pixels import Picture
from digitizer.engines.imaging.wear import borders

Shape = tuple[int, ...]

_SAME_SIZE = 0.04  # share by which two sides of a sheet may differ on the glass
_PAPER = 75  # the percentile of a side's levels that is its paper
_HALF = 0.5  # mm: the pixels in which the front is laid over the back
_MARGIN = 6.0  # mm at each edge that say nothing of how the front lies


@dataclass(frozen=True, slots=True)
class Front:
    """A side as it may shine through: ``page``, and the ``raw`` mask of what is dark on it."""

    page: Reduced
    raw: Mask


def without_front(page: Reduced, front: Front, known: Mask) -> Reduced | None:
    """The side as it would be if its front did not shine through; None if it does not.

    ``known`` are this side's borders and holes. The sheet may have been turned by either edge.
    """
    if any(
        abs(one - other) > _SAME_SIZE * one
        for one, other in zip(page.grey.shape, front.page.grey.shape, strict=True)
    ):
        return None
    back = _halved(page.grey, page.dpi)
    small = _halved(_darkness(front), front.page.dpi)
    laid = laid_over(small, back, _telling(known, back.shape[1], back.shape[0]))
    if laid is None:
        return None
    seen = _seen(small, laid, page.grey.shape, back.shape)
    lighter = np.asarray(cv2.add(page.grey, seen), np.uint8)
    if page.picture.ndim == 2:
        return Reduced(lighter, lighter, page.dpi)
    picture = cv2.add(page.picture, cv2.merge([seen] * 3))
    return Reduced(np.asarray(picture, np.uint8), lighter, page.dpi)


def _darkness(front: Front) -> Picture:
    """How much darker than its paper the front is."""
    grey = front.page.grey
    paper = int(np.percentile(grey[::4, ::4], _PAPER))
    dark = np.asarray(cv2.subtract(np.full_like(grey, paper), grey), np.uint8)
    dark[borders(front.raw, front.page)] = 0
    return dark


def _halved(levels: Picture, dpi: float) -> Any:
    """In pixels of half a millimetre."""
    height, width = (round(side * 25.4 / dpi / _HALF) for side in levels.shape)
    return averaged(levels, width, height).astype(np.float32)


def _telling(known: Mask, width: int, height: int) -> Mask:
    """Where the back may tell how the front lies: within, and beside holes."""
    own = averaged(known.view(np.uint8) * np.uint8(255), width, height)
    telling = np.asarray(own == 0, np.bool_)
    margin = round(_MARGIN / _HALF)
    for outer in (telling, telling.T):
        outer[:margin] = outer[-margin:] = False
    return telling


def _seen(small: Any, laid: Laid, shape: Shape, half: Shape) -> Picture:
    """How many levels of the front are seen at each pixel of a back of this ``shape``, which has
    the shape ``half`` in pixels of half a millimetre: what is soft needs no more of them."""
    turned = np.asarray(cv2.flip(small, laid.way))
    moved = cv2.warpAffine(turned, laid.move[:2], half[::-1], flags=cv2.INTER_CUBIC)
    parts = zip(laid.gains, softened(moved), strict=True)
    whole = np.asarray(sum(float(gain) * part for gain, part in parts))
    large = cv2.resize(whole, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.add(large, _dither(shape), dtype=cv2.CV_8U), np.uint8)


def _dither(shape: Shape) -> Any:
    """Fractions of a level, in the order of Bayer: rounded with them, a slope has no steps."""
    two = np.array([[0, 2], [3, 1]])
    four = np.block([[4 * two, 4 * two + 2], [4 * two + 3, 4 * two + 1]])
    fractions = ((four + 0.5) / 16 - 0.5).astype(np.float32)
    again = tuple(-(-side // 4) for side in shape)
    return np.tile(fractions, again)[: shape[0], : shape[1]]
