"""Notices of rejected mail: one to the inmate, one to the sender.

28 CFR 540.13: both are informed in writing of the rejection, its reasons, and that they may appeal;
an official other than the one who rejected decides; the letter goes back to its sender, unless it
is evidence of a crime or contraband. Clocks differ from state to state and come from settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import partial

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.drawing import ACCENT, INK, PAGE_SIZES
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.missing import missing_in
from digitizer.engines.printing.kit.page_frame import (
    FOOT,
    MARGIN,
    TOP,
    Page,
    advance,
    break_pages,
    draw_footer,
    draw_lines,
    draw_pages,
    identity,
)
from digitizer.engines.printing.kit.plain_text import clean, clean_line
from digitizer.engines.printing.kit.tagging import tagged
from digitizer.engines.printing.kit.text_runs import (
    Line,
    draw_line,
    fitted_line,
    wrap,
)
from digitizer.engines.printing.kit.wording import (
    PrintWords,
    Wording,
    both,
    in_order,
    shipped_words,
)
from digitizer.engines.printing.letters.envelopes import WINDOWS, draw_window
from digitizer.engines.printing.letters.heads import (
    FACT_STEP,
    PANEL_HEIGHT,
    Fact,
    draw_delivery_panel,
    draw_facts,
    draw_letterhead,
    draw_side_column,
)
from digitizer.model.people import Inmate


class NoticeTo(StrEnum):
    """Who gets it. Both do, of every rejection."""

    INMATE = "inmate"
    SENDER = "sender"


class Disposition(StrEnum):
    """What becomes of the paper itself. HELD: until the appeal is over."""

    RETURNED = "returned"
    KEPT = "kept"
    HELD = "held"
    CONTRABAND = "contraband"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class AppealDecision:
    """What was decided about an appeal, at which level. ``again_until`` is the last day of an
    appeal against it, None where there is no other level."""

    granted: bool
    level: int
    again_until: date | None = None


@dataclass(frozen=True, slots=True)
class RejectionNotice:
    """What both notices of one rejection say.

    ``item`` says what was rejected ("letter, 3 pages"); ``reasons`` are the official's own words;
    ``decided_by`` is a name or an office. ``appeal_days`` count from ``given``, the day of the
    notice; ``appeal_until`` is the last of them, None where the reader's clock is not known.
    ``appeal_to`` is the office and address that decides, which is never the one who rejected. With
    an ``outcome`` it is the notice of a decided appeal: ``decided``, ``decided_by`` and
    ``reasons`` are that decision's. Without a
    ``sender_address`` the sender's notice has no window block. ``sender`` is whom the cover was
    printed for, or, where ``named_by_cover`` is false, what else is known. ``language`` is that of
    whoever gets it ("": not known).
    """

    facility_name: str
    mail_address: tuple[str, ...]
    inmate: Inmate
    sender: str
    sender_address: tuple[str, ...]
    reference: str
    item: str
    received: date
    decided: date
    decided_by: str
    reasons: tuple[str, ...]
    appeal_days: int
    appeal_to: tuple[str, ...]
    disposition: Disposition = Disposition.RETURNED
    named_by_cover: bool = False
    language: str = ""
    words: PrintWords = field(default_factory=shipped_words, repr=False, hash=False)
    given: date | None = None
    appeal_until: date | None = None
    outcome: AppealDecision | None = None


_SIZE, _LEADING = 10.0, 14.0
_SMALL, _SMALL_LEADING, _SMALLEST = 9.5, 1.39, 5.5
"""Points of what the reader can do; from line to line in its sizes; the least of it."""
_COLUMN_GAP = 22.0


def rejection_notice_pdf(notice: RejectionNotice, to: NoticeTo, paper: Paper) -> bytes:
    """One page, unless the reasons are very long; both languages on it."""
    pages = _pages(notice, to, paper)
    total = len(pages)
    words = notice.words.letter
    numbered = [
        partial(
            _with_footer,
            page=page,
            paper=paper,
            owner=_owner(notice, to),
            number=both(words, "page", number=number, total=total),
        )
        for number, page in enumerate(pages, start=1)
    ]
    title = f"{clean_line(notice.facility_name)}: {clean_line(notice.reference)}"
    return draw_pages(numbered, paper, title, clean_line(notice.facility_name), notice.language)


def notice_missing(notice: RejectionNotice) -> str:
    """The characters of the notice that print can only show as boxes; "" if there are none."""
    return missing_in(
        (
            notice.facility_name,
            *notice.mail_address,
            notice.inmate.full_name,
            notice.sender,
            *notice.sender_address,
            notice.decided_by,
            *notice.reasons,
            *notice.appeal_to,
        )
    )


def _owner(notice: RejectionNotice, to: NoticeTo) -> str:
    name = identity(notice.inmate) if to is NoticeTo.INMATE else clean_line(notice.sender)
    return f"{clean_line(notice.reference)} · {name}"


def _with_footer(canvas: Canvas, page: Page, paper: Paper, owner: str, number: str) -> None:
    page(canvas)
    draw_footer(canvas, paper, owner, number)


def _pages(notice: RejectionNotice, to: NoticeTo, paper: Paper) -> list[Page]:
    """Reasons flow from the first page on; what the reader can do follows where there is room."""
    width, height = PAGE_SIZES[paper]
    words = notice.words.notices
    windowed = to is NoticeTo.SENDER and any(map(clean_line, notice.sender_address))
    start = _start(height, paper, to, windowed, len(_facts(notice, to)))
    columns = _columns(words, notice, to, width - 2 * MARGIN, height - TOP - FOOT - 30)
    parts = break_pages(
        _reasons(notice, width - 2 * MARGIN), start - FOOT, height - TOP - FOOT, _LEADING
    )
    tops = [start, *(height - TOP - _SIZE for _ in parts[1:])]
    end = tops[-1] - sum(advance(line, _LEADING) for line in parts[-1])
    if end - 30 - _height(columns) < FOOT:
        parts, tops = [*parts, []], [*tops, height - TOP]
        end = height - TOP
    pages: list[Page] = [
        partial(_draw_reasons, lines=lines, y=y, width=width)
        for lines, y in zip(parts, tops, strict=True)
    ]
    head = _draw_windowed_head if windowed else _draw_head
    pages[0] = _both_on_one(partial(head, notice=notice, to=to, paper=paper, start=start), pages[0])
    pages[-1] = _both_on_one(
        pages[-1], partial(_draw_columns, columns=columns, y=end - 16, room=width)
    )
    return pages


def _both_on_one(first: Page, second: Page) -> Page:
    def page(canvas: Canvas) -> None:
        first(canvas)
        second(canvas)

    return page


def _height(columns: Sequence[Sequence[Line]]) -> float:
    return max(sum(advance(line, _leading(lines)) for line in lines) for lines in columns)


def _leading(lines: Sequence[Line]) -> float:
    return lines[-1].size * _SMALL_LEADING


def _start(height: float, paper: Paper, to: NoticeTo, windowed: bool, facts: int) -> float:
    """The base line of the first reason."""
    if windowed:
        return height - WINDOWS[paper].folds[0] * mm - 72
    panel = PANEL_HEIGHT + 20 if to is NoticeTo.INMATE else 0
    return height - TOP - 9 - 20 - panel - facts * FACT_STEP - 86


def _reasons(notice: RejectionNotice, width: float) -> list[Line]:
    """Each reason as its own paragraph; a bullet where there are several."""
    bullet = "• " if len(notice.reasons) > 1 else ""
    text = "\n\n".join(bullet + clean(reason) for reason in notice.reasons)
    return wrap(text, REGULAR, _SIZE, width)


def _columns(
    words: Wording, notice: RejectionNotice, to: NoticeTo, width: float, room: float
) -> tuple[list[Line], ...]:
    """What the reader can do now, a column a language; set smaller if a page could not hold it."""
    column, size = (width - _COLUMN_GAP) / 2, _SMALL
    while True:
        made = tuple(_column(words[each], notice, to, column, size) for each in in_order(words))
        if _height(made) <= room or size <= _SMALLEST:
            return made
        size -= 0.5


def _column(
    words: dict[str, str], notice: RejectionNotice, to: NoticeTo, width: float, size: float
) -> list[Line]:
    heading, texts = _what_now(words, notice, to)
    lines = wrap(heading, BOLD, size + 1, width)
    for text in texts:
        lines += wrap(f"\n{text}", REGULAR, size, width) if text else []
    return lines


def _what_now(
    words: dict[str, str], notice: RejectionNotice, to: NoticeTo
) -> tuple[str, tuple[str, ...]]:
    """A heading, and what the reader can do now."""
    address = "\n".join(clean_line(line) for line in notice.appeal_to)
    kept = words[f"{notice.disposition}_{to}"]
    outcome = notice.outcome
    if outcome is None:
        since = notice.given or notice.decided
        appeal = words[f"appeal_{to}"].format(days=notice.appeal_days, decided=since)
        until = notice.appeal_until
        last = words["appeal_last_day"].format(until=until) if until else ""
        return words["appeal_heading"], (appeal, address, last, words["other_official"], kept)
    if outcome.granted:
        return words["granted_heading"], (words[f"granted_{to}"],)
    if outcome.again_until is None:
        return words["denied_heading"], (words["denied_last"],)
    again = words["denied_again"].format(until=outcome.again_until)
    return words["denied_heading"], (again, address, words["other_official"], kept)


# ---- drawing


def _draw_reasons(canvas: Canvas, lines: list[Line], y: float, width: float) -> None:
    canvas.setFillColorRGB(*INK)
    draw_lines(canvas, lines, MARGIN, y, width - 2 * MARGIN, _LEADING)


def _draw_columns(canvas: Canvas, columns: tuple[list[Line], ...], y: float, room: float) -> None:
    width = (room - 2 * MARGIN - _COLUMN_GAP) / 2
    for number, lines in enumerate(columns):
        x = MARGIN + number * (width + _COLUMN_GAP)
        canvas.setFillColorRGB(*ACCENT)
        canvas.rect(x, y + 2, width, 1.0, stroke=0, fill=1)
        leading = _leading(lines)
        heading = 1 + next(at for at, line in enumerate(lines) if line.ends)
        below = draw_lines(canvas, lines[:heading], x, y - 14, width, leading, role="H2")
        canvas.setFillColorRGB(*INK)
        draw_lines(canvas, lines[heading:], x, below, width, leading)


def _facts(notice: RejectionNotice, to: NoticeTo) -> list[Fact]:
    return [
        Fact("item", notice.item, bold=True),
        *_from(notice),
        Fact("to", identity(notice.inmate)),
        Fact("received", notice.received.isoformat()),
        Fact("decided", f"{notice.decided.isoformat()}, {clean_line(notice.decided_by)}"),
        Fact("reference", notice.reference),
    ]


def _from(notice: RejectionNotice) -> Iterator[Fact]:
    """A cover proves for whom a letter is, never who sent it."""
    if not notice.named_by_cover:
        yield Fact("from", notice.sender)
        return
    yield Fact("printed_for", notice.sender)
    yield Fact("from", both(notice.words.notices, "unchecked"))


def _draw_head(
    canvas: Canvas, notice: RejectionNotice, to: NoticeTo, paper: Paper, start: float
) -> None:
    words = notice.words.notices
    y = draw_letterhead(canvas, paper, notice.facility_name, both(words, _kind(notice)))
    if to is NoticeTo.INMATE:
        y = draw_delivery_panel(canvas, notice.words.letter, notice.inmate, paper, y - 20)
    _draw_title(canvas, words, _title(notice), y - 36, PAGE_SIZES[paper][0] - 2 * MARGIN)
    draw_facts(canvas, words, _facts(notice, to), paper, y - 62)
    _draw_reasons_heading(canvas, words, start, PAGE_SIZES[paper][0] - 2 * MARGIN)


def _draw_windowed_head(
    canvas: Canvas, notice: RejectionNotice, to: NoticeTo, paper: Paper, start: float
) -> None:
    words = notice.words.notices
    sender = (notice.facility_name, *notice.mail_address)
    draw_window(canvas, paper, notice.sender_address, sender, notice.words.layout.fold)
    draw_side_column(canvas, words, _kind(notice), _facts(notice, to), (), paper)
    _draw_title(canvas, words, _title(notice), start + 48, PAGE_SIZES[paper][0] - 2 * MARGIN)
    _draw_reasons_heading(canvas, words, start, PAGE_SIZES[paper][0] - 2 * MARGIN)


def _kind(notice: RejectionNotice) -> str:
    return "kind" if notice.outcome is None else "decision_kind"


def _title(notice: RejectionNotice) -> str:
    if notice.outcome is None:
        return "title"
    return "granted_title" if notice.outcome.granted else "denied_title"


def _draw_title(canvas: Canvas, words: Wording, key: str, y: float, width: float) -> None:
    canvas.setFillColorRGB(*INK)
    first, second = (words[each][key] for each in in_order(words))
    title = fitted_line(first, BOLD, 15, width * 0.55, 8)
    with tagged(canvas, "H1"):
        draw_line(canvas, title, MARGIN, y)
    canvas.setFillColorRGB(*ACCENT)
    other = fitted_line(second, REGULAR, 11, width - title.width - 12, 6)
    with tagged(canvas, "P"):
        draw_line(canvas, other, MARGIN + title.width + 10, y)
    canvas.setFillColorRGB(*INK)


def _draw_reasons_heading(canvas: Canvas, words: Wording, start: float, room: float) -> None:
    canvas.setFillColorRGB(*ACCENT)
    heading = fitted_line(both(words, "reasons"), BOLD, _SMALL + 1, room, 6)
    with tagged(canvas, "H2"):
        draw_line(canvas, heading, MARGIN, start + 19)
    canvas.setFillColorRGB(*INK)
