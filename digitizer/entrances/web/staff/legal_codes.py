"""A supervisor makes the code of one item of legal mail, on behalf of a registered sender."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import LONGEST_ID, LONGEST_QUERY, pdf, whole_number
from digitizer.entrances.web.shared.media import picture as picture_of
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.logbook_people import found
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.legal import codes, registry
from digitizer.model.errors import Conflict, NotFound, UsageError

router = APIRouter(prefix="/staff/legal")


@router.get("/senders/{number}/code")
def new(request: Request, number: str, visit: StaffVisit, find: str = "") -> HTMLResponse:
    """For whom the item is."""
    return _new(request, visit, number, find)


@router.post("/senders/{number}/code")
def make(request: Request, number: str, visit: SignedStaff, booking: Text = "") -> Response:
    facility = facility_of(request)
    try:
        made = codes.make_code(facility, whole_number(number), booking.strip(), visit.actor)
    except (Conflict, NotFound) as error:
        return _new(request, visit, number, booking, trouble=str(error))
    return RedirectResponse(f"/staff/legal/codes/{made.item.id}?done=true", 303)


@router.get("/codes/{item}")
def one(request: Request, item: str, visit: StaffVisit, done: bool = False) -> HTMLResponse:
    return _one(request, item, visit, done=done)


@router.get("/codes/{item}/cover.pdf")
def cover(request: Request, item: str, visit: StaffVisit) -> Response:
    """For a window envelope."""
    which = item[:LONGEST_ID]
    return pdf(codes.code_paper(facility_of(request), which, "pdf", visit.actor), "legal-mail")


@router.get("/codes/{item}/code.png")
def picture(request: Request, item: str, visit: StaffVisit) -> Response:
    """For any other envelope."""
    which = item[:LONGEST_ID]
    return picture_of(codes.code_paper(facility_of(request), which, "png", visit.actor))


@router.post("/codes/{item}/revoke")
def revoke(
    request: Request,
    item: str,
    visit: SignedStaff,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    which = item[:LONGEST_ID]
    try:
        codes.revoke_code(facility_of(request), which, visit.actor, reason)
    except (Conflict, UsageError) as error:
        return _one(request, item, visit, trouble=str(error))
    return RedirectResponse(f"/staff/legal/codes/{which}", 303)


def _new(request: Request, visit: Visit, number: str, find: str, trouble: str = "") -> HTMLResponse:
    facility, wanted = facility_of(request), find.strip()[:LONGEST_QUERY]
    return show(
        request,
        "staff/legal_new.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        known=registry.find_sender(facility, whole_number(number), visit.actor),
        find=wanted,
        candidates=found(request, visit, wanted, gone_first=False),
        trouble=trouble,
    )


def _one(
    request: Request, item: str, visit: Visit, *, trouble: str = "", **shown: Any
) -> HTMLResponse:
    return show(
        request,
        "staff/legal_code.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        it=codes.find_item(facility_of(request), item[:LONGEST_ID], visit.actor),
        trouble=trouble,
        **{"done": False, **shown},
    )
