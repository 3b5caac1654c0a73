"""What every printed sheet shares: paper, tones, codes and marks, and paper in millimetres.

Points from the bottom left, as ReportLab's canvas counts; but a ``Sheet`` in millimetres from the
top left, as ``cover_layout`` does.
"""

from __future__ import annotations

from typing import Literal

from reportlab.graphics.barcode import qrencoder
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.fonts import REGULAR
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.text_runs import Line, draw_line, fitted_line, wrap
from digitizer.model.paper import CodeKind

PAGE_SIZES: dict[layout.Paper, tuple[float, float]] = {
    paper: (width * mm, height * mm) for paper, (width, height) in layout.PAPERS.items()
}
"""Width and height in points of each paper."""

CODE_BOX = layout.CODE_SIDE * (1 + 2 * layout.QUIET_MODULES / layout.CODE_MODULES) * mm
"""The usual ``size`` for ``draw_code``: the symbol and its quiet zone, in points."""

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
        line = fitted_line(clean_line(text), font, size, width * mm, least or size * 2 / 3)
        spare = {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        self._draw(line, x * mm - spare * line.width, y, tone)

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
        wrapped = wrap(clean_line(text), font, size, area.width * mm)
        if len(wrapped) > room:
            rest = " ".join(line.text for line in wrapped[room - 1 :])
            last = fitted_line(rest, font, size, area.width * mm, size)
            wrapped = [*wrapped[: room - 1], last]
        for number, line in enumerate(wrapped):
            self._draw(line, area.left * mm, area.top + size / mm + number * step, tone)
        return area.top + len(wrapped) * step

    def _draw(self, line: Line, points: float, y: float, tone: Tone) -> None:
        self._canvas.setFillColorRGB(*tone)
        draw_line(self._canvas, line, points, (self.height - y) * mm)

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
