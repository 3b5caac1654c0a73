"""The sheet on which an inmate answers an e-message: scanned, it finds its thread by its code.

Its page is itself content, so the writing area is free of codes and marks. Its lines are pale
enough to drop out in a black-and-white scan, dark enough to write on.
"""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area, Paper
from digitizer.engines.printing.kit.drawing import ACCENT, INK, PAGE_SIZES, Sheet, Tone
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.page_frame import (
    GREY,
    LANGUAGES,
    both,
    draw_label,
    draw_pages,
    identity,
    read_wording,
)
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.text_runs import Line, draw_line, fitted_line, single_line
from digitizer.model.paper import CodeKind
from digitizer.model.people import Inmate

LINE_STEP = 9.0
"""Millimetres between ruled lines: a relaxed hand's height."""

_ABOVE_BOX = 30.0
"""Millimetres between the codes and the box, for names and instructions."""

PALE: Tone = (0.72, 0.78, 0.86)
"""The ruled lines. A scanner set to black and white drops them; a grey one shows them faintly."""


@dataclass(frozen=True, slots=True)
class ReplySheet:
    """The code a reply sheet carries: its payload, its readable id, and its marks' kind."""

    payload: str
    short_id: str
    kind: CodeKind = CodeKind.REPLY


def reply_sheet_pdf(
    reply: ReplySheet, inmate: Inmate, correspondent: str, facility: str, paper: Paper
) -> bytes:
    """One page: a reply sheet alone, as when the first was spoiled."""

    def page(canvas: Canvas) -> None:
        draw_reply_sheet(canvas, reply, inmate, correspondent, facility, paper)

    return draw_pages([page], paper, f"Reply sheet {reply.short_id}", clean_line(facility))


def writing_area(paper: Paper) -> Area:
    """The box to write in: millimetres from the paper's top left corner."""
    return layout.writing_area(*layout.PAPERS[paper])


def draw_reply_sheet(
    canvas: Canvas,
    reply: ReplySheet,
    inmate: Inmate,
    correspondent: str,
    facility: str,
    paper: Paper,
    footer: str = "",
) -> None:
    """Draws on the canvas' current page and leaves it open. ``footer`` is a page number."""
    sheet = Sheet(canvas, *layout.PAPERS[paper])
    height = PAGE_SIZES[paper][1]
    zones = layout.cover_zones(sheet.width, sheet.height)
    _title(canvas, zones.header, height, facility)
    _parties(canvas, writing_area(paper), height, inmate, correspondent)
    _box(canvas, sheet, writing_area(paper))
    _foot(canvas, zones.footer, height, reply, identity(inmate), footer)
    sheet.codes_and_marks(reply.payload, reply.kind)


_NUMBER_SIZE, _NUMBER_DOWN = 17, 31
"""The sheet number at the foot: points of its type, and from the foot's top to its base line."""

_NUMBER_WIDTH, _NUMBER_RISE = 60.0, 6.0
"""Millimetres that hold the widest number, and its letters above the base line."""


def number_place(width: float, height: float) -> tuple[Area, float]:
    """Where on paper of that size the sheet number is printed, and the size of its type."""
    foot = layout.cover_zones(width, height).footer
    base = foot.top + _NUMBER_DOWN / mm
    left = foot.left + foot.width / 2 - _NUMBER_WIDTH / 2
    return Area(left, base - _NUMBER_RISE, _NUMBER_WIDTH, _NUMBER_RISE + 1), _NUMBER_SIZE


def _centred(canvas: Canvas, area: Area, line: Line, y: float) -> None:
    draw_line(canvas, line, (area.left + area.width / 2) * mm - line.width / 2, y)


def _title(canvas: Canvas, area: Area, height: float, facility: str) -> None:
    words = read_wording("reply")
    room, top = area.width * mm, height - area.top * mm
    canvas.setFillColorRGB(*GREY)
    _centred(canvas, area, fitted_line(clean_line(facility), BOLD, 10, room, 6), top - 14)
    canvas.setFillColorRGB(*ACCENT)
    _centred(canvas, area, fitted_line(words["en"]["title"], BOLD, 23, room, 12), top - 45)
    _centred(canvas, area, fitted_line(words["es"]["title"], REGULAR, 13, room, 8), top - 66)
    canvas.setFillColorRGB(*INK)


def _parties(canvas: Canvas, box: Area, height: float, inmate: Inmate, correspondent: str) -> None:
    """To whom and from whom, and what to do, above the box."""
    words = read_wording("reply")
    top = height - (box.top - _ABOVE_BOX) * mm
    room = (box.width / 2 - 8) * mm
    left, middle = box.left * mm, (box.left + box.width / 2) * mm
    for x, label, name in ((left, "to", correspondent), (middle, "from", inmate.full_name)):
        draw_label(canvas, both(words, label), x, top - 8)
        draw_line(canvas, fitted_line(clean_line(name), BOLD, 13, room, 6.5), x, top - 24)
    booking = fitted_line(clean_line(inmate.booking_number), REGULAR, 9.5, room, 4)
    draw_line(canvas, booking, middle, top - 36)
    for number, language in enumerate(LANGUAGES):
        hint = words[language]["instructions"]
        size = (9.0, 8.0)[number]
        canvas.setFillColorRGB(*((INK, GREY)[number]))
        line = fitted_line(hint, REGULAR, size, box.width * mm, 5)
        draw_line(canvas, line, left, top - 54 - 12.5 * number)
    canvas.setFillColorRGB(*INK)


def _box(canvas: Canvas, sheet: Sheet, box: Area) -> None:
    for number in range(1, int((box.height - 2) / LINE_STEP) + 1):
        sheet.rule(box.left + 3, box.top + number * LINE_STEP + 1, box.width - 6, tone=PALE)
    sheet.frame(box, stroke=0.9, tone=ACCENT)
    canvas.setLineWidth(0.5)


def _foot(
    canvas: Canvas, area: Area, height: float, reply: ReplySheet, who: str, footer: str
) -> None:
    words = read_wording("reply")
    room, top = area.width * mm, height - area.top * mm
    canvas.setFillColorRGB(*GREY)
    _centred(canvas, area, single_line(both(words, "number"), REGULAR, 7), top - 12)
    canvas.setFillColorRGB(*INK)
    number = single_line(reply.short_id, BOLD, _NUMBER_SIZE)
    _centred(canvas, area, number, top - _NUMBER_DOWN)
    _centred(canvas, area, fitted_line(who, BOLD, 8.5, room, 6), top - 46)
    canvas.setFillColorRGB(*GREY)
    keep = " · ".join(words[language]["keep_clear"] for language in LANGUAGES)
    _centred(canvas, area, fitted_line(keep, REGULAR, 7, room, 4.5), top - 58)
    _centred(canvas, area, fitted_line(footer, REGULAR, 7.5, room, 5), top - 71)
    canvas.setFillColorRGB(*INK)
