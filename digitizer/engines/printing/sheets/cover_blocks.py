"""The pieces that covers of several kinds are made of: what they say, labels, numbered steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from reportlab.lib.units import mm

from digitizer.engines.printing.kit.cover_layout import Area
from digitizer.engines.printing.kit.drawing import ACCENT, SOFT, WHITE
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.sheet import LEADING, Sheet
from digitizer.engines.printing.kit.text_runs import wrap
from digitizer.engines.printing.kit.wording import (
    LANGUAGES,
    PrintWords,
    Wording,
    shipped_words,
)
from digitizer.model.paper import CodeKind
from digitizer.model.people import Inmate


@dataclass(frozen=True, slots=True)
class CoverSheet:
    """What one cover says. ``payload`` and ``short_id`` are its code's (``parts.codes``).

    ``inmate`` is None on batch headers, separators and legal markers. ``sheets`` is the number of
    sheets that must follow (0: any), ``letters`` a batch header's number of letters (None: not
    counted).
    ``sender`` is who will use an inmate's cover, or whom a reply sheet answers. ``once``: the
    cover is good for one letter; ``uses``: for so many (None: any number); ``until``: for those
    that come by that day. ``notes`` are what the facility says of its mail, in English and in
    Spanish. ``language`` is that of whoever asked for it ("": not known).
    """

    facility_name: str
    mail_address: tuple[str, ...]
    inmate: Inmate | None
    kind: CodeKind
    payload: str
    short_id: str
    sheets: int = 0
    sender: str | None = None
    once: bool = False
    letters: int | None = None
    uses: int | None = None
    until: date | None = None
    notes: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    language: str = ""
    words: PrintWords = field(default_factory=shipped_words, repr=False, hash=False)

    def says(self, language: str) -> Wording:
        """The words of this kind of sheet in one of LANGUAGES."""
        said: Wording = self.words.cover[self.kind.value][language]
        return said

    def label(self, key: str) -> str:
        """One text in both languages, English first."""
        return "  ·  ".join(filter(None, (self.says(each)[key] for each in LANGUAGES)))


def small_label(sheet: Sheet, x: float, y: float, text: str, width: float) -> None:
    """Small capitals over a fact, or under a line for one."""
    sheet.text(x, y, text.upper(), size=7, tone=SOFT, width=width, least=4.5)


def sheet_number(sheet: Sheet, cover: CoverSheet, area: Area, message: str) -> None:
    """The short id, large, in the middle of the foot."""
    middle = area.left + area.width / 2
    sheet.text(
        middle, area.top + 5, message.upper(), size=7, tone=SOFT, width=area.width, align="centre"
    )
    sheet.text(
        middle,
        area.top + 13.5,
        cover.short_id,
        size=20,
        font=BOLD,
        width=area.width,
        align="centre",
    )


def numbered_steps(
    sheet: Sheet, columns: Sequence[Area], steps: Sequence[Sequence[str]], size: float = 10
) -> None:
    """Numbered steps, a column a language, the same step at the same height in each.

    They are set smaller if the columns have no room for them.
    """
    gap, indent = 3.0, 8.0
    text_width_mm = columns[0].width - indent
    while size > 6 and _steps_height(steps, text_width_mm, size, gap) > columns[0].height:
        size -= 0.25
    y = columns[0].top
    for count, row in enumerate(zip(*steps, strict=True), start=1):
        ends = []
        for area, step in zip(columns, row, strict=True):
            sheet.disc(area.left + 2.6, y + 2.9, 2.6, ACCENT)
            sheet.text(
                area.left + 2.6,
                y + 4.2,
                str(count),
                size=10,
                font=BOLD,
                tone=WHITE,
                width=5,
                align="centre",
            )
            room = Area(area.left + indent, y, text_width_mm, area.bottom - y)
            ends.append(sheet.lines(room, step, size=size))
        y = max(ends) + gap


def _steps_height(steps: Sequence[Sequence[str]], width: float, size: float, gap: float) -> float:
    rows = [
        max(len(wrap(step, REGULAR, size, width * mm)) for step in row)
        for row in zip(*steps, strict=True)
    ]
    return sum(rows) * size * LEADING / mm + gap * (len(rows) - 1)
