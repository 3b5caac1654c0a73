"""The staff's pages of delivered mail: find a page, look at it, put its text right."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import LONGEST_QUERY, Quarter, pdf, picture
from digitizer.entrances.web.shared.pages import house_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.letters import actions as letters
from digitizer.model.errors import Conflict, NotFound, UsageError

router = APIRouter(prefix="/staff/mail")
_MOST_HITS = 30


@router.get("")
def search(request: Request, visit: StaffVisit, q: str = "") -> HTMLResponse:
    query = q.strip()[:LONGEST_QUERY]
    house = house_of(request)
    hits = letters.search_mail(house, query, visit.actor, limit=_MOST_HITS) if query else ()
    return show(
        request, "staff/search.html", visit=visit, query=query, hits=hits,
        idle_seconds=idle_seconds(request),
    )  # fmt: skip


@router.get("/{letter}/letter.pdf")
def letter_pdf(request: Request, letter: str, visit: StaffVisit) -> Response:
    return pdf(letters.letter_pdf(house_of(request), letter, visit.actor))


@router.get("/{letter}/{position}")
def letter_page(
    request: Request, letter: str, position: int, visit: StaffVisit, find: str = "",
    kept: bool = False, quarter: Quarter = 0,
) -> HTMLResponse:  # fmt: skip
    return _page(request, letter, position, visit, find, kept=kept, quarter=quarter)


@router.get("/{letter}/{position}/picture")
def letter_picture(request: Request, letter: str, position: int, visit: StaffVisit) -> Response:
    return picture(letters.page_picture(house_of(request), letter, position, visit.actor))


@router.post("/{letter}/{position}")
def correct(
    request: Request, letter: str, position: int, visit: SignedStaff, find: str = "",
    text: Annotated[str, Form()] = "", based_on: Annotated[int, Form()] = 0,
    is_bare: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """Keeps the text; what cannot be kept stays in the form, with what is wrong."""
    try:
        letters.correct_page(
            house_of(request), letter, position, text, visit.actor,
            based_on=based_on, may_be_empty=is_bare,
        )  # fmt: skip
    except (UsageError, Conflict) as error:
        return _page(request, letter, position, visit, find, trouble=str(error), typed=text)
    asked = {"kept": "true"} | ({"find": find} if find else {})
    return RedirectResponse(f"/staff/mail/{quote(letter)}/{position}?{urlencode(asked)}", 303)


def _page(
    request: Request, letter: str, position: int, visit: Visit, find: str, *,
    kept: bool = False, trouble: str = "", typed: str = "", quarter: int = 0,
) -> HTMLResponse:  # fmt: skip
    opened = letters.open_letter(house_of(request), letter, visit.actor)
    page = next((each for each in opened.pages if each.position == position), None)
    if page is None:
        raise NotFound(f"Letter {letter} has no page {position}.")
    asked = find[:LONGEST_QUERY]
    return show(
        request, "staff/letter.html", 409 if trouble else 200, visit=visit, letter=opened,
        page=page, find=asked, marks=letters.found_on(page, asked), kept=kept, trouble=trouble,
        typed=typed, quarter=quarter, may_correct=letters.may_correct(visit.actor),
        idle_seconds=idle_seconds(request),
    )  # fmt: skip
