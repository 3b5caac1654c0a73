"""The label of a piece of mail that goes back to its sender, or on to another place.

Of 4 by 6 inches for a printer of labels, or in the corner of a page with a line to cut along. It
says no more of the addressee than the post needs: no booking number, and not where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area, Paper
from digitizer.engines.printing.kit.drawing import FAINT, SOFT
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.page_frame import new_canvas
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.sheet import Sheet
from digitizer.model.logbook import Done, Why

WIDTH, HEIGHT = 101.6, 152.4
"""4 by 6 inches."""

_MARGIN = 7.0
_CUT = 12.0
_POINTS = 72 / 25.4
_TITLES = {Done.RETURNED: "RETURN TO SENDER", Done.FORWARDED: "PLEASE FORWARD"}
#: What the post is told; of whom it was sent to, only that they are not here.
_SAYS = {
    Why.RELEASED: "Not at this address",
    Why.TRANSFERRED: "Not at this address",
    Why.UNKNOWN: "Not known at this address",
    Why.REFUSED: "Refused",
    Why.OTHER: "Not accepted here",
}
_MOST_LINES = 9


@dataclass(frozen=True, slots=True)
class Label:
    """``to`` are the lines of where it goes, empty where the envelope itself says it; ``sender``
    those of this facility; ``number`` is that of its entry in the log."""

    number: int
    done: Done
    why: Why
    to: tuple[str, ...]
    sender: tuple[str, ...]
    day: date


def label_pdf(label: Label, paper: Paper | None) -> bytes:
    """One page: the label alone, or on a sheet of ``paper``."""
    title = f"Label {label.number}"
    canvas, out = new_canvas(paper or "letter", title, clean_line(label.sender[0]), "en")
    if paper is None:
        canvas.setPageSize((WIDTH * _POINTS, HEIGHT * _POINTS))
        _draw(Sheet(canvas, WIDTH, HEIGHT), 0.0, label)
    else:
        sheet = Sheet(canvas, *layout.PAPERS[paper])
        sheet.frame(Area(_CUT, _CUT, WIDTH, HEIGHT), stroke=0.4, tone=FAINT, corner=0)
        _draw(sheet, _CUT, label)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(sheet: Sheet, at: float, label: Label) -> None:
    """From the corner that is ``at`` millimetres from both edges of the paper."""
    left, width = at + _MARGIN, WIDTH - 2 * _MARGIN
    y = at + 10.0
    for number, line in enumerate(label.sender[:5]):
        font = BOLD if number == 0 else REGULAR
        sheet.text(left, y, line, size=8, width=width, font=font, tone=SOFT)
        y += 3.8
    y = at + 46.0
    sheet.text(left, y, _TITLES[label.done], size=26, width=width, font=BOLD, role="H1")
    sheet.text(left, y + 9, _SAYS[label.why], size=15, width=width)
    sheet.rule(left, y + 14, width, stroke=1.2)
    _draw_to(sheet, left, y + 24, width, label)
    sheet.rule(left, at + HEIGHT - 15, width, tone=FAINT)
    foot = f"Log of returned mail, entry {label.number} · {label.day:%Y-%m-%d}"
    sheet.text(left, at + HEIGHT - 9, foot, size=8, width=width, tone=SOFT)


def _draw_to(sheet: Sheet, left: float, y: float, width: float, label: Label) -> None:
    if not label.to:
        said = "The sender's address is on the envelope."
        sheet.text(left, y, said, size=12, width=width, tone=SOFT)
        return
    sheet.text(left, y, "TO", size=9, width=width, tone=SOFT)
    for number, line in enumerate(label.to[:_MOST_LINES]):
        font = BOLD if number == 0 else REGULAR
        sheet.text(left, y + 8 + number * 6.4, line, size=14, width=width, font=font, least=7)
