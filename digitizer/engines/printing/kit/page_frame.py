"""What all printed mail shares: one accent, margins, footers, page breaks, words in two languages.

A page is a function that draws on a canvas; pages are laid out first and drawn last, because
each says how many there are. All lengths are points from the bottom left.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.drawing import INK, PAGE_SIZES, Tone
from digitizer.engines.printing.kit.embedding import empty_canvas
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.tagging import Role, TaggedCanvas, tagged
from digitizer.engines.printing.kit.text_runs import Line, draw_line, fitted_line
from digitizer.model.people import Inmate

GREY: Tone = (0.36, 0.37, 0.40)
PANEL: Tone = (0.945, 0.955, 0.965)
RULE: Tone = (0.76, 0.78, 0.81)

MARGIN = 25 * mm
TOP = 20 * mm
FOOT = 24 * mm
"""Where text ends above the paper's lower edge; the footer stands below."""

BODY_SIZE = 10.5
LEADING = 15.5
LEAST_LABEL = 3.5
"""Points of the smallest label; what is still too wide is cut short."""

GAP = 0.6
"""What an empty line takes of a full one's height."""

Page = Callable[[Canvas], None]


def sorting_name(inmate: Inmate) -> str:
    """Last name first, as housing officers sort."""
    names = (clean_line(inmate.last_name), clean_line(inmate.first_name))
    return ", ".join(name for name in names if name)


def identity(inmate: Inmate) -> str:
    """What names the inmate at the foot of every page: the number comes first, it is unique."""
    return f"{clean_line(inmate.booking_number)} · {sorting_name(inmate)}"


def new_canvas(
    paper: Paper, title: str, author: str, language: str = ""
) -> tuple[Canvas, io.BytesIO]:
    """An empty document and where its bytes will be. Equal drawing gives equal bytes.

    ``language`` is its reader's, such as "es"; "" where it is not known.
    """
    out = io.BytesIO()
    canvas = empty_canvas(out, PAGE_SIZES[paper], TaggedCanvas)
    if language and isinstance(canvas, TaggedCanvas):
        canvas.language = language
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setCreator("digitizer")
    return canvas, out


def draw_pages(
    pages: Sequence[Page], paper: Paper, title: str, author: str, language: str = ""
) -> bytes:
    """``language`` as for ``new_canvas``."""
    canvas, out = new_canvas(paper, title, author, language)
    for page in pages:
        canvas.setFillColorRGB(*INK)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def draw_label(
    canvas: Canvas, text: str, x: float, y: float, room: float, size: float = 7.5
) -> None:
    """A label in one line, set smaller where it is wider than ``room``."""
    canvas.setFillColorRGB(*GREY)
    draw_line(canvas, label_line(text, room, size), x, y)
    canvas.setFillColorRGB(*INK)


def label_line(text: str, room: float, size: float = 7.5) -> Line:
    return fitted_line(text, REGULAR, size, room, LEAST_LABEL)


def draw_right(canvas: Canvas, line: Line, right: float, y: float) -> None:
    """A line that ends at ``right``, whichever way it reads."""
    draw_line(canvas, line, right - line.width, y)


def draw_rule(canvas: Canvas, x: float, y: float, width: float, weight: float = 0.5) -> None:
    canvas.setLineWidth(weight)
    canvas.setStrokeColorRGB(*RULE)
    canvas.line(x, y, x + width, y)


def draw_footer(
    canvas: Canvas, paper: Paper, owner: str, number: str, inset: float = MARGIN
) -> None:
    """Whose page this is and which of how many, so that no loose sheet is an orphan."""
    width = PAGE_SIZES[paper][0]
    y = 13 * mm
    draw_rule(canvas, inset, y + 13, width - 2 * inset)
    right = label_line(number, (width - 2 * inset) * 0.6)
    room = width - 2 * inset - right.width - 14
    draw_line(canvas, fitted_line(owner, BOLD, 8.5, room, 6), inset, y)
    canvas.setFillColorRGB(*GREY)
    draw_right(canvas, right, width - inset, y)
    canvas.setFillColorRGB(*INK)


def break_pages(
    lines: Sequence[Line], first: float, following: float, leading: float = LEADING
) -> list[list[Line]]:
    """Lines in pages of ``first`` and then ``following`` points of height.

    No page begins with an empty line, and a paragraph of three lines or more leaves no
    single line behind or ahead.
    """
    pages: list[list[Line]] = [[]]
    used, room = 0.0, first
    for line in lines:
        page = pages[-1]
        if used + leading > room and (page or len(pages) == 1):
            carried = _carried(page, line)
            pages[-1] = page[: len(page) - len(carried)]
            pages.append(page := carried)
            used, room = sum(advance(kept, leading) for kept in carried), following
        if line.runs or page:
            page.append(line)
            used += advance(line, leading)
    return [page for page in pages if page] or [[]]


def _carried(page: list[Line], following: Line) -> list[Line]:
    """The line to take along to the next page, if breaking here would leave one alone."""
    if len(page) < 3 or page[-1].ends:
        return []
    lonely = following.ends or page[-2].ends
    return page[-1:] if lonely and not (following.ends and page[-2].ends) else []


def advance(line: Line, leading: float = LEADING) -> float:
    """How far down the line moves what follows it."""
    return leading if line.runs else leading * GAP


def draw_lines(
    canvas: Canvas,
    lines: Sequence[Line],
    x: float,
    y: float,
    width: float,
    leading: float = LEADING,
    *,
    role: Role = "P",
    continued: bool = False,
) -> float:
    """Lines from the base line ``y`` downward; returns the base line that would be next.

    Each paragraph is an element. ``continued``: the first began on the page before."""
    for paragraph in _paragraphs(lines):
        with tagged(canvas, role, reads=_turned(paragraph), continued=continued):
            for line in paragraph:
                draw_line(canvas, line, x, y, width)
                y -= advance(line, leading)
        continued = False
    return y


def _turned(lines: Sequence[Line]) -> str:
    """What these lines say, if some of it runs to the left."""
    if not any(run.level % 2 for line in lines for run in line.runs):
        return ""
    return "".join(line.text + (" " if line.blanks else "") for line in lines)


def _paragraphs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines of each paragraph, with the empty ones behind it."""
    paragraph: list[Line] = []
    for line in lines:
        if paragraph and line.runs and any(each.runs for each in paragraph) and paragraph[-1].ends:
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph
