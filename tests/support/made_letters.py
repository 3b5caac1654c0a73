"""Letters that nobody wrote: invented prose, typed in fonts of print and written in script fonts.

They are used where there are no real letters. Pen and paper are simulated here; the scanner's
glass, its noise and its JPEG are ``tests.support.scanner``'s. The same seed makes the same pages.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

import cv2
import numpy as np
import reportlab
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tests.support import scanner
from tests.support.scanner import DPI, HEIGHT, WIDTH

Kind = Literal["typed", "mixed", "handwritten"]
Ink = NDArray[np.float32]  # HEIGHT × WIDTH, 0 for bare paper to 1 for the full colour of the ink

_FACES = Path(reportlab.__file__).parent / "fonts"
_PRINT = (_FACES / "com_____.pfb", _FACES / "Vera.ttf")  # a typewriter's, and a printer's
_DEBIAN = Path("/usr/share/fonts/truetype")
_HANDS = (  # fonts-breip and fonts-dkg-handwriting; how much larger each is set than print
    (_DEBIAN / "breip" / "Breip.ttf", 1.35),
    (_DEBIAN / "breip" / "breipfont.ttf", 1.35),
    (_DEBIAN / "fifthhorseman" / "dkg.ttf", 1.0),
)
_MARGIN = DPI
_PAPERS = ((250, 249, 245), (246, 240, 226), (251, 244, 190), (236, 238, 240))
_INKS = ((28, 36, 92), (30, 30, 34), (40, 62, 120))
_RIBBON = (44, 42, 46)
_NAMES = ("Marigold", "Ferdinand", "Wilhelmina", "Augustin", "Rosalind", "Cornelius", "Henrietta")


def made_letters(
    folder: Path, typed: int, mixed: int, handwritten: int, seed: int = 0
) -> list[Path]:
    """Pictures of so many pages of each kind, one of each kind in turn, each in a folder named
    after its kind, with its text beside it as ``.txt``. No sentence is on two pages: raises
    ``ValueError`` where there is too little prose for that, ``FileNotFoundError`` for a font."""
    chance = Random(seed)
    prose = _prose(chance)
    counts: dict[Kind, int] = {"typed": typed, "mixed": mixed, "handwritten": handwritten}
    pages = [
        (folder / kind / f"{number}.jpg", kind, _parts(kind, prose, chance))
        for number in range(max(counts.values()))
        for kind, count in counts.items()
        if number < count
    ]
    return [_made(path, kind, texts, chance) for path, kind, texts in pages]


def envelope(sender: str, to: str, by_hand: bool, chance: Random) -> scanner.Page:
    """The front of an envelope on its way through a scanner for letters: (H, W, 3) of 0..255. The
    sender's lines are in its corner, those of ``to`` right of its middle."""
    page = _sheet("typed", 100, chance)
    pen = chance.choice(_INKS)
    for text, left, top in ((sender, 0, 150), (to, int(0.38 * WIDTH), 620)):
        ink = np.zeros((HEIGHT, WIDTH), np.float32)
        if by_hand:
            _written(ink, text, top, round(DPI * chance.uniform(0.34, 0.42)), chance)
        else:
            _typed(ink, text, top, round(DPI * chance.uniform(0.15, 0.19)), chance)
        _soak(page, np.roll(ink, left, axis=1), pen if by_hand else _RIBBON, chance)
    return page[: int(0.42 * HEIGHT)].clip(0, 255).astype(np.uint8)


def _prose(chance: Random) -> Iterator[str]:
    lines = Path(__file__).with_name("made_prose.txt").read_text("utf-8").splitlines()
    chance.shuffle(lines)
    yield from lines
    raise ValueError(f"The {len(lines)} sentences of the prose are too few for so many letters.")


def _made(path: Path, kind: Kind, texts: Sequence[tuple[str, bool]], chance: Random) -> Path:
    """Draws one page, writes its picture and its text, and returns where the picture is."""
    size, pen = round(DPI * chance.uniform(0.16, 0.18)), chance.choice(_INKS)
    leading = round(DPI * chance.uniform(0.34, 0.4))  # of what is written
    page, top = _sheet(kind, leading, chance), int(1.2 * DPI)
    written = []
    for text, typed in texts:
        ink = np.zeros((HEIGHT, WIDTH), np.float32)
        if typed:
            lines = _typed(ink, text, top, size, chance)
            top += (len(lines) + 2) * round(1.55 * size)
        else:
            top += -(top - _MARGIN) % leading  # to the next rule
            lines = _written(ink, text, top, leading, chance)
            top += (len(lines) + 1) * leading
        _soak(page, ink, _RIBBON if typed else pen, chance)
        written += lines
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(page.clip(0, 255).astype(np.uint8)).save(path, quality=85, dpi=(DPI, DPI))
    path.with_suffix(".txt").write_text("\n".join(written) + "\n", "utf-8")
    return path


def _parts(kind: Kind, prose: Iterator[str], chance: Random) -> list[tuple[str, bool]]:
    """The parts of a letter, each with whether it is typed."""

    def some(count: int) -> str:
        return " ".join(next(prose) for _ in range(count))

    greeting, name = f"Dear {chance.choice(_NAMES)},\n", chance.choice(_NAMES)
    if kind == "typed":
        return [(f"{greeting}\n{some(4)}\n\n{some(3)}\n\nYours truly,\n{name}", True)]
    if kind == "handwritten":
        return [(f"{greeting}{some(6)}\nLove, {name}", False)]
    return [(f"{greeting}\n{some(4)}\n", True), (f"{some(2)}\nYours, {name}", False)]


def _sheet(kind: Kind, leading: int, chance: Random) -> Ink:
    """Paper of some tone, cloudy, and ruled where it is written on more often than not."""
    tone = np.asarray(chance.choice(_PAPERS if kind == "handwritten" else _PAPERS[:2]), np.float32)
    page = tone + _clouds(chance, every=300)[:, :, None] * 3
    if kind == "handwritten" and chance.random() < 0.6:
        for rule in range(_MARGIN + 8, HEIGHT, leading):
            page[rule : rule + 3] -= (70, 45, 15)
        page[:, _MARGIN - 60 : _MARGIN - 56] -= (10, 80, 70)
    return page.astype(np.float32)


def _typed(ink: Ink, text: str, top: int, size: int, chance: Random) -> list[str]:
    """Strikes the text, each letter by itself and none quite as dark as the next."""
    font = _font(chance.choice(_PRINT), size)
    lines = list(_wrapped(text, font, WIDTH - 2 * _MARGIN))
    layer = Image.new("L", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(layer)
    for number, line in enumerate(lines):
        down = top + number * round(1.55 * size)
        for place, letter in enumerate(line):
            at = _MARGIN + font.getlength(line[:place]), down + chance.gauss(0, 0.6)
            draw.text(at, letter, chance.randint(150, 255), font, anchor="ls")
    np.maximum(ink, np.asarray(layer, np.float32) / 255, out=ink)
    return lines


def _written(ink: Ink, text: str, top: int, leading: int, chance: Random) -> list[str]:
    """Writes the text word by word on a baseline that wanders, in one hand that wavers."""
    path, larger = chance.choice(_HANDS)
    size = round(0.55 * leading * larger)
    slant, rise = chance.uniform(-0.05, 0.2), chance.uniform(-0.006, 0.006)
    font = _font(path, size)
    lines = list(_wrapped(text, font, int(0.92 * (WIDTH - 2 * _MARGIN))))
    for number, line in enumerate(lines):
        across = _MARGIN + chance.gauss(20, 12)
        wave, swing = chance.uniform(0, 2 * math.pi), chance.uniform(2, 6)
        for word in line.split():
            down = top + number * leading + rise * across + swing * math.sin(wave + across / 500)
            lean, grown = slant + chance.gauss(0, 0.03), chance.gauss(1, 0.03)
            _write(ink, word, font, (across, down + chance.gauss(0, 2)), lean, grown)
            across += grown * font.getlength(word) + size * chance.uniform(0.25, 0.4)
    _waver(ink, chance)
    return lines


def _write(
    ink: Ink,
    word: str,
    font: ImageFont.FreeTypeFont,
    at: tuple[float, float],
    lean: float,
    grown: float,
) -> None:
    """One word, its baseline beginning there, leaning to the right and grown by so much."""
    room = int(1.5 * font.size)
    layer = Image.new("L", (int(font.getlength(word)) + 2 * room, 2 * room))
    ImageDraw.Draw(layer).text((room, room), word, 255, font, anchor="ls")
    left, top = int(at[0]) - room, int(at[1]) - room
    move = np.array(
        [
            [grown, -grown * lean, at[0] - left - grown * room * (1 - lean)],
            [0, grown, at[1] - top - grown * room],
        ],
        np.float32,
    )
    moved = cv2.warpAffine(np.asarray(layer, np.float32) / 255, move, layer.size)
    place = ink[top : top + 2 * room, left : left + layer.size[0]]
    np.maximum(place, moved[: place.shape[0], : place.shape[1]], out=place)


def _waver(ink: Ink, chance: Random) -> None:
    """Bends the strokes a little, no letter like its twin, and presses here more, there less."""
    across, down = np.meshgrid(
        np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32)
    )
    bent = cv2.remap(
        ink,
        across + 5 * _clouds(chance, every=40),
        down + 5 * _clouds(chance, every=40),
        cv2.INTER_LINEAR,
    )
    ink[:] = np.clip(bent * (0.9 + 0.25 * _clouds(chance, every=60)), 0, 1)


def _soak(page: Ink, ink: Ink, colour: Sequence[int], chance: Random) -> None:
    """Lays the ink on the paper, which draws a little of it aside."""
    rows = np.flatnonzero(ink.max(axis=1))
    some = slice(max(0, int(rows[0]) - 9), int(rows[-1]) + 9)
    soaked = cv2.GaussianBlur(ink[some], (0, 0), chance.uniform(0.6, 1.1))[:, :, None]
    page[some] += soaked * (np.asarray(colour, np.float32) - page[some])


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> Iterator[str]:
    """The lines of the text, none wider than that in pixels."""
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and font.getlength(longer) > width:
                yield line
                longer = word
            line = longer
        yield line


def _clouds(chance: Random, every: int) -> Ink:
    """A sheet of values from about -1 to 1 that change over so many pixels."""
    grain = np.random.default_rng(chance.getrandbits(32))
    coarse = grain.uniform(-1, 1, (HEIGHT // every, WIDTH // every)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))


@cache
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing. scripts/install --test installs it.")
    return ImageFont.truetype(str(path), size)
