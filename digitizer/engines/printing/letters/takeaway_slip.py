"""The slip that somebody gets who leaves: a code, and where it opens their mailbox.

Neither name nor booking number is on it: whoever finds it must know both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.drawing import ACCENT, INK, PAGE_SIZES
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.page_frame import (
    GREY,
    MARGIN,
    PANEL,
    draw_footer,
    draw_label,
    draw_lines,
    draw_pages,
)
from digitizer.engines.printing.kit.plain_text import clean, clean_line
from digitizer.engines.printing.kit.tagging import tagged
from digitizer.engines.printing.kit.text_runs import draw_line, fitted_line, wrap
from digitizer.engines.printing.kit.wording import (
    PrintWords,
    Wording,
    both,
    in_order,
    shipped_words,
)
from digitizer.engines.printing.letters.heads import Fact, draw_facts, draw_letterhead

_SIZE, _LEADING, _GAP = 10.0, 14.0, 22.0
_PANEL_HEIGHT = 74.0


@dataclass(frozen=True, slots=True)
class TakeawaySlip:
    """``code`` is in the groups in which it is typed, ``address`` where. ``number`` tells slips
    apart for staff. ``language`` is that of whoever gets it ("": not known)."""

    facility_name: str
    code: str
    address: str
    last_day: date
    number: int
    language: str = ""
    words: PrintWords = field(default_factory=shipped_words, repr=False, hash=False)


def takeaway_slip_pdf(slip: TakeawaySlip, paper: Paper) -> bytes:
    """One page."""
    title = f"{clean_line(slip.facility_name)}: {both(slip.words.notices, 'slip_kind')}"

    def page(canvas: Canvas) -> None:
        _draw(canvas, slip, paper)

    return draw_pages([page], paper, title, clean_line(slip.facility_name), slip.language)


def _draw(canvas: Canvas, slip: TakeawaySlip, paper: Paper) -> None:
    words, width = slip.words.notices, PAGE_SIZES[paper][0] - 2 * MARGIN
    y = draw_letterhead(canvas, paper, slip.facility_name, both(words, "slip_kind"))
    y = _draw_title(canvas, words, y - 38, width)
    y = _draw_code(canvas, slip, y - 14, width)
    facts = (
        Fact("slip_where", slip.address, bold=True),
        Fact("slip_until", slip.last_day.isoformat(), bold=True),
    )
    y = draw_facts(canvas, words, facts, paper, y - 26)
    _draw_steps(canvas, words, y - 24, width)
    draw_footer(canvas, paper, f"{both(words, 'slip_number')} {slip.number}", "")


def _draw_title(canvas: Canvas, words: Wording, y: float, width: float) -> float:
    canvas.setFillColorRGB(*INK)
    first, second = (words[each]["slip_title"] for each in in_order(words))
    with tagged(canvas, "H1"):
        draw_line(canvas, fitted_line(first, BOLD, 17, width, 9), MARGIN, y)
    canvas.setFillColorRGB(*ACCENT)
    with tagged(canvas, "P"):
        draw_line(canvas, fitted_line(second, REGULAR, 13, width, 8), MARGIN, y - 20)
    canvas.setFillColorRGB(*INK)
    return y - 20


def _draw_code(canvas: Canvas, slip: TakeawaySlip, top: float, width: float) -> float:
    """Large enough to be read by a weak eye, in groups; returns where the panel ends."""
    canvas.setFillColorRGB(*PANEL)
    canvas.rect(MARGIN, top - _PANEL_HEIGHT, width, _PANEL_HEIGHT, stroke=0, fill=1)
    canvas.setFillColorRGB(*ACCENT)
    canvas.rect(MARGIN, top - _PANEL_HEIGHT, 4, _PANEL_HEIGHT, stroke=0, fill=1)
    canvas.setFillColorRGB(*GREY)
    with tagged(canvas, "P"):
        label = both(slip.words.notices, "slip_code") + " "
        draw_label(canvas, label, MARGIN + 18, top - 18, width - 36, 8)
        canvas.setFillColorRGB(*INK)
        line = fitted_line(slip.code, BOLD, 27, width - 36, 14)
        draw_line(canvas, line, MARGIN + 18, top - 53)
    return top - _PANEL_HEIGHT


def _draw_steps(canvas: Canvas, words: Wording, y: float, width: float) -> None:
    """What it opens and how, a column a language."""
    column = (width - _GAP) / 2
    for number, language in enumerate(in_order(words)):
        x = MARGIN + number * (column + _GAP)
        below = y
        for key in ("slip_opens", "slip_how", "slip_keep"):
            lines = wrap(clean(words[language][key]), REGULAR, _SIZE, column)
            below = draw_lines(canvas, lines, x, below, column, _LEADING) - 7
