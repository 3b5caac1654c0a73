"""Which font has a character: ours first, then those of the operating system (HarfBuzz).

Noto Sans sets the page. What it lacks comes from the Noto font of the character's script where
that is installed (``scripts/install`` does), from DejaVu Sans, which we ship, and from fonts for
Chinese, Japanese and Korean; emoji come from Noto Emoji, which we ship. Only fonts with TrueType
outlines are used.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import uharfbuzz

from digitizer.support.paths import PRINT_TEMPLATES, SYSTEM_FONTS

REGULAR = "NotoSans-Regular"
BOLD = "NotoSans-Bold"
"""The two faces that callers choose from; every other font substitutes for one of them."""

FALLBACK = "DejaVuSans"
"""Ours too: Arabic, Hebrew, Armenian, Georgian and symbols, on any machine."""

EMOJI = "NotoEmoji-Regular"
"""Ours too: emoji in black and white."""

_SHIPPED = (REGULAR, BOLD, FALLBACK, EMOJI)

_FIRST_PICTURE = "\U0001f000"

_CHINESE = ("DroidSansFallbackFull", "DroidSansFallback")
_KOREAN = {REGULAR: ("NanumGothic",), BOLD: ("NanumGothicBold", "NanumGothic")}
"""Chinese with Japanese, and Korean: their characters have no script's name in common."""

_SYMBOLS = ("NotoSansSymbols", "NotoSansSymbols2", "NotoSansMath")


@dataclass(frozen=True, slots=True, eq=False)
class Font:
    """An open font. ``characters`` are those it has a glyph for."""

    name: str
    face: Any
    shaper: Any
    units: int
    characters: frozenset[str]

    def has(self, text: str) -> bool:
        return self.characters.issuperset(text)


@cache
def open_font(name: str) -> Font | None:
    """The font of that file name (without ``.ttf``), or None if this machine has none."""
    file = _file(name)
    if file is None:
        return None
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)))
    if "glyf" not in face.table_tags:
        return None  # outlines of another kind, which we do not embed
    characters = frozenset(chr(code) for code in face.unicodes)
    return Font(name, face, uharfbuzz.Font(face), face.upem, characters)


def _file(name: str) -> Path | None:
    if name in _SHIPPED:
        return PRINT_TEMPLATES / "fonts" / f"{name}.ttf"
    return _installed().get(name)


@cache
def _installed() -> dict[str, Path]:
    """The TrueType files of the operating system by name; of two alike the first found."""
    found: dict[str, Path] = {}
    for root in SYSTEM_FONTS:
        for folder, below, files in os.walk(root):
            below.sort()
            for file in sorted(files):
                stem, dot, kind = file.rpartition(".")
                if dot and kind.lower() == "ttf":
                    found.setdefault(stem, Path(folder, file))
    return found


@cache
def font_for(text: str, wanted: str) -> Font | None:
    """The best font that has all of ``text``, one letter with its marks; None if none has."""
    return next((font for font in _candidates(text, wanted) if font.has(text)), None)


def _candidates(text: str, wanted: str) -> Iterator[Font]:
    """Fonts that may have the letter, the best first; opened only as far as asked for."""
    if any(character >= _FIRST_PICTURE for character in text) and (emoji := open_font(EMOJI)):
        yield emoji
    for name in _names(text[0], wanted):
        font = open_font(name)
        if font is not None:
            yield font


def _names(character: str, wanted: str) -> Iterator[str]:
    yield wanted
    weight = "Bold" if wanted == BOLD else "Regular"
    script = unicodedata.name(character, "").replace("-", " ").partition(" ")[0].title()
    if script == "Hangul":
        yield from _KOREAN[wanted]
    if script.isalpha():
        yield from (f"NotoSans{script}-{weight}", f"NotoSans{script}-Regular")
    yield from (FALLBACK, *_CHINESE, *_KOREAN[wanted])
    yield from (f"{name}-Regular" for name in _SYMBOLS)
    yield EMOJI
