"""Who is brought to a visit: a list by housing unit and time, and a pass for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area, Paper
from digitizer.engines.printing.kit.drawing import FAINT, SOFT
from digitizer.engines.printing.kit.fonts import BOLD
from digitizer.engines.printing.kit.page_frame import new_canvas
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.sheet import Sheet
from digitizer.model.visits import Move

_MARGIN = 18.0
_TOP, _STEP, _FOOT = 50.0, 9.5, 20.0
_PASSES = 4


def movement_list_pdf(facility_name: str, day: date, moves: Sequence[Move], paper: Paper) -> bytes:
    """As many pages as it needs; each housing unit begins a page of its own, for its officers."""
    title = f"Movement list, {day.isoformat()}"
    canvas, out = new_canvas(paper, title, clean_line(facility_name))
    width, height = layout.PAPERS[paper]
    on_page = int((height - _TOP - _FOOT) // _STEP)
    for unit, number, count, rows in _pages(moves, on_page):
        sheet = Sheet(canvas, width, height)
        _head(sheet, facility_name, day, unit, f"{number} / {count}")
        for row, each in enumerate(rows):
            _row(sheet, _TOP + row * _STEP, each)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _pages(moves: Sequence[Move], on_page: int) -> list[tuple[str, int, int, Sequence[Move]]]:
    """Unit, page, pages of the unit, and lines; one empty page where there is nobody."""
    found: list[tuple[str, int, int, Sequence[Move]]] = []
    for unit in dict.fromkeys(each.unit for each in moves):
        some = [each for each in moves if each.unit == unit]
        parts = [some[at : at + on_page] for at in range(0, len(some), on_page)]
        found += [(unit, at, len(parts), part) for at, part in enumerate(parts, start=1)]
    return found or [("", 1, 1, ())]


def _head(sheet: Sheet, facility_name: str, day: date, unit: str, page: str) -> None:
    width = sheet.width - 2 * _MARGIN
    sheet.text(_MARGIN, 18, facility_name, size=10, width=width - 30, font=BOLD, tone=SOFT)
    right = sheet.width - _MARGIN
    sheet.text(right, 18, page, size=10, width=25, tone=SOFT, align="right")
    where = unit or "no housing unit"
    sheet.text(_MARGIN, 29, f"Visits: {where}", size=20, width=width, font=BOLD)
    told = f"{day.isoformat()}. Tick who left the unit, and who is back."
    sheet.text(_MARGIN, 36, told, size=9.5, width=width, tone=SOFT)
    sheet.text(_MARGIN, 43, "Left    Back", size=8, width=30, tone=SOFT)
    foot = "Officer ____________________   Date ____________   Time ________"
    sheet.text(_MARGIN, sheet.height - 10, foot, size=9.5, width=width)


def _row(sheet: Sheet, y: float, each: Move) -> None:
    width = sheet.width - 2 * _MARGIN
    for x in (_MARGIN, _MARGIN + 9):
        sheet.frame(Area(x, y - 4.4, 5, 5), corner=0.5)
    x = _MARGIN + 18
    time = f"{each.starts}-{each.ends}"
    sheet.text(x, y, time, size=11, width=width * 0.15, font=BOLD, least=7)
    x += width * 0.16
    sheet.text(x, y, each.name, size=11, width=width * 0.27, font=BOLD, least=6)
    x += width * 0.28
    sheet.text(x, y, each.booking_number, size=10, width=width * 0.14, least=6)
    x += width * 0.15
    what = f"{each.room} ({each.kind})" + (", NOT IN CUSTODY" if each.absent else "")
    sheet.text(x, y, what, size=9, width=sheet.width - _MARGIN - x, tone=SOFT, least=5)
    sheet.rule(_MARGIN, y + 2.6, width, tone=FAINT)


def passes_pdf(facility_name: str, day: date, moves: Sequence[Move], paper: Paper) -> bytes:
    """Four on a page, to be cut; one empty page where there is nobody."""
    title = f"Visit passes, {day.isoformat()}"
    canvas, out = new_canvas(paper, title, clean_line(facility_name))
    width, height = layout.PAPERS[paper]
    parts = [moves[at : at + _PASSES] for at in range(0, len(moves), _PASSES)] or [()]
    for part in parts:
        sheet = Sheet(canvas, width, height)
        if not part:
            sheet.text(_MARGIN, 29, f"No visits on {day.isoformat()}", size=20, width=width - 36)
        for place, each in enumerate(part):
            _pass(sheet, place * height / _PASSES, height / _PASSES, facility_name, day, each)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _pass(sheet: Sheet, top: float, tall: float, facility_name: str, day: date, each: Move) -> None:
    width = sheet.width - 2 * _MARGIN
    sheet.text(_MARGIN, top + 11, facility_name, size=9, width=width * 0.6, font=BOLD, tone=SOFT)
    right = sheet.width - _MARGIN
    sheet.text(right, top + 11, "Visit pass", size=9, width=width * 0.3, tone=SOFT, align="right")
    sheet.text(_MARGIN, top + 22, each.name, size=18, width=width, font=BOLD, least=9)
    whose = f"{each.booking_number}   {each.unit}"
    sheet.text(_MARGIN, top + 30, whose, size=12, width=width, least=7)
    when = f"{day.isoformat()}   {each.starts}-{each.ends}"
    sheet.text(_MARGIN, top + 40, when, size=14, width=width, font=BOLD)
    sheet.text(_MARGIN, top + 48, f"{each.room} ({each.kind})", size=11, width=width, least=6)
    if each.absent:
        sheet.text(_MARGIN, top + 55, f"Is {each.absent}.", size=10, width=width, font=BOLD)
    signs = "Left the unit ________   Arrived ________   Left ________   Back ________"
    sheet.text(_MARGIN, top + tall - 8, signs, size=9, width=width, tone=SOFT)
    if top + tall < sheet.height - 1:
        sheet.rule(_MARGIN / 2, top + tall, sheet.width - _MARGIN, tone=FAINT)
