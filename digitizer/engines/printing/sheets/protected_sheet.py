"""A sheet for the protected line: an inmate writes on one side and folds it so that the other,
with the address and our code, is outside.

Both sides carry the code and the marks of a legal marker, so that a scan of either is sealed, also
where no code can be read on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area, Paper
from digitizer.engines.printing.kit.drawing import ACCENT, INK, SOFT
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.page_frame import Page, draw_pages
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.sheet import Sheet
from digitizer.engines.printing.kit.wording import (
    PrintWords,
    both,
    in_order,
    shipped_words,
)
from digitizer.engines.printing.sheets.reply_sheet import PALE
from digitizer.model.paper import CodeKind

_LINE_STEP = 9.0
_FOLD = 5.0
"""Millimetres of the short lines at the paper's edges that say where it is folded."""
_OUTSIDE = ("protected_outer_one", "protected_outer_two", "protected_outer_three")


@dataclass(frozen=True, slots=True)
class ProtectedSheet:
    """``text`` is what the code holds; ``to`` the addressee's name in each language that has one,
    ``address`` lines."""

    text: str
    short_id: str
    to: tuple[str, ...]
    address: tuple[str, ...]
    facility: str
    words: PrintWords = field(default_factory=shipped_words, repr=False, hash=False)


def protected_sheets_pdf(sheets: Sequence[ProtectedSheet], paper: Paper) -> bytes:
    """Two pages each, the two sides of one sheet: the outside first."""
    pages: list[Page] = []
    for sheet in sheets:
        pages += [
            partial(_draw_outside, sheet=sheet, paper=paper),
            partial(_draw_inside, sheet=sheet, paper=paper),
        ]
    title = f"{sheets[0].words.notices['en']['protected_title']} {sheets[0].short_id}"
    return draw_pages(pages, paper, title, clean_line(sheets[0].facility))


def _draw_outside(canvas: Canvas, sheet: ProtectedSheet, paper: Paper) -> None:
    page = Sheet(canvas, *layout.PAPERS[paper])
    zones = layout.cover_zones(page.width, page.height)
    _title(page, sheet, zones.header)
    third = page.height / 3
    for y in (third, 2 * third):
        for x in (0.0, page.width - _FOLD):
            page.rule(x, y, _FOLD, tone=SOFT)
    _address(page, sheet, third)
    _steps(page, sheet, 2 * third)
    _number(page, sheet, zones.footer)
    page.codes_and_marks(sheet.text, CodeKind.LEGAL)


def _title(page: Sheet, sheet: ProtectedSheet, area: Area) -> None:
    words = sheet.words.notices
    middle = area.left + area.width / 2
    for language, size, down in (("en", 19.0, 10.0), ("es", 13.0, 17.5)):
        text = words[language]["protected_title"]
        page.text(
            middle, area.top + down, text, size=size, font=BOLD, tone=ACCENT, width=area.width,
            align="centre", role="H1" if size > 15 else "P",
        )  # fmt: skip
    staff = Area(area.left - 18, area.bottom + 9, area.width + 36, 26)
    for each in in_order(words):
        end = page.lines(staff, words[each]["protected_outer_staff"], size=10, font=BOLD)
        staff = Area(staff.left, end + 2, staff.width, 20)


def _address(page: Sheet, sheet: ProtectedSheet, top: float) -> None:
    """In the middle third, which alone shows on that side."""
    body = layout.body_area(page.width, page.height)
    box = Area(body.left + 4, top + 14, body.width - 8, page.height / 3 - 28)
    page.frame(box, stroke=1.2)
    page.text(
        box.left + 5, box.top + 8, both(sheet.words.notices, "protected_to"),
        size=8, tone=SOFT, width=box.width - 10,
    )  # fmt: skip
    y = box.top + 17
    for number, line in enumerate((*sheet.to, *sheet.address)):
        font, size = (BOLD, 15.0) if number == 0 else (REGULAR, 12.0)
        page.text(box.left + 5, y, line, size=size, font=font, width=box.width - 10, least=6)
        y += 7 if number == 0 else 6


def _steps(page: Sheet, sheet: ProtectedSheet, top: float) -> None:
    """How it is folded and sealed: a column a language."""
    words = sheet.words.notices
    body = layout.body_area(page.width, page.height)
    gap = 8.0
    half = (body.width - gap) / 2
    for column, language in enumerate(in_order(words)):
        y = top + 5
        left = body.left + column * (half + gap)
        for number, key in enumerate(_OUTSIDE, start=1):
            page.text(left, y + 3.4, str(number), size=9.5, font=BOLD, width=5, tone=ACCENT)
            room = Area(left + 5, y, half - 5, 20)
            y = page.lines(room, words[language][key], size=9.5) + 1.6


def _draw_inside(canvas: Canvas, sheet: ProtectedSheet, paper: Paper) -> None:
    page = Sheet(canvas, *layout.PAPERS[paper])
    zones = layout.cover_zones(page.width, page.height)
    words = sheet.words.notices
    area = Area(zones.header.left, zones.header.top + 1, zones.header.width, 14)
    for language in in_order(words):
        end = page.lines(area, words[language]["protected_inner"], size=9.5)
        area = Area(area.left, end + 1.5, area.width, 12)
    box = layout.body_area(page.width, page.height)
    for number in range(1, int((box.height - 2) / _LINE_STEP) + 1):
        page.rule(box.left + 3, box.top + number * _LINE_STEP + 1, box.width - 6, tone=PALE)
    page.frame(box, stroke=0.9, tone=ACCENT)
    _number(page, sheet, zones.footer)
    page.codes_and_marks(sheet.text, CodeKind.LEGAL)


def _number(page: Sheet, sheet: ProtectedSheet, area: Area) -> None:
    middle = area.left + area.width / 2
    label = both(sheet.words.notices, "protected_number")
    page.text(middle, area.top + 12, label, size=7, tone=SOFT, width=area.width, align="centre")
    page.text(
        middle, area.top + 20, sheet.short_id, size=18, font=BOLD, tone=INK, width=area.width,
        align="centre",
    )  # fmt: skip
    page.text(
        middle, area.top + 26, clean_line(sheet.facility), size=8, tone=SOFT, width=area.width,
        align="centre",
    )  # fmt: skip
