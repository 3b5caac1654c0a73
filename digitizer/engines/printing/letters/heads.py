"""The heads of printed mail: what an officer sorts by, what a window shows, who wrote and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.drawing import ACCENT, INK, PAGE_SIZES
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.page_frame import (
    GREY,
    MARGIN,
    PANEL,
    TOP,
    draw_label,
    draw_lines,
    draw_right,
    draw_rule,
    label_line,
    sorting_name,
)
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.tagging import tagged
from digitizer.engines.printing.kit.text_runs import draw_line, fitted_line, single_line, wrap
from digitizer.engines.printing.kit.wording import Wording, both, in_order
from digitizer.engines.printing.letters.envelopes import WINDOWS
from digitizer.model.people import Inmate

PANEL_HEIGHT = 66.0
FACT_STEP = 17.0


@dataclass(frozen=True, slots=True)
class FactSizes:
    """Points: of a fact's value and its label, from line to line, and where values begin."""

    value: float
    label: float
    step: float
    column: float


USUAL_FACTS = FactSizes(value=10.5, label=7.5, step=FACT_STEP, column=92)


@dataclass(frozen=True, slots=True)
class Fact:
    """A value under a label of the wording file."""

    label: str
    value: str
    bold: bool = False


def draw_letterhead(canvas: Canvas, paper: Paper, facility: str, kind: str) -> float:
    """The facility's name and what this paper is, over an accent; returns where it ends."""
    width, height = PAGE_SIZES[paper]
    y = height - TOP
    canvas.setFillColorRGB(*GREY)
    label = label_line(kind, (width - 2 * MARGIN) * 0.5, 8)
    with tagged(canvas, "P"):
        draw_right(canvas, label, width - MARGIN, y)
    canvas.setFillColorRGB(*ACCENT)
    room = width - 2 * MARGIN - label.width - 16
    with tagged(canvas, "P"):
        draw_line(canvas, fitted_line(clean_line(facility), BOLD, 10.5, room, 7), MARGIN, y)
    canvas.rect(MARGIN, y - 9, width - 2 * MARGIN, 1.4, stroke=0, fill=1)
    canvas.setFillColorRGB(*INK)
    return y - 9


def draw_delivery_panel(
    canvas: Canvas, words: Wording, inmate: Inmate, paper: Paper, top: float
) -> float:
    """Name, booking number and housing unit, large enough to sort by; returns where it ends."""
    width = PAGE_SIZES[paper][0] - 2 * MARGIN
    right = MARGIN + width - 14
    canvas.setFillColorRGB(*PANEL)
    canvas.rect(MARGIN, top - PANEL_HEIGHT, width, PANEL_HEIGHT, stroke=0, fill=1)
    canvas.setFillColorRGB(*ACCENT)
    canvas.rect(MARGIN, top - PANEL_HEIGHT, 4, PANEL_HEIGHT, stroke=0, fill=1)
    unit = fitted_line(clean_line(inmate.housing_unit) or "—", BOLD, 30, width * 0.36, 9)
    label = label_line(both(words, "housing"), width * 0.36)
    with tagged(canvas, "P"):
        canvas.setFillColorRGB(*GREY)
        draw_line(canvas, label, right - label.width, top - 16)
        canvas.setFillColorRGB(*INK)
        draw_right(canvas, unit, right, top - 49)
    left = MARGIN + 18
    room = width - 18 - 14 - max(unit.width, label.width) - 16
    with tagged(canvas, "P"):
        draw_label(canvas, both(words, "to") + " ", left, top - 16, room)
        _draw_name(canvas, sorting_name(inmate), left, top, room)
    number = fitted_line(clean_line(inmate.booking_number), BOLD, 14, room, 5)
    hint = single_line(both(words, "booking"), REGULAR, 7.5)
    with tagged(canvas, "P"):
        draw_line(canvas, number, left, top - 55)
        if hint.width < room - number.width - 8:
            draw_label(canvas, " " + hint.text, left + number.width + 8, top - 55, room)
    return top - PANEL_HEIGHT


def _draw_name(canvas: Canvas, name: str, x: float, top: float, room: float) -> None:
    """A name on one line if that leaves it large, else on two; only then is it cut short."""
    one = fitted_line(name, BOLD, 18, room, 8)
    two = wrap(name, BOLD, 10.5, room)
    if one.size >= 11 or len(two) > 2:
        draw_line(canvas, one, x, top - 36)
        return
    for row, line in enumerate(two):
        draw_line(canvas, line, x, top - 28 - row * 12.5)


def draw_facts(
    canvas: Canvas,
    words: Wording,
    facts: Sequence[Fact],
    paper: Paper,
    y: float,
    sizes: FactSizes = USUAL_FACTS,
) -> float:
    """Labels with their values, a line each, over a rule; returns the rule's height."""
    width = PAGE_SIZES[paper][0] - 2 * MARGIN
    for fact in facts:
        font = BOLD if fact.bold else REGULAR
        value = clean_line(fact.value)
        line = fitted_line(value, font, sizes.value, width - sizes.column, sizes.value * 0.62)
        with tagged(canvas, "P"):
            draw_label(
                canvas, both(words, fact.label) + " ", MARGIN, y, sizes.column - 4, sizes.label
            )
            draw_line(canvas, line, MARGIN + sizes.column, y)
        y -= sizes.step
    draw_rule(canvas, MARGIN, y + 5, width)
    return y + 5


def draw_side_column(
    canvas: Canvas,
    words: Wording,
    title: str,
    facts: Sequence[Fact],
    notes: Sequence[str],
    paper: Paper,
) -> None:
    """Beside the window: what this is, the facts, and small notes; nothing of it shows outside."""
    width, height = PAGE_SIZES[paper]
    x = WINDOWS[paper].free_from * mm
    room = width - MARGIN - x
    y = height - TOP
    canvas.setFillColorRGB(*ACCENT)
    canvas.rect(x, y + 14, room, 1.4, stroke=0, fill=1)
    for language, font, size in zip(in_order(words), (BOLD, REGULAR), (10.5, 9.0), strict=True):
        with tagged(canvas, "P"):
            draw_line(canvas, fitted_line(words[language][title], font, size, room, 6), x, y)
        y -= 14
    for fact in facts:
        font = BOLD if fact.bold else REGULAR
        with tagged(canvas, "P"):
            draw_label(canvas, both(words, fact.label) + " ", x, y - 9, room, 7)
            draw_line(canvas, fitted_line(clean_line(fact.value), font, 9.5, room, 6), x, y - 20)
        y -= 26
    y -= 10
    canvas.setFillColorRGB(*GREY)
    for note in notes:
        y = draw_lines(canvas, wrap(note, REGULAR, 7.5, room), x, y, room, 9.5) - 3
    canvas.setFillColorRGB(*INK)
