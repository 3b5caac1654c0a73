"""Who gets what in a housing unit: the page on top of its letters, with boxes to tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area, Paper
from digitizer.engines.printing.kit.drawing import FAINT, SOFT
from digitizer.engines.printing.kit.fonts import BOLD
from digitizer.engines.printing.kit.page_frame import new_canvas
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.sheet import Sheet

_MARGIN = 18.0
_TOP = 46.0
_STEP = 9.5
_FOOT = 20.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to hand out: its number in the print queue, to whom, what it is, on how many
    sheets."""

    number: int
    name: str
    booking_number: str
    what: str
    sheets: int


def delivery_list_pdf(
    facility_name: str, unit: str, given: Sequence[Delivery], paper: Paper
) -> bytes:
    """As many pages as the list needs. It bears no code: nothing of it is ever scanned as mail."""
    where = unit or "no housing unit"
    title = f"Delivery list, {clean_line(where)}"
    canvas, out = new_canvas(paper, title, clean_line(facility_name))
    width, height = layout.PAPERS[paper]
    on_page = int((height - _TOP - _FOOT) // _STEP)
    pages = [given[at : at + on_page] for at in range(0, len(given), on_page)] or [given]
    for number, rows in enumerate(pages, start=1):
        sheet = Sheet(canvas, width, height)
        _head(sheet, facility_name, where, len(given), f"{number} / {len(pages)}")
        for row, each in enumerate(rows):
            _row(sheet, _TOP + row * _STEP, each)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _head(sheet: Sheet, facility_name: str, unit: str, number: int, page: str) -> None:
    width = sheet.width - 2 * _MARGIN
    sheet.text(_MARGIN, 18, facility_name, size=10, width=width - 30, font=BOLD, tone=SOFT)
    right = sheet.width - _MARGIN
    sheet.text(right, 18, page, size=10, width=25, tone=SOFT, align="right")
    sheet.text(_MARGIN, 29, f"Delivery list: {unit}", size=20, width=width, font=BOLD)
    handed = f"{number} to hand out. Tick each; bring back what cannot be handed out."
    sheet.text(_MARGIN, 36, handed, size=9.5, width=width, tone=SOFT)
    sheet.text(
        _MARGIN,
        sheet.height - 10,
        "Handed out by ____________________   Date ____________   Time ________",
        size=9.5,
        width=width,
    )


def _row(sheet: Sheet, y: float, each: Delivery) -> None:
    width = sheet.width - 2 * _MARGIN
    sheet.frame(Area(_MARGIN, y - 4.4, 5, 5), corner=0.5)
    sheet.text(_MARGIN + 8, y, each.name, size=11, width=width * 0.36, font=BOLD, least=7)
    x = _MARGIN + 8 + width * 0.37
    sheet.text(x, y, each.booking_number, size=11, width=width * 0.17, least=7)
    x += width * 0.18
    sheet.text(x, y, each.what, size=9, width=width * 0.26, tone=SOFT, least=6)
    sheets = f"{each.sheets} sheet{'' if each.sheets == 1 else 's'}, № {each.number}"
    sheet.text(sheet.width - _MARGIN, y, sheets, size=8, width=width * 0.15, align="right", least=5)
    sheet.rule(_MARGIN, y + 2.6, width, tone=FAINT)
