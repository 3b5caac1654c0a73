"""Words on paper: each character in a font that has it, wrapped, in the order it is read.

Noto Sans sets the page; DejaVu Sans stands in for what it lacks (Arabic, Hebrew, Armenian,
Georgian, symbols). What neither has is drawn as an empty box and ``missing_characters`` tells
the caller, who tells a person.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit import bidi
from digitizer.engines.printing.kit.drawing import FALLBACK, REGULAR, register_fonts
from digitizer.engines.printing.kit.plain_text import clean

MISSING = "□"
"""Stands for a character that no font has."""

_LAST_OF_FIRST_PLANE = 0xFFFF
_UNSEEN = frozenset("\u200c\u200d\u200e\u200f\u061c")
_BREAK_AFTER = frozenset("-‐–—/")


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one font, from left to right. ``width`` is in points."""

    text: str
    font: str
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. ``rtl``: it belongs at the right edge. ``ends``: its paragraph ends."""

    runs: tuple[Run, ...]
    size: float
    width: float
    rtl: bool = False
    ends: bool = True

    @property
    def text(self) -> str:
        """What is drawn, from left to right."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class _Cluster:
    """A letter with its accents: never parted. ``width`` is in points."""

    text: str
    font: str
    width: float
    level: int


@cache
def _glyphs(font: str) -> frozenset[str]:
    """The characters of a font. Other planes are left out: the PDF could not say what they are."""
    register_fonts()
    loaded = pdfmetrics.getFont(font)
    assert isinstance(loaded, TTFont)
    codes = loaded.face.charToGlyph
    return frozenset(chr(code) for code in codes if code <= _LAST_OF_FIRST_PLANE)


def missing_characters(text: str) -> str:
    """Each character of ``text`` that print cannot show, once, in order; "" if all is well.

    Emoji do not count: their names are printed.
    """
    shown = _glyphs(REGULAR) | _glyphs(FALLBACK) | _UNSEEN | {"\n"}
    return "".join(dict.fromkeys(c for c in clean(text) if c not in shown))


def wrap(text: str, font: str, size: float, width: float) -> list[Line]:
    """``text`` (cleaned) in lines no wider than ``width`` points; an empty line for an empty one.

    Lines break after blanks and hyphens, between ideographs, and inside a word only where
    the word alone is wider than the line.
    """
    return [
        line for paragraph in text.split("\n") for line in _paragraph(paragraph, font, size, width)
    ]


def _paragraph(paragraph: str, font: str, size: float, width: float) -> Iterator[Line]:
    rtl = bidi.reads_right_to_left(paragraph)
    clusters = _clusters(paragraph, font, size, rtl)
    rows = list(_rows(clusters, width))
    for row in rows:
        yield _line(row, size, rtl, ends=row is rows[-1])


def _clusters(paragraph: str, font: str, size: float, rtl: bool) -> list[_Cluster]:
    mixed = bidi.has_right_to_left(paragraph)
    text = bidi.shape_arabic(paragraph, _glyphs(FALLBACK)) if mixed else paragraph
    levels = bidi.levels(text, rtl) if mixed else [0] * len(text)
    starts = [at for at, c in enumerate(text) if at == 0 or unicodedata.category(c)[0] != "M"]
    clusters = (
        _cluster(text[start:end], font, size, levels[start])
        for start, end in pairwise([*starts, len(text)])
    )
    return [cluster for cluster in clusters if cluster.text]


def _cluster(text: str, font: str, size: float, level: int) -> _Cluster:
    text = "".join(c for c in text if c not in _UNSEEN)
    text, chosen = _drawable(text.translate(bidi.MIRRORED) if level % 2 else text, font)
    return _Cluster(text, chosen, pdfmetrics.stringWidth(text, chosen, size), level)


@cache
def _drawable(text: str, font: str) -> tuple[str, str]:
    """The characters to draw, and the font: the wanted one if it has them all."""
    if _glyphs(font).issuperset(text):
        return text, font
    return "".join(c if c in _glyphs(FALLBACK) else MISSING for c in text), FALLBACK


def _rows(clusters: list[_Cluster], width: float) -> Iterator[list[_Cluster]]:
    """Greedy line breaking; blanks at the end of a line hang over and are dropped."""
    row: list[_Cluster] = []
    used, chance = 0.0, 0
    for cluster in clusters:
        blank = cluster.text == " "
        if not blank and row and used + cluster.width > width:
            cut = chance or len(row)
            yield _without_end_blanks(row[:cut])
            row = row[cut:]
            used, chance = sum(kept.width for kept in row), 0
        if row and not blank and _parts(row[-1].text, cluster.text):
            chance = len(row)
        row.append(cluster)
        used += cluster.width
        if blank and any(kept.text != " " for kept in row):
            chance = len(row)
    yield _without_end_blanks(row)


def _parts(before: str, after: str) -> bool:
    """Whether a line may end between these two; not within a date or a number."""
    if before[-1] in _BREAK_AFTER:
        return not after[0].isdigit()
    return _ideograph(before[0]) or _ideograph(after[0])


def _ideograph(letter: str) -> bool:
    return "\u2e80" <= letter <= "\ud7ff" or "\uf900" <= letter <= "\ufaff"


def _without_end_blanks(row: list[_Cluster]) -> list[_Cluster]:
    while row and row[-1].text == " ":
        row = row[:-1]
    return row


def _line(row: list[_Cluster], size: float, rtl: bool, ends: bool) -> Line:
    order = bidi.visual_order([cluster.level for cluster in row])
    placed = [row[at] for at in order]
    runs = tuple(
        Run("".join(c.text for c in group), font, sum(c.width for c in group))
        for font, group in ((f, list(g)) for f, g in groupby(placed, key=lambda c: c.font))
    )
    return Line(runs, size, sum(run.width for run in runs), rtl, ends)


def single_line(text: str, font: str, size: float) -> Line:
    """``text`` on one line, however long."""
    return wrap(text.replace("\n", " "), font, size, float("inf"))[0]


def fitted_line(text: str, font: str, size: float, width: float, least: float) -> Line:
    """``text`` on one line of ``width`` points: shrunk, to ``least`` points, then cut with "…"."""
    line = single_line(text, font, size)
    if line.width <= width:
        return line
    shrunk = max(least, size * width / line.width * 0.999)
    line = single_line(text, font, shrunk)
    if line.width <= width:
        return line
    kept = bisect_left(
        range(len(text)), True, key=lambda end: _cut(text, end + 1, font, shrunk).width > width
    )
    return _cut(text, kept, font, shrunk)


def _cut(text: str, end: int, font: str, size: float) -> Line:
    return single_line(text[:end].rstrip() + "…", font, size)


def draw_line(canvas: Canvas, line: Line, x: float, y: float, width: float = 0.0) -> None:
    """Draws from ``x`` on the base line ``y``; a right-to-left line ends at ``x + width``."""
    if line.rtl and width:
        x += width - line.width
    for run in line.runs:
        canvas.setFont(run.font, line.size)
        canvas.drawString(x, y, run.text)
        x += run.width
