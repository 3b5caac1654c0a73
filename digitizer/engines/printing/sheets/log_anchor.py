"""The head of the event log on one page, for a supervisor to sign and keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area, Paper
from digitizer.engines.printing.kit.drawing import SOFT
from digitizer.engines.printing.kit.fonts import BOLD
from digitizer.engines.printing.kit.page_frame import new_canvas
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.sheet import Sheet

_MARGIN = 22.0
_GROUP = 8  # of the hash's digits, so that an eye can compare them
_HALF = 32
_SIGNED = ("Name", "Signature", "Date and time")


@dataclass(frozen=True, slots=True)
class PrintedAnchor:
    """What the page shows; ``line`` is the whole anchor, as ``audit verify`` takes it, ``root``
    that of the log's public tree."""

    facility_name: str
    seq: int
    digest: str
    root: str
    at: datetime
    line: str
    what_for: str


def anchor_pdf(anchor: PrintedAnchor, paper: Paper) -> bytes:
    """A PDF of exactly one page."""
    title = f"Event log, event {anchor.seq}"
    canvas, out = new_canvas(paper, title, clean_line(anchor.facility_name))
    sheet = Sheet(canvas, *layout.PAPERS[paper])
    width = sheet.width - 2 * _MARGIN
    sheet.text(_MARGIN, 28, anchor.facility_name, size=11, width=width, font=BOLD, tone=SOFT)
    sheet.text(_MARGIN, 40, "Event log: its last entry", size=24, width=width, font=BOLD)
    facts = (
        ("Entry", f"{anchor.seq:,}"),
        ("At", f"{anchor.at.astimezone():%A, %d %B %Y, %H:%M:%S %Z}"),
        ("Hash", _grouped(anchor.digest[:_HALF])),
        ("", _grouped(anchor.digest[_HALF:])),
        ("Root", _grouped(anchor.root[:_HALF])),
        ("", _grouped(anchor.root[_HALF:])),
    )
    y = 54.0
    for label, value in facts:
        sheet.text(_MARGIN, y, label, size=10, width=20, tone=SOFT)
        area = Area(_MARGIN + 22, y - 4.6, width - 22, 24)
        y = sheet.lines(area, value, size=13) + (3 if label in ("Hash", "Root") else 8)
    sheet.text(_MARGIN, y, "The whole line", size=10, width=width, tone=SOFT)
    y = sheet.lines(Area(_MARGIN, y + 2, width, 30), anchor.line, size=9) + 6
    y = sheet.lines(Area(_MARGIN, y, width, 40), anchor.what_for, size=11) + 26
    for label in _SIGNED:
        sheet.rule(_MARGIN, y, width)
        sheet.text(_MARGIN, y + 4.5, label, size=9, width=width, tone=SOFT)
        y += 22
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _grouped(digest: str) -> str:
    return " ".join(digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP))
