"""Of the wear of ``unseen_wear``, what printers, feeders and hands do to a whole sheet."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Rng = np.random.Generator

_INCH = 25.4


def _between(severity: float, slight: float, ruin: float) -> float:
    return slight + (ruin - slight) * severity


def clogged(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Nozzles that are shut: white lines of a third to a whole millimetre, every 5 to 1 mm.

    Across or down, regular or at random, a few of them only pale.
    """
    worn = picture.copy()
    view = worn if rng.random() < 0.5 else worn.T
    thick = rng.uniform(0.33, _between(severity, 0.5, 1.0))
    every = max(1.4 * thick, rng.uniform(_between(severity, 3, 1), 5))
    regular = rng.random() < 0.5
    for at in _places(len(view) * _INCH / dpi, every, regular, rng):
        wide = thick if regular else thick * rng.uniform(0.7, 1.2)
        low, high = round(at * dpi / _INCH), round((at + wide) * dpi / _INCH)
        left = rng.uniform(0, 0.3) if rng.random() < 0.2 else 0.0
        faded = 255 - (255 - view[low:high].astype(np.float32)) * left
        view[low:high] = faded.astype(np.uint8)
    return worn


def _places(length: float, every: float, regular: bool, rng: Rng) -> Iterator[float]:
    at = rng.uniform(0, every)
    while at < length:
        yield at
        at += every if regular else every * rng.uniform(0.6, 1.4)


def drum_bands(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """A drum that is spent: at each of its turns a band without toner, or one that is black."""
    worn = picture.astype(np.float32)
    turn = rng.uniform(38, 95)
    band = turn * _between(severity, 0.15, 0.75)
    dark = rng.random() < 0.5
    at = rng.uniform(0, turn)
    for start in np.arange(at - turn, picture.shape[0] * _INCH / dpi, turn):
        low, high = max(0, round(start * dpi / _INCH)), max(0, round((start + band) * dpi / _INCH))
        if dark:
            worn[low:high] *= _between(severity, 0.5, 0.03)
        else:
            worn[low:high] = 255 - (255 - worn[low:high]) * _between(severity, 0.4, 0.02)
    return worn.astype(np.uint8)


def slipped(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """The feeder slips: from somewhere on each line is drawn out, pushed aside, or repeated."""
    height, width = picture.shape
    rows = np.arange(height, dtype=np.float32)
    places = np.sort(rng.uniform(0.05, 0.95, 4)) * height
    speed, aside = np.ones(height, np.float32), np.zeros(height, np.float32)
    for at in places:
        speed[int(at) :] = rng.uniform(_between(severity, 0.85, 0.3), _between(severity, 1.2, 2.0))
        lean = rng.uniform(-1, 1) * _between(severity, 0.05, 0.3)
        aside[int(at) :] += lean * np.maximum(rows[int(at) :] - at, 0)
    down = np.cumsum(speed, dtype=np.float32)
    down *= height / down[-1]
    maps = (
        np.arange(width, dtype=np.float32)[None, :] + np.clip(aside, -width / 6, width / 6)[:, None]
    )
    there = np.repeat(down[:, None], width, axis=1)
    return np.asarray(
        cv2.remap(picture, maps.astype(np.float32), there, cv2.INTER_LINEAR, borderValue=(255,)),
        np.uint8,
    )


def torn_in_half(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """A third to two thirds of the sheet are missing; behind it is the lid or the glass."""
    worn, (height, width) = picture.copy(), picture.shape
    lost = rng.uniform(0.3, _between(severity, 0.4, 0.66))
    shade = int(rng.choice([250, 20]))
    ragged = np.cumsum(rng.normal(0, 1.0, max(height, width)))
    along = height if (across := rng.random() < 0.3) else width
    size = (width if across else height) * (1 - lost)
    for place in range(along):
        cut = max(0, round(size + ragged[place]))
        if across:
            worn[place, cut:] = shade
        else:
            worn[cut:, place] = shade
    return np.ascontiguousarray(np.rot90(worn, 2)) if rng.random() < 0.5 else worn


def folded_over(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """A part of the sheet lies over itself, its white back up, along a slanting crease."""
    share = _between(severity, 0.2, 0.5)
    side = int(rng.integers(4))
    turned = np.rot90(picture, side).copy()
    tall, wide = turned.shape
    low, high = (tall * share * rng.uniform(0.6, 1.2) for _ in range(2))
    bent = np.array([(0, 0), (wide, 0), (wide, 2 * high), (0, 2 * low)], np.int32)
    gone = np.array([(0, 0), (wide, 0), (wide, high), (0, low)], np.int32)
    cv2.fillPoly(turned, [bent], (244,))
    cv2.fillPoly(turned, [gone], (int(rng.choice([255, 30])),))
    cv2.line(turned, (0, int(low)), (wide, int(high)), (170,), max(1, dpi // 100))
    return np.ascontiguousarray(np.rot90(turned, -side))


def wet(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Ink that ran: drawn out downward, paler the further, with drops that washed it off."""
    ink = 255 - picture.astype(np.float32)
    run = max(3, round(_between(severity, 1, 8) * dpi / _INCH))
    kernel: NDArray[np.float32] = np.exp(-np.arange(run, dtype=np.float32) / (run / 3))[:, None]
    full = np.vstack([np.zeros((run - 1, 1), np.float32), kernel / kernel.sum()])
    smeared = cv2.filter2D(ink, cv2.CV_32F, full[::-1]) * _between(severity, 1.0, 0.7)
    height, width = picture.shape
    drops = np.ones((height // 8, width // 8), np.float32)
    for _ in range(round(_between(severity, 4, 25))):
        middle = (int(rng.integers(drops.shape[1])), int(rng.integers(drops.shape[0])))
        cv2.circle(drops, middle, int(rng.integers(3, 14)), (float(rng.uniform(0, 0.5)),), -1)
    washed = smeared * cv2.resize(cv2.GaussianBlur(drops, (0, 0), 1.5), (width, height))
    return np.asarray(np.clip(252 - washed, 0, 255), np.uint8)


def blotted(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Blots of ink, soot or a thick pen over the sheet, up to half of it."""
    worn, (height, width) = picture.copy(), picture.shape
    wanted = _between(severity, 0.15, 0.55)
    tone = int(rng.choice([10, 50, 250]))
    hidden = np.zeros((height // 8, width // 8), np.uint8)
    while (hidden > 0).mean() < wanted:
        x, y = int(rng.integers(hidden.shape[1])), int(rng.integers(hidden.shape[0]))
        cv2.circle(hidden, (x, y), int(rng.integers(4, 22)), (255,), -1)
    over = cv2.resize(hidden, (width, height), interpolation=cv2.INTER_LINEAR) > 127
    worn[over] = tone
    return worn


def two_up(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Printed at half its size: alone in a corner or the middle, or two side by side."""
    height, width = picture.shape
    share = min(rng.uniform(_between(severity, 0.7, 0.45), 0.72), width / height)
    small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        small = np.ascontiguousarray(np.rot90(small))
    page = np.full_like(picture, 255)
    free = height - small.shape[0], width - small.shape[1]
    y, x = (round(each * rng.choice([0.0, 0.5, rng.random()])) for each in free)
    page[y : y + small.shape[0], x : x + small.shape[1]] = small
    worn = cv2.GaussianBlur(page, (0, 0), _between(severity, 0.5, 2.5) * dpi / 200)
    return np.asarray(worn, np.uint8)


def mirrored(picture: Picture, dpi: int, rng: Rng, severity: float) -> Picture:
    """Printed for ironing on, or a film laid wrong side up; somewhat soft."""
    soft = cv2.GaussianBlur(picture[:, ::-1], (0, 0), _between(severity, 0.5, 3) * dpi / 200)
    return np.asarray(soft, np.uint8)
