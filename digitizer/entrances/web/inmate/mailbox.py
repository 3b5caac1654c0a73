"""The inmate's pages: their mailbox, their replies, a page of a letter, and its picture."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.inmate.shown import show_to_inmate
from digitizer.entrances.web.shared.announced import announced
from digitizer.entrances.web.shared.auth import InmateVisit, SignedInmate
from digitizer.entrances.web.shared.media import LONGEST_ID, LONGEST_QUERY, Quarter, pdf, picture
from digitizer.entrances.web.shared.paging import (
    PER_PAGE,
    PageNumber,
    part,
    part_of_all,
    start_of,
)
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.letters import actions as letters
from digitizer.letters.mailboxes import OpenLetter
from digitizer.letters.replies import OwnReply
from digitizer.logbook import actions as logbook
from digitizer.messages import copies, own_mail
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.mail import Hit, LetterKind, MailboxEntry
from digitizer.originals import actions as originals
from digitizer.originals.actions import OwnPaper

router = APIRouter()
_MOST_HITS = 30
Zoom = Annotated[int, Query(ge=1, le=3)]


@router.get("/mail")
def mailbox(
    request: Request, visit: InmateVisit, q: str = "", page: PageNumber = 1
) -> HTMLResponse:
    query = q.strip()[:LONGEST_QUERY]
    if query:
        return _found(request, visit, query)
    lines = own_mail.list_mail(
        facility_of(request), visit.actor, start=start_of(page), most=PER_PAGE + 1
    )
    return show_to_inmate(
        request,
        "inmate/mailbox.html",
        visit=visit,
        query="",
        lines=part(lines, page),
        replies=_replies(request, visit),
        receipts=len(logbook.own_receipts(facility_of(request), visit.actor)),
        announcements=announced(request),
    )


def _found(request: Request, visit: Visit, query: str) -> HTMLResponse:
    """What a search finds: pages of letters, and messages."""
    facility, me = facility_of(request), visit.actor
    hits = letters.search_mail(facility, query, me, limit=_MOST_HITS)
    entries = letters.mailbox(facility, me.name, me, only={hit.letter for hit in hits})
    return show_to_inmate(
        request,
        "inmate/found.html",
        visit=visit,
        query=query,
        hits=_with_letters(hits, entries),
        messages=own_mail.find_messages(facility, query, me, _MOST_HITS),
        announcements=announced(request),
    )


@router.get("/mail/replies")
def replies(request: Request, visit: InmateVisit, page: PageNumber = 1) -> HTMLResponse:
    """Every reply that came in under their name, so that they see any that they did not write."""
    found = part_of_all(_replies(request, visit), page)
    return show_to_inmate(request, "inmate/replies.html", visit=visit, replies=found)


@router.get("/mail/replies/{letter}/{position}")
def reply_page(
    request: Request,
    letter: str,
    position: int,
    visit: InmateVisit,
    zoom: Zoom = 1,
    quarter: Quarter = 0,
) -> HTMLResponse:
    opened = letters.open_reply(facility_of(request), letter, visit.actor, position)
    return _opened(request, visit, opened, position, zoom, quarter)


@router.get("/mail/replies/{letter}/{position}/picture")
def reply_picture(request: Request, letter: str, position: int, visit: InmateVisit) -> Response:
    return picture(letters.reply_picture(facility_of(request), letter, position, visit.actor))


@router.post("/mail/{letter}/copy")
def copy_of_letter(request: Request, letter: str, visit: SignedInmate) -> Response:
    return _asked(request, letter[:LONGEST_ID], visit, f"/mail/{letter[:LONGEST_ID]}/1")


@router.post("/mail/messages/{message}/copy")
def copy_of_message(
    request: Request, message: str, visit: SignedInmate, number: Annotated[int, Form()] = 0
) -> Response:
    """``number`` is of the conversation to go back to."""
    return _asked(request, message[:LONGEST_ID], visit, f"/mail/with/{number}")


def _asked(request: Request, asked: str, visit: Visit, back: str) -> Response:
    try:
        copies.ask_for_copy(facility_of(request), asked, visit.actor)
    except Conflict:
        return RedirectResponse(f"{back}?copy=before", 303)
    return RedirectResponse(f"{back}?copy=asked", 303)


@router.post("/mail/{letter}/paper")
def ask_for_paper(request: Request, letter: str, visit: SignedInmate) -> Response:
    """For the sheets themselves; asked twice, it is asked once."""
    asked = letter[:LONGEST_ID]
    with suppress(Conflict):
        originals.ask_for_own(facility_of(request), asked, visit.actor)
    return RedirectResponse(f"/mail/{asked}/1", 303)


@router.get("/mail/{letter}")
def letter_front(letter: str, visit: InmateVisit) -> Response:
    return RedirectResponse(f"/mail/{letter[:LONGEST_ID]}/1", 303)


@router.get("/mail/{letter}/letter.pdf")
def letter_pdf(request: Request, letter: str, visit: InmateVisit) -> Response:
    return pdf(letters.letter_pdf(facility_of(request), letter, visit.actor))


@router.get("/mail/{letter}/{position}")
def letter_page(
    request: Request,
    letter: str,
    position: int,
    visit: InmateVisit,
    zoom: Zoom = 1,
    quarter: Quarter = 0,
    find: str = "",
    copy: str = "",
) -> HTMLResponse:
    opened = letters.open_letter(facility_of(request), letter, visit.actor, position)
    return _opened(request, visit, opened, position, zoom, quarter, find[:LONGEST_QUERY], copy)


def _opened(
    request: Request,
    visit: Visit,
    opened: OpenLetter,
    position: int,
    zoom: int,
    quarter: int,
    find: str = "",
    copy: str = "",
) -> HTMLResponse:
    page = next((each for each in opened.pages if each.position == position), None)
    if page is None:
        raise NotFound(f"There is no letter {opened.letter}.")
    return show_to_inmate(
        request,
        "inmate/letter.html",
        visit=visit,
        letter=opened,
        page=page,
        zoom=zoom,
        quarter=quarter,
        find=find,
        marks=letters.found_on(page, find),
        copy=copy,
        copied=copies.copies_asked(facility_of(request), visit.actor).get(opened.letter),
        own_paper=_own_paper(request, visit, opened),
    )


def _own_paper(request: Request, visit: Visit, opened: OpenLetter) -> OwnPaper | None:
    if opened.kind is not LetterKind.LETTER:
        return None
    return originals.own_paper(facility_of(request), opened.letter, visit.actor)


@router.get("/mail/{letter}/{position}/picture")
def letter_picture(request: Request, letter: str, position: int, visit: InmateVisit) -> Response:
    return picture(letters.page_picture(facility_of(request), letter, position, visit.actor))


def _replies(request: Request, visit: Visit) -> tuple[OwnReply, ...]:
    return letters.replies(facility_of(request), visit.actor.name, visit.actor)


def _with_letters(
    hits: tuple[Hit, ...], entries: tuple[MailboxEntry, ...]
) -> list[tuple[Hit, MailboxEntry]]:
    by_id = {entry.letter: entry for entry in entries}
    return [(hit, by_id[hit.letter]) for hit in hits if hit.letter in by_id]
