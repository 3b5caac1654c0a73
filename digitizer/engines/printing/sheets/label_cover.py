"""An inmate's cover as a label, for a letter that came without one: staff stick it on."""

from __future__ import annotations

from reportlab.lib.units import mm

from digitizer.engines.printing.kit.cover_layout import Area
from digitizer.engines.printing.kit.drawing import INK
from digitizer.engines.printing.kit.fonts import BOLD
from digitizer.engines.printing.kit.label_layout import LABELS, LabelLayout
from digitizer.engines.printing.kit.page_frame import new_canvas
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.sheet import Sheet
from digitizer.engines.printing.kit.text_runs import single_line
from digitizer.engines.printing.kit.wording import LANGUAGES, Wording
from digitizer.engines.printing.sheets.cover_blocks import CoverSheet
from digitizer.model.prints import LabelPaper

_WORDS = "label"


def label_cover_pdf(cover: CoverSheet, paper: LabelPaper) -> bytes:
    """A PDF of one page, as large as the label. All of it is black: a label printer knows no grey.

    The same cover gives the same bytes.
    """
    place = LABELS[paper]
    title = f"{_says(cover, 'en')['title']} {cover.short_id}"
    canvas, out = new_canvas("letter", title, clean_line(cover.facility_name), cover.language)
    canvas.setPageSize((place.width * mm, place.height * mm))
    sheet = Sheet(canvas, place.width, place.height)
    for area in place.codes:
        sheet.code(cover.payload, area)
    for number, area in place.marks.items():
        sheet.mark(number, area)
    _draw_title(sheet, cover, place)
    _draw_person(sheet, cover, place)
    for row, language in enumerate(LANGUAGES):
        half = place.order.height / 2
        box = Area(place.order.left, place.order.top + row * half, place.order.width, half)
        sheet.lines(box, _says(cover, language)["order"], size=7.5 if _is_wide(place) else 5)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _says(cover: CoverSheet, language: str) -> Wording:
    said: Wording = cover.words.cover[_WORDS][language]
    return said


def _is_wide(place: LabelLayout) -> bool:
    return place.width > 80


def _draw_title(sheet: Sheet, cover: CoverSheet, place: LabelLayout) -> None:
    """Each in a line of its own: titles are what can be read where codes and marks are gone."""
    area, wide = place.title, _is_wide(place)
    english, spanish = (_says(cover, each)["title"].upper() for each in LANGUAGES)
    size = 15 if wide else 8
    first = area.top + size * 0.75 / mm
    sheet.text(area.left, first, english, size=size, font=BOLD, width=area.width, role="H1")
    sheet.text(area.left, first + size / mm, spanish, size=size * 0.6, width=area.width)


def _draw_person(sheet: Sheet, cover: CoverSheet, place: LabelLayout) -> None:
    inmate, wide = cover.inmate, _is_wide(place)
    name = inmate.full_name if inmate else ""
    size, least = (26.0, 15.0) if wide else (14.0, 9.0)
    area = place.name
    if single_line(clean_line(name), BOLD, least).width <= area.width * mm:
        y = area.top + size * 0.9 / mm
        sheet.text(area.left, y, name, size=size, font=BOLD, width=area.width, least=least)
    else:
        sheet.lines(area, name, size=least if wide else 8.5, font=BOLD, leading=1.15)
    facts = [inmate.booking_number, inmate.housing_unit.strip()] if inmate else []
    lines = [each for each in (*facts, cover.short_id) if each]
    step = place.facts.height / 3
    for row, text in enumerate(lines):
        sheet.text(
            place.facts.left,
            place.facts.top + row * step + step * 0.75,
            text,
            size=15 if wide else 11,
            font=BOLD,
            tone=INK,
            width=place.facts.width,
            least=6,
        )
