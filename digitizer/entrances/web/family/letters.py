"""Letters on paper, on the family's pages: where one is, cover sheets, and what to do without a
printer."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.covers import following, own_covers
from digitizer.entrances.web.family.visits import FamilyVisit, SignedFamily, page, visitor
from digitizer.entrances.web.shared.auth import terminal_of
from digitizer.entrances.web.shared.media import pdf, picture
from digitizer.entrances.web.shared.templating import facility_of, language_of
from digitizer.messages import writing
from digitizer.model.errors import Conflict, NotFound, TooOften, UsageError
from digitizer.originals import actions as originals

router = APIRouter(prefix="/family")
Text = Annotated[str, Form(max_length=200)]
Sheets = Annotated[int, Form(ge=0, le=1000)]


@router.get("/where")
def where(request: Request) -> HTMLResponse:
    if not facility_of(request).settings.family.tracking:
        raise NotFound("This facility does not tell where letters are.")
    return page(request, "where", visit=visitor(request), number="", letters=None, trouble="")


@router.post("/where")
def look_for(request: Request, number: Text = "") -> HTMLResponse:
    """For anyone. The number is not part of the address, which browsers keep."""
    found, trouble = None, ""
    try:
        found = following.follow(facility_of(request), number, terminal_of(request))
    except UsageError:
        trouble = "typing"
    except TooOften:
        trouble = "often"
    status = {"typing": 400, "often": 429}.get(trouble, 200)
    visit = visitor(request)
    return page(
        request, "where", status, visit=visit, number=number, letters=found, trouble=trouble
    )


@router.get("/no-printer")
def no_printer(request: Request) -> HTMLResponse:
    return page(request, "no_printer", visit=visitor(request), how_to=_how_to(request))


@router.get("/letters")
def covers(request: Request, visit: FamilyVisit) -> HTMLResponse:
    return _covers(request, visit)


@router.post("/letters")
def make(
    request: Request,
    visit: SignedFamily,
    booking: Text = "",
    other: Text = "",
    name: Text = "",
    sheets: Sheets = 0,
) -> Response:
    """``booking`` is chosen among approved contacts; ``other`` is typed, with the name."""
    facility, terminal = facility_of(request), terminal_of(request)
    try:
        made = own_covers.make_cover(
            facility, booking or other, name, sheets, visit.actor, terminal
        )
    except (UsageError, Conflict, NotFound, TooOften) as error:
        return _covers(request, visit, trouble=str(error))
    return RedirectResponse(f"/family/letters/{made}", 303)


@router.get("/letters/{short_id}")
def cover(request: Request, short_id: str, visit: FamilyVisit) -> HTMLResponse:
    found = own_covers.own_cover(facility_of(request), short_id, visit.actor)
    papers = originals.papers_under(facility_of(request), found.short_id, visit.actor)
    how_to = _how_to(request)
    return page(request, "cover", visit=visit, cover=found, papers=papers, how_to=how_to)


@router.post("/letters/{short_id}/paper")
def ask_for_paper(
    request: Request, short_id: str, visit: SignedFamily, letter: Text = ""
) -> Response:
    """For the sheets of a letter that came under this cover; asked twice, it is asked once."""
    facility, me = facility_of(request), visit.actor
    found = own_covers.own_cover(facility, short_id, me)
    with suppress(Conflict):
        originals.ask_under(facility, found.short_id, letter, me)
    return RedirectResponse(f"/family/letters/{found.short_id}", 303)


@router.get("/letters/{short_id}/cover.pdf")
def cover_pdf(request: Request, short_id: str, visit: FamilyVisit) -> Response:
    return pdf(own_covers.own_cover_pdf(facility_of(request), short_id, visit.actor), "cover")


@router.get("/letters/{short_id}/number.png")
def cover_number(request: Request, short_id: str, visit: FamilyVisit) -> Response:
    return picture(own_covers.own_cover_number(facility_of(request), short_id, visit.actor))


def _covers(request: Request, visit: Visit, trouble: str = "") -> HTMLResponse:
    facility, me = facility_of(request), visit.actor
    return page(
        request,
        "letters",
        409 if trouble else 200,
        visit=visit,
        covers=own_covers.own_covers(facility, me),
        people=[each for each in writing.conversations_of(facility, me) if each.approved],
        a_day=facility.settings.family.covers_a_day,
        trouble=trouble,
    )


def _how_to(request: Request) -> dict[str, tuple[str, ...]]:
    """Where letters go, and what the facility says of them on every cover."""
    own = facility_of(request).settings.facility
    spanish = language_of(request) == "es"
    return {
        "notes": own.cover_notes_es if spanish else own.cover_notes,
        "mail_address": own.mail_address,
    }
