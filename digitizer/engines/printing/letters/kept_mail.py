"""What a mailbox that somebody takes along has besides pages of letters: its index, messages, and a
word where a page was withheld. In both languages, like all paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.drawing import ACCENT, INK, PAGE_SIZES
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.page_frame import (
    BODY_SIZE,
    FOOT,
    LEADING,
    MARGIN,
    TOP,
    Page,
    break_pages,
    draw_footer,
    draw_label,
    draw_lines,
    draw_pages,
    draw_right,
    draw_rule,
    identity,
)
from digitizer.engines.printing.kit.photo_pages import photo_pages
from digitizer.engines.printing.kit.plain_text import clean, clean_line
from digitizer.engines.printing.kit.tagging import tagged
from digitizer.engines.printing.kit.text_runs import Line, draw_line, fitted_line, wrap
from digitizer.engines.printing.kit.wording import PrintWords, both, in_order, shipped_words
from digitizer.engines.printing.letters.heads import Fact, draw_facts, draw_letterhead
from digitizer.model.people import Inmate

_DATE = "%Y-%m-%d %H:%M"
_ROW, _SIZE = 19.0, 9.0
#: Points between the top of a page of the index and its first row.
_FIRST_HEAD, _HEAD = 158.0, 40.0
#: Where the columns date, from, what, pages and page begin or, the last two, end; parts of the
#: width.
_FROM, _WHAT, _PAGES, _PAGE = 0.19, 0.50, 0.88, 1.0
_GAP = 8.0
#: Stands behind the name on a letter's cover, and before what that means.
UNCHECKED = "*"


@dataclass(frozen=True, slots=True)
class MailboxHead:
    """Whose mailbox it is. ``made`` is in the facility's own time."""

    facility_name: str
    inmate: Inmate
    made: datetime
    words: PrintWords = field(default_factory=shipped_words, repr=False, hash=False)

    @property
    def title(self) -> str:
        whose = f"{clean_line(self.inmate.full_name)}, {clean_line(self.inmate.booking_number)}"
        return f"{both(self.words.notices, 'mailbox_title')}: {whose}"


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message. ``mine``: from whose mailbox it is, to ``who``; else from them. ``notes`` stand
    below the text; ``photos`` are pictures (JPEG or PNG)."""

    mine: bool
    who: str
    sent: datetime
    subject: str
    text: str
    notes: tuple[str, ...]
    photos: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One item: its first page in the document, and how many it has."""

    at: datetime
    who: str
    what: str
    pages: int
    page: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row of the index stands: its page from 0, and its box in points from the lower left,
    left, bottom, right, top."""

    page: int
    box: tuple[float, float, float, float]


def message_pdf(head: MailboxHead, message: KeptMessage, paper: Paper) -> bytes:
    """A message, its photos on pages of their own. One that cannot be opened leaves a frame."""
    words = head.words.letter
    pages = [
        *_text_pages(head, message, paper),
        *photo_pages(message.photos, paper, words),
    ]
    return _drawn(head, pages, paper)


def notice_pdf(head: MailboxHead, key: str, reason: str, paper: Paper) -> bytes:
    """A page in place of one that cannot be shown: ``key`` is that of the words that say so."""
    words = head.words.notices

    def page(canvas: Canvas) -> None:
        width = PAGE_SIZES[paper][0] - 2 * MARGIN
        y = draw_letterhead(canvas, paper, head.facility_name, both(words, "mailbox_kind")) - 40
        for number, language in enumerate(in_order(words)):
            font = REGULAR if number else BOLD
            lines = wrap(clean(words[language][key]), font, BODY_SIZE + 1, width)
            y = draw_lines(canvas, lines, MARGIN, y, width) - 4
        if reason:
            label = f"{both(words, 'mailbox_reason')}: {clean_line(reason)}"
            draw_lines(canvas, wrap(label, REGULAR, BODY_SIZE, width), MARGIN, y - 8, width)

    return _drawn(head, [page], paper)


def index_pages(rows: int, paper: Paper) -> int:
    """How many pages the index of so many items takes."""
    first, more = _rows_on(paper)
    return 1 + max(0, -(-(rows - first) // more))


def index_pdf(
    head: MailboxHead, rows: Sequence[IndexRow], paper: Paper
) -> tuple[bytes, tuple[Place, ...]]:
    """The index, and where each row stands in it, so that it can lead to its item."""
    first, more = _rows_on(paper)
    pages, places = list[Page](), list[Place]()
    for number in range(index_pages(len(rows), paper)):
        start = first + (number - 1) * more if number else 0
        some = rows[start : start + (more if number else first)]
        tops = [_row_top(number, at, paper) for at in range(len(some))]
        right = PAGE_SIZES[paper][0] - MARGIN
        places += [Place(number, (MARGIN, top - _ROW, right, top)) for top in tops]
        pages.append(partial(_draw_index, head=head, rows=some, tops=tops, paper=paper, at=number))
    return _drawn(head, pages, paper), tuple(places)


def _drawn(head: MailboxHead, pages: Sequence[Page], paper: Paper) -> bytes:
    numbered = [
        partial(_with_footer, page=page, head=head, paper=paper, number=number, total=len(pages))
        for number, page in enumerate(pages, start=1)
    ]
    return draw_pages(numbered, paper, head.title, clean_line(head.facility_name))


def _with_footer(
    canvas: Canvas, page: Page, head: MailboxHead, paper: Paper, number: int, total: int
) -> None:
    page(canvas)
    said = both(head.words.letter, "page", number=number, total=total) if total > 1 else ""
    draw_footer(canvas, paper, identity(head.inmate), said)


# ---- a message


def _text_pages(head: MailboxHead, message: KeptMessage, paper: Paper) -> list[Page]:
    width, height = PAGE_SIZES[paper][0] - 2 * MARGIN, PAGE_SIZES[paper][1]
    subject = clean_line(message.subject)
    title = wrap(subject, BOLD, 14, width) if subject else []
    text = clean(message.text) or both(head.words.letter, "no_text")
    whole = "\n\n".join([text, *map(clean, message.notes)])
    start = height - TOP - 9 - 34 - 3 * 18 - 24 - len(title) * 19
    parts = break_pages(wrap(whole, REGULAR, BODY_SIZE, width), start - FOOT, height - TOP - FOOT)
    first = partial(
        _draw_first, head=head, message=message, title=title, lines=parts[0], y=start, paper=paper
    )
    return [first, *(_more(lines, height - TOP - BODY_SIZE, width) for lines in parts[1:])]


def _more(lines: list[Line], y: float, width: float) -> Page:
    return lambda canvas: _draw_text(canvas, lines, y, width)


def _draw_text(canvas: Canvas, lines: list[Line], y: float, width: float) -> None:
    draw_lines(canvas, lines, MARGIN, y, width, LEADING)


def _draw_first(
    canvas: Canvas,
    head: MailboxHead,
    message: KeptMessage,
    title: list[Line],
    lines: list[Line],
    y: float,
    paper: Paper,
) -> None:
    words, width = head.words.letter, PAGE_SIZES[paper][0] - 2 * MARGIN
    top = draw_letterhead(
        canvas, paper, head.facility_name, both(head.words.notices, _kind(message))
    )
    own, other = head.inmate.full_name, message.who
    writer, reader = (own, other) if message.mine else (other, own)
    facts = (
        Fact("from", writer, bold=True),
        Fact("to", reader),
        Fact("sent", message.sent.strftime(_DATE)),
    )
    below = draw_facts(canvas, words, facts, paper, top - 34)
    if title:
        draw_lines(canvas, title, MARGIN, below - 26, width, 19, role="H1")
    _draw_text(canvas, lines, y, width)


def _kind(message: KeptMessage) -> str:
    return "mailbox_own_message" if message.mine else "mailbox_message"


# ---- the index


def _rows_on(paper: Paper) -> tuple[int, int]:
    """Rows of the first page and of each further one."""
    room = PAGE_SIZES[paper][1] - TOP - FOOT
    return int((room - _FIRST_HEAD) / _ROW), int((room - _HEAD) / _ROW)


def _row_top(page: int, row: int, paper: Paper) -> float:
    head = _HEAD if page else _FIRST_HEAD
    return PAGE_SIZES[paper][1] - TOP - head - row * _ROW


def _draw_index(
    canvas: Canvas,
    head: MailboxHead,
    rows: Sequence[IndexRow],
    tops: Sequence[float],
    paper: Paper,
    at: int,
) -> None:
    words, width = head.words.notices, PAGE_SIZES[paper][0] - 2 * MARGIN
    if at == 0:
        _draw_title(canvas, head, paper)
    top = tops[0] if tops else _row_top(at, 0, paper)
    _draw_columns(canvas, partial(both, words), top + 6, width)
    if not rows:
        line = fitted_line(both(words, "mailbox_nothing"), REGULAR, BODY_SIZE, width, 6)
        with tagged(canvas, "P"):
            draw_line(canvas, line, MARGIN, top - 20)
    for row, row_top in zip(rows, tops, strict=True):
        _draw_row(canvas, row, row_top - 13, width)
        draw_rule(canvas, MARGIN, row_top - _ROW, width, 0.3)


def _draw_title(canvas: Canvas, head: MailboxHead, paper: Paper) -> None:
    words, width = head.words.notices, PAGE_SIZES[paper][0] - 2 * MARGIN
    y = draw_letterhead(canvas, paper, head.facility_name, both(words, "mailbox_kind"))
    canvas.setFillColorRGB(*INK)
    with tagged(canvas, "H1"):
        draw_line(
            canvas, fitted_line(both(words, "mailbox_title"), BOLD, 17, width, 9), MARGIN, y - 34
        )
    facts = (
        Fact("mailbox_owner", identity(head.inmate), bold=True),
        Fact("mailbox_made", head.made.strftime(_DATE)),
    )
    y = draw_facts(canvas, words, facts, paper, y - 60)
    for number, language in enumerate(in_order(words)):
        with tagged(canvas, "P"):
            note = f"{UNCHECKED} {words[language]['mailbox_unchecked']}"
            draw_label(canvas, note, MARGIN, y - 11 - number * 10, width)


def _draw_columns(canvas: Canvas, says: Callable[[str], str], y: float, width: float) -> None:
    canvas.setFillColorRGB(*ACCENT)
    canvas.rect(MARGIN, y - 6, width, 1.0, stroke=0, fill=1)
    canvas.setFillColorRGB(*INK)
    with tagged(canvas, "P"):
        draw_label(canvas, says("mailbox_date") + " ", MARGIN, y, _FROM * width - _GAP)
        room = (_WHAT - _FROM) * width - _GAP
        draw_label(canvas, says("mailbox_from") + " ", MARGIN + _FROM * width, y, room)
        room = (_PAGES - _WHAT) * width - 60
        draw_label(canvas, says("mailbox_what") + " ", MARGIN + _WHAT * width, y, room)
        for key, ends, room in (("mailbox_pages", _PAGES, 60.0), ("mailbox_page", _PAGE, 52.0)):
            line = fitted_line(says(key) + " ", REGULAR, 7.5, room, 3.5)
            draw_right(canvas, line, MARGIN + ends * width, y)


def _draw_row(canvas: Canvas, row: IndexRow, y: float, width: float) -> None:
    with tagged(canvas, "P"):
        _cell(canvas, row.at.strftime(_DATE), 0, _FROM, y, width)
        _cell(canvas, row.who, _FROM, _WHAT, y, width)
        _cell(canvas, row.what, _WHAT, _PAGES - 0.07, y, width)
        for text, ends, font in ((row.pages, _PAGES, REGULAR), (row.page, _PAGE, BOLD)):
            line = fitted_line(f" {text}", font, _SIZE, 50, 5)
            draw_right(canvas, line, MARGIN + ends * width, y)


def _cell(canvas: Canvas, text: str, begins: float, ends: float, y: float, width: float) -> None:
    room = (ends - begins) * width - _GAP
    draw_line(
        canvas, fitted_line(clean_line(text), REGULAR, _SIZE, room, 6.5), MARGIN + begins * width, y
    )
