"""A report on paper: its numbers first, then each figure with its plot and its table."""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.plots.layout import SIZE, Bar, Pattern, Plot, plot
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area, Paper
from digitizer.engines.printing.kit.drawing import INK, SOFT
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.page_frame import RULE, new_canvas
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.sheet import Align, Sheet
from digitizer.model.figures import Fact, Figure, FigureRow, Report, said

_MARGIN, _TOP, _FOOT = 20.0, 22.0, 18.0
_PLOT_WIDTH, _PLOT_HEIGHT = 620.0, 170.0
_LINE = 4.6
_TABLE_SIZE, _NOTE_SIZE = 8.5, 8.5
_POINTS_PER_MM = 72 / 25.4
_HATCH = 1.1  # mm from one line to the next
_ROWS_WITH_HEADING = 4
_FACTS_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class _Words:
    """What the paper says besides the report, in one language."""

    title: str
    page: str
    nothing: str
    days: str
    months: tuple[str, ...]

    def said_days(self, report: Report) -> str:
        first, last = (
            self.days.format(day=each.day, month=self.months[each.month - 1], year=each.year)
            for each in (report.first, report.last)
        )
        return f"{first} – {last}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MESES = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
_ENGLISH = _Words(
    title="Mailroom report",
    page="Page {}",
    nothing="There is nothing to count.",
    days="{day} {month} {year}",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
)
_SPANISH = _Words(
    title="Informe de la sala de correo",
    page="Página {}",
    nothing="No hay nada que contar.",
    days="{day} de {month} de {year}",
    months=(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
)


class _Pages:
    """Writes from the top, and begins a page where the last one is full."""

    def __init__(self, canvas: Canvas, paper: Paper, foot: str, words: _Words) -> None:
        self.canvas = canvas
        self.words = words
        self.sheet = Sheet(canvas, *layout.PAPERS[paper])
        self.y = _TOP
        self._foot = foot
        self._number = 1

    @property
    def width(self) -> float:
        return self.sheet.width - 2 * _MARGIN

    def need(self, height: float) -> None:
        if self.y + height > self.sheet.height - _FOOT:
            self.end()
            self._number += 1
            self.y = _TOP

    def end(self) -> None:
        y = self.sheet.height - _FOOT + 8
        self.text(0, self._foot, y=y, tone_soft=True)
        self.text(
            self.width, self.words.page.format(self._number), y=y, align="right", tone_soft=True
        )
        self.canvas.showPage()

    def text(
        self,
        x: float,
        text: str,
        *,
        y: float | None = None,
        size: float = _TABLE_SIZE,
        width: float | None = None,
        bold: bool = False,
        tone_soft: bool = False,
        align: Align = "left",
    ) -> None:
        self.sheet.text(
            _MARGIN + x,
            self.y if y is None else y,
            text,
            size=size,
            width=self.width if width is None else width,
            tone=SOFT if tone_soft else INK,
            align=align,
            font=BOLD if bold else REGULAR,
        )

    def lines(self, text: str) -> None:
        area = Area(_MARGIN, self.y, self.width, 30)
        self.y = self.sheet.lines(area, text, size=_NOTE_SIZE, tone=SOFT)


def report_sheets(report: Report, facility_name: str, paper: Paper, language: str = "en") -> bytes:
    """A PDF, read in black and white as in colour. ``language`` is that of the report, whose words
    are in it already: en or es."""
    own = _SPANISH if language == "es" else _ENGLISH
    days = own.said_days(report)
    name = clean_line(facility_name)
    canvas, out = new_canvas(paper, f"{own.title}, {days}", name, language)
    pages = _Pages(canvas, paper, f"{name} · {days}", own)
    pages.text(0, name, size=11, bold=True, tone_soft=True)
    pages.y += 10
    pages.text(0, own.title, size=22, bold=True)
    pages.y += 8
    pages.text(0, days, size=12)
    pages.y += 12
    _facts(pages, report.facts)
    for figure in report.figures:
        _figure(pages, figure)
    pages.end()
    canvas.save()
    return out.getvalue()


def _facts(pages: _Pages, facts: tuple[Fact, ...]) -> None:
    room = pages.width / _FACTS_IN_A_ROW
    for place, fact in enumerate(facts):
        x = place % _FACTS_IN_A_ROW * room
        pages.text(x, fact.label, size=8.5, width=room - 4, tone_soft=True)
        pages.text(x, fact.said, y=pages.y + 6.5, size=15, width=room - 4, bold=True)
        if place % _FACTS_IN_A_ROW == _FACTS_IN_A_ROW - 1 or place == len(facts) - 1:
            pages.y += 15


def _figure(pages: _Pages, figure: Figure) -> None:
    made = plot(figure, _PLOT_WIDTH, _PLOT_HEIGHT)
    scale = pages.width / _PLOT_WIDTH
    pages.need(18 + made.height * scale + (_ROWS_WITH_HEADING + 1) * _LINE)
    pages.y += 6
    pages.text(0, figure.title, size=14, bold=True)
    pages.y += 2
    pages.lines(figure.note)
    pages.y += 3
    if figure.is_empty:
        pages.y += 4
        pages.text(0, pages.words.nothing, tone_soft=True)
        pages.y += 8
        return
    _draw(pages, made, scale)
    pages.y += made.height * scale + 6
    _table(pages, figure)
    pages.y += 5


def _table(pages: _Pages, figure: Figure) -> None:
    _headings(pages, figure)
    for row in figure.rows:
        before = pages.y
        pages.need(_LINE)
        if pages.y < before:
            _headings(pages, figure)
        _row(pages, figure, row)


def _headings(pages: _Pages, figure: Figure) -> None:
    first, each = _widths(pages, figure)
    pages.text(0, figure.label, bold=True, width=first)
    for place, column in enumerate(figure.columns):
        right = first + (place + 1) * each
        pages.text(right, column.name, bold=True, align="right", width=each - 2)
    _rule(pages, pages.y + 1.4)
    pages.y += _LINE + 0.6


def _row(pages: _Pages, figure: Figure, row: FigureRow) -> None:
    first, each = _widths(pages, figure)
    pages.text(0, row.label, width=first - 2)
    for place, (column, value) in enumerate(zip(figure.columns, row.values, strict=True)):
        right = first + (place + 1) * each
        pages.text(right, said(value, column.unit), align="right", width=each - 2)
    pages.y += _LINE


def _widths(pages: _Pages, figure: Figure) -> tuple[float, float]:
    """Of the first column, and of each other."""
    first = pages.width * 0.34
    return first, (pages.width - first) / len(figure.columns)


def _rule(pages: _Pages, y: float) -> None:
    pages.sheet.rule(_MARGIN, y, pages.width)


def _draw(pages: _Pages, made: Plot, scale: float) -> None:
    """The plot below ``pages.y``."""
    canvas = pages.canvas
    canvas.saveState()
    canvas.setLineWidth(0.5)
    for rule in made.rules:
        canvas.setStrokeColorRGB(*(INK if rule.strong else RULE))
        ends = ((rule.x1, rule.y1), (rule.x2, rule.y2))
        (x1, y1), (x2, y2) = (_at(pages, x, y, scale) for x, y in ends)
        canvas.line(x1, y1, x2, y2)
    canvas.setStrokeColorRGB(*INK)
    canvas.setFillColorRGB(*INK)
    for bar in made.bars:
        _draw_bar(pages, bar, scale)
    canvas.restoreState()
    aligned: dict[str, Align] = {"start": "left", "middle": "centre", "end": "right"}
    for words in made.words:
        pages.text(
            words.x * scale,
            words.text,
            y=pages.y + words.y * scale,
            size=SIZE * scale * _POINTS_PER_MM,
            align=aligned[words.align],
        )


def _draw_bar(pages: _Pages, bar: Bar, scale: float) -> None:
    x, y = _at(pages, bar.left, bar.top + bar.height, scale)
    width, height = bar.width * scale * mm, bar.height * scale * mm
    canvas = pages.canvas
    canvas.rect(x, y, width, height, fill=int(bar.pattern is Pattern.SOLID))
    if bar.pattern is not Pattern.LINES:
        return
    canvas.saveState()
    inside = canvas.beginPath()
    inside.rect(x, y, width, height)
    canvas.clipPath(inside, stroke=0)
    at, step = -height, _HATCH * mm
    while at < width:
        canvas.line(x + at, y, x + at + height, y + height)
        at += step
    canvas.restoreState()


def _at(pages: _Pages, x: float, y: float, scale: float) -> tuple[float, float]:
    """A place of the plot in points from the bottom left."""
    return (_MARGIN + x * scale) * mm, (pages.sheet.height - pages.y - y * scale) * mm
