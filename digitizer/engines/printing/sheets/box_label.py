"""The label of a box of paper, 4 by 6 inches: its code for a hand scanner and for eyes.

The code is a plain QR code of the box's number. It bears none of the marks of our sheets, so that a
label that falls into a feeder divides no stack.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from digitizer.engines.printing.kit.cover_layout import QUIET_MODULES, Area
from digitizer.engines.printing.kit.drawing import SOFT
from digitizer.engines.printing.kit.fonts import BOLD
from digitizer.engines.printing.kit.page_frame import new_canvas
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.qr_code import qr_cells
from digitizer.engines.printing.kit.sheet import Sheet
from digitizer.support.wording import counted

WIDTH, HEIGHT = 101.6, 152.4
"""4 by 6 inches."""

_MARGIN = 7.0
_CODE = 62.0
"""The side of the code with its quiet zone."""
_POINTS = 72 / 25.4


@dataclass(frozen=True, slots=True)
class BoxLabel:
    """``begun`` is the day on which the box was made; paper in it is due to be destroyed
    ``keep_days`` after its scan."""

    code: str
    shelf: str
    facility_name: str
    begun: date
    keep_days: int


def box_label_pdf(label: BoxLabel) -> bytes:
    """One page."""
    canvas, out = new_canvas("letter", f"Box {label.code}", clean_line(label.facility_name), "en")
    canvas.setPageSize((WIDTH * _POINTS, HEIGHT * _POINTS))
    sheet = Sheet(canvas, WIDTH, HEIGHT)
    width, middle = WIDTH - 2 * _MARGIN, WIDTH / 2
    sheet.text(_MARGIN, 12, label.facility_name, size=9, width=width, font=BOLD, tone=SOFT)
    sheet.text(_MARGIN, 25, "ORIGINALS", size=26, width=width, font=BOLD, role="H1")
    _draw_code(sheet, label.code, (WIDTH - _CODE) / 2, 30)
    at = 30 + _CODE + 8
    sheet.text(middle, at, label.code, size=28, width=width, font=BOLD, align="centre")
    sheet.rule(_MARGIN, at + 7, width, stroke=1.2)
    said = f"Begun on {label.begun:%Y-%m-%d}. Paper of mail that was scanned."
    y = sheet.lines(Area(_MARGIN, at + 10, width, 12), said, size=11)
    if label.shelf:
        y = sheet.lines(Area(_MARGIN, y + 2, width, 12), f"Stands: {label.shelf}", size=11)
    foot = (
        f"Kept for {counted(label.keep_days, 'day')} after the scan. Destroy nothing of it "
        "without a list that two people confirmed."
    )
    sheet.lines(Area(_MARGIN, HEIGHT - 17, width, 14), foot, size=9, tone=SOFT)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw_code(sheet: Sheet, code: str, left: float, top: float) -> None:
    cells = qr_cells(code)
    step = _CODE / (len(cells) + 2 * QUIET_MODULES)
    for down, row in enumerate(cells, QUIET_MODULES):
        for start, length in _runs(row):
            area = Area(
                left + (start + QUIET_MODULES) * step, top + down * step, length * step, step
            )
            sheet.filled(area)


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Start and length of each run of dark cells: drawn one by one, they leave hairlines."""
    runs: list[tuple[int, int]] = []
    for at, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == at:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((at, 1))
    return runs
