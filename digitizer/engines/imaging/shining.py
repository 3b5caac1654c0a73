"""What shines through from the other side of the sheet, known by that side's own picture.

Mirrored and laid over the back, the front's ink must fall where the back is darker: the two are
correlated over all shifts of a few millimetres. What agrees is explained, whatever its depth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.ink import Ink, Mask, Reduced, averaged
from digitizer.engines.imaging.pixels import Picture

_SAME_SIZE = 0.04  # share by which two sides of a sheet may differ on the glass
_SHIFT = 12  # mm
_AGREES = 0.4  # correlation; of sides that have nothing to do with each other 0.25 at most
_SPREAD = 0.8  # mm by which paper softens what shines through
_REACH = 3  # mm across: ink of the front explains what lies so near to it
_TOO_DEEP = 48  # levels: holes and borders, that would outweigh all else
_BROAD = 6  # mm
_INKED = 0.12  # of the front's darkest


def darkness(page: Reduced, ink: Ink) -> Picture:
    """How much darker than its paper a side is, a pixel a square millimetre."""
    return _darkness(ink.darker, page)


def _darkness(darker: Picture, page: Reduced) -> Picture:
    height, width = (max(8, round(side * 25.4 / page.dpi)) for side in page.grey.shape)
    return averaged(darker, width, height)


@dataclass(frozen=True, slots=True)
class Shine:
    """Where on a side the front's ink lies: ``under`` it, and where it is so ``broad`` that it
    changes the tone of the paper. ``lifted``: by how many levels it darkens each square
    millimetre."""

    under: Mask
    broad: Mask
    lifted: Any


def shone_through(front: Picture, page: Reduced, ink: Ink, known: Mask) -> Shine | None:
    """Where the front's ink explains what is on this side; None where it explains nothing.

    ``front`` is its ``darkness``, ``known`` this side's borders and holes. The
    sheet may have been turned over by either edge.
    """
    here = _darkness(np.where(known, np.uint8(0), ink.darker), page)
    if any(
        abs(one - other) > _SAME_SIZE * one
        for one, other in zip(here.shape, front.shape, strict=True)
    ):
        return None
    fitted = cv2.resize(front, (here.shape[1], here.shape[0]), interpolation=cv2.INTER_AREA)
    tried = [_laid_over(np.asarray(cv2.flip(fitted, way)), here) for way in (1, 0)]
    agreement, gain, shifted = max(tried, key=lambda one: one[0])
    if agreement < _AGREES:
        return None
    least = max(_INKED * float(np.percentile(shifted, 99.5)), 1.0)
    broad = cv2.morphologyEx(shifted, cv2.MORPH_OPEN, np.ones((_BROAD, _BROAD), np.uint8))
    under, wide = (_over(inked > least, page) for inked in (shifted, broad))
    return Shine(under, wide, np.asarray(gain * shifted, np.float32))


def _over(inked: Any, page: Reduced) -> Mask:
    """A mask of the page from one of square millimetres, and a little more."""
    wide = cv2.dilate(inked.astype(np.uint8), np.ones((_REACH, _REACH), np.uint8))
    size = (page.grey.shape[1], page.grey.shape[0])
    return np.asarray(cv2.resize(wide, size, interpolation=cv2.INTER_NEAREST) > 0, np.bool_)


def _laid_over(mirrored: Any, here: Any) -> tuple[float, float, Any]:
    """The best correlation within the shifts, how much of the other side's darkness is seen
    here, and that side so shifted."""
    soft = cv2.GaussianBlur(mirrored.astype(np.float32), (0, 0), _SPREAD)
    one, other = soft - soft.mean(), np.where(here > _TOO_DEEP, 0, here).astype(np.float32)
    other -= other.mean()
    norm = float(np.linalg.norm(one) * np.linalg.norm(other))
    if not norm:
        return 0.0, 0.0, soft
    spectrum = np.fft.rfft2(other) * np.conj(np.fft.rfft2(one))
    products = np.fft.irfft2(spectrum, s=here.shape)
    around = np.roll(products, (_SHIFT, _SHIFT), axis=(0, 1))[: 2 * _SHIFT + 1, : 2 * _SHIFT + 1]
    down, right = np.unravel_index(int(around.argmax()), around.shape)
    move = (int(down) - _SHIFT, int(right) - _SHIFT)
    most = float(around.max())
    return most / norm, most / float((one * one).sum()), np.roll(soft, move, axis=(0, 1))
