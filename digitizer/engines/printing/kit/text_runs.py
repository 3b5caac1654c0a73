"""Words on paper: shaped, wrapped, in the order in which they are read, one way for every sheet.

What no font has is drawn as an empty box; ``missing`` finds it before, so that a person is warned.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit import bidi
from digitizer.engines.printing.kit.embedding import show
from digitizer.engines.printing.kit.shaping import Run, is_simple, letters, shaped

ELLIPSIS = "…"

_BREAK_AFTER = frozenset("-‐–—/")
_A_BREAK = re.compile("(?<= )(?=[^ ])|(?<=[-‐–—/])(?=[^ 0-9¹²³])")
"""The same in text that is simple; it has no other digits."""

_SHORT = 120
"""Characters up to which lines are kept: those of what stands on every sheet."""

_NEVER_FIRST = frozenset(
    "、。，．：；！？）］｝〉》」』】〕ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
_NEVER_LAST = frozenset("（［｛〈《「『【〔")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. ``rtl``: it belongs at the right edge. ``ends``: its paragraph ends.

    ``runs`` stand from left to right; ``text`` is what they say, in the order of reading.
    ``width`` is in points. ``blanks`` hang over the line's end: drawn, so that who hears or copies
    the text has them between its words, but not counted.
    """

    runs: tuple[Run, ...]
    text: str
    size: float
    width: float
    rtl: bool = False
    ends: bool = True
    blanks: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """What a line is made of: characters that stand together, and the blanks behind them.

    Widths are in thousandths of the font's size; ``levels`` are those of all its characters.
    ``runs`` are those of both, ``bare`` those without the blanks.
    """

    text: str
    blanks: str
    levels: tuple[int, ...] | None
    runs: tuple[Run, ...]
    bare: tuple[Run, ...]
    width: float
    with_blanks: float


def wrap(text: str, font: str, size: float, width: float) -> list[Line]:
    """``text`` (cleaned) in lines no wider than ``width`` points; an empty line for an empty one.

    Lines break after blanks and hyphens, between ideographs, and inside a word only where
    the word alone is wider than the line.
    """
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        wrapped = _short_paragraph if len(paragraph) <= _SHORT else _paragraph
        lines += wrapped(paragraph, font, size, width)
    return lines


def _paragraph(paragraph: str, font: str, size: float, width: float) -> tuple[Line, ...]:
    if is_simple(paragraph):
        rtl = False
        pieces = _simple_pieces(paragraph, font)
    else:
        rtl = bidi.reads_right_to_left(paragraph)
        levels = bidi.levels(paragraph, rtl) if bidi.has_right_to_left(paragraph) else None
        pieces = _pieces(paragraph, levels, font)
    rows = list(_rows(pieces, font, width * 1000 / size))
    return tuple(_line(row, font, size, rtl, ends=row is rows[-1]) for row in rows)


_short_paragraph = lru_cache(maxsize=4096)(_paragraph)


# ---- what may not be parted


def _simple_pieces(paragraph: str, font: str) -> Iterator[_Piece]:
    """Of text in which every character stands by itself, as nearly all does."""
    begins = len(paragraph) - len(paragraph.lstrip(" "))
    first, *others = _A_BREAK.split(paragraph[begins:])
    if begins or first:
        yield _piece(paragraph[:begins] + first, None, font)
    for part in others:
        yield _piece(part, None, font)


def _pieces(paragraph: str, levels: list[int] | None, font: str) -> Iterator[_Piece]:
    start = 0
    for end in (*_chances(paragraph), len(paragraph)):
        if end > start:
            own = tuple(levels[start:end]) if levels else None
            yield _piece(paragraph[start:end], own, font)
        start = end


def _chances(paragraph: str) -> Iterator[int]:
    """Where a line may end: not within a date or a number, nor between a letter and its marks."""
    at, begun = 0, False
    before = ""
    for letter in letters(paragraph):
        if before and letter != " " and begun and _parts(before, letter):
            yield at
        begun = begun or letter != " "
        before = letter
        at += len(letter)


def _parts(before: str, after: str) -> bool:
    if before == " ":
        return True
    if before[-1] in _BREAK_AFTER:
        return not after[0].isdigit()
    if after[0] in _NEVER_FIRST or before[0] in _NEVER_LAST:
        return False
    return _ideograph(before[0]) or _ideograph(after[0])


def _ideograph(letter: str) -> bool:
    return "\u2e80" <= letter <= "\ud7ff" or "\uf900" <= letter <= "\ufaff" or letter > "\U0001ffff"


@lru_cache(maxsize=8192)
def _piece(text: str, levels: tuple[int, ...] | None, font: str) -> _Piece:
    bare = text.rstrip(" ") or text
    runs = shaped(text, font, levels)
    own = shaped(bare, font, levels and levels[: len(bare)])
    return _Piece(bare, text[len(bare) :], levels, runs, own, _width(own), _width(runs))


def _width(runs: tuple[Run, ...]) -> float:
    return sum(run.width for run in runs)


# ---- lines


def _rows(pieces: Iterator[_Piece], font: str, width: float) -> Iterator[list[_Piece]]:
    """Greedy line breaking; blanks at the end of a line hang over."""
    row: list[_Piece] = []
    used = 0.0
    for piece in pieces:
        if row and used + piece.width > width:
            yield row
            row, used = [], 0.0
        if not row and piece.width > width:
            *whole, piece = _broken(piece, font, width)
            for part in whole:
                yield [part]
        row.append(piece)
        used += piece.with_blanks
    yield row


def _broken(piece: _Piece, font: str, width: float) -> list[_Piece]:
    """A piece that is wider than a line, in parts that are not; a single character may be.

    A letter with its marks is parted only where it is wider than a line by itself.
    """
    parts: list[_Piece] = []
    rest = [
        part
        for letter in letters(piece.text + piece.blanks)
        for part in (letter if _width(shaped(letter, font, None)) > width else (letter,))
    ]
    at = 0
    while rest:
        fits = bisect_left(
            range(1, min(len(rest), _most_letters(width)) + 1),
            True,
            key=lambda count: _slice(piece, rest[:count], at, font).width > width,
        )
        part = _slice(piece, rest[: max(1, fits)], at, font)
        parts.append(part)
        at += len(part.text) + len(part.blanks)
        rest = rest[max(1, fits) :]
    return parts


def _most_letters(width: float) -> int:
    """More letters than this never fit a line: the narrowest are a tenth of an em wide."""
    return int(min(width, 1e7) / 100) + 1


def _slice(piece: _Piece, taken: list[str], at: int, font: str) -> _Piece:
    text = "".join(taken)
    return _piece(text, piece.levels and piece.levels[at : at + len(text)], font)


def _line(row: list[_Piece], font: str, size: float, rtl: bool, ends: bool) -> Line:
    runs = [run for piece in row[:-1] for run in piece.runs]
    text = "".join([piece.text + piece.blanks for piece in row[:-1]])
    blanks: tuple[Run, ...] = ()
    if row and row[-1].text != " " * len(row[-1].text):
        last = row[-1]
        runs += last.bare
        text += last.text
        blanks = shaped(last.blanks, font, None) if last.blanks else ()
    width = sum([run.width for run in runs]) * size / 1000
    if any(run.level for run in runs):
        runs = [runs[at] for at in bidi.visual_order([run.level for run in runs])]
    return Line(tuple(runs), text, size, width, rtl, ends, blanks)


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
    return single_line(text[:end].rstrip() + ELLIPSIS, font, size)


def draw_line(canvas: Canvas, line: Line, x: float, y: float, width: float = 0.0) -> None:
    """Draws from ``x`` on the base line ``y``; a right-to-left line ends at ``x + width``."""
    if line.rtl and width:
        x += width - line.width
    if not line.blanks:
        show(canvas, line.text, line.runs, line.size, x, y)
    elif line.rtl:
        x -= sum(run.width for run in line.blanks) * line.size / 1000
        show(canvas, line.text + " ", (*line.blanks, *line.runs), line.size, x, y)
    else:
        show(canvas, line.text + " ", (*line.runs, *line.blanks), line.size, x, y)
