"""Pages of facts that are written from the top, as many as it takes: certificates, packs.

All lengths are millimetres; sizes of letters are points.
"""

from __future__ import annotations

from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area, Paper
from digitizer.engines.printing.kit.drawing import INK, SOFT
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.plain_text import clean
from digitizer.engines.printing.kit.sheet import LEADING, Align, Sheet
from digitizer.engines.printing.kit.tagging import Role
from digitizer.engines.printing.kit.text_runs import wrap

MARGIN, _TOP, _FOOT = 20.0, 22.0, 20.0
_SMALL = 8.0
_POINTS = 72 / 25.4


class FlowingPages:
    """Writes at ``y``, and begins a page where the last one is full. ``foot`` stands below each,
    with its number as ``page`` words it."""

    def __init__(self, canvas: Canvas, paper: Paper, foot: str, page: str = "Page {}") -> None:
        self.canvas = canvas
        self.sheet = Sheet(canvas, *layout.PAPERS[paper])
        self.width = self.sheet.width - 2 * MARGIN
        self.y = _TOP
        self._foot, self._page, self._number = foot, page, 1

    @property
    def room(self) -> float:
        """What is left of the page."""
        return self.sheet.height - _FOOT - self.y

    def need(self, height: float) -> None:
        if height > self.room:
            self.new_page()

    def new_page(self) -> None:
        self.end()
        self._number += 1
        self.y = _TOP

    def end(self) -> None:
        y = self.sheet.height - _FOOT + 9
        self.sheet.text(MARGIN, y, self._foot, size=8, width=self.width - 25, tone=SOFT)
        right = MARGIN + self.width
        number = self._page.format(self._number)
        self.sheet.text(right, y, number, size=8, width=25, tone=SOFT, align="right")
        self.canvas.showPage()

    def text(
        self,
        x: float,
        text: str,
        *,
        size: float = _SMALL,
        width: float | None = None,
        bold: bool = False,
        soft: bool = False,
        align: Align = "left",
        role: Role = "P",
    ) -> None:
        self.sheet.text(
            MARGIN + x,
            self.y,
            text,
            size=size,
            width=self.width - x if width is None else width,
            font=BOLD if bold else REGULAR,
            tone=SOFT if soft else INK,
            align=align,
            role=role,
        )

    def lines(self, text: str, *, size: float = 9.0, soft: bool = False) -> None:
        """Text that fits on this page, under what was written last."""
        area = Area(MARGIN, self.y, self.width, 60)
        self.y = self.sheet.lines(area, text, size=size, tone=SOFT if soft else INK)

    def flow(self, text: str, *, x: float = 0.0, size: float = 9.0, soft: bool = False) -> None:
        """Text of any length, line after line, from base line ``y`` on; its own lines stay."""
        step = size * LEADING / _POINTS
        for line in wrap(clean(text), REGULAR, size, (self.width - x) * _POINTS):
            self.need(step)
            self.text(x, line.text, size=size, soft=soft)
            self.y += step
