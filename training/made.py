"""Lines of public-domain text set in script fonts, as a supplement to the few real ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digitizer.parts.reading.pictures import Picture
from training.augment import smooth_noise
from training.lines import HEIGHT, Line

_WIDEST = 2600  # pixels as set
_MARGIN = 0.22  # of the ink's height, around it


class LineMaker:
    """Sets stretches of ``texts`` (lines of prose) in the fonts (TTF, OTF, WOFF) of a folder."""

    def __init__(self, fonts: Path, texts: Sequence[str]) -> None:
        self._fonts = sorted(
            path for path in fonts.rglob("*") if path.suffix in {".ttf", ".otf", ".woff"}
        )
        self._texts = [text for text in texts if len(text) > 3]

    def make(self, chance: Random) -> Line:
        """One line, its ink uneven, on paper of any shade."""
        while True:
            text = self._text(chance)
            font = _font(chance.choice(self._fonts), chance.choice((44, 54)))
            left, top, right, bottom = (int(value) for value in font.getbbox(text))
            width, height = right - left, bottom - top
            if 8 <= width <= _WIDEST and height >= 8:
                break
        margin = int(height * _MARGIN)
        mask = Image.new("L", (width + 2 * margin, height + 2 * margin))
        ImageDraw.Draw(mask).text(
            (margin - left, margin - top), text, 255, font, stroke_width=chance.choice((0, 0, 0, 1))
        )
        return Line(_inked((np.asarray(mask) / 255).astype(np.float32), chance), text)

    def _text(self, chance: Random) -> str:
        words = chance.choice(self._texts).split(" ")
        count = chance.randint(1, min(9, len(words)))
        start = chance.randint(0, len(words) - count)
        words = words[start : start + count]
        if chance.random() < 0.15:
            words.insert(chance.randint(0, count), _number(chance))
        if chance.random() < 0.05:
            words = [word.capitalize() for word in words]
        return " ".join(words)


def _number(chance: Random) -> str:
    number = chance.choice(
        (chance.randint(1, 31), chance.randint(1800, 2040), chance.randint(1, 999))
    )
    return chance.choice(("{}", "{},", "${}.00", "No. {}", "'{}", "{}th", "{} -")).format(number)


@cache
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


def _inked(ink: NDArray[np.float32], chance: Random) -> Picture:
    """``ink`` (0..1) in an uneven dark colour on uneven paper, perhaps ruled; 64 pixels high."""
    height, width = ink.shape
    if chance.random() < 0.6:
        ink = ink * np.clip(0.75 + 0.3 * smooth_noise(width, height, chance, every=25), 0, 1)
    tint = chance.choice((0, 12))
    colour = np.array([chance.uniform(150, 250)] * 3) + [chance.uniform(-tint, tint) for _ in "rgb"]
    dark = colour * chance.uniform(0.05, 0.65) + [chance.uniform(-15, 15) for _ in "rgb"]
    unevenness = smooth_noise(width, height, chance, every=40) * chance.uniform(0, 15)
    paper = colour + unevenness[:, :, None]
    if chance.random() < 0.2:
        rule = chance.randint(int(height * 0.6), height - 1)
        paper[rule : rule + chance.randint(1, 2)] -= chance.uniform(20, 70)
    picture = paper * (1 - ink[:, :, None]) + dark * ink[:, :, None]
    size = (max(16, round(width * HEIGHT / height)), HEIGHT)
    small = cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    answer: Picture = np.clip(small, 0, 255).astype(np.uint8)
    return answer
