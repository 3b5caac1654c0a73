"""The slip about a visit that is booked, moved or cancelled: for the inmate, in both languages."""

from __future__ import annotations

from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.drawing import ACCENT, INK, PAGE_SIZES
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.page_frame import (
    MARGIN,
    draw_footer,
    draw_lines,
    draw_pages,
    identity,
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
from digitizer.engines.printing.letters.heads import (
    Fact,
    FactSizes,
    draw_delivery_panel,
    draw_facts,
    draw_letterhead,
)
from digitizer.model.people import Inmate

_SIZE, _LEADING, _GAP = 10.0, 14.0, 22.0
_FACTS = FactSizes(value=11, label=8, step=20, column=142)


@dataclass(frozen=True, slots=True)
class VisitSlip:
    """``news``: "booked", "moved" or "cancelled". ``when`` is in local time. ``monitored``: staff
    may look on, which is said before. ``language`` is that of the inmate ("": not known)."""

    facility_name: str
    inmate: Inmate
    news: str
    when: str
    where: str
    visitors: tuple[str, ...]
    monitored: bool
    reason: str = ""
    language: str = ""
    words: PrintWords = field(default_factory=shipped_words, repr=False, hash=False)


def visit_slip_pdf(slip: VisitSlip, paper: Paper) -> bytes:
    """One page."""
    title = f"{clean_line(slip.facility_name)}: {both(slip.words.notices, 'visit_kind')}"

    def page(canvas: Canvas) -> None:
        _draw(canvas, slip, paper)

    return draw_pages([page], paper, title, clean_line(slip.facility_name), slip.language)


def _draw(canvas: Canvas, slip: VisitSlip, paper: Paper) -> None:
    words, width = slip.words.notices, PAGE_SIZES[paper][0] - 2 * MARGIN
    y = draw_letterhead(canvas, paper, slip.facility_name, both(words, "visit_kind"))
    y = draw_delivery_panel(canvas, slip.words.letter, slip.inmate, paper, y - 20)
    y = _draw_title(canvas, words, slip.news, y - 38, width)
    who = Fact("visit_who", clean_line(", ".join(slip.visitors)))
    why = [Fact("visit_why", clean_line(slip.reason))] if slip.reason else []
    short = [each for each in (who, *why) if _fits(each.value, width)]
    facts = (
        Fact("visit_when", slip.when, bold=True),
        Fact("visit_where", clean_line(slip.where), bold=True),
        *short,
    )
    y = draw_facts(canvas, words, facts, paper, y - 26, _FACTS)
    for each in (who, *why):
        if each not in short:
            y = _draw_in_full(canvas, f"{both(words, each.label)}: {each.value}", y - 20, width)
    if slip.news != "cancelled":
        _draw_notes(canvas, words, slip.monitored, y - 24, width)
    draw_footer(canvas, paper, identity(slip.inmate), both(words, "visit_kind"))


def _fits(value: str, width: float) -> bool:
    """Whether it stands on one line, as small as facts become."""
    return len(wrap(value, REGULAR, _FACTS.value * 0.62, width - _FACTS.column)) == 1


def _draw_in_full(canvas: Canvas, text: str, y: float, width: float) -> float:
    """Of who comes and why it is off nothing is left out; returns where it ends."""
    lines = wrap(clean_line(text), REGULAR, _SIZE, width)
    return draw_lines(canvas, lines, MARGIN, y, width, _LEADING) + _LEADING


def _draw_title(canvas: Canvas, words: Wording, news: str, y: float, width: float) -> float:
    first, second = (words[each][f"visit_{news}"] for each in in_order(words))
    canvas.setFillColorRGB(*INK)
    with tagged(canvas, "H1"):
        draw_line(canvas, fitted_line(first, BOLD, 17, width, 9), MARGIN, y)
    canvas.setFillColorRGB(*ACCENT)
    with tagged(canvas, "P"):
        draw_line(canvas, fitted_line(second, REGULAR, 13, width, 8), MARGIN, y - 20)
    canvas.setFillColorRGB(*INK)
    return y - 20


def _draw_notes(canvas: Canvas, words: Wording, monitored: bool, y: float, width: float) -> None:
    """A column a language."""
    column = (width - _GAP) / 2
    keys = ("visit_watched", "visit_note") if monitored else ("visit_note",)
    for number, language in enumerate(in_order(words)):
        x, below = MARGIN + number * (column + _GAP), y
        for key in keys:
            lines = wrap(clean(words[language][key]), REGULAR, _SIZE, column)
            below = draw_lines(canvas, lines, x, below, column, _LEADING) - 7
