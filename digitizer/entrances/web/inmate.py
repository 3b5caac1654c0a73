"""The inmate's pages: their mailbox, their replies, a page of a letter, and its picture."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.entrances.web.pages import house_of, language_of, say_date, show, texts
from digitizer.entrances.web.visitors import InmateVisit
from digitizer.mailroom import mailboxes
from digitizer.mailroom.doors import Visit
from digitizer.processes.mailboxes import OpenLetter
from digitizer.processes.replies import OwnReply
from digitizer.vocabulary.errors import NotFound
from digitizer.vocabulary.mail import Hit, MailboxEntry

router = APIRouter()
_MOST_HITS = 30
LONGEST_QUERY = 200
#: By how many quarters a picture is turned, clockwise: a page may have lain wrong on the glass.
Quarter = Annotated[int, Query(ge=0, le=3)]
Zoom = Annotated[int, Query(ge=1, le=3)]


@router.get("/mail")
def mailbox(request: Request, visit: InmateVisit, q: str = "") -> HTMLResponse:
    house = house_of(request)
    entries = mailboxes.mailbox(house, visit.actor.name, visit.actor)
    query = q.strip()[:LONGEST_QUERY]
    hits = mailboxes.search_mail(house, query, visit.actor, limit=_MOST_HITS) if query else ()
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
    opened = mailboxes.open_reply(house_of(request), letter, visit.actor)
    return _opened(request, visit, opened, position, zoom, quarter)


@router.get("/mail/replies/{letter}/{position}/picture")
def reply_picture(request: Request, letter: str, position: int, visit: InmateVisit) -> Response:
    return picture(mailboxes.reply_picture(house_of(request), letter, position, visit.actor))


@router.get("/mail/{letter}")
def letter_front(letter: str, visit: InmateVisit) -> Response:
    return RedirectResponse(f"/mail/{letter}/1", 303)


@router.get("/mail/{letter}/letter.pdf")
def letter_pdf(request: Request, letter: str, visit: InmateVisit) -> Response:
    return pdf(mailboxes.letter_pdf(house_of(request), letter, visit.actor))


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
    opened = mailboxes.open_letter(house_of(request), letter, visit.actor)
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
        quarter=quarter, find=find, marks=mailboxes.found_on(page, find),
        date=say_date(opened.received, texts()[language_of(request)]),
        idle_seconds=_idle_seconds(request),
    )  # fmt: skip


@router.get("/mail/{letter}/{position}/picture")
def letter_picture(request: Request, letter: str, position: int, visit: InmateVisit) -> Response:
    return picture(mailboxes.page_picture(house_of(request), letter, position, visit.actor))


def picture(content: bytes) -> Response:
    """Derived pictures are JPEG or PNG, told apart by how they begin."""
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    return Response(content, media_type=kind)


def pdf(content: bytes) -> Response:
    """A letter to keep; its name on the disk says nothing of whose it is."""
    named = {"content-disposition": 'attachment; filename="letter.pdf"'}
    return Response(content, media_type="application/pdf", headers=named)


def _idle_seconds(request: Request) -> int:
    return house_of(request).settings.web.inmate_idle_minutes * 60


def _dated(request: Request, entries: tuple[MailboxEntry, ...]) -> list[tuple[MailboxEntry, str]]:
    t = texts()[language_of(request)]
    return [(entry, say_date(entry.received, t)) for entry in entries]


def _replies(request: Request, visit: Visit) -> list[tuple[OwnReply, str]]:
    t = texts()[language_of(request)]
    found = mailboxes.replies(house_of(request), visit.actor.name, visit.actor)
    return [(each, say_date(each.received, t)) for each in found]


def _with_letters(
    request: Request, hits: tuple[Hit, ...], entries: tuple[MailboxEntry, ...]
) -> list[tuple[Hit, MailboxEntry, str]]:
    by_id = {entry.letter: (entry, date) for entry, date in _dated(request, entries)}
    return [(hit, *by_id[hit.letter]) for hit in hits if hit.letter in by_id]
