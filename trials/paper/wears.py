"""What makes a sheet one of which nothing, or little, can be seen, while a person may see it.

Each wear takes a picture as printed (grey, ``sheets.DPI``) and gives it as it was pictured. The
ranges are of what copiers, printers and lamps do as they fail; each goes from bad to hopeless.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from trials.paper.sheets import DPI, Picture, noisy, px

Wear = Callable[[Picture, np.random.Generator], Picture]


def _between(picture: Picture, ink: float, paper: float) -> NDArray[np.float32]:
    """The same sheet with other tones for black and for white."""
    return (ink + picture.astype(np.float32) / 255 * (paper - ink)).astype(np.float32)


def negative(picture: Picture, rng: np.random.Generator) -> Picture:
    return noisy(255 - picture, rng, 3)


def dark_paper_in_black_and_white(picture: Picture, rng: np.random.Generator) -> Picture:
    """Red or goldenrod paper, at one threshold: grain decides what is black."""
    toned = _between(picture, 15, float(rng.uniform(95, 140)))
    grainy = noisy(toned, rng, float(rng.uniform(4, 25)))
    return np.where(grainy < 128, 0, 255).astype(np.uint8)


def lamp_nearly_out(picture: Picture, rng: np.random.Generator) -> Picture:
    paper = float(rng.uniform(14, 40))
    return noisy(_between(picture, paper * 0.6, paper), rng, float(rng.uniform(0.5, 3)))


def black_with_snow(picture: Picture, rng: np.random.Generator) -> Picture:
    dark = _between(picture, 0, float(rng.uniform(5, 40)))
    snow = rng.random(picture.shape) < rng.uniform(0.002, 0.08)
    return np.where(snow, 255, noisy(dark, rng, 4)).astype(np.uint8)


def plain_black(picture: Picture, rng: np.random.Generator) -> Picture:
    return noisy(np.full_like(picture, int(rng.integers(0, 25))), rng, float(rng.uniform(0, 3)))


def out_of_focus(picture: Picture, rng: np.random.Generator) -> Picture:
    blurred = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(6, 11)) * DPI / 200)
    return noisy(np.asarray(blurred), rng, 2)


def faint_toner(picture: Picture, rng: np.random.Generator) -> Picture:
    share = float(rng.uniform(0.015, 0.08))
    return noisy(_between(picture, 250 - 255 * share, 250), rng, float(rng.uniform(0.5, 3)))


def _lines(length: int, rng: np.random.Generator, regular: bool) -> NDArray[np.bool_]:
    """Which rows (or columns) are white: lines of 1/3 to 1 mm, one every 1 to 5 mm."""
    gone = np.zeros(length, np.bool_)
    wide, step = float(rng.uniform(0.33, 1.0)), float(rng.uniform(1.0, 5.0))
    at = float(rng.uniform(0, step))
    while at * DPI / 25.4 < length:
        start = px(at) if at else 0
        gone[start : start + px(wide)] = True
        at += max(step, wide + 0.4)
        if not regular:
            wide, step = float(rng.uniform(0.33, 1.0)), float(rng.uniform(1.0, 5.0))
    return gone


def clogged_printer(picture: Picture, rng: np.random.Generator) -> Picture:
    regular = bool(rng.random() < 0.5)
    across = bool(rng.random() < 0.5)
    page = picture.copy()
    if across:
        page[_lines(page.shape[0], rng, regular)] = 255
    else:
        page[:, _lines(page.shape[1], rng, regular)] = 255
    return noisy(page, rng, 3)


def moire(picture: Picture, rng: np.random.Generator) -> Picture:
    height, width = picture.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    angle, period = float(rng.uniform(0, np.pi)), float(rng.uniform(5, 16))
    wave = np.sin((columns * np.cos(angle) + rows * np.sin(angle)) * 2 * np.pi / period)
    strength = float(rng.uniform(60, 130))
    return noisy(picture.astype(np.float32) * 0.6 + 60 + strength * wave * 0.6, rng, 3)


def slipped_feed(picture: Picture, rng: np.random.Generator) -> Picture:
    """The sheet turned or stood still while it was drawn past the glass."""
    height, width = picture.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    middle = float(rng.uniform(0.15, 0.7)) * height
    past = np.maximum(rows - middle, 0)
    if rng.random() < 0.5:
        columns = columns + past * float(rng.uniform(-0.25, 0.25))
    else:
        rows = np.minimum(rows, middle) + past * float(rng.uniform(0.3, 0.8))
    moved = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderValue=(255,))
    return noisy(np.asarray(moved), rng, 3)


def drum_band(picture: Picture, rng: np.random.Generator) -> Picture:
    """A worn drum prints nothing, or a dark band, once a turn."""
    page = picture.copy()
    step, wide = px(float(rng.uniform(38, 95))), px(float(rng.uniform(8, 28)))
    shade = 255 if rng.random() < 0.5 else int(rng.integers(0, 90))
    for top in range(int(rng.integers(0, step)), page.shape[0], step):
        page[top : top + wide] = shade
    return noisy(page, rng, 4)


def torn_half(picture: Picture, rng: np.random.Generator) -> Picture:
    page, share = picture.copy(), float(rng.uniform(0.3, 0.62))
    cut = round(page.shape[0] * share)
    if rng.random() < 0.5:
        page[:cut] = 255
    else:
        page[cut:] = 255
    return noisy(page, rng, 3)


def crushed(picture: Picture, rng: np.random.Generator) -> Picture:
    scale = float(rng.uniform(0.25, 0.5))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(2, 9))]
    _, packed = cv2.imencode(".jpg", small, quality)
    loose = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return np.asarray(cv2.resize(loose, picture.shape[::-1]), np.uint8)


def dithered(picture: Picture, rng: np.random.Generator) -> Picture:
    """Ordered dither of coarse dots, as old fax and copier drivers print a grey copy."""
    tones = _between(picture, float(rng.uniform(70, 120)), float(rng.uniform(150, 200)))
    order = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32)
    dot = int(rng.integers(2, 5))
    screen = np.kron((order + 0.5) * 16, np.ones((dot, dot), np.float32))
    height, width = picture.shape
    tiled = np.tile(screen, (height // screen.shape[0] + 1, width // screen.shape[1] + 1))
    return np.where(tones > tiled[:height, :width], 255, 0).astype(np.uint8)


def smeared(picture: Picture, rng: np.random.Generator) -> Picture:
    length = px(float(rng.uniform(3, 9)))
    kernel = np.zeros((length, length), np.float32)
    if rng.random() < 0.5:
        kernel[length // 2] = 1 / length
    else:
        kernel[:, length // 2] = 1 / length
    return noisy(np.asarray(cv2.filter2D(picture, -1, kernel, borderType=2)), rng, 3)


def glare(picture: Picture, rng: np.random.Generator) -> Picture:
    page = picture.copy()
    height, width = page.shape
    for _ in range(int(rng.integers(4, 9))):
        middle = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        across, down = (int(each) for each in rng.integers(width // 8, width // 3, 2))
        cv2.ellipse(page, middle, (across, down), 0, 0, 360, (255,), -1)
    return noisy(page, rng, 3)


def copied_thrice(picture: Picture, rng: np.random.Generator) -> Picture:
    page = picture
    for _ in range(3):
        soft = noisy(cv2.GaussianBlur(page, (0, 0), float(rng.uniform(1.5, 3.0))), rng, 20)
        page = np.where(soft < rng.uniform(70, 200), 0, 255).astype(np.uint8)
    return page


def folded_over(picture: Picture, rng: np.random.Generator) -> Picture:
    """A part of the sheet lies over the rest, its blank back up."""
    page = picture.copy()
    height, width = page.shape
    share = float(rng.uniform(0.25, 0.6))
    if rng.random() < 0.5:
        page[: round(height * share)] = 250
    else:
        page[:, : round(width * share)] = 250
    return noisy(page, rng, 3)


WEARS: dict[str, Wear] = {
    each.__name__.replace("_", " "): each
    for each in (
        negative,
        dark_paper_in_black_and_white,
        lamp_nearly_out,
        black_with_snow,
        plain_black,
        out_of_focus,
        faint_toner,
        clogged_printer,
        moire,
        slipped_feed,
        drum_band,
        torn_half,
        crushed,
        dithered,
        smeared,
        glare,
        copied_thrice,
        folded_over,
    )
}
