"""Words, lines and textures as layers of 0..1, to be laid on a side."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from trials.backs.side import Alpha, Side

WORDS = (
    "Mom",
    "love you",
    "see you soon",
    "call me",
    "Tuesday",
    "my number 555-0143",
    "God bless",
    "XOXO",
    "page two",
    "P.S.",
    "thinking of you",
    "happy birthday",
    "amen",
    "ok?",
    "Hi",
)
_FONTS = (
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
)


def some_word(side: Side) -> str:
    return WORDS[int(side.rng.integers(len(WORDS)))]


def word(side: Side, text: str, height: float, pen: float) -> Alpha:
    """Text as a pen writes it: ``height`` of its capitals and ``pen`` in millimetres."""
    font = _FONTS[int(side.rng.integers(len(_FONTS)))]
    thick = max(1, side.px(pen))
    scale = side.px(height) / 21.0  # Hershey's capitals are 21 units high
    (width, tall), below = cv2.getTextSize(text, font, scale, thick)
    layer = np.zeros((tall + below + 2 * thick, width + 2 * thick), np.uint8)
    cv2.putText(layer, text, (thick, tall + thick), font, scale, 255, thick, cv2.LINE_AA)
    return _alpha(layer)


def _alpha(layer: Any) -> Alpha:
    return np.asarray(layer, np.float32) / np.float32(255)


def soft(side: Side, alpha: Alpha, mm: float) -> Alpha:
    """Spread by so many millimetres; the layer keeps its size."""
    return np.asarray(cv2.GaussianBlur(alpha, (0, 0), max(0.3, mm * side.dpi / 25.4)), np.float32)


def size_of(side: Side, alpha: Alpha) -> tuple[float, float]:
    """Width and height in millimetres."""
    return alpha.shape[1] * 25.4 / side.dpi, alpha.shape[0] * 25.4 / side.dpi


def pencil_grain(side: Side, alpha: Alpha, hardness: float = 0.5) -> Alpha:
    """As pencil takes on paper: on its hills only."""
    grain = side.rng.random(alpha.shape).astype(np.float32)
    grain = soft(side, grain, 0.08)
    grain = (grain - grain.min()) / max(float(np.ptp(grain)), 1e-6)
    return np.asarray(alpha * np.clip(hardness + 1.2 * (grain - 0.4), 0, 1), np.float32)


def clouds(side: Side, width: float, height: float, grain: float) -> Alpha:
    """Soft clouds, 0..1, with features of about ``grain`` millimetres."""
    cells = max(2, round(height / grain)), max(2, round(width / grain))
    coarse = side.rng.random(cells).astype(np.float32)
    shape = side.canvas(width, height).shape
    smooth = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.clip(np.asarray(smooth, np.float32), 0, 1)


def blob(side: Side, width: float, height: float, edge: float) -> Alpha:
    """A patch of no particular shape, soft over ``edge`` millimetres."""
    layer = side.canvas(width, height)
    tall, wide = layer.shape
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    reach = 0.75 + 0.2 * np.interp(
        angles, np.linspace(0, 2 * np.pi, 9), np.resize(side.rng.random(8), 9)
    )
    points = np.stack(
        [
            wide / 2 + np.cos(angles) * reach * wide / 2,
            tall / 2 + np.sin(angles) * reach * tall / 2,
        ],
        axis=1,
    )
    cv2.fillPoly(layer, [points.astype(np.int32)], 1.0)
    return soft(side, layer, edge)


def curve(side: Side, width: float, height: float, pen: float, points: int = 6) -> Alpha:
    """A curved line somewhere in the box, as a child draws."""
    tall, wide = side.px(height), side.px(width)
    layer = np.zeros((tall, wide), np.uint8)
    knots = side.rng.uniform(0.08, 0.92, (points, 2)) * (wide, tall)
    along = np.linspace(0, points - 1, 200)
    line = np.stack([np.interp(along, range(points), knots[:, i]) for i in (0, 1)], axis=1)
    kernel = np.ones(25) / 25
    smooth = np.stack([np.convolve(line[:, i], kernel, "valid") for i in (0, 1)], axis=1)
    cv2.polylines(layer, [smooth.astype(np.int32)], False, 255, max(1, side.px(pen)), cv2.LINE_AA)
    return _alpha(layer)
