"""Wear that strikes codes, marks and words together: a sheet that is hard to see at all.

A wear is a function of a picture (grey, as drawn or scanned), its dpi, a generator and a severity
(0: slight, 1: ruin). It gives another picture, grey or RGB, as a scanner would write it; black and
white ones hold 0 and 255 only. ``WEARS`` has them by name; they know nothing of covers, so letters
can be worn the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from trials.covers import unseen_ground as ground
from trials.covers import unseen_press as press
from trials.covers.paper_wear import Sheet, photocopied

Picture = NDArray[np.uint8]
Rng = np.random.Generator
UnseenWear = Callable[[Picture, int, Rng, float], Picture]

_INCH = 25.4
_PAPERS = {
    "red": (205, 32, 44),
    "goldenrod": (218, 165, 32),
    "green": (20, 110, 50),
    "blue": (28, 52, 120),
    "purple": (90, 30, 110),
    "kraft": (150, 110, 70),
}


def between(severity: float, slight: float, ruin: float) -> float:
    return slight + (ruin - slight) * severity


def noisy(picture: NDArray[Any], rng: Rng, deviation: float) -> Picture:
    noise = rng.standard_normal(picture.shape, np.float32) * np.float32(deviation)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def blurred(picture: Picture, sigma: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(sigma, 0.1)), np.uint8)


def thresholded(picture: Picture, level: float) -> Picture:
    return np.where(picture < level, 0, 255).astype(np.uint8)


# ---- light and paper


def negative(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """White on black, as film or a copier set wrongly gives it."""
    white, black = between(severity, 250, 150), between(severity, 5, 60)
    turned = black + (255 - picture.astype(np.float32)) * (white - black) / 255
    worn = noisy(turned, rng, between(severity, 1, 8))
    return thresholded(worn, (white + black) / 2) if rng.random() < 0.5 else worn


def lamp_nearly_out(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """The whole sheet dark: at its worst paper 20 and ink 12."""
    paper, ink = between(severity, 90, 20), between(severity, 20, 12)
    width = picture.shape[1]
    light = np.linspace(1, rng.uniform(0.7, 1), width, dtype=np.float32)
    dark = (ink + picture.astype(np.float32) * (paper - ink) / 255) * light
    return noisy(dark, rng, between(severity, 2, 1))


def coloured_paper(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Black print on coloured paper, scanned in colour, or in grey."""
    name = list(_PAPERS)[int(rng.integers(len(_PAPERS)))]
    depth = between(severity, 0.9, 0.35)
    paper = np.array(_PAPERS[name], np.float32) * depth
    ink = between(severity, 12, 6)
    sheet = ink + picture.astype(np.float32)[:, :, None] * (paper - ink) / 255
    worn = noisy(sheet, rng, 2)
    return worn if rng.random() < 0.6 else np.asarray(cv2.cvtColor(worn, cv2.COLOR_RGB2GRAY))


def coloured_paper_in_black_and_white(
    picture: Picture, dpi: int, rng: Rng, severity: float
) -> Picture:
    """The same at one threshold: at its worst the paper is as black as the ink."""
    paper = between(severity, 190, 95)
    clouds = cv2.resize(rng.uniform(0.85, 1.1, (9, 7)).astype(np.float32), picture.shape[::-1])
    sheet = 15 + picture.astype(np.float32) * (paper * clouds - 15) / 255
    return thresholded(noisy(sheet, rng, between(severity, 6, 22)), 128)


def snow(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Black with white specks: dark paper at a threshold that its grain crosses here and there."""
    chance = between(severity, 0.3, 0.02)
    seen = rng.random(picture.shape, np.float32) < chance * (0.15 + 0.85 * (picture > 128))
    return np.where(seen, 255, 0).astype(np.uint8)


def black_sheet(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Nothing: the sensor saw no light."""
    level = between(severity, 40, 0) * rng.random()
    plain = np.full(picture.shape, level, np.float32)
    return noisy(plain, rng, rng.uniform(0, 3))


def pale(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Toner at 30 % of its strength, at worst at 3.5 %."""
    toner = between(severity, 0.3, 0.035)
    faint = 248 - (255 - picture.astype(np.float32)) * toner
    return noisy(faint, rng, rng.uniform(1, 3))


def glare(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """In a plastic sleeve: a veil over all, and white where the lamp is mirrored."""
    height, width = picture.shape
    veil = between(severity, 60, 190)
    shiny = veil + picture.astype(np.float32) * (255 - veil) / 255
    spots = np.zeros((64, 48), np.float32)
    for _ in range(round(between(severity, 3, 9))):
        middle = (int(rng.integers(48)), int(rng.integers(64)))
        axes = (int(rng.integers(3, 12)), int(rng.integers(6, 26)))
        cv2.ellipse(spots, middle, axes, float(rng.uniform(0, 180)), 0, 360, (1.0,), -1)
    light = cv2.resize(cv2.GaussianBlur(spots, (0, 0), 1.5), (width, height))
    return noisy(shiny + 255 * light, rng, 2)


# ---- sharpness, sampling, compression


def out_of_focus(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """At its worst by 8 pixels at 200 dpi (1 mm): a soft bell, or the disc of an open lens."""
    size = between(severity, 2, 8) * dpi / 200
    if rng.random() < 0.5:
        return noisy(blurred(picture, size).astype(np.float32), rng, 2)
    wide = 2 * round(size) + 1
    disc = np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide)), np.float32)
    return noisy(np.asarray(cv2.filter2D(picture, cv2.CV_32F, disc / disc.sum())), rng, 2)


def dragged(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Moved while the shutter was open: smeared along one direction."""
    long = max(3, round(between(severity, 1, 5) * dpi / _INCH))
    shape = (1, long) if rng.random() < 0.5 else (long, 1)
    return noisy(cv2.blur(picture, shape).astype(np.float32), rng, 2)


def dithered(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Black and white dots for tones, of a soft and dark picture of the sheet."""
    soft = blurred(picture, between(severity, 0.5, 4) * dpi / 200).astype(np.float32)
    tone = soft * between(severity, 0.8, 0.4) + between(severity, 20, 60)
    height, width = picture.shape
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32)
    cells = np.kron(bayer, np.ones((2, 2), np.float32)) if rng.random() < 0.5 else bayer
    across, down = -(-width // cells.shape[1]), -(-height // cells.shape[0])
    screen = np.tile(cells * 16 + 8, (down, across))[:height, :width]
    screen = screen if rng.random() < 0.7 else rng.uniform(0, 255, picture.shape)
    return np.where(tone > screen, 255, 0).astype(np.uint8)


def moire(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """A printer's screen against the scanner's grid."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    pitch, turn = rng.uniform(1.2, 3.5) * dpi / 200, rng.uniform(0, np.pi)
    waves = np.cos((columns * np.cos(turn) + rows * np.sin(turn)) * 2 * np.pi / pitch)
    waves *= np.cos((rows * np.cos(turn) - columns * np.sin(turn)) * 2 * np.pi / pitch)
    slow = np.cos((columns + rows) * 2 * np.pi / (rng.uniform(2, 9) * dpi / _INCH))
    worn = blurred(picture, 1 + severity) + between(severity, 40, 130) * (waves + slow) / 2
    return thresholded(worn, 128) if rng.random() < 0.4 else noisy(worn, rng, 2)


def crushed(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Compressed until its blocks show: shrunk to a third, at worst, and stored at quality 1."""
    share = between(severity, 0.8, 0.33)
    small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    quality = [cv2.IMWRITE_JPEG_QUALITY, round(between(severity, 10, 1))]
    _, packed = cv2.imencode(".jpg", small, quality)
    unpacked = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    assert unpacked is not None
    return np.asarray(cv2.resize(unpacked, picture.shape[::-1]), np.uint8)


def fax(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """98 lines an inch in black and white, at a threshold that is off, with lost lines."""
    height, width = picture.shape
    lines = cv2.resize(picture, (width, round(height * 98 / dpi)), interpolation=cv2.INTER_AREA)
    level = rng.choice([between(severity, 110, 30), between(severity, 150, 225)])
    worn = thresholded(noisy(lines.astype(np.float32), rng, between(severity, 5, 60)), level)
    lost = rng.random(len(worn)) < between(severity, 0.01, 0.3)
    worn[lost] = np.roll(worn, 1, axis=0)[lost]
    return np.asarray(cv2.resize(worn, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def copied_again(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """A photocopy of a photocopy of a photocopy."""
    sheet = Sheet(picture.copy(), dpi, (), rng)
    for _ in range(round(between(severity, 2, 9))):
        photocopied(sheet, 1)
    return sheet.picture


WEARS: dict[str, UnseenWear] = {
    "negative": negative,
    "lamp nearly out": lamp_nearly_out,
    "coloured paper": coloured_paper,
    "coloured paper in black and white": coloured_paper_in_black_and_white,
    "black with snow": snow,
    "black sheet": black_sheet,
    "pale toner": pale,
    "glare of a sleeve": glare,
    "out of focus": out_of_focus,
    "dragged": dragged,
    "dithered": dithered,
    "moire": moire,
    "crushed": crushed,
    "fax, 98 lines": fax,
    "copy of copies": copied_again,
    "clogged printer": press.clogged,
    "drum's bands": press.drum_bands,
    "slipping feed": press.slipped,
    "torn in half": press.torn_in_half,
    "folded over": press.folded_over,
    "wet smear": press.wet,
    "blotted": press.blotted,
    "two on a page": press.two_up,
    "mirrored": press.mirrored,
    "on wrapping paper": ground.on_wrapping_paper,
    "on a photograph": ground.on_a_photograph,
    "on a collage": ground.on_a_collage,
}
"""Each wear that may make a cover unreadable in all three ways at once."""
