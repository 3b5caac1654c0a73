"""Drawing helpers that every printed sheet shares: fonts, codes and marks (ReportLab).

Everything here is in PDF points from the bottom left, as ReportLab's canvas counts.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Literal

from reportlab.graphics.barcode import qrencoder
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.model.paper import CodeKind
from digitizer.support.paths import PRINT_TEMPLATES

PAGE_SIZES: dict[layout.Paper, tuple[float, float]] = {
    paper: (width * mm, height * mm) for paper, (width, height) in layout.PAPERS.items()
}
"""Width and height in points of each paper."""

REGULAR = "Noto Sans"
BOLD = "Noto Sans Bold"
FALLBACK = "DejaVu Sans"
"""Font names, once ``register_fonts`` was called. FALLBACK has the scripts that Noto Sans lacks."""

_FONT_FILES = {
    REGULAR: "NotoSans-Regular.ttf",
    BOLD: "NotoSans-Bold.ttf",
    FALLBACK: "DejaVuSans.ttf",
}

CODE_BOX = layout.CODE_SIDE * (1 + 2 * layout.QUIET_MODULES / layout.CODE_MODULES) * mm
"""The usual ``size`` for ``draw_code``: the symbol and its quiet zone, in points."""

ELLIPSIS = "…"

_CODE_CHARACTERS = 35
"""What a QR code of version 3 with error correction H holds of the alphanumeric set."""


Align = Literal["left", "centre", "right"]
Tone = tuple[float, float, float]
"""A colour as red, green, blue (0..1)."""

INK: Tone = (0.0, 0.0, 0.0)
SOFT: Tone = (0.33, 0.33, 0.36)
ACCENT: Tone = (0.09, 0.22, 0.40)
FAINT: Tone = (0.62, 0.64, 0.68)
WHITE: Tone = (1.0, 1.0, 1.0)
"""ACCENT is a blue dark enough to come through a photocopier as black."""

LEADING = 1.3
"""From one base line to the next, in font sizes."""

_UNPRINTED = ("Cc", "Cf", "Cs", "Co", "Cn")


@cache
def register_fonts() -> None:
    """Makes REGULAR, BOLD and FALLBACK known to ReportLab; calling it again does nothing."""
    for name, file in _FONT_FILES.items():
        pdfmetrics.registerFont(TTFont(name, PRINT_TEMPLATES / "fonts" / file))


def tidy(text: str) -> str:
    """One line of printable text: white space runs as one space, accents composed, no controls."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(each for each in composed if unicodedata.category(each) not in _UNPRINTED)


def text_runs(text: str, font: str) -> list[tuple[str, str]]:
    """``text`` in stretches of (characters, font that has them).

    A character that no font has stands as the fallback's empty box: it is seen to be missing.
    """
    runs: list[tuple[str, str]] = []
    for character in text:
        chosen = font if character in _characters(font) else FALLBACK
        if runs and runs[-1][1] == chosen:
            runs[-1] = (runs[-1][0] + character, chosen)
        else:
            runs.append((character, chosen))
    return runs


@cache
def _characters(font: str) -> frozenset[str]:
    register_fonts()
    loaded = pdfmetrics.getFont(font)
    assert isinstance(loaded, TTFont)
    return frozenset(map(chr, loaded.face.charToGlyph))


def text_width(text: str, font: str, size: float) -> float:
    """The width in points of one line, fallback characters included."""
    register_fonts()
    return sum(pdfmetrics.stringWidth(part, name, size) for part, name in text_runs(text, font))


def draw_text(canvas: Canvas, x: float, y: float, text: str, font: str, size: float) -> None:
    """One line from ``x`` on the base line ``y``, with fallback characters where needed."""
    register_fonts()
    for part, name in text_runs(text, font):
        canvas.setFont(name, size)
        canvas.drawString(x, y, part)
        x += pdfmetrics.stringWidth(part, name, size)


def fit_text(text: str, font: str, size: float, width: float, least: float) -> tuple[str, float]:
    """What of ``text`` fits in ``width`` and its size: shrunk to ``least``, then cut short."""
    text = tidy(text)
    natural = text_width(text, font, size)
    if natural <= width:
        return text, size
    shrunk = max(least, size * width / natural)
    if text_width(text, font, shrunk) <= width * 1.001:
        return text, shrunk
    while text and text_width(text.rstrip() + ELLIPSIS, font, shrunk) > width:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS, shrunk


def wrap_text(text: str, font: str, size: float, width: float) -> list[str]:
    """``text`` in lines no wider than ``width``; a word wider than that is broken."""
    lines: list[str] = []
    line = ""
    for word in tidy(text).split():
        longer = f"{line} {word}".strip()
        if text_width(longer, font, size) <= width:
            line = longer
            continue
        lines += [line] if line else []
        *whole, line = _broken(word, font, size, width)
        lines += whole
    return [*lines, line]


def _broken(word: str, font: str, size: float, width: float) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and text_width(pieces[-1] + character, font, size) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def draw_code(canvas: Canvas, payload: str, x: float, y: float, size: float = CODE_BOX) -> None:
    """A QR code of ``payload``: version 3 (29 by 29), error correction H, as vector squares.

    ``x``, ``y`` and ``size`` are the lower left corner and the side of the white square that
    holds the symbol *and* its quiet zone of four modules: the symbol itself is 29/37 of it. Keep
    at least 32 mm (a symbol of 25 mm). ValueError if the payload is longer than version 3 holds
    (35 characters of the alphanumeric set).
    """
    modules = qr_modules(payload)
    cells = layout.CODE_MODULES + 2 * layout.QUIET_MODULES
    quiet = size * layout.QUIET_MODULES / cells
    canvas.saveState()
    canvas.setFillGray(1)
    canvas.rect(x, y, size, size, stroke=0, fill=1)
    _fill_cells(canvas, modules, x + quiet, y + quiet, size - 2 * quiet)
    canvas.restoreState()


def qr_modules(payload: str) -> list[list[bool]]:
    """The 29 by 29 cells of the code that ``draw_code`` draws, row by row, True for black."""
    if len(payload) > _CODE_CHARACTERS:
        raise ValueError(f"a code holds {_CODE_CHARACTERS} characters, not {len(payload)}")
    code = qrencoder.QRCode(3, qrencoder.QRErrorCorrectLevel.H)
    code.addData(qrencoder.QRAlphaNum(payload))
    code.make()
    return [[bool(dark) for dark in row] for row in code.modules]


def draw_marks(
    canvas: Canvas, page_width: float, page_height: float, kind: CodeKind = CodeKind.REPLY
) -> None:
    """The six marks by which a sheet of that kind is known without its code.

    They stand 13 mm wide in two columns, 14 mm from the left and right paper edge; nothing else
    may be drawn within 3 mm of them (``cover_layout.body_area`` is what they leave free).
    """
    areas = layout.mark_areas(page_width / mm, page_height / mm)
    for mark, area in zip(layout.mark_ids(kind), areas, strict=True):
        bits = [list(row) for row in layout.mark_bits(mark)]
        _fill_cells(canvas, bits, area.left * mm, page_height - area.bottom * mm, area.width * mm)


def _fill_cells(canvas: Canvas, rows: list[list[bool]], x: float, y: float, side: float) -> None:
    """Black cells as one path: drawn one by one, renderers leave hairlines between them."""
    step = side / len(rows)
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        top = y + side - down * step
        for start, length in _dark_runs(row):
            path.rect(x + start * step, top - step, length * step, step)
    canvas.saveState()
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def _dark_runs(row: list[bool]) -> list[tuple[int, int]]:
    """(start, length) of each run of dark cells."""
    starts = [at for at, dark in enumerate(row) if dark and (at == 0 or not row[at - 1])]
    ends = [at for at, dark in enumerate(row) if dark and (at + 1 == len(row) or not row[at + 1])]
    return [(start, end - start + 1) for start, end in zip(starts, ends, strict=True)]


class Sheet:
    """A canvas seen as paper: millimetres from the top left, as ``cover_layout`` counts."""

    def __init__(self, canvas: Canvas, width: float, height: float) -> None:
        self._canvas = canvas
        self.width = width
        self.height = height

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        width: float,
        font: str = REGULAR,
        tone: Tone = INK,
        align: Align = "left",
        least: float | None = None,
    ) -> None:
        """One line on the base line ``y``, kept within ``width`` mm (``size`` in points).

        ``x`` is where the line begins, ends or has its middle, as ``align`` says. What is too
        wide is set smaller, down to ``least`` (two thirds of ``size`` unless told), then cut.
        """
        fitted, points = fit_text(text, font, size, width * mm, least or size * 2 / 3)
        spare = {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        start = x * mm - spare * text_width(fitted, font, points)
        self._canvas.setFillColorRGB(*tone)
        draw_text(self._canvas, start, (self.height - y) * mm, fitted, font, points)

    def lines(
        self,
        area: layout.Area,
        text: str,
        *,
        size: float,
        font: str = REGULAR,
        tone: Tone = INK,
        leading: float = LEADING,
    ) -> float:
        """``text`` wrapped from the top of ``area``; returns the y in mm where it ends.

        Lines that the area's height cannot hold are left out, and the last one says so.
        """
        step = size * leading / mm
        room = max(1, int(area.height / step + 1e-6))
        wrapped = wrap_text(text, font, size, area.width * mm)
        if len(wrapped) > room:
            wrapped = [*wrapped[: room - 1], " ".join(wrapped[room - 1 :])]
        for number, line in enumerate(wrapped):
            y = area.top + size / mm + number * step
            self.text(area.left, y, line, size=size, width=area.width, font=font, tone=tone,
                      least=size)  # fmt: skip
        return area.top + len(wrapped) * step

    def frame(self, area: layout.Area, *, stroke: float = 0.8, tone: Tone = INK) -> None:
        """A rectangle with slightly rounded corners; ``stroke`` in points."""
        self._canvas.setStrokeColorRGB(*tone)
        self._canvas.setLineWidth(stroke)
        low = (self.height - area.bottom) * mm
        self._canvas.roundRect(area.left * mm, low, area.width * mm, area.height * mm, 2 * mm)

    def filled(self, area: layout.Area, tone: Tone = INK) -> None:
        """A solid rectangle."""
        self._canvas.setFillColorRGB(*tone)
        low = (self.height - area.bottom) * mm
        self._canvas.rect(area.left * mm, low, area.width * mm, area.height * mm, 0, 1)

    def rule(
        self, x: float, y: float, width: float, *, stroke: float = 0.5, tone: Tone = INK
    ) -> None:
        """A horizontal line; ``stroke`` in points."""
        self._canvas.setStrokeColorRGB(*tone)
        self._canvas.setLineWidth(stroke)
        down = (self.height - y) * mm
        self._canvas.line(x * mm, down, (x + width) * mm, down)

    def disc(self, x: float, y: float, radius: float, tone: Tone = INK) -> None:
        """A solid circle around (x, y)."""
        self._canvas.setFillColorRGB(*tone)
        self._canvas.circle(x * mm, (self.height - y) * mm, radius * mm, stroke=0, fill=1)

    def codes_and_marks(self, payload: str, kind: CodeKind) -> None:
        """The four copies of the code and the six marks of that kind, where the layout says."""
        quiet = layout.CODE_SIDE * layout.QUIET_MODULES / layout.CODE_MODULES
        for area in layout.code_areas(self.width, self.height):
            box = area.grown(quiet)
            low = (self.height - box.bottom) * mm
            draw_code(self._canvas, payload, box.left * mm, low, box.width * mm)
        draw_marks(self._canvas, self.width * mm, self.height * mm, kind)
