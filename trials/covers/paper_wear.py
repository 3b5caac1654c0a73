"""What happens to a printed sheet before it is scanned. Each wear spoils a sheet in place.

A wear is a function of a Sheet and a strength (1 slight, 2 plain, 3 severe). Sizes are in
millimetres of the paper; all chance comes from the sheet's own generator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.printing.kit.cover_layout import Area

Picture = NDArray[np.uint8]

_TILE = 1024


@dataclass(slots=True)
class Sheet:
    """A sheet of paper, grey, ``dpi`` pixels an inch; ``codes`` are where a cover has its codes.

    A sheet with one code is worn as if it had all four, so that the two can be compared.
    """

    picture: Picture
    dpi: int
    codes: tuple[Area, ...]
    rng: np.random.Generator

    def px(self, mm: float) -> int:
        return max(1, round(mm * self.dpi / 25.4))

    def box(self, area: Area) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in pixels, within the sheet."""
        height, width = self.picture.shape
        k = self.dpi / 25.4
        return (
            max(0, round(area.left * k)),
            max(0, round(area.top * k)),
            min(width, round(area.right * k)),
            min(height, round(area.bottom * k)),
        )

    def some_codes(self, count: int) -> list[Area]:
        chosen = self.rng.permutation(len(self.codes))[:count]
        return [self.codes[int(number)] for number in chosen]


Wear = Callable[[Sheet, int], None]


def folded(sheet: Sheet, strength: int) -> None:
    """Creases across or along the sheet; every second one through a row or column of codes."""
    for _ in range(1 if strength < 3 else 3):
        lying = sheet.rng.random() < 0.7
        view = sheet.picture if lying else sheet.picture.T
        at = sheet.rng.uniform(0.05, 0.95) * view.shape[0]
        if sheet.rng.random() < 0.5:
            area = sheet.some_codes(1)[0]
            first, size = (area.top, area.height) if lying else (area.left, area.width)
            at = sheet.px(first + size * sheet.rng.uniform(0.1, 0.9))
        _crease(sheet, view, at, strength)


def _crease(sheet: Sheet, view: Picture, at: float, strength: int) -> None:
    """A soft shadow on one side of the line, and toner that broke off along it."""
    rng, half = sheet.rng, sheet.px(5)
    top, bottom = max(0, round(at) - half), min(view.shape[0], round(at) + half)
    if bottom - top < 4:
        return
    band = view[top:bottom].astype(np.float32)
    height, width = band.shape
    slope = rng.uniform(-0.01, 0.01)
    line = at - top + slope * (np.arange(width, dtype=np.float32) - width / 2)
    away = np.arange(height, dtype=np.float32)[:, None] - line[None, :]
    shadow = np.exp(-np.abs(away) / sheet.px(0.5 + 0.5 * strength)) * (away > 0)
    band *= 1 - 0.12 * strength * shadow
    crack = np.abs(away) < sheet.px(0.1 + 0.12 * strength) * rng.uniform(0.3, 1.2, width)
    band[crack] = 200 + 45 * rng.random()
    view[top:bottom] = np.clip(band, 0, 255).astype(np.uint8)


def coffee_ring(sheet: Sheet, strength: int) -> None:
    for area in sheet.some_codes(strength):
        radius = sheet.px(sheet.rng.uniform(32, 44))
        middle = np.array((area.left + 14, area.top + 14)) + sheet.rng.uniform(-25, 25, 2)
        _ring(sheet, (sheet.px(middle[0]), sheet.px(middle[1])), radius, strength)


def _ring(sheet: Sheet, middle: tuple[int, int], radius: int, strength: int) -> None:
    stain = np.zeros((2 * radius + 60, 2 * radius + 60), np.float32)
    centre = (radius + 30, radius + 30)
    cv2.circle(stain, centre, radius, (0.10 * strength,), -1)
    cv2.circle(stain, centre, radius, (0.2 + 0.12 * strength,), sheet.px(1.2 * strength))
    stain = np.asarray(cv2.GaussianBlur(stain, (0, 0), 4), np.float32)
    left, top = middle[0] - centre[0], middle[1] - centre[1]
    x0, y0 = max(0, left), max(0, top)
    under = sheet.picture[y0 : top + stain.shape[0], x0 : left + stain.shape[1]]
    over = stain[y0 - top :, x0 - left :][: under.shape[0], : under.shape[1]]
    under[:] = (under * (1 - over)).astype(np.uint8)


def staple(sheet: Sheet, strength: int) -> None:
    """Holes, a staple's bar and a tear near the corner where letters are stapled."""
    rng, draw = sheet.rng, sheet.picture
    for _ in range(strength):
        x, y = sheet.px(rng.uniform(6, 45)), sheet.px(rng.uniform(6, 45))
        turn = rng.uniform(0, np.pi)
        other = (x + round(sheet.px(12) * np.cos(turn)), y + round(sheet.px(12) * np.sin(turn)))
        cv2.circle(draw, (x, y), sheet.px(0.7), (30,), -1)
        cv2.circle(draw, other, sheet.px(0.7), (30,), -1)
        if rng.random() < 0.5:
            cv2.line(draw, (x, y), other, (90,), sheet.px(0.6))
        if strength > 1:
            end = (x + round(sheet.px(rng.uniform(5, 20))), y - sheet.px(rng.uniform(5, 40)))
            cv2.line(draw, (x, y), end, (235,), sheet.px(rng.uniform(0.5, 2)))


def torn(sheet: Sheet, strength: int) -> None:
    """Corners torn off, so deep that a code goes with each (leaving the nearest mark)."""
    height, width = sheet.picture.shape
    shade = int(sheet.rng.choice([0, 40, 240, 255]))
    for corner in sheet.rng.permutation(4)[:strength]:
        legs = sheet.rng.uniform(40, 80, 2)
        _tear(sheet, (int(corner) % 2 * width, int(corner) // 2 * height), legs, shade)


def _tear(sheet: Sheet, corner: tuple[int, int], legs: NDArray[np.float64], shade: int) -> None:
    (x, y), rng = corner, sheet.rng
    inward = (-1 if x else 1, -1 if y else 1)
    steps = np.linspace(0, 1, 12)
    jag = rng.uniform(-1.5, 1.5, 12)
    edge = [
        [
            x + inward[0] * sheet.px(max(1, legs[0] * (1 - t) + j)),
            y + inward[1] * sheet.px(max(1, legs[1] * t + j)),
        ]
        for t, j in zip(steps, jag, strict=True)
    ]
    cv2.fillPoly(sheet.picture, [np.array([[x, y], *edge], np.int32)], (shade,))


def pen(sheet: Sheet, strength: int) -> None:
    """Somebody wrote or scribbled over codes."""
    for area in sheet.some_codes(strength):
        for _ in range(2 + 4 * strength):
            scribble(sheet, area.grown(4), 0.45 + 0.15 * strength)


def scribble(sheet: Sheet, area: Area, wide: float) -> None:
    left, top, right, bottom = sheet.box(area)
    points = sheet.rng.uniform((left, top), (right, bottom), (6, 2)).astype(np.int32)
    tone = int(sheet.rng.integers(10, 110))
    cv2.polylines(sheet.picture, [points], False, (tone,), sheet.px(wide), cv2.LINE_AA)


def low_toner(sheet: Sheet, strength: int) -> None:
    """Print that fades in bands along the sheet and drops out in flecks."""
    height, width = sheet.picture.shape
    least = (0.6, 0.4, 0.22)[strength - 1]
    bands = sheet.rng.uniform(least, 1.0, 9).astype(np.float32)[None, :]
    strong = cv2.resize(bands, (width, 1), interpolation=cv2.INTER_CUBIC)
    kept = (255 - sheet.picture.astype(np.float32)) * np.clip(strong, least, 1)
    kept[grain(sheet.rng, height, width) > 50 - 8 * strength] *= 0.3
    sheet.picture[:] = 255 - kept.astype(np.uint8)


def grey_paper(sheet: Sheet, strength: int) -> None:
    """Newsprint, envelopes, coloured paper: dark and uneven."""
    height, width = sheet.picture.shape
    paper = (205, 170, 130)[strength - 1] + sheet.rng.uniform(-10, 10)
    cloud = sheet.rng.uniform(0.88, 1.04, (9, 7)).astype(np.float32)
    tone = cv2.resize(cloud, (width, height), interpolation=cv2.INTER_LINEAR) * (paper / 255)
    sheet.picture[:] = np.clip(sheet.picture * tone, 0, 255).astype(np.uint8)


def spread_ink(sheet: Sheet, strength: int) -> None:
    """An ink jet on bad paper, or a wet sheet: everything dark grows."""
    size = 2 * strength - 1 if sheet.dpi < 250 else 2 * strength + 1
    sheet.picture[:] = cv2.erode(sheet.picture, np.ones((size, size), np.uint8))


def streaked(sheet: Sheet, strength: int) -> None:
    """A dirty feeder draws lines along the sheet, some of them through codes."""
    height, width = sheet.picture.shape
    for _ in range(2 * strength):
        x = int(sheet.rng.uniform(0, width))
        wide = sheet.px(sheet.rng.uniform(0.1, 0.3 * strength))
        tone = int(sheet.rng.choice([20, 120, 245]))
        cv2.line(sheet.picture, (x, 0), (x, height), (tone,), wide)


def photocopied(sheet: Sheet, strength: int) -> None:
    """A copy of a copy: soft, contrasty, dirty, a little askew and off in size each time."""
    rng, (height, width) = sheet.rng, sheet.picture.shape
    for _ in range(strength):
        move = cv2.getRotationMatrix2D(
            (width / 2, height / 2), rng.uniform(-0.6, 0.6), rng.uniform(0.985, 1.01)
        )
        copy = cv2.warpAffine(sheet.picture, move, (width, height), borderValue=(255,))
        copy = cv2.GaussianBlur(copy, (0, 0), rng.uniform(0.7, 1.5) * sheet.dpi / 300)
        white = max(60.0, float(np.percentile(copy[::16, ::16], 90)))  # copiers find the paper
        middle, steep = rng.uniform(95, 165), rng.uniform(0.045, 0.1)
        curve = 255 / (1 + np.exp(-steep * (np.arange(256) * 250 / white - middle)))
        copy = cv2.LUT(copy, np.clip(curve, 12, 255).astype(np.uint8))
        dirt = grain(rng, height, width)
        copy[dirt > 58] = 40
        copy[dirt < -58] = 250
        sheet.picture[:] = copy


def destroyed(sheet: Sheet, strength: int) -> None:
    """Every code is gone, each in one of the ways codes go; the marks are left."""
    del strength
    ways = (blacked, whitened, overprinted, scribbled)
    if sheet.rng.random() < 0.15:
        height, width = sheet.picture.shape
        for corner in ((0, 0), (width, 0), (0, height), (width, height)):
            _tear(sheet, corner, sheet.rng.uniform(76, 80, 2), 250)
        return
    for area in sheet.codes:
        ways[int(sheet.rng.integers(len(ways)))](sheet, area)


def blacked(sheet: Sheet, area: Area) -> None:
    left, top, right, bottom = sheet.box(area.grown(sheet.rng.uniform(0, 4)))
    sheet.picture[top:bottom, left:right] = int(sheet.rng.integers(0, 60))


def whitened(sheet: Sheet, area: Area) -> None:
    left, top, right, bottom = sheet.box(area.grown(sheet.rng.uniform(0, 4)))
    sheet.picture[top:bottom, left:right] = int(sheet.rng.integers(230, 255))


def overprinted(sheet: Sheet, area: Area) -> None:
    """Something else was printed over the code: bars and blocks of any size."""
    left, top, right, bottom = sheet.box(area.grown(2))
    cells = int(sheet.rng.integers(9, 24))
    noise = np.where(sheet.rng.random((cells, cells)) < 0.6, 15, 245).astype(np.uint8)
    size = (right - left, bottom - top)
    sheet.picture[top:bottom, left:right] = cv2.resize(noise, size, interpolation=cv2.INTER_NEAREST)


def scribbled(sheet: Sheet, area: Area) -> None:
    for _ in range(22):
        scribble(sheet, area.grown(2), 1.6)


def grain(rng: np.random.Generator, height: int, width: int) -> NDArray[np.int8]:
    """Noise of deviation 16 for a picture of this size, cut from one pool at a random place."""
    y, x = (int(each) for each in rng.integers(0, _TILE, 2))
    return _pool()[y : y + height, x : x + width]


@cache
def _pool() -> NDArray[np.int8]:
    """Large enough for A4 at 300 dpi from any place in its first tile."""
    tile = np.random.default_rng(0).standard_normal((_TILE, _TILE), np.float32) * 16
    return np.tile(np.clip(tile, -127, 127).astype(np.int8), (5, 4))
