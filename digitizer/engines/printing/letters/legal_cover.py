"""What a registered sender puts on one item of legal mail: a page for a window envelope, whose code
shows beside the address, or a picture for any other envelope.

It is no cover sheet: it has no marks of one, and whoever scans it by mistake has the scan sealed.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.cover_layout import CODE_MODULES, QUIET_MODULES, Paper
from digitizer.engines.printing.kit.drawing import ACCENT, INK, PAGE_SIZES
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.page_frame import (
    MARGIN,
    draw_footer,
    draw_lines,
    draw_pages,
    draw_rule,
)
from digitizer.engines.printing.kit.plain_text import clean, clean_line
from digitizer.engines.printing.kit.qr_code import qr_modules
from digitizer.engines.printing.kit.tagging import tagged
from digitizer.engines.printing.kit.text_runs import draw_line, fitted_line, wrap
from digitizer.engines.printing.kit.wording import LANGUAGES, PrintWords, both, shipped_words
from digitizer.engines.printing.letters.envelopes import draw_window_with_code
from digitizer.engines.printing.letters.heads import Fact, FactSizes, draw_facts
from digitizer.support.paths import PRINT_TEMPLATES

_SIZE, _LEADING, _COLUMN_GAP = 9.5, 13.2, 22.0
_FACTS = FactSizes(value=12, label=8, step=20, column=142)
_BELOW_WINDOW = 124 * mm
_PIXELS, _DPI = 14, 300
_TEXT_SIZE, _NUMBER_SIZE, _STEP = 34, 64, 46


@dataclass(frozen=True, slots=True)
class LegalCover:
    """``text`` is what the code holds. ``to`` and ``sender`` are lines: the inmate's name and
    booking number, then where; the sender's name, then where. ``last_day`` is the last on which
    the code is good."""

    text: str
    short_id: str
    to: tuple[str, ...]
    sender: tuple[str, ...]
    last_day: date
    words: PrintWords = field(default_factory=shipped_words, repr=False, hash=False)


def legal_cover_pdf(cover: LegalCover, paper: Paper) -> bytes:
    """One page."""

    def page(canvas: Canvas) -> None:
        _draw(canvas, cover, paper)

    return draw_pages([page], paper, f"Legal mail {cover.short_id}", clean_line(cover.sender[0]))


def _draw(canvas: Canvas, cover: LegalCover, paper: Paper) -> None:
    words, (width, height) = cover.words.notices, PAGE_SIZES[paper]
    who, booking, *where = cover.to
    seen = (who, f"{booking} · {cover.short_id}", *where)  # what is keyed shows in the window too
    draw_window_with_code(canvas, paper, cover.text, seen, cover.sender)
    y, room = height - _BELOW_WINDOW, width - 2 * MARGIN
    for number, language in enumerate(LANGUAGES):
        canvas.setFillColorRGB(*(ACCENT if number else INK))
        line = fitted_line(words[language]["legal_title"], BOLD, 13 - 2 * number, room, 7)
        with tagged(canvas, "P" if number else "H1"):
            draw_line(canvas, line, MARGIN, y)
        y -= 18
    canvas.setFillColorRGB(*INK)
    facts = [
        Fact("legal_number", cover.short_id, bold=True),
        Fact("legal_until", cover.last_day.isoformat()),
        Fact("legal_for", clean_line(cover.to[0])),
        Fact("legal_from", clean_line(cover.sender[0])),
    ]
    y = draw_facts(canvas, words, facts, paper, y - 14, _FACTS) - 22
    y = _draw_note(canvas, cover, "legal_mailroom", y, room) - 16
    draw_rule(canvas, MARGIN, y + 14, room)
    _draw_note(canvas, cover, "legal_sender", y, room)
    draw_footer(canvas, paper, cover.short_id, both(words, "legal_kind"))


def _draw_note(canvas: Canvas, cover: LegalCover, key: str, y: float, width: float) -> float:
    """A column a language; returns where it ends."""
    column = (width - _COLUMN_GAP) / 2
    ends = []
    for number, language in enumerate(LANGUAGES):
        text = clean(cover.words.notices[language][key])
        lines = wrap(text, REGULAR, _SIZE, column)
        x = MARGIN + number * (column + _COLUMN_GAP)
        ends.append(draw_lines(canvas, lines, x, y, column, _LEADING))
    return min(ends)


def legal_cover_picture(cover: LegalCover) -> bytes:
    """PNG of 300 dots an inch: the code with its quiet zone, and beside it what it is, its number
    and for whom."""
    words = cover.words.notices
    side = (CODE_MODULES + 2 * QUIET_MODULES) * _PIXELS
    lines = [(both(words, "legal_kind"), _TEXT_SIZE, True), (cover.short_id, _NUMBER_SIZE, True)]
    lines += [(line, _TEXT_SIZE, False) for line in cover.to]
    lines.append((f"{both(words, 'legal_until')} {cover.last_day}", _TEXT_SIZE, False))
    fonts = [_font(size, bold) for _, size, bold in lines]
    texts = [clean_line(text) for text, _, _ in lines]
    wide = max(font.getlength(text) for font, text in zip(fonts, texts, strict=True))
    height = max(side, _STEP * (len(lines) + 2))
    picture = Image.new("L", (side + int(wide) + 2 * _STEP, height), 255)
    _draw_cells(picture, cover.text)
    pen = ImageDraw.Draw(picture)
    y = QUIET_MODULES * _PIXELS
    for text, font, (_, size, _) in zip(texts, fonts, lines, strict=True):
        pen.text((side, y), text, fill=0, font=font)
        y += size + _STEP - _TEXT_SIZE
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True, dpi=(_DPI, _DPI))
    return out.getvalue()


def _draw_cells(picture: Image.Image, payload: str) -> None:
    pen = ImageDraw.Draw(picture)
    for down, row in enumerate(qr_modules(payload), QUIET_MODULES):
        for across, dark in enumerate(row, QUIET_MODULES):
            if dark:
                x, y = across * _PIXELS, down * _PIXELS
                pen.rectangle((x, y, x + _PIXELS - 1, y + _PIXELS - 1), fill=0)


def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "NotoSans-Bold.ttf" if bold else "NotoSans-Regular.ttf"
    return ImageFont.truetype(str(PRINT_TEMPLATES / "fonts" / name), size)
