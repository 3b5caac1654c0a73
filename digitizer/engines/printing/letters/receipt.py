"""The receipt of something that was found in an envelope: for the inmate whose it is, in both
languages, with lines on which whoever found it and who saw it sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.drawing import ACCENT, INK, PAGE_SIZES
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.missing import missing_in
from digitizer.engines.printing.kit.page_frame import (
    MARGIN,
    draw_footer,
    draw_label,
    draw_lines,
    draw_pages,
    draw_rule,
    identity,
)
from digitizer.engines.printing.kit.plain_text import clean, clean_line
from digitizer.engines.printing.kit.tagging import tagged
from digitizer.engines.printing.kit.text_runs import draw_line, fitted_line, wrap
from digitizer.engines.printing.kit.wording import (
    LANGUAGES,
    PrintWords,
    Wording,
    both,
    shipped_words,
)
from digitizer.engines.printing.letters.heads import (
    Fact,
    FactSizes,
    draw_delivery_panel,
    draw_facts,
    draw_letterhead,
)
from digitizer.model.logbook import Found
from digitizer.model.people import Inmate

_SIZE, _LEADING = 9.5, 13.2
_COLUMN_GAP = 22.0
_FACTS = FactSizes(value=10.5, label=8, step=18, column=142)
_SIGN_GAP, _SIGN_STEP = 40.0, 46.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """``entry`` is what the log has now, ``corrected`` the day of its last correction. Without an
    ``inmate`` it is for the file, in the name of ``owner``."""

    facility_name: str
    inmate: Inmate | None
    owner: str
    entry: Found
    found: date
    corrected: date | None
    words: PrintWords = field(default_factory=shipped_words, repr=False, hash=False)


def receipt_pdf(receipt: Receipt, paper: Paper) -> bytes:
    """One page."""
    title = f"{clean_line(receipt.facility_name)}: {receipt.entry.receipt}"

    def page(canvas: Canvas) -> None:
        _draw(canvas, receipt, paper)

    return draw_pages([page], paper, title, clean_line(receipt.facility_name))


def receipt_missing(receipt: Receipt) -> str:
    """The characters of the receipt that print can only show as boxes; "" if there are none."""
    entry = receipt.entry
    shown = (receipt.owner, entry.what, entry.number, entry.found_by, entry.witness)
    return missing_in((receipt.facility_name, *shown, entry.currency))


def _draw(canvas: Canvas, receipt: Receipt, paper: Paper) -> None:
    words, width = receipt.words.notices, PAGE_SIZES[paper][0] - 2 * MARGIN
    y = draw_letterhead(canvas, paper, receipt.facility_name, both(words, "receipt_kind"))
    if receipt.inmate is not None:
        y = draw_delivery_panel(canvas, receipt.words.letter, receipt.inmate, paper, y - 20)
    _draw_title(canvas, words, y - 38, width)
    y = draw_facts(canvas, words, _facts(receipt), paper, y - 66, _FACTS)
    y = _draw_note(canvas, words, y - 22, width)
    _draw_signatures(canvas, words, receipt.entry, y - 34, width)
    who = identity(receipt.inmate) if receipt.inmate else clean_line(receipt.owner)
    number = both(words, "receipt_number") + f" {receipt.entry.receipt}"
    draw_footer(canvas, paper, f"{receipt.entry.receipt} · {who}", number)


def _facts(receipt: Receipt) -> list[Fact]:
    entry, words = receipt.entry, receipt.words.notices
    facts = [
        Fact("receipt_number", str(entry.receipt), bold=True),
        *([Fact("receipt_amount", entry.money, bold=True)] if entry.amount is not None else []),
        Fact("receipt_item", both(words, f"receipt_{entry.kind}"), bold=entry.amount is None),
        Fact("receipt_what", entry.what),
        Fact("receipt_on_it", entry.number),
        *([] if receipt.inmate else [Fact("receipt_owner", receipt.owner)]),
        Fact("receipt_found", receipt.found.isoformat()),
        Fact("receipt_went", both(words, f"receipt_went_{entry.went}"), bold=True),
        Fact("receipt_letter", entry.item or ""),
        Fact("receipt_corrected", receipt.corrected.isoformat() if receipt.corrected else ""),
    ]
    return [each for each in facts if each.value]


def _draw_title(canvas: Canvas, words: Wording, y: float, width: float) -> None:
    canvas.setFillColorRGB(*INK)
    title = fitted_line(words["en"]["receipt_title"], BOLD, 15, width * 0.52, 8)
    with tagged(canvas, "H1"):
        draw_line(canvas, title, MARGIN, y)
    canvas.setFillColorRGB(*ACCENT)
    room = width - title.width - 12
    spanish = fitted_line(words["es"]["receipt_title"], REGULAR, 11, room, 6)
    with tagged(canvas, "P"):
        draw_line(canvas, spanish, MARGIN + title.width + 10, y)
    canvas.setFillColorRGB(*INK)


def _draw_note(canvas: Canvas, words: Wording, y: float, width: float) -> float:
    """What to do if it is not true, a column a language; returns where it ends."""
    column = (width - _COLUMN_GAP) / 2
    ends = []
    for number, language in enumerate(LANGUAGES):
        lines = wrap(clean(words[language]["receipt_note"]), REGULAR, _SIZE, column)
        x = MARGIN + number * (column + _COLUMN_GAP)
        ends.append(draw_lines(canvas, lines, x, y, column, _LEADING))
    return min(ends)


def _draw_signatures(canvas: Canvas, words: Wording, entry: Found, y: float, width: float) -> None:
    """Lines to sign on, two beside each other."""
    signs: Sequence[tuple[str, str]] = [
        ("receipt_found_by", entry.found_by),
        *([("receipt_witness", entry.witness)] if entry.witness else []),
        ("receipt_taken", ""),
    ]
    column = (width - _SIGN_GAP) / 2
    for number, (key, name) in enumerate(signs):
        x = MARGIN + (number % 2) * (column + _SIGN_GAP)
        low = y - (number // 2) * _SIGN_STEP
        draw_rule(canvas, x, low, column, 0.8)
        label = both(words, key) + (f": {clean_line(name)}" if name else "")
        with tagged(canvas, "P"):
            draw_label(canvas, label, x, low - 11, column, 8)
