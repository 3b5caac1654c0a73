"""Pages that are dark all over, or white on black, made as light as others before they are used.

What is looked at, decoded, read and shown is the levelled picture; the stored original stays as it
is. Only a page whose darkness is that of one even sheet is touched: a photograph has no such
sheet, and a page on light paper is given back as it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.ink import Reduced
from digitizer.engines.imaging.pixels import Picture, grey

_LIGHT = 100  # grey levels: half of the page is lighter on any paper that needs nothing
_LID = 0.06  # share of each side that may be the scanner's lid
_EVEN = 0.55  # share of the page that is about as dark as its paper; covers have 0.6, photos 0.4
_LEAST_APART, _NOISES_APART = 3.0, 4.0  # grey levels, and standard deviations of the paper's grain
_SLOW = 40.0  # mm: what changes over more is a lamp's light that falls off to one side
_UNEVEN_LIGHT = 18.0  # grey levels that are left of it, at most
_FALL = (6.0, 0.35)  # grey levels, or share of the paper's: more off the paper is print, not light
_FEWEST, _MOST = 0.002, 0.45  # share of a page that is print
# Of the print: what may be lighter than dark paper, and darker than a negative's. More is print on
# paper with light dots, and would be gone.
_LIGHTER, _DARKER = 0.3, 0.1
_SOLID, _MOST_SOLID = 4.0, 0.35  # mm across, and share of a negative's print that is so wide
_COLOURFUL = 40  # grey levels between the channels: a negative of a letter has no colours
_GRAIN_GAIN = 4.0  # from here on the paper's grain would be as loud as faint print
_WHITE = 250.0


@dataclass(frozen=True, slots=True)
class _Tones:
    """The tones of an even page: its paper, and its print on the darker or the lighter side."""

    paper: float
    ink: float


def level(image: Picture, small: Reduced) -> Picture:
    """The picture as it is or, where all of it is dark, with its paper white and its print black.

    ``small`` is the same page at about 100 dpi. Dark paper in colour comes out grey.
    """
    inner = _inner(small.grey)[::2, ::2]
    if min(inner.shape) < 16 or float(np.median(inner)) >= _LIGHT:
        return image
    channel = _clearest_channel(small.picture)
    clearest = _inner(_channel(small.picture, channel))
    tones = _tones(clearest, small)
    if tones is None:
        return image
    negative = tones.ink > tones.paper
    if negative and (_is_colourful(small.picture) or _is_solid(clearest, tones, small)):
        return image
    return _stretched(grey(image) if negative else _channel(image, channel), tones)


def _inner(picture: Picture) -> Picture:
    down, across = (round(_LID * side) for side in picture.shape[:2])
    return picture[down : picture.shape[0] - down, across : picture.shape[1] - across]


def _channel(picture: Picture, channel: int) -> Picture:
    return picture if picture.ndim == 2 else np.ascontiguousarray(picture[..., channel])


def _clearest_channel(picture: Picture) -> int:
    """The channel in which paper and print are furthest apart: on red paper that is red."""
    if picture.ndim == 2:
        return 0
    inner = _inner(picture)[::2, ::2].reshape(-1, 3)
    low, high = np.percentile(inner, (2, 90), axis=0)
    return int(np.argmax(high - low))


def _tones(inner: Picture, small: Reduced) -> _Tones | None:
    """The paper's tone and its print's; None where the page has not one even paper."""
    smooth = np.asarray(cv2.GaussianBlur(inner, (3, 3), 0), np.uint8)
    paper = _commonest(smooth)
    wide = _in_even_light(smooth, paper, small)
    grain = float(np.median(np.abs(wide))) * 1.4826
    apart = max(_LEAST_APART, _NOISES_APART * min(grain, _LEAST_APART))
    light = max(apart, min(0.12 * paper, _UNEVEN_LIGHT))
    darker, lighter = float((wide < -light).mean()), float((wide > light).mean())
    if 1 - darker - lighter < _EVEN:
        return None
    if _is_print(darker, lighter, _LIGHTER):
        return _Tones(paper, float(np.percentile(smooth, 100 * darker / 3)))
    if _is_print(lighter, darker, _DARKER):
        return _Tones(paper, float(np.percentile(smooth, 100 - 100 * lighter / 3)))
    return None


def _in_even_light(
    smooth: Picture, paper: float, small: Reduced
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """How much lighter each place is than most of the page around it."""
    fall = max(_FALL[0], _FALL[1] * paper)
    light = np.clip(smooth, max(0, paper - fall), paper + fall).astype(np.float32)
    tiny = cv2.resize(light, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    sigma = small.pixels(_SLOW) / 8
    slow = cv2.GaussianBlur(tiny, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    wide = smooth.astype(np.float32) - cv2.resize(slow, smooth.shape[::-1])
    return np.asarray(wide - np.median(wide), np.float32)


def _commonest(smooth: Picture) -> float:
    counts = np.bincount(smooth.ravel(), minlength=256).astype(np.float32)
    spread = np.convolve(counts, np.ones(5, np.float32), mode="same")
    return float(np.argmax(spread))


def _is_print(share: float, other: float, most: float) -> bool:
    return _FEWEST <= share <= _MOST and other <= most * share


def _is_colourful(picture: Picture) -> bool:
    if picture.ndim == 2:
        return False
    spread = picture.max(axis=2).astype(np.int16) - picture.min(axis=2)
    return float(np.percentile(spread, 98)) > _COLOURFUL


def _is_solid(inner: Picture, tones: _Tones, small: Reduced) -> bool:
    """Whether what is light is paper that lies on something dark, rather than white print."""
    light = (inner > (tones.ink + tones.paper) / 2).astype(np.uint8)
    kernel = np.ones((small.pixels(_SOLID), small.pixels(_SOLID)), np.uint8)
    return int(cv2.erode(light, kernel).sum()) * 2 > _MOST_SOLID * int(light.sum())


def _stretched(picture: Picture, tones: _Tones) -> Picture:
    gain = _WHITE / (tones.paper - tones.ink)
    if abs(gain) > _GRAIN_GAIN:
        wide = cv2.GaussianBlur(picture.astype(np.float32), (3, 3), 0.7)
        return np.asarray(np.clip((wide - tones.ink) * gain, 0, 255), np.uint8)
    table = np.clip((np.arange(256) - tones.ink) * gain, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table), np.uint8)
