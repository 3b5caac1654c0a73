"""What a copier, scanner, fax or telephone does to a sheet, and the file that comes out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from trials.covers.paper_wear import Picture, grain


@dataclass(frozen=True, slots=True)
class Glass:
    """How a sheet is pictured and stored.

    ``skew`` in degrees, ``scale`` of the print (1: true size), ``quarters`` turns anticlockwise,
    ``lid`` is the tone beyond the sheet, ``blur`` in pixels at 300 dpi, ``noise`` the deviation.
    ``tilt`` (0: none) is how far a telephone's perspective moves a corner, as a share of the
    width; ``shadow`` how much light its shadow takes. ``fax``: 204 by 98 or 196 dpi, bilevel.
    """

    dpi: int = 300
    skew: float = 0.0
    scale: float = 1.0
    quarters: int = 0
    lid: int = 255
    blur: float = 0.0
    noise: float = 2.0
    quality: int = 90
    bilevel: bool = False
    colour: bool = False
    tilt: float = 0.0
    shadow: float = 0.0
    fax: int = 0


@dataclass(frozen=True, slots=True)
class File:
    """A scanned file's bytes and its name's ending."""

    data: bytes
    suffix: str


def scanned(page: Picture, dpi: int, glass: Glass, rng: np.random.Generator) -> File:
    """The sheet (grey, ``dpi``) through this glass, as the file that a scanner writes."""
    if glass.fax:
        glass = replace(glass, dpi=204, bilevel=True, colour=False)
    picture = _reduced(page, glass.dpi / dpi)
    picture = _photographed(picture, glass, rng) if glass.tilt else _laid(picture, glass)
    if glass.blur:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), glass.blur * glass.dpi / 300))
    picture = _noisy(picture, glass.noise, rng)
    picture = np.ascontiguousarray(np.rot90(picture, glass.quarters))
    if glass.bilevel:
        return _tiff(picture, glass)
    return _jpeg(picture, glass)


def _reduced(page: Picture, scale: float) -> Picture:
    if scale == 1:
        return page
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _laid(page: Picture, glass: Glass) -> Picture:
    if not glass.skew and glass.scale == 1:
        return page
    height, width = page.shape
    move = cv2.getRotationMatrix2D((width / 2, height / 2), glass.skew, glass.scale)
    return np.asarray(
        cv2.warpAffine(page, move, (width, height), borderValue=(glass.lid,)), np.uint8
    )


def _photographed(page: Picture, glass: Glass, rng: np.random.Generator) -> Picture:
    """A sheet on a table, seen a little from one side, with a hand's shadow over it."""
    height, width = page.shape
    rim = 0.03 * width
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    seen = corners + rng.uniform(-glass.tilt, glass.tilt, (4, 2)) * width
    seen = (seen - seen.min(axis=0) + rim).astype(np.float32)
    size = tuple(int(each) for each in np.ceil(seen.max(axis=0) + rim))
    turn = cv2.getPerspectiveTransform(corners, seen)
    picture = cv2.warpPerspective(page, turn, size, borderValue=(int(rng.integers(40, 120)),))
    light = 1 - glass.shadow * rng.random((4, 3)).astype(np.float32)
    light = np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_CUBIC), np.float32)
    return np.clip(picture * light, 0, 255).astype(np.uint8)


def _noisy(picture: Picture, noise: float, rng: np.random.Generator) -> Picture:
    if not noise:
        return picture
    height, width = picture.shape
    pool = grain(rng, height, width)
    if pool.shape != picture.shape:  # a photograph larger than the pool
        pool = np.asarray(cv2.resize(pool, (width, height), interpolation=cv2.INTER_NEAREST))
    return np.asarray(cv2.addWeighted(picture, 1.0, pool, noise / 16, 0, dtype=cv2.CV_8U), np.uint8)


def _tiff(picture: Picture, glass: Glass) -> File:
    """Group 4, as production scanners and faxes write it."""
    across, down = glass.dpi, glass.fax or glass.dpi
    if down != across:
        size = (picture.shape[1], round(picture.shape[0] * down / across))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    smooth = cv2.GaussianBlur(picture, (3, 3), 0)
    if glass.fax:
        _, ink = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    else:
        wide = round(0.17 * glass.dpi) | 1
        ink = cv2.adaptiveThreshold(
            smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, wide, 22
        )
    buffer = BytesIO()
    bilevel = Image.fromarray(np.asarray(ink)).convert("1", dither=Image.Dither.NONE)
    bilevel.save(buffer, "TIFF", compression="group4", dpi=(across, down))
    return File(buffer.getvalue(), ".tif")


def _jpeg(picture: Picture, glass: Glass) -> File:
    image = Image.fromarray(picture)
    if glass.colour:
        tint = [cv2.LUT(picture, (np.arange(256) * k).astype(np.uint8)) for k in (1, 0.98, 0.9)]
        image = Image.fromarray(np.dstack(tint))
    buffer = BytesIO()
    resolution = {} if glass.tilt else {"dpi": (glass.dpi, glass.dpi)}  # telephones do not know it
    image.save(buffer, "JPEG", quality=glass.quality, **resolution)
    return File(buffer.getvalue(), ".jpg")
