"""The staff's pages of delivered mail: find a page, look at it, put its text right."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.entrances.web.inmate import LONGEST_QUERY, picture
from digitizer.entrances.web.pages import house_of, show
from digitizer.entrances.web.staff import idle_seconds
from digitizer.entrances.web.visitors import SignedStaff, StaffVisit
from digitizer.mailroom import mailboxes
from digitizer.vocabulary.errors import NotFound

router = APIRouter(prefix="/staff/mail")
_MOST_HITS = 30


@router.get("")
def search(request: Request, visit: StaffVisit, q: str = "") -> HTMLResponse:
    query = q.strip()[:LONGEST_QUERY]
    house = house_of(request)
    hits = mailboxes.search_mail(house, query, visit.actor, limit=_MOST_HITS) if query else ()
    return show(
        request, "staff/search.html", visit=visit, query=query, hits=hits,
        idle_seconds=idle_seconds(request),
    )  # fmt: skip


@router.get("/{letter}/{position}")
def letter_page(
    request: Request, letter: str, position: int, visit: StaffVisit, find: str = "",
    kept: bool = False,
) -> HTMLResponse:  # fmt: skip
    opened = mailboxes.open_letter(house_of(request), letter, visit.actor)
    page = next((each for each in opened.pages if each.position == position), None)
    if page is None:
        raise NotFound(f"Letter {letter} has no page {position}.")
    return show(
        request, "staff/letter.html", visit=visit, letter=opened, page=page, kept=kept,
        find=find[:LONGEST_QUERY], marks=mailboxes.found_on(page, find[:LONGEST_QUERY]),
        idle_seconds=idle_seconds(request),
    )  # fmt: skip


@router.get("/{letter}/{position}/picture")
def letter_picture(request: Request, letter: str, position: int, visit: StaffVisit) -> Response:
    return picture(mailboxes.page_picture(house_of(request), letter, position, visit.actor))


@router.post("/{letter}/{position}")
def correct(
    request: Request, letter: str, position: int, visit: SignedStaff,
    text: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    mailboxes.correct_page(house_of(request), letter, position, text, visit.actor)
    return RedirectResponse(f"/staff/mail/{letter}/{position}?kept=true", 303)
