"""Cover sheets of all kinds as PDF: one page each, the code four times, the marks six times."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area, Paper
from digitizer.engines.printing.kit.drawing import ACCENT, FAINT, PAGE_SIZES, SOFT
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.missing import missing_in
from digitizer.engines.printing.kit.page_frame import new_canvas
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.sheet import LEADING, Sheet
from digitizer.engines.printing.kit.text_runs import single_line, wrap
from digitizer.engines.printing.kit.wording import Wording
from digitizer.engines.printing.sheets.cover_blocks import (
    CoverSheet,
    numbered_steps,
    sheet_number,
    small_label,
)
from digitizer.engines.printing.sheets.reply_sheet import ReplySheet, draw_reply_sheet
from digitizer.engines.printing.sheets.staff_sheets import (
    draw_batch_header,
    draw_legal_marker,
    draw_separator,
)
from digitizer.model.errors import UsageError
from digitizer.model.paper import CodeKind
from digitizer.support.wording import counted

__all__ = ["CoverSheet", "cover_missing", "cover_pdf", "covers_pdf", "draw_cover"]


_NOTES_SIZE, _NOTES_LEAST = 8.5, 5.5
#: Of the place for what must be done, at most so much is for what the facility says of its mail.
_NOTES_SHARE = 0.3


def cover_pdf(cover: CoverSheet, paper: Paper) -> bytes:
    """A PDF of one page; a separator's has two, its front and its back, which are alike.

    The same cover gives the same bytes.
    """
    title = f"{cover.says('en')['title']} {cover.short_id}"
    canvas, out = new_canvas(paper, title, clean_line(cover.facility_name), cover.language)
    for _side in range(2 if cover.kind is CodeKind.SEPARATOR else 1):
        draw_cover(canvas, cover, paper)
    canvas.save()
    return out.getvalue()


def covers_pdf(covers: Sequence[CoverSheet], paper: Paper) -> bytes:
    """Several covers, one after the other."""
    first = covers[0]
    canvas, out = new_canvas(
        paper,
        f"{counted(len(covers), 'cover')} from {first.short_id}",
        clean_line(first.facility_name),
    )
    for cover in covers:
        draw_cover(canvas, cover, paper)
    canvas.save()
    return out.getvalue()


def cover_missing(cover: CoverSheet) -> str:
    """The characters of the cover that print can only show as boxes; "" if there are none."""
    who = cover.inmate
    person = (who.full_name, who.booking_number, who.housing_unit) if who else ()
    notes = (each for language in cover.notes for each in language)
    return missing_in((cover.facility_name, *cover.mail_address, *person, cover.sender, *notes))


def draw_cover(canvas: Canvas, cover: CoverSheet, paper: Paper) -> None:
    """Draws the cover on the canvas' current page and ends that page."""
    canvas.setPageSize(PAGE_SIZES[paper])
    if cover.kind is CodeKind.REPLY:
        _draw_reply(canvas, cover, paper)
    else:
        sheet = Sheet(canvas, *layout.PAPERS[paper])
        _DRAW[cover.kind](sheet, cover)
        sheet.codes_and_marks(cover.payload, cover.kind)
    canvas.showPage()


def _draw_reply(canvas: Canvas, cover: CoverSheet, paper: Paper) -> None:
    if cover.inmate is None:
        raise UsageError("A reply sheet needs the inmate who will write on it: name one.")
    reply = ReplySheet(cover.payload, cover.short_id)
    whom = cover.sender or ""
    draw_reply_sheet(
        canvas, reply, cover.inmate, whom, cover.facility_name, paper, words=cover.words
    )


def _draw_inmate(sheet: Sheet, cover: CoverSheet) -> None:
    zones = layout.cover_zones(sheet.width, sheet.height)
    _header(sheet, cover, zones.header)
    _person(sheet, cover, zones.person)
    _mail_to(sheet, cover, zones.mail_to)
    _sender(sheet, cover, zones)
    _steps(sheet, cover, zones.steps)
    _footer(sheet, cover, zones.footer)


def _header(sheet: Sheet, cover: CoverSheet, area: Area) -> None:
    middle, width = area.left + area.width / 2, area.width
    english, spanish = cover.says("en"), cover.says("es")
    sheet.text(
        middle,
        area.top + 5,
        cover.facility_name,
        size=11,
        font=BOLD,
        tone=SOFT,
        width=width,
        align="centre",
    )
    sheet.text(
        middle,
        area.top + 16,
        english["title"],
        size=25,
        font=BOLD,
        tone=ACCENT,
        width=width,
        align="centre",
        role="H1",
    )
    sheet.text(
        middle, area.top + 24, spanish["title"], size=14, tone=ACCENT, width=width, align="centre"
    )


def _person(sheet: Sheet, cover: CoverSheet, area: Area) -> None:
    sheet.frame(area, stroke=1.6, tone=ACCENT)
    left, width = area.left + 6, area.width - 12
    inmate = cover.inmate
    small_label(sheet, left, area.top + 7, cover.label("for"), width)
    _name(sheet, Area(left, area.top + 9.5, width, 13), inmate.full_name if inmate else "")
    facts = [("booking", inmate.booking_number if inmate else "")]
    facts += [("housing", inmate.housing_unit)] if inmate and inmate.housing_unit.strip() else []
    facts += [("sheets", str(cover.sheets))] if cover.sheets else []
    x = left
    for (key, value), share in zip(facts, (0.4, 0.3, 0.3), strict=False):
        small_label(sheet, x, area.top + 27, cover.label(key), width * share - 3)
        sheet.text(x, area.top + 34, value, size=15, font=BOLD, width=width * share - 3, least=8)
        x += width * share


def _name(sheet: Sheet, area: Area, name: str, size: float = 27, least: float = 15) -> None:
    """As large as one line allows; a very long name takes two."""
    if single_line(clean_line(name), BOLD, least).width <= area.width * mm:
        sheet.text(
            area.left, area.top + 9.5, name, size=size, font=BOLD, width=area.width, least=least
        )
    else:
        sheet.lines(area, name, size=14, font=BOLD)


def _mail_to(sheet: Sheet, cover: CoverSheet, area: Area) -> None:
    sheet.frame(area, tone=FAINT)
    left, width = area.left + 6, area.width - 11
    small_label(sheet, left, area.top + 7, cover.label("mail_to"), width)
    block = Area(left, area.top + 9.5, width, area.height - 12)
    _block(sheet, block, [cover.facility_name, *cover.mail_address])


def _block(sheet: Sheet, area: Area, lines: Sequence[str], size: float = 11.5) -> None:
    """Short lines under each other, all in one size: the largest that fits them all."""
    widest = max(single_line(clean_line(line), BOLD, size).width for line in lines) / mm
    tallest = len(lines) * size * 1.4 / mm
    size *= min(1.0, area.width / max(widest, 1), area.height / tallest)
    for number, line in enumerate(lines):
        y = area.top + (1 + number * 1.4) * max(size, 5) / mm
        sheet.text(area.left, y, line, size=max(size, 5), width=area.width, font=BOLD, least=5)


def _sender(sheet: Sheet, cover: CoverSheet, zones: layout.CoverZones) -> None:
    area = zones.sender
    sheet.frame(area, tone=FAINT)
    left, width = area.left + 6, area.width - 11
    small_label(sheet, left, area.top + 7, cover.label("sender"), width)
    if cover.sender:
        sheet.lines(Area(left, area.top + 8.5, width, 9.5), cover.sender, size=9.5, font=BOLD)
    else:
        for number, language in enumerate(("en", "es")):
            hint = cover.says(language)["sender_hint"]
            sheet.text(
                left,
                area.top + 11.8 + number * 3.6,
                hint,
                size=7.5,
                width=width,
                tone=SOFT,
                least=5,
            )
    for y in zones.sender_lines:
        sheet.rule(left, y, width, tone=FAINT)


def _steps(sheet: Sheet, cover: CoverSheet, area: Area) -> None:
    gap = 10
    half = (area.width - gap) / 2
    columns, steps = [], []
    area = _above_notes(sheet, cover, area, half)
    for left, language in ((area.left, "en"), (area.left + half + gap, "es")):
        words = cover.says(language)
        sheet.text(
            left, area.top + 6, words["heading"], size=13, font=BOLD, tone=ACCENT, width=half
        )
        sheet.rule(left, area.top + 8.5, half, stroke=1, tone=ACCENT)
        columns.append(Area(left, area.top + 12, half, area.height - 12))
        steps.append(_all_steps(cover, words))
    numbered_steps(sheet, columns, steps)


def _above_notes(sheet: Sheet, cover: CoverSheet, area: Area, width: float) -> Area:
    """Sets the facility's notes at the foot of each column; what is left for the steps."""
    notes = [" ".join(each) for each in cover.notes]
    if not any(notes):
        return area
    size, room = _NOTES_SIZE, area.height * _NOTES_SHARE
    while size > _NOTES_LEAST and _tallest(notes, width, size) > room:
        size -= 0.25
    height = min(room, _tallest(notes, width, size))
    top = area.bottom - height
    for left, text in zip((area.left, area.right - width), notes, strict=True):
        sheet.rule(left, top - 2, width, tone=FAINT)
        sheet.lines(Area(left, top - 1, width, height + 0.5), text, size=size)
    return Area(area.left, area.top, area.width, area.height - height - 4)


def _tallest(notes: Sequence[str], width: float, size: float) -> float:
    return max(len(wrap(clean_line(each), REGULAR, size, width * mm)) for each in notes) * (
        size * LEADING / mm
    )


def _all_steps(cover: CoverSheet, words: Wording) -> list[str]:
    steps = [*words["steps"], _good_for(cover, words)]
    if cover.until:
        steps.append(words["steps_until"].format(until=cover.until.isoformat()))
    if cover.sheets == 1:
        steps.append(words["steps_one_sheet"])
    elif cover.sheets:
        steps.append(words["steps_sheets"].format(sheets=cover.sheets))
    return steps


def _good_for(cover: CoverSheet, words: Wording) -> str:
    if cover.once or cover.uses == 1:
        return str(words["steps_once"])
    return str(
        words["steps_uses"].format(uses=cover.uses) if cover.uses else words["steps_standing"]
    )


def _footer(sheet: Sheet, cover: CoverSheet, area: Area) -> None:
    middle = area.left + area.width / 2
    for number, language in enumerate(("en", "es")):
        words = cover.says(language)
        sheet.text(
            middle,
            area.bottom - 5.5 + number * 4.2,
            words["keep_clear"],
            size=8.2,
            width=area.width,
            tone=SOFT,
            align="centre",
        )
    sheet_number(sheet, cover, area, cover.label("number"))


_DRAW = {
    CodeKind.INMATE: _draw_inmate,
    CodeKind.BATCH: draw_batch_header,
    CodeKind.LEGAL: draw_legal_marker,
    CodeKind.SEPARATOR: draw_separator,
}
