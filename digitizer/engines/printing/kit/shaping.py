"""From characters to glyphs: joined, stacked and placed as their script asks (HarfBuzz).

Letters keep their own widths: no kerning, no ligature that its script does not need. Programs
that compare our print with a scan count on that, and so does every line that was ever measured.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

import uharfbuzz

from digitizer.engines.printing.kit.fonts import FALLBACK, Font, font_for, open_font

MISSING = "□"
"""Stands for a character that no font has."""

INVISIBLE = frozenset("\u200c\u200d\u200e\u200f\u061c")
"""They join, part or turn what stands beside them, and need no glyph of their own."""

_VOWELS_AHEAD = frozenset("เแโใไເແໂໃໄ")
_VOWELS_BEHIND = frozenset("ะาำๅๆฯະາຳ")
"""Of Thai and Lao: letters by themselves, but no line may part them from their consonant."""

_SIMPLE = re.compile("[\x20-\u02af\u2010-\u2026\u20ac]*")

_MIRRORED = str.maketrans("()[]{}<>«»‹›≤≥⟨⟩", ")(][}{><»«›‹≥≤⟩⟨")

_FEATURES = dict.fromkeys(("kern", "liga", "clig", "calt"), False)
_JOINING_FEATURES = dict.fromkeys(("kern", "liga", "clig"), False)


HIGHEST, LOWEST = 1250.0, -850.0
"""What a line may take above and below its base line, in thousandths of its size: enough for
every script in use, not for accents piled up by somebody who wants to write over other things."""


LEAST_MOVE = 0.05
"""Thousandths below which nobody sees that a glyph was moved."""


class Glyph(NamedTuple):
    """A glyph of a font, in thousandths of its size. ``text`` is what it stands for.

    Of several glyphs that stand for the same characters together, the first bears all of them
    and ``part`` is true for each. But where text runs to the left each bears one character if it
    can: as it looks (a bracket turned around), or the form that joins several (lam and alef).
    """

    number: int
    text: str
    advance: float
    across: float
    up: float
    part: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one font and direction. ``glyphs`` stand from left to right.

    ``width`` is in thousandths of the font's size; ``level`` is odd where it reads to the left.
    ``sticks_out``: its ink reaches above HIGHEST or below LOWEST. ``plain``: each glyph stands on
    the line, at its own width, for characters of its own. ``ordinary``: that, to the right, and
    within its line, as nearly all runs are. ``signs`` are its glyphs' numbers with what they stand
    for.
    """

    text: str
    font: Font
    level: int
    glyphs: tuple[Glyph, ...]
    width: float
    sticks_out: bool
    plain: bool
    ordinary: bool
    signs: tuple[tuple[int, str], ...]


def is_simple(text: str) -> bool:
    """Whether it is Latin letters and common signs alone: nothing clings, turns or stacks."""
    return _SIMPLE.fullmatch(text) is not None


def letters(text: str) -> list[str]:
    """``text`` in what must not be parted: each letter with its marks and joiners."""
    if is_simple(text):
        return list(text)
    starts = [at for at in range(len(text)) if at == 0 or not _clings(text[at - 1], text[at])]
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def _clings(before: str, character: str) -> bool:
    return (
        unicodedata.category(character)[0] == "M"
        or character in INVISIBLE
        or (before == "\u200d" and unicodedata.category(character) == "So")
        or (character in _VOWELS_BEHIND and before not in _VOWELS_BEHIND)
        or (before in _VOWELS_AHEAD and character not in _VOWELS_AHEAD)
    )


def is_missing(character: str, font: str) -> bool:
    """Whether neither ``font`` nor what substitutes for it has the character."""
    return character not in INVISIBLE and font_for(character, font) is None


@lru_cache(maxsize=8192)
def shaped(text: str, font: str, levels: tuple[int, ...] | None) -> tuple[Run, ...]:
    """Runs of one font and direction, in the order in which they are read.

    ``levels`` are the embedding levels of the characters (None: all run to the right).
    """
    runs: list[tuple[str, Font, int]] = []
    at = 0
    for letter in letters(text):
        level = levels[at] if levels else 0
        at += len(letter)
        for part, chosen in _in_fonts(letter, font):
            if runs and runs[-1][1:] == (chosen, level):
                runs[-1] = (runs[-1][0] + part, chosen, level)
            else:
                runs.append((part, chosen, level))
    return tuple(_shape(*run) for run in runs)


@lru_cache(maxsize=8192)
def _in_fonts(letter: str, font: str) -> tuple[tuple[str, Font], ...]:
    """A letter with the font that has all of it, or its parts with a font each."""
    seen = "".join(c for c in letter if c not in INVISIBLE)
    whole = font_for(seen, font) if seen else open_font(font)
    if whole is not None:
        return ((letter, whole),)
    boxes = open_font(FALLBACK)
    assert boxes is not None, "the fonts that we ship are gone"
    return tuple((c, f) if (f := font_for(c, font)) else (MISSING, boxes) for c in seen)


def _shape(text: str, font: Font, level: int) -> Run:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if level % 2 else "ltr"
    buffer.language = "en"  # not the machine's: the same text looks alike everywhere
    latin = buffer.script in ("Latn", "Grek", "Cyrl", "Zyyy")
    uharfbuzz.shape(font.shaper, buffer, _FEATURES if latin else _JOINING_FEATURES)
    glyphs = tuple(
        _glyphs(text, font, level, buffer.glyph_infos or (), buffer.glyph_positions or ())
    )
    sticks_out = any(_sticks_out(font, each) for each in glyphs)
    plain = all(_is_plain(font, each) for each in glyphs)
    return Run(
        text,
        font,
        level,
        glyphs,
        width=sum(glyph.advance for glyph in glyphs),
        sticks_out=sticks_out,
        plain=plain,
        ordinary=plain and not sticks_out and level % 2 == 0,
        signs=tuple((glyph.number, glyph.text) for glyph in glyphs),
    )


def _is_plain(font: Font, glyph: Glyph) -> bool:
    moved = glyph.part or glyph.up or glyph.across
    return not moved and abs(glyph.advance - own_width(font, glyph.number)) < LEAST_MOVE


@cache
def own_width(font: Font, number: int) -> float:
    """How far a glyph of the font moves the pen by itself, in thousandths."""
    return float(font.shaper.get_glyph_h_advance(number)) * 1000 / font.units


def _sticks_out(font: Font, glyph: Glyph) -> bool:
    low, high = _reach(font, glyph.number)
    return low + glyph.up < LOWEST or high + glyph.up > HIGHEST


@cache
def _reach(font: Font, number: int) -> tuple[float, float]:
    """How far down and up from the base line the glyph's ink goes, in thousandths."""
    ink = font.shaper.get_glyph_extents(number)
    scale = 1000 / font.units
    return ((ink.y_bearing + ink.height) * scale, ink.y_bearing * scale) if ink else (0.0, 0.0)


def _glyphs(
    text: str,
    font: Font,
    level: int,
    infos: Sequence[uharfbuzz.GlyphInfo],
    positions: Sequence[uharfbuzz.GlyphPosition],
) -> Iterator[Glyph]:
    scale = 1000 / font.units
    many = Counter(info.cluster for info in infos)
    starts = sorted(many)
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    before = None
    for info, place in zip(infos, positions, strict=True):
        start = info.cluster
        message = text[start : ends[start]] if start != before or level % 2 else ""
        yield Glyph(
            info.codepoint,
            _as_it_looks(message, info.codepoint, font, many[start]) if level % 2 else message,
            place.x_advance * scale,
            place.x_offset * scale,
            place.y_offset * scale,
            part=many[start] > 1,
        )
        before = start


def _as_it_looks(text: str, number: int, font: Font, sharing: int) -> str:
    """What one glyph says of the ``text`` that so many glyphs share."""
    if len(text) == 1:
        return text.translate(_MIRRORED)
    if sharing == 1:
        return _forms().get(text, text)
    forms = (form for parts, form in _forms().items() if set(parts) <= set(text))
    own = (c for c in (*text, *forms) if font.shaper.get_nominal_glyph(ord(c)) == number)
    return next(own, text[0])


@cache
def _forms() -> dict[str, str]:
    """Hebrew and Arabic letters with a form of Unicode that stands for several."""
    codes = (*range(0xFB1D, 0xFB50), *range(0xFE70, 0xFEFD))
    forms = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in codes}
    return {text: form for text, form in forms.items() if len(text) > 1 and " " not in text}
