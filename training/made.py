"""Lines of text set in fonts, as a supplement to the few real ones: in script fonts for writing,
in book, sans-serif and typewriter fonts for print."""

from __future__ import annotations

import pickle
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.lines import HEIGHT, Line, Picture, packed

_WIDEST = 3400  # pixels as set
_SIZES = (40, 48, 56)  # pixels, of the fonts
_SIGNS = "@%=+#&*/$()[]<>_:;!?\"'-~^|{}"
_STREETS = ("St.", "Ave", "Road", "Blvd", "Lane", "Drive")
_MONTHS = ("January", "Feb.", "March", "APRIL", "May", "June", "July", "Aug", "Sept.", "Oct", "NOV")
_TYPEWRITTEN = 0.35  # share of lines of print
_CAPITALS = 0.8  # likeness (-1..1) of small letters to capitals of their size
Ink = NDArray[np.float32]


class LineMaker:
    """Sets stretches of ``texts`` (lines of prose) in the fonts (TTF, OTF, WOFF) of a folder;
    as ``print``, or as writing."""

    def __init__(self, fonts: Path, texts: Sequence[str], *, print: bool) -> None:
        self._fonts = sorted(
            path
            for path in fonts.rglob("*")
            if path.suffix in {".ttf", ".otf", ".woff"} and _has_small_letters(path)
        )
        if not self._fonts:
            raise ValueError(f"In {fonts} there is no font with small letters.")
        self._typewriters = [path for path in self._fonts if _is_typewriter(path)]
        self._texts = [text for text in texts if len(text) > 3]
        self._print = print

    def write(self, seconds: float, seed: int, target: Path) -> int:
        """As many lines as can be made in that time, written to a file; returns how many."""
        chance = Random(seed)
        begun, made = time.monotonic(), []
        while time.monotonic() - begun < seconds:
            made.append(packed(self.make(chance)))
        target.write_bytes(pickle.dumps(made))
        return len(made)

    def make(self, chance: Random) -> Line:
        """One grey line (64 × width), its ink uneven, on paper of any shade."""
        while True:
            text = self._text(chance)
            typewritten = self._typewriters and self._print and chance.random() < _TYPEWRITTEN
            fonts = self._typewriters if typewritten else self._fonts
            font = _font(chance.choice(fonts), chance.choice(_SIZES))
            left, top, right, bottom = (int(value) for value in font.getbbox(text))
            width, height = right - left, bottom - top
            if 8 <= width <= _WIDEST and height >= 8:
                break
        room = [int(height * chance.uniform(0.1, 0.4)) for _ in range(4)]
        size = (width + room[0] + room[1], height + room[2] + room[3])
        ink = Image.new("L", size)
        corner = (room[0] - left, room[2] - top)
        if self._print and chance.random() < 0.3:
            _strike(ink, corner, text, font, chance)
        else:
            stroke = chance.choice((0, 0, 0, 1))
            ImageDraw.Draw(ink).text(corner, text, 255, font, stroke_width=stroke)
        if chance.random() < 0.35:
            self._set_neighbours(ink, corner, height, font, chance)
        kind = "print" if self._print else "writing"
        return Line(_inked((np.asarray(ink) / 255).astype(np.float32), chance), text, kind)

    def _set_neighbours(
        self,
        ink: Image.Image,
        corner: tuple[int, int],
        height: int,
        font: ImageFont.FreeTypeFont,
        chance: Random,
    ) -> None:
        """The feet of the line above and the heads of the one below, where they come so near."""
        for side in (-1, 1):
            down = corner[1] + side * int(height * chance.uniform(1.1, 1.5))
            ImageDraw.Draw(ink).text((corner[0], down), self._prose(chance), 255, font)

    def _text(self, chance: Random) -> str:
        text = self._prose(chance)
        words = text.split(" ")
        if chance.random() < (0.3 if self._print else 0.15):
            words.insert(chance.randint(0, len(words)), _figures(chance))
        if chance.random() < 0.05:
            words = [word.capitalize() for word in words]
        if self._print and chance.random() < 0.12:
            words = [word.upper() for word in words]
        if self._print and chance.random() < 0.15:
            place = chance.randrange(len(words))
            sign = chance.choice(_SIGNS)
            words[place] = chance.choice((sign + words[place], words[place] + sign, sign))
        return " ".join(words)

    def _prose(self, chance: Random) -> str:
        words = chance.choice(self._texts).split(" ")
        count = chance.randint(1, min(14 if self._print else 9, len(words)))
        start = chance.randint(0, len(words) - count)
        return " ".join(words[start : start + count])


def _strike(
    ink: Image.Image,
    corner: tuple[int, int],
    text: str,
    font: ImageFont.FreeTypeFont,
    chance: Random,
) -> None:
    """Letter by letter as a typewriter does, none quite as high and dark as the next."""
    draw = ImageDraw.Draw(ink)
    jump = chance.uniform(0, 1.6)
    for place, letter in enumerate(text):
        at = corner[0] + font.getlength(text[:place]), corner[1] + chance.gauss(0, jump)
        draw.text(at, letter, chance.randint(120, 255), font)


def _figures(chance: Random) -> str:
    """A number, a date, an address, as letters have them."""
    number = chance.choice(
        (chance.randint(1, 31), chance.randint(1800, 2040), chance.randint(1, 999))
    )
    pattern = chance.choice(
        (
            "{n}",
            "{n},",
            "${n}.00",
            "No. {n}",
            "'{n}",
            "{n}th",
            "{n} -",
            "{n}%",
            "#{n}",
            "({n})",
            "{n} {street}",
            "{month} {n}, {y}",
            "{n}/{m}/{y}",
            "{n}-{m}-{y}",
            "({n}) {p}-{q}",
            "{word}{n}@{word}.com",
            "www.{word}.org",
            "{n}:{m} p.m.",
            "{n} + {m} = {y}",
            "P.O. Box {n}",
            "{word}_{n}",
            "{n} @ ${m}.{p}",
            "{word}/{word}",
            "${n},{p}.{m}",
            "{n}.{m}",
            "{n}½",
            "{n}°",
        )
    )
    return pattern.format(
        n=number,
        m=chance.randint(10, 59),
        y=chance.randint(1850, 2030),
        p=chance.randint(100, 999),
        q=chance.randint(1000, 9999),
        street=chance.choice(_STREETS),
        month=chance.choice(_MONTHS),
        word="".join(chance.choice("abcdefghijklmnoprstuwy") for _ in range(chance.randint(3, 8))),
    )


def _is_typewriter(path: Path) -> bool:
    font = _font(path, 48)
    return font.getlength("i") == font.getlength("m")


def _has_small_letters(path: Path) -> bool:
    """Whether small letters have shapes of their own, and are not small capitals."""
    alike = [_likeness(_glyph(path, small), _glyph(path, small.upper())) for small in "aegnrt"]
    return float(np.median(alike)) < _CAPITALS


def _glyph(path: Path, letter: str) -> Ink:
    font = _font(path, 48)
    left, top, right, bottom = (int(value) for value in font.getbbox(letter))
    ink = Image.new("L", (max(1, right - left), max(1, bottom - top)))
    ImageDraw.Draw(ink).text((-left, -top), letter, 255, font)
    return np.asarray(ink.resize((24, 24)), dtype=np.float32)


def _likeness(one: Ink, other: Ink) -> float:
    if one.std() == 0 or other.std() == 0:
        return 1.0  # a letter that the font has not
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@cache
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


def _inked(ink: Ink, chance: Random) -> Picture:
    """``ink`` (0..1) unevenly dark on uneven paper, perhaps ruled; 64 pixels high."""
    height, width = ink.shape
    weight = chance.random()
    if weight < 0.15:
        ink = cv2.dilate(ink, np.ones((2, 2), np.uint8)).astype(np.float32)
    elif weight < 0.3:
        ink = cv2.erode(ink, np.ones((2, 2), np.uint8)).astype(np.float32)
    size = (max(16, round(width * HEIGHT / height)), HEIGHT)
    ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    height, width = ink.shape
    if chance.random() < 0.6:
        ink = ink * np.clip(0.75 + 0.3 * _smooth_noise(width, height, chance, every=25), 0, 1)
    if chance.random() < 0.25:
        ink = ink * np.clip(1.1 + 0.9 * _smooth_noise(width, height, chance, every=4), 0, 1)
    shade = chance.uniform(150, 250)
    paper = shade + _smooth_noise(width, height, chance, every=40) * chance.uniform(0, 15)
    if chance.random() < 0.2:
        rule = chance.randint(int(height * 0.6), height - 2)
        paper[rule : rule + chance.randint(1, 2)] -= chance.uniform(20, 70)
    dark = shade * chance.uniform(0.05, 0.65)
    answer: Picture = np.clip(paper * (1 - ink) + dark * ink, 0, 255).astype(np.uint8)
    return answer


def _smooth_noise(width: int, height: int, chance: Random, every: int) -> Ink:
    """Values of -1..1, or a little beyond, that change over about ``every`` pixels."""
    grain = np.random.default_rng(chance.getrandbits(32))
    coarse = grain.uniform(-1, 1, (max(3, height // every), max(2, width // every)))
    noise: Ink = cv2.resize(
        coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    ).astype(np.float32)
    return noise
