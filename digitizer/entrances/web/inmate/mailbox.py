"""The inmate's pages: their mailbox, their replies, a page of a letter, and its picture."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import InmateVisit
from digitizer.entrances.web.shared.media import LONGEST_QUERY, Quarter, pdf, picture
from digitizer.entrances.web.shared.pages import house_of, language_of, say_date, show, texts
from digitizer.letters import actions as letters
from digitizer.letters.mailboxes import OpenLetter
from digitizer.letters.replies import OwnReply
from digitizer.model.errors import NotFound
from digitizer.model.mail import Hit, MailboxEntry

router = APIRouter()
_MOST_HITS = 30
Zoom = Annotated[int, Query(ge=1, le=3)]


@router.get("/mail")
def mailbox(request: Request, visit: InmateVisit, q: str = "") -> HTMLResponse:
    house = house_of(request)
    entries = letters.mailbox(house, visit.actor.name, visit.actor)
    query = q.strip()[:LONGEST_QUERY]
    hits = letters.search_mail(house, query, visit.actor, limit=_MOST_HITS) if query else ()
    return show(
        request, "inmate/mailbox.html", visit=visit, query=query,
        idle_seconds=_idle_seconds(request), entries=_dated(request, entries),
        hits=_with_letters(request, hits, entries),
        replies=_replies(request, visit),
    )  # fmt: skip


@router.get("/mail/replies")
def replies(request: Request, visit: InmateVisit) -> HTMLResponse:
    """Every reply that came in under their name: one that they did not write is seen here."""
    return show(
        request, "inmate/replies.html", visit=visit, replies=_replies(request, visit),
        idle_seconds=_idle_seconds(request),
    )  # fmt: skip


@router.get("/mail/replies/{letter}/{position}")
def reply_page(
    request: Request,
    letter: str,
    position: int,
    visit: InmateVisit,
    zoom: Zoom = 1,
    quarter: Quarter = 0,
) -> HTMLResponse:
    opened = letters.open_reply(house_of(request), letter, visit.actor)
    return _opened(request, visit, opened, position, zoom, quarter)


@router.get("/mail/replies/{letter}/{position}/picture")
def reply_picture(request: Request, letter: str, position: int, visit: InmateVisit) -> Response:
    return picture(letters.reply_picture(house_of(request), letter, position, visit.actor))


@router.get("/mail/{letter}")
def letter_front(letter: str, visit: InmateVisit) -> Response:
    return RedirectResponse(f"/mail/{letter}/1", 303)


@router.get("/mail/{letter}/letter.pdf")
def letter_pdf(request: Request, letter: str, visit: InmateVisit) -> Response:
    return pdf(letters.letter_pdf(house_of(request), letter, visit.actor))


@router.get("/mail/{letter}/{position}")
def letter_page(
    request: Request,
    letter: str,
    position: int,
    visit: InmateVisit,
    zoom: Zoom = 1,
    quarter: Quarter = 0,
    find: str = "",
) -> HTMLResponse:
    opened = letters.open_letter(house_of(request), letter, visit.actor)
    return _opened(request, visit, opened, position, zoom, quarter, find[:LONGEST_QUERY])


def _opened(
    request: Request, visit: Visit, opened: OpenLetter, position: int, zoom: int, quarter: int,
    find: str = "",
) -> HTMLResponse:  # fmt: skip
    page = next((each for each in opened.pages if each.position == position), None)
    if page is None:
        raise NotFound(f"There is no letter {opened.letter}.")
    return show(
        request, "inmate/letter.html", visit=visit, letter=opened, page=page, zoom=zoom,
        quarter=quarter, find=find, marks=letters.found_on(page, find),
        date=say_date(opened.received, texts()[language_of(request)]),
        idle_seconds=_idle_seconds(request),
    )  # fmt: skip


@router.get("/mail/{letter}/{position}/picture")
def letter_picture(request: Request, letter: str, position: int, visit: InmateVisit) -> Response:
    return picture(letters.page_picture(house_of(request), letter, position, visit.actor))


def _idle_seconds(request: Request) -> int:
    return house_of(request).settings.web.inmate_idle_minutes * 60


def _dated(request: Request, entries: tuple[MailboxEntry, ...]) -> list[tuple[MailboxEntry, str]]:
    t = texts()[language_of(request)]
    return [(entry, say_date(entry.received, t)) for entry in entries]


def _replies(request: Request, visit: Visit) -> list[tuple[OwnReply, str]]:
    t = texts()[language_of(request)]
    found = letters.replies(house_of(request), visit.actor.name, visit.actor)
    return [(each, say_date(each.received, t)) for each in found]


def _with_letters(
    request: Request, hits: tuple[Hit, ...], entries: tuple[MailboxEntry, ...]
) -> list[tuple[Hit, MailboxEntry, str]]:
    by_id = {entry.letter: (entry, date) for entry, date in _dated(request, entries)}
    return [(hit, *by_id[hit.letter]) for hit in hits if hit.letter in by_id]
