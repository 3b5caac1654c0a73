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
from digitizer.engines.printing.kit.drawing import ACCENT, INK, Tone
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.page_frame import (
    GREY,
    draw_pages,
    identity,
)
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.sheet import Sheet
from digitizer.engines.printing.kit.tagging import Role
from digitizer.engines.printing.kit.wording import (
    PrintWords,
    Wording,
    both,
    in_order,
    shipped_words,
)
from digitizer.model.paper import CodeKind
from digitizer.model.people import Inmate

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
    reply: ReplySheet,
    inmate: Inmate,
    correspondent: str,
    facility: str,
    paper: Paper,
    words: PrintWords | None = None,
    language: str = "",
) -> bytes:
    """One page: a reply sheet alone, as when the first was spoiled. ``language``: the inmate's ("":
    not known)."""

    def page(canvas: Canvas) -> None:
        draw_reply_sheet(canvas, reply, inmate, correspondent, facility, paper, words=words)

    title = f"Reply sheet {reply.short_id}"
    return draw_pages([page], paper, title, clean_line(facility), language)


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
    *,
    words: PrintWords | None = None,
) -> None:
    """Draws on the canvas' current page and leaves it open. ``footer`` is a page number,
    ``words`` the facility's own, if it has any."""
    words = words or shipped_words()
    sheet = Sheet(canvas, *layout.PAPERS[paper])
    zones = layout.cover_zones(sheet.width, sheet.height)
    box = writing_area(paper)
    _title(sheet, words.reply, zones.header, facility)
    _parties(sheet, words.reply, box, inmate, correspondent)
    _box(sheet, box, words.layout.line_step)
    _foot(sheet, words.reply, zones.footer, reply, identity(inmate), footer)
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


def _title(sheet: Sheet, words: Wording, area: Area, facility: str) -> None:
    _centred(sheet, area, 14, facility, size=10, font=BOLD, tone=GREY, least=6)
    title = words["en"]["title"]
    _centred(sheet, area, 45, title, size=23, font=BOLD, tone=ACCENT, least=12, role="H1")
    _centred(sheet, area, 66, words["es"]["title"], size=13, tone=ACCENT, least=8)


def _centred(
    sheet: Sheet,
    area: Area,
    down: float,
    text: str,
    *,
    size: float,
    least: float,
    font: str = REGULAR,
    tone: Tone = INK,
    role: Role = "P",
) -> None:
    """A line in the middle of the area, ``down`` points below its top."""
    sheet.text(
        area.left + area.width / 2,
        area.top + down / mm,
        text,
        size=size,
        font=font,
        tone=tone,
        width=area.width,
        least=least,
        align="centre",
        role=role,
    )


def _parties(sheet: Sheet, words: Wording, box: Area, inmate: Inmate, correspondent: str) -> None:
    """To whom and from whom, and what to do, above the box."""
    top = box.top - _ABOVE_BOX
    width = box.width / 2 - 8
    middle = box.left + box.width / 2
    for x, label, name in ((box.left, "to", correspondent), (middle, "from", inmate.full_name)):
        sheet.text(x, top + 8 / mm, both(words, label), size=7.5, tone=GREY, width=width)
        sheet.text(x, top + 24 / mm, name, size=13, font=BOLD, width=width, least=6.5)
    sheet.text(middle, top + 36 / mm, inmate.booking_number, size=9.5, width=width, least=4)
    for down, size, tone, language in zip(
        (54, 66.5), (9, 8), (INK, GREY), in_order(words), strict=True
    ):
        sheet.text(
            box.left,
            top + down / mm,
            words[language]["instructions"],
            size=size,
            tone=tone,
            width=box.width,
            least=5,
        )


def _box(sheet: Sheet, box: Area, step: float) -> None:
    """``step``: millimetres between the lines; 9 is a relaxed hand's height, 0 means none."""
    for number in range(1, int((box.height - 2) / step) + 1 if step else 0):
        sheet.rule(box.left + 3, box.top + number * step + 1, box.width - 6, tone=PALE)
    sheet.frame(box, stroke=0.9, tone=ACCENT)


def _foot(
    sheet: Sheet, words: Wording, area: Area, reply: ReplySheet, who: str, footer: str
) -> None:
    _centred(sheet, area, 12, both(words, "number"), size=7, tone=GREY, least=4.5)
    _centred(sheet, area, _NUMBER_DOWN, reply.short_id, size=_NUMBER_SIZE, font=BOLD, least=12)
    _centred(sheet, area, 46, who, size=8.5, font=BOLD, least=6)
    keep = both(words, "keep_clear")
    _centred(sheet, area, 58, keep, size=7, tone=GREY, least=4.5)
    _centred(sheet, area, 71, footer, size=7.5, tone=GREY, least=5)
