"""The form on which an inmate writes a request to staff, and the answer on paper, with the form for
the next step behind it.

The form is drawn as a reply sheet is, for it speaks in its inmate's name as one does: what says so
to a machine is in the same places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.drawing import ACCENT, INK, PAGE_SIZES
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.page_frame import (
    FOOT,
    MARGIN,
    TOP,
    Page,
    break_pages,
    draw_footer,
    draw_lines,
    draw_pages,
    identity,
)
from digitizer.engines.printing.kit.plain_text import clean, clean_line
from digitizer.engines.printing.kit.tagging import Role, tagged
from digitizer.engines.printing.kit.text_runs import Line, draw_line, fitted_line, wrap
from digitizer.engines.printing.kit.wording import (
    PrintWords,
    Wording,
    both,
    in_order,
    shipped_words,
)
from digitizer.engines.printing.letters.heads import (
    FACT_STEP,
    PANEL_HEIGHT,
    Fact,
    draw_delivery_panel,
    draw_facts,
    draw_letterhead,
)
from digitizer.engines.printing.sheets.reply_sheet import ReplySheet, draw_reply_sheet
from digitizer.model.people import Inmate

_SIZE, _LEADING = 10.0, 14.0
_HEADING = 11.5


@dataclass(frozen=True, slots=True)
class RequestForm:
    """``title`` is the category's, ``step_name`` that of the step it asks for, each with its
    Spanish, which may be empty. ``last_day`` is the last on which it can be handed in, None where
    nothing ends that. ``language`` is the inmate's ("": not known)."""

    payload: str
    short_id: str
    inmate: Inmate
    title: str
    title_es: str
    step: int
    step_name: str
    step_name_es: str
    last_day: date | None
    facility: str
    language: str = ""
    words: PrintWords = field(default_factory=shipped_words, repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class RequestAnswer:
    """``answer`` is empty where none came in time; ``last_day`` the last on which the next step can
    be asked for. ``form`` is that step's, if there is one."""

    number: int
    inmate: Inmate
    title: str
    title_es: str
    step: int
    sent: datetime
    asked: str
    answer: str
    answered: datetime | None
    answered_by: str
    last_day: date | None
    facility: str
    form: RequestForm | None
    language: str = ""
    words: PrintWords = field(default_factory=shipped_words, repr=False, hash=False)


def request_form_pdf(form: RequestForm, paper: Paper) -> bytes:
    """One page."""
    title = f"Request form {form.short_id}"
    page = partial(_draw_form, form=form, paper=paper)
    return draw_pages([page], paper, title, clean_line(form.facility), form.language)


def request_answer_pdf(answer: RequestAnswer, paper: Paper) -> bytes:
    """The answer, on as many pages as it needs, then the form for the next step, if any."""
    pages = _answer_pages(answer, paper)
    total = len(pages) + (answer.form is not None)
    numbered: list[Page] = [
        partial(
            _with_footer,
            page=page,
            paper=paper,
            owner=f"{answer.number} · {identity(answer.inmate)}",
            number=both(answer.words.letter, "page", number=number, total=total),
        )
        for number, page in enumerate(pages, start=1)
    ]
    if answer.form is not None:
        numbered.append(partial(_draw_form, form=answer.form, paper=paper))
    title = f"Answer to request {answer.number}"
    return draw_pages(numbered, paper, title, clean_line(answer.facility), answer.language)


def _with_footer(canvas: Canvas, page: Page, paper: Paper, owner: str, number: str) -> None:
    page(canvas)
    draw_footer(canvas, paper, owner, number)


# ---- the form


def _draw_form(canvas: Canvas, form: RequestForm, paper: Paper) -> None:
    words = replace(form.words, reply=_form_words(form))
    reply = ReplySheet(form.payload, form.short_id)
    draw_reply_sheet(
        canvas, reply, form.inmate, _step_line(form), form.facility, paper, words=words
    )


def _form_words(form: RequestForm) -> Wording:
    """A reply sheet's words, with what this form says in their places."""
    made: Wording = {}
    for language in in_order(form.words.notices):
        notices = form.words.notices[language]
        title = form.title_es if language == "es" and form.title_es else form.title
        until = form.last_day
        last = " " + notices["request_hand_in"].format(until=until) if until else ""
        own = {
            "title": title,
            "to": notices["request_step"],
            "instructions": notices["request_write"] + last,
        }
        made[language] = {**form.words.reply[language], **own}
    if made["es"]["title"] == made["en"]["title"]:  # nobody wrote it in Spanish
        made["es"]["title"] = form.words.notices["es"]["request_kind"]
    return made


def _step_line(form: RequestForm) -> str:
    names = dict.fromkeys(filter(None, (form.step_name, form.step_name_es)))
    return " · ".join((str(form.step), *names))


# ---- the answer


def _answer_pages(answer: RequestAnswer, paper: Paper) -> list[Page]:
    width, height = PAGE_SIZES[paper]
    start = height - TOP - 9 - 20 - PANEL_HEIGHT - len(_facts(answer)) * FACT_STEP - 84
    flowing = list(_flowing(answer, width - 2 * MARGIN))
    parts = break_pages(flowing, start - FOOT, height - TOP - FOOT, _LEADING)
    tops = [start, *(height - TOP - _SIZE for _ in parts[1:])]
    pages: list[Page] = [
        partial(_draw_part, lines=lines, y=y, width=width - 2 * MARGIN)
        for lines, y in zip(parts, tops, strict=True)
    ]
    pages[0] = partial(_draw_first, answer=answer, paper=paper, rest=pages[0])
    return pages


def _flowing(answer: RequestAnswer, width: float) -> Iterator[Line]:
    """The answer first: it is what they wait for; then what can be done now, and what they
    wrote."""
    words = answer.words.notices
    yield from wrap(both(words, "request_answer"), BOLD, _HEADING, width)
    if answer.answer:
        yield from wrap(clean(answer.answer) + "\n", REGULAR, _SIZE, width)
    else:
        for language in in_order(words):
            yield from wrap(words[language]["request_no_answer"] + "\n", REGULAR, _SIZE, width)
    yield from wrap(both(words, "request_what_now"), BOLD, _HEADING, width)
    for language in in_order(words):
        yield from wrap(_what_now(words[language], answer) + "\n", REGULAR, _SIZE, width)
    yield from wrap(both(words, "request_asked"), BOLD, _HEADING, width)
    yield from wrap(clean(answer.asked) or "—", REGULAR, _SIZE, width)


def _what_now(words: dict[str, str], answer: RequestAnswer) -> str:
    if answer.form is None:
        return words["request_last_step"]
    if answer.last_day is None:
        return words["request_go_on"]
    return words["request_go_on_until"].format(until=answer.last_day)


def _draw_part(canvas: Canvas, lines: Sequence[Line], y: float, width: float) -> None:
    canvas.setFillColorRGB(*INK)
    for paragraph in _by_size(lines):
        role: Role = "H2" if paragraph[0].size == _HEADING else "P"
        y = draw_lines(canvas, paragraph, MARGIN, y, width, _LEADING, role=role)


def _by_size(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Headings apart from what stands under them."""
    part: list[Line] = []
    for line in lines:
        if part and line.runs and part[0].size != line.size:
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _draw_first(canvas: Canvas, answer: RequestAnswer, paper: Paper, rest: Page) -> None:
    words, width = answer.words.notices, PAGE_SIZES[paper][0] - 2 * MARGIN
    y = draw_letterhead(canvas, paper, answer.facility, both(words, "request_kind"))
    y = draw_delivery_panel(canvas, answer.words.letter, answer.inmate, paper, y - 20)
    names = list(dict.fromkeys(filter(None, (answer.title, answer.title_es))))
    canvas.setFillColorRGB(*INK)
    title = fitted_line(clean_line(names[0]), BOLD, 15, width * 0.55, 8)
    with tagged(canvas, "H1"):
        draw_line(canvas, title, MARGIN, y - 34)
    if len(names) > 1:
        canvas.setFillColorRGB(*ACCENT)
        second = fitted_line(clean_line(names[1]), REGULAR, 11, width - title.width - 12, 6)
        with tagged(canvas, "P"):
            draw_line(canvas, second, MARGIN + title.width + 10, y - 34)
        canvas.setFillColorRGB(*INK)
    draw_facts(canvas, words, _facts(answer), paper, y - 58)
    rest(canvas)


def _facts(answer: RequestAnswer) -> list[Fact]:
    facts = [
        Fact("request_number", str(answer.number), bold=True),
        Fact("request_step", str(answer.step)),
        Fact("request_sent", answer.sent.astimezone().date().isoformat()),
    ]
    if answer.answered is not None:
        day = answer.answered.astimezone().date().isoformat()
        facts.append(Fact("request_answered", f"{day}, {clean_line(answer.answered_by)}"))
    return facts
