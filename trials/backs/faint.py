"""Pencil so faint that only what it lies on tells it from nothing: 4 to 12 grey levels.

``TUNED`` and ``HELD_OUT`` mean what they mean in contents. All of these go through scanners that
may have no noise at all and paper that may have no grain, since such scans show the faintest.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trials.backs.side import Scanner, Side
from trials.backs.strokes import curve, pencil_grain, size_of, some_word, word

Drawing = Callable[[Side], None]

_LEAST, _MOST = 4.0, 12.0  # levels
_LINES = (
    "Dear son we got your letter on Monday",
    "and everybody was so glad to hear",
    "The dog still waits at the door",
    "I put ten dollars in the account",
)
_GRAINS = (0.0, 0.0, 0.5, 1.2)
_NOISES = (0.0, 0.0, 1.0, 2.5)
_QUALITIES = (None, 90, 75)


def some_grain(rng: np.random.Generator) -> float:
    return _GRAINS[int(rng.integers(len(_GRAINS)))]


def some_faint_scanner(rng: np.random.Generator, scanner: Scanner) -> Scanner:
    """The same scanner with other noise and another compression."""
    noise = _NOISES[int(rng.integers(len(_NOISES)))]
    quality = _QUALITIES[int(rng.integers(len(_QUALITIES)))]
    return Scanner(scanner.dpi, scanner.mode, noise, quality, scanner.blur, scanner.threshold)


def page_of_faint_writing(side: Side) -> None:
    _write(side, height=side.between(3, 5), lines=int(side.rng.integers(8, 22)))


def page_of_small_faint_writing(side: Side) -> None:
    _write(side, height=side.between(1.7, 2.4), lines=int(side.rng.integers(12, 40)))


def few_faint_words(side: Side) -> None:
    tone = side.between(_LEAST, _MOST)
    for _ in range(int(side.rng.integers(2, 5))):
        layer = word(side, some_word(side), side.between(3, 6), side.between(0.4, 0.6))
        side.lay(layer, *side.place(*size_of(side, layer)), tone)


def faint_drawing(side: Side) -> None:
    """Curved lines over much of the side."""
    tone = side.between(_LEAST, _MOST)
    width, height = side.between(90, 170), side.between(100, 220)
    for _ in range(int(side.rng.integers(3, 9))):
        layer = curve(side, width, height, side.between(0.4, 0.9), points=9)
        side.lay(layer, *side.place(width, height, 6), tone)


def faint_pencil_on_the_papers_hills(side: Side) -> None:
    """Lines of writing whose strokes are broken by the paper."""
    tone = side.between(_LEAST + 3, _MOST + 3)
    top, step = side.between(20, 60), side.between(8, 13)
    for number in range(int(side.rng.integers(4, 14))):
        text = _LINES[int(side.rng.integers(len(_LINES)))]
        layer = pencil_grain(side, word(side, text, side.between(3, 5), 0.5), 0.9)
        side.lay(layer, 15, top + number * step, tone)


def faint_list_of_numbers(side: Side) -> None:
    tone, left = side.between(_LEAST, _MOST), side.between(15, 120)
    for number in range(int(side.rng.integers(4, 12))):
        text = str(int(side.rng.integers(10_000, 9_999_999)))
        layer = word(side, text, side.between(2.5, 4), side.between(0.35, 0.5))
        side.lay(layer, left, 30 + number * side.between(8, 9), tone)


def _write(side: Side, height: float, lines: int) -> None:
    tone, pen = side.between(_LEAST, _MOST), side.between(0.35, 0.55)
    top, step = side.between(15, 40), height * 2.4
    for number in range(lines):
        text = _LINES[int(side.rng.integers(len(_LINES)))]
        side.lay(word(side, text, height, pen), 15, top + number * step, tone)


TUNED: tuple[Drawing, ...] = (page_of_faint_writing, page_of_small_faint_writing, few_faint_words)
HELD_OUT: tuple[Drawing, ...] = (
    faint_drawing,
    faint_pencil_on_the_papers_hills,
    faint_list_of_numbers,
)
FAINT: frozenset[Drawing] = frozenset(TUNED + HELD_OUT)
