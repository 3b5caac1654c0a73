"""What only the mailroom handles: batch headers, separators and legal markers."""

from __future__ import annotations

from collections.abc import Sequence

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area
from digitizer.engines.printing.kit.drawing import ACCENT, SOFT, WHITE
from digitizer.engines.printing.kit.fonts import BOLD
from digitizer.engines.printing.kit.sheet import Sheet
from digitizer.engines.printing.kit.wording import Wording
from digitizer.engines.printing.sheets.cover_blocks import (
    CoverSheet,
    numbered_steps,
    sheet_number,
    small_label,
)


def draw_batch_header(sheet: Sheet, cover: CoverSheet) -> None:
    """Lies on top of a stack and says how many letters are in it."""
    words = cover.says("en")
    zones = layout.cover_zones(sheet.width, sheet.height)
    body = layout.body_area(sheet.width, sheet.height)
    _staff_header(sheet, cover, zones.header, words)
    _count(sheet, cover, layout.count_frame(sheet.width, sheet.height), words)
    end = _fields(sheet, Area(body.left, body.top + 64, body.width, 0), words["fields"])
    counted = words["steps_uncounted" if cover.letters is None else "steps_counted"]
    steps = Area(body.left, end + 10, body.width, body.bottom - end - 10)
    numbered_steps(sheet, [steps], [[*words["steps"], counted]], size=11)
    sheet_number(sheet, cover, zones.footer, words["number"])


def _staff_header(sheet: Sheet, cover: CoverSheet, area: Area, words: Wording) -> None:
    middle = area.left + area.width / 2
    sheet.text(
        middle,
        area.top + 5,
        cover.facility_name,
        size=11,
        font=BOLD,
        tone=SOFT,
        width=area.width,
        align="centre",
    )
    sheet.text(
        middle, area.top + 17, words["title"], size=30, font=BOLD, width=area.width, align="centre"
    )
    sheet.text(
        middle,
        area.top + 24.5,
        words["subtitle"],
        size=12,
        tone=SOFT,
        width=area.width,
        align="centre",
    )


def _count(sheet: Sheet, cover: CoverSheet, area: Area, words: Wording) -> None:
    sheet.frame(area, stroke=1.6, tone=ACCENT)
    middle, width = area.left + area.width / 2, area.width - 12
    if cover.letters is None:
        sheet.text(
            middle,
            area.top + area.height / 2 + 2,
            words["uncounted"],
            size=18,
            font=BOLD,
            width=width,
            align="centre",
        )
        return
    unit = words["one_letter" if cover.letters == 1 else "letters"]
    sheet.text(
        middle, area.top + 36, str(cover.letters), size=96, font=BOLD, width=width, align="centre"
    )
    sheet.text(middle, area.top + 48, unit, size=18, width=width, align="centre")


def _fields(sheet: Sheet, area: Area, labels: Sequence[str], step: float = 13.0) -> float:
    """Labels, each with a line for a pen, under each other; returns where they end (mm)."""
    for row, message in enumerate(labels, start=1):
        y = area.top + row * step
        small_label(sheet, area.left, y + 3.6, message, area.width)
        sheet.rule(area.left, y, area.width)
    return area.top + len(labels) * step + 4


def draw_separator(sheet: Sheet, cover: CoverSheet) -> None:
    """Lies on top of a letter without a cover sheet. Both sides of the paper are printed alike."""
    words, spanish = cover.says("en"), cover.says("es")
    zones = layout.cover_zones(sheet.width, sheet.height)
    body = layout.body_area(sheet.width, sheet.height)
    frame = layout.count_frame(sheet.width, sheet.height)
    _staff_header(sheet, cover, zones.header, words | {"subtitle": spanish["title"]})
    sheet.frame(frame, stroke=1.6, tone=ACCENT)
    for text, size, down in ((words["order"], 40, 25.0), (spanish["order"], 24, 40.0)):
        sheet.text(
            sheet.width / 2,
            frame.top + down,
            text,
            size=size,
            font=BOLD,
            width=frame.width - 12,
            align="centre",
        )
    gap, top = 10.0, frame.bottom + 12
    half = (body.width - gap) / 2
    columns = [
        Area(left, top, half, body.bottom - top) for left in (body.left, body.left + half + gap)
    ]
    numbered_steps(sheet, columns, [words["steps"], spanish["steps"]], size=11)
    sheet_number(sheet, cover, zones.footer, cover.label("number"))


def draw_legal_marker(sheet: Sheet, cover: CoverSheet) -> None:
    """Travels with one piece of legal mail; a scan that meets it is sealed."""
    words, spanish = cover.says("en"), cover.says("es")
    zones = layout.cover_zones(sheet.width, sheet.height)
    body = layout.body_area(sheet.width, sheet.height)
    middle = sheet.width / 2
    _staff_header(sheet, cover, zones.header, words)
    band = layout.legal_band(sheet.width, sheet.height)
    sheet.filled(band)
    sheet.text(
        middle,
        band.top + 24,
        words["title"],
        size=58,
        font=BOLD,
        tone=WHITE,
        width=band.width - 12,
        align="centre",
    )
    sheet.text(
        middle,
        band.top + 38,
        spanish["title"],
        size=26,
        font=BOLD,
        tone=WHITE,
        width=band.width - 12,
        align="centre",
    )
    for row, each in enumerate((words, spanish)):
        sheet.text(
            middle,
            band.bottom + 10 + row * 7,
            each["order"],
            size=17 - 3 * row,
            font=BOLD,
            width=body.width,
            align="centre",
        )
    end = _fields(sheet, Area(body.left, band.bottom + 19, body.width, 0), words["fields"], 12)
    steps = Area(body.left, end + 5, body.width, body.bottom - end - 5)
    last = [words["steps_until"].format(until=cover.until.isoformat())] if cover.until else []
    numbered_steps(sheet, [steps], [[*words["steps"], *last]])
    sheet_number(sheet, cover, zones.footer, words["number"])
