"""Paper in millimetres from the top left, as ``cover_layout`` counts and machines read it back.

What a machine looks for on a sheet, and all that stands around it, is drawn here; letters and
notices, which are text that flows, are drawn in points (``page_frame``). Both set their words by
``text_runs``.
"""

from __future__ import annotations

from typing import Literal

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.drawing import INK, Tone, draw_code, draw_mark, draw_marks
from digitizer.engines.printing.kit.fonts import REGULAR
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.tagging import Role, tagged
from digitizer.engines.printing.kit.text_runs import Line, draw_line, fitted_line, wrap
from digitizer.model.paper import CodeKind

Align = Literal["left", "centre", "right"]

LEADING = 1.3
"""From one base line to the next, in font sizes."""


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
        role: Role = "P",
    ) -> None:
        """One line on the base line ``y``, kept within ``width`` mm (``size`` in points).

        ``x`` is where the line begins, ends or has its middle, as ``align`` says. What is too
        wide is set smaller, down to ``least`` (two thirds of ``size`` unless given), then cut.
        """
        line = fitted_line(clean_line(text), font, size, width * mm, least or size * 2 / 3)
        spare = {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        with tagged(self._canvas, role):
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
        with tagged(self._canvas, "P"):
            for number, line in enumerate(wrapped):
                self._draw(line, area.left * mm, area.top + size / mm + number * step, tone)
        return area.top + len(wrapped) * step

    def _draw(self, line: Line, points: float, y: float, tone: Tone) -> None:
        self._canvas.setFillColorRGB(*tone)
        draw_line(self._canvas, line, points, (self.height - y) * mm)

    def frame(
        self, area: layout.Area, *, stroke: float = 0.8, tone: Tone = INK, corner: float = 2
    ) -> None:
        """A rectangle with corners rounded by ``corner`` mm; ``stroke`` in points."""
        self._canvas.setStrokeColorRGB(*tone)
        self._canvas.setLineWidth(stroke)
        low = (self.height - area.bottom) * mm
        self._canvas.roundRect(area.left * mm, low, area.width * mm, area.height * mm, corner * mm)

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
        for area in layout.code_areas(self.width, self.height):
            self.code(payload, area)
        draw_marks(self._canvas, self.width * mm, self.height * mm, kind)

    def code(self, payload: str, area: layout.Area) -> None:
        """One copy of the code; its quiet zone is around ``area``."""
        box = area.grown(area.width * layout.QUIET_MODULES / layout.CODE_MODULES)
        low = (self.height - box.bottom) * mm
        draw_code(self._canvas, payload, box.left * mm, low, box.width * mm)

    def mark(self, number: int, area: layout.Area) -> None:
        """One of our marks."""
        low = (self.height - area.bottom) * mm
        draw_mark(self._canvas, number, area.left * mm, low, area.width * mm)
