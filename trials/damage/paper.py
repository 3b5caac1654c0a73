"""The page that every file of the table shows, and whether a picture that came out is it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Samples = np.ndarray[Any, Any]  # of any depth

SIZE = 600, 800
_LINES = 26
_LIKE = 12.0  # mean difference of grey levels that lossy packing may make


@cache
def letter(seed: int = 1) -> Image.Image:
    """A colour page of SIZE: lines of words to its foot, other ones for each seed."""
    rng = np.random.default_rng(seed)
    page = Image.new("RGB", SIZE, (248, 246, 240))
    pen = ImageDraw.Draw(page)
    for line in range(_LINES):
        words = " ".join(str(rng.integers(10**3, 10**7)) for _ in range(7))
        pen.text((30 + seed, 12 + 30 * line), words, fill=(30, 30, 70), font_size=19)
    return page


@cache
def colour(seed: int = 1) -> Pixels:
    return np.asarray(letter(seed))


@cache
def grey(seed: int = 1) -> Pixels:
    return np.asarray(letter(seed).convert("L"))


@cache
def black_and_white(seed: int = 1) -> Pixels:
    return np.where(grey(seed) > 128, 255, 0).astype(np.uint8)


def is_letter(*seeds: int, like: float = _LIKE) -> Callable[[Pixels], bool]:
    """A test of one picture: it is one of these letters, upright and not in negative."""

    def looks_right(image: Pixels) -> bool:
        seen = np.asarray(Image.fromarray(image).convert("L"), np.float64)
        return any(
            seen.shape == grey(seed).shape and np.abs(seen - grey(seed)).mean() < like
            for seed in seeds or (1,)
        )

    return looks_right


def as_pixels(picture: Image.Image) -> Pixels:
    return np.asarray(picture.convert("L"))
