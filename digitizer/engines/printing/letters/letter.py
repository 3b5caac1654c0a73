"""E-messages as paper: to an inmate with a reply sheet, from an inmate with their cover sheet.

Pure: what a letter holds goes in, PDF bytes come out, and equal letters give equal bytes. Every
page but the cover says whose it is and which of how many.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.drawing import INK, PAGE_SIZES
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.missing import missing_in
from digitizer.engines.printing.kit.page_frame import (
    BODY_SIZE,
    FOOT,
    GREY,
    LEADING,
    MARGIN,
    TOP,
    Page,
    break_pages,
    draw_footer,
    draw_lines,
    identity,
    label_line,
    new_canvas,
)
from digitizer.engines.printing.kit.photo_pages import photo_pages
from digitizer.engines.printing.kit.plain_text import clean, clean_line
from digitizer.engines.printing.kit.text_runs import (
    Line,
    draw_line,
    wrap,
)
from digitizer.engines.printing.kit.wording import (
    PrintWords,
    Wording,
    both,
    in_order,
    shipped_words,
)
from digitizer.engines.printing.letters.envelopes import WINDOWS, draw_window, return_address
from digitizer.engines.printing.letters.heads import (
    PANEL_HEIGHT,
    USUAL_FACTS,
    Fact,
    FactSizes,
    draw_delivery_panel,
    draw_facts,
    draw_letterhead,
    draw_side_column,
)
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet, draw_cover
from digitizer.engines.printing.sheets.reply_sheet import ReplySheet, draw_reply_sheet
from digitizer.model.people import Inmate

DATE_FORMAT = "%Y-%m-%d %H:%M"

LARGE_PRINT = 18.0
"""Points of the text for readers of large print, as their associations ask for it."""


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Points of the text, from one base line to the next, and of the subject."""

    text: float
    leading: float
    subject: float
    facts: FactSizes


_USUAL = _Sizes(BODY_SIZE, LEADING, 14, USUAL_FACTS)
_LARGE = _Sizes(LARGE_PRINT, 26, 22, FactSizes(value=LARGE_PRINT, label=11, step=27, column=140))


@dataclass(frozen=True, slots=True)
class LetterToInmate:
    """An e-message to an inmate. ``sent`` is in the facility's own time; ``text`` as typed. A copy
    has no sheet for an answer (``reply``). With ``pages_of_letter`` the pictures are the pages of a
    letter on paper, each on a page of its own. ``large``: in large print. ``language``: the
    inmate's ("": not known)."""

    facility_name: str
    inmate: Inmate
    sender: str
    subject: str
    text: str
    photos: tuple[bytes, ...]
    sent: datetime
    message_id: str
    reply: ReplySheet | None
    pages_of_letter: bool = False
    large: bool = False
    language: str = ""
    words: PrintWords = field(default_factory=shipped_words, repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class LetterFromInmate:
    """An e-message from an inmate, to be posted. ``address`` is what is in the window.

    ``cover`` is the inmate's cover sheet for the answer; ``mail_address`` the facility's own;
    ``language`` the recipient's ("": not known).
    """

    facility_name: str
    mail_address: tuple[str, ...]
    inmate: Inmate
    recipient: str
    address: tuple[str, ...]
    subject: str
    text: str
    photos: tuple[bytes, ...]
    sent: datetime
    message_id: str
    cover: CoverSheet
    language: str = ""
    words: PrintWords = field(default_factory=shipped_words, repr=False, hash=False)


Letter = LetterToInmate | LetterFromInmate


def letter_pdf(letter: Letter, paper: Paper, duplex: bool = False) -> bytes:
    """The letter as PDF. With ``duplex`` its last sheet is never the back of another page.

    Raises UsageError if an address does not fit its window (``envelopes.address_problem``). A photo
    that cannot be opened leaves a frame that says so (``photos.photo_problem``). It decodes photos:
    run it where a crash harms nothing.
    """
    title = f"{clean_line(letter.facility_name)}: {letter.message_id}"
    canvas, out = new_canvas(paper, title, clean_line(letter.facility_name), letter.language)
    pages = [*_text_pages(letter, paper), *_picture_pages(letter, paper)]
    if duplex and len(pages) % 2:
        pages.append(partial(_blank_side, words=letter.words.letter, paper=paper))
    total = len(pages) + (isinstance(letter, LetterToInmate) and letter.reply is not None)
    for number, page in enumerate(pages, start=1):
        canvas.setFillColorRGB(*INK)
        page(canvas)
        draw_footer(canvas, paper, _owner(letter), _numbered(letter, number, total))
        canvas.showPage()
    _last_sheet(canvas, letter, paper, total)
    canvas.save()
    return out.getvalue()


def letter_missing(letter: Letter) -> str:
    """The characters of the letter that print can only show as boxes; "" if there are none."""
    who = letter.inmate
    texts = (letter.facility_name, letter.subject, letter.text, who.full_name, who.housing_unit)
    if isinstance(letter, LetterFromInmate):
        return missing_in((*texts, letter.recipient, *letter.address, *letter.mail_address))
    return missing_in((*texts, letter.sender))


def _owner(letter: Letter) -> str:
    unit = clean_line(letter.inmate.housing_unit) if isinstance(letter, LetterToInmate) else ""
    return " · ".join(part for part in (identity(letter.inmate), unit) if part)


def _numbered(letter: Letter, number: int, total: int) -> str:
    return both(letter.words.letter, "page", number=number, total=total)


def _last_sheet(canvas: Canvas, letter: Letter, paper: Paper, total: int) -> None:
    if isinstance(letter, LetterFromInmate):
        draw_cover(canvas, letter.cover, paper)
        return
    if letter.reply is None:
        return
    draw_reply_sheet(
        canvas,
        letter.reply,
        letter.inmate,
        letter.sender,
        letter.facility_name,
        paper,
        _numbered(letter, total, total),
        words=letter.words,
    )
    canvas.showPage()


def _picture_pages(letter: Letter, paper: Paper) -> list[Page]:
    if isinstance(letter, LetterToInmate) and letter.pages_of_letter:
        words = letter.words.letter
        return photo_pages(letter.photos, paper, words, most=1, caption="copied_page")
    return photo_pages(letter.photos, paper, letter.words.letter)


def _blank_side(canvas: Canvas, words: Wording, paper: Paper) -> None:
    width, height = PAGE_SIZES[paper]
    canvas.setFillColorRGB(*GREY)
    line = label_line(both(words, "blank_side"), width - 2 * MARGIN, 9)
    draw_line(canvas, line, (width - line.width) / 2, height / 2)
    canvas.setFillColorRGB(*INK)


# ---- the text


def _text_pages(letter: Letter, paper: Paper) -> list[Page]:
    """The first page with its head, and as many more as the text takes."""
    width, height = PAGE_SIZES[paper]
    column, sizes = width - 2 * MARGIN, _sizes(letter)
    head = _subject(letter, column, sizes)
    start = _start(letter, paper, sizes)
    room = start - FOOT - sum(line.size * 1.35 for line in head) - (10 if head else 0)
    body = break_pages(_body(letter, column, sizes), room, height - TOP - FOOT, sizes.leading)
    first = partial(_draw_first, letter=letter, paper=paper, head=head, body=body[0], start=start)
    more = partial(_draw_more, sizes=sizes, paper=paper)
    goes_on = (bool(lines) and not lines[-1].ends for lines in body)
    return [
        first,
        *(
            partial(more, lines=lines, continued=continued)
            for lines, continued in zip(body[1:], goes_on, strict=False)
        ),
    ]


def _sizes(letter: Letter) -> _Sizes:
    if isinstance(letter, LetterToInmate) and letter.large:
        return _LARGE
    size = letter.words.layout.text_size
    return replace(_USUAL, text=size, leading=size * LEADING / BODY_SIZE)


def _subject(letter: Letter, width: float, sizes: _Sizes) -> list[Line]:
    subject = clean_line(letter.subject)
    return wrap(subject, BOLD, sizes.subject, width) if subject else []


def _body(letter: Letter, width: float, sizes: _Sizes) -> list[Line]:
    text = clean(letter.text) or both(letter.words.letter, "no_text")
    return wrap(text, REGULAR, sizes.text, width)


def _start(letter: Letter, paper: Paper, sizes: _Sizes) -> float:
    """The height at which subject and text begin on the first page."""
    height = PAGE_SIZES[paper][1]
    if isinstance(letter, LetterFromInmate):
        return height - WINDOWS[paper].folds[0] * mm - 16
    return height - TOP - 9 - 20 - PANEL_HEIGHT - 22 - 3 * sizes.facts.step - 18


def _draw_first(
    canvas: Canvas, letter: Letter, paper: Paper, head: list[Line], body: list[Line], start: float
) -> None:
    sizes = _sizes(letter)
    if isinstance(letter, LetterFromInmate):
        _draw_posted_head(canvas, letter, paper)
    else:
        _draw_delivery_head(canvas, letter, paper, sizes.facts)
    width = PAGE_SIZES[paper][0] - 2 * MARGIN
    y = start - sizes.leading + 1.5
    if head:
        y = start - head[0].size
        y = draw_lines(canvas, head, MARGIN, y, width, head[0].size * 1.35, role="H1") - 6
    draw_lines(canvas, body, MARGIN, y, width, sizes.leading)


def _draw_more(
    canvas: Canvas, lines: list[Line], paper: Paper, sizes: _Sizes, continued: bool
) -> None:
    width, height = PAGE_SIZES[paper]
    top = height - TOP - sizes.text
    column = width - 2 * MARGIN
    draw_lines(canvas, lines, MARGIN, top, column, sizes.leading, continued=continued)


def _draw_delivery_head(
    canvas: Canvas, letter: LetterToInmate, paper: Paper, sizes: FactSizes
) -> None:
    words = letter.words.letter
    y = draw_letterhead(canvas, paper, letter.facility_name, both(words, "kind"))
    y = draw_delivery_panel(canvas, words, letter.inmate, paper, y - 20)
    facts = (
        Fact("from", letter.sender, bold=True),
        Fact("sent", letter.sent.strftime(DATE_FORMAT)),
        Fact("message", letter.message_id),
    )
    draw_facts(canvas, words, facts, paper, y - 11.5 - sizes.value, sizes)


def _draw_posted_head(canvas: Canvas, letter: LetterFromInmate, paper: Paper) -> None:
    words = letter.words.letter
    who = letter.inmate
    sender = return_address(who, letter.facility_name, letter.mail_address)
    draw_window(canvas, paper, letter.address, sender, letter.words.layout.fold)
    facts = (
        Fact("from", who.full_name, bold=True),
        Fact("booking", who.booking_number),
        Fact("to", letter.recipient),
        Fact("sent", letter.sent.strftime(DATE_FORMAT)),
        Fact("message", letter.message_id),
    )
    notes = [words[language]["answer"] for language in in_order(words)]
    draw_side_column(canvas, words, "from_inmate", facts, notes, paper)
