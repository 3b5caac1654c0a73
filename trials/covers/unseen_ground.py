"""Sheets printed on what is no plain paper: their ink darkens a pattern or a picture.

As ``unseen_wear``, of which they are a part. Ink leaves a tenth to a half of the light that the
paper under it gives back.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Ground = NDArray[np.float32]
Rng = np.random.Generator

_INCH = 25.4


def on_wrapping_paper(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Stripes, dots or soft checks that come again every five to thirty millimetres."""
    every = rng.uniform(5, 30) * dpi / _INCH
    down, across = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    angle = rng.uniform(0, np.pi)
    along = np.sin(2 * np.pi * (across * np.cos(angle) + down * np.sin(angle)) / every)
    athwart = np.sin(2 * np.pi * (down * np.cos(angle) - across * np.sin(angle)) / every)
    grounds = np.sign(along), 2.0 * (along * athwart > 0.3) - 1, along + athwart
    ground = cv2.GaussianBlur(grounds[rng.integers(3)].astype(np.float32), (0, 0), dpi / 100)
    return _printed_on(np.asarray(ground, np.float32), picture, rng, severity)


def on_a_photograph(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    return _printed_on(_clouds(picture.shape, rng), picture, rng, severity)


def on_a_collage(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Scraps of pictures and of coloured paper glued over each other."""
    ground = np.zeros(picture.shape, np.float32)
    for _ in range(40):
        centre = rng.uniform((0, 0), picture.shape[::-1])
        sides = rng.uniform(0.05, 0.3, 2) * picture.shape[1]
        corners = cv2.boxPoints((centre.tolist(), sides.tolist(), rng.uniform(0, 180)))
        scrap = np.zeros(picture.shape, np.uint8)
        cv2.fillPoly(scrap, [corners.astype(np.int32)], (1,))
        tones = rng.normal() + rng.choice([0.0, 0.6]) * _clouds(picture.shape, rng)
        ground = np.where(scrap > 0, tones, ground).astype(np.float32)
    return _printed_on(ground, picture, rng, severity)


def _clouds(shape: tuple[int, ...], rng: Rng) -> Ground:
    """Tones whose detail falls off with its fineness, as in photographs (D. J. Field, 1987)."""
    small = tuple(max(8, side // 2) for side in shape)
    down, across = np.fft.fftfreq(small[0])[:, None], np.fft.rfftfreq(small[1])[None]
    fineness = np.hypot(down, across)
    fineness[0, 0] = np.inf
    waves: Any = rng.normal(size=fineness.shape) + 1j * rng.normal(size=fineness.shape)
    tones = np.fft.irfft2(waves / fineness ** rng.uniform(1.2, 1.7), small)
    return np.asarray(cv2.resize(tones.astype(np.float32), shape[::-1]), np.float32)


def _printed_on(ground: Ground, picture: Picture, rng: Rng, severity: float) -> Picture:
    mean, deviation = ((120, 45), (90, 40), (70, 30))[rng.integers(3)]
    even = (ground - ground.mean()) / max(float(ground.std()), 1e-6)
    paper = np.clip(mean + deviation * even, 5, 255)
    left = 0.1 + 0.4 * severity
    worn = paper * (left + (1 - left) * picture.astype(np.float32) / 255)
    grain = rng.standard_normal(picture.shape, np.float32) * 3
    return np.asarray(np.clip(worn + grain, 0, 255), np.uint8)
