"""What every printed sheet shares: paper, tones, codes and marks (ReportLab).

Everything here is in PDF points from the bottom left, as ReportLab's canvas counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.qr_code import Cells, qr_modules
from digitizer.model.paper import CodeKind

PAGE_SIZES: dict[layout.Paper, tuple[float, float]] = {
    paper: (width * mm, height * mm) for paper, (width, height) in layout.PAPERS.items()
}
"""Width and height in points of each paper."""

CODE_BOX = layout.CODE_SIDE * (1 + 2 * layout.QUIET_MODULES / layout.CODE_MODULES) * mm
"""The usual ``size`` for ``draw_code``: the symbol and its quiet zone, in points."""

Tone = tuple[float, float, float]
"""A colour as red, green, blue (0..1)."""

INK: Tone = (0.0, 0.0, 0.0)
SOFT: Tone = (0.33, 0.33, 0.36)
ACCENT: Tone = (0.09, 0.22, 0.40)
FAINT: Tone = (0.62, 0.64, 0.68)
WHITE: Tone = (1.0, 1.0, 1.0)
"""ACCENT is a blue dark enough to come through a photocopier as black."""


_DARK = re.compile(b"\x01+")


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


def draw_marks(
    canvas: Canvas, page_width: float, page_height: float, kind: CodeKind = CodeKind.REPLY
) -> None:
    """The six marks by which a sheet of that kind is known without its code.

    They stand 13 mm wide in two columns, 14 mm from the left and right paper edge; nothing else
    may be drawn within 3 mm of them (``cover_layout.body_area`` is what they leave free).
    """
    areas = layout.mark_areas(page_width / mm, page_height / mm)
    for mark, area in zip(layout.mark_ids(kind), areas, strict=True):
        draw_mark(canvas, mark, area.left * mm, page_height - area.bottom * mm, area.width * mm)


def draw_mark(canvas: Canvas, mark: int, x: float, y: float, side: float) -> None:
    """One mark of ours, from its lower left corner; it wants white of an eighth around it."""
    _fill_cells(canvas, layout.mark_bits(mark), x, y, side)


def _fill_cells(canvas: Canvas, rows: Cells, x: float, y: float, side: float) -> None:
    """Black cells as one path: drawn one by one, renderers leave hairlines between them."""
    step = side / len(rows)
    canvas.addLiteral(f"q 0 g {step:.6f} 0 0 {step:.6f} {x:.6f} {y:.6f} cm {_path(rows)} f Q")


@lru_cache(maxsize=64)  # the codes of a sheet, and the marks of every kind
def _path(rows: Cells) -> str:
    """The cells as rectangles, a unit each, from the lower left corner upward."""
    return " ".join(
        f"{start} {len(rows) - 1 - down} {length} 1 re"
        for down, row in enumerate(rows)
        for start, length in _dark_runs(row)
    )


def _dark_runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """(start, length) of each run of dark cells."""
    return [(run.start(), len(run[0])) for run in _DARK.finditer(bytes(row))]
