"""Requests of inmates, on the staff's pages: what waits, and one of them to answer."""

# Without "from __future__ import annotations": see held_decisions.py.

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import whole_number
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.messages import requests
from digitizer.model.errors import Conflict, UsageError

router = APIRouter(prefix="/staff/requests")
_LATEST = 20


@router.get("")
def queue(request: Request, visit: StaffVisit, page: PageNumber = 1) -> HTMLResponse:
    facility = facility_of(request)
    waiting = requests.waiting_requests(facility, visit.actor)
    return show(
        request,
        "staff/requests.html",
        visit=visit,
        requests=part_of_all(waiting, page),
        waiting=len(waiting),
        settled=requests.settled_requests(facility, visit.actor, _LATEST),
        idle_seconds=idle_seconds(request),
    )


@router.get("/{number}")
def opened(request: Request, number: str, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _page(request, number, visit, done=done)


@router.post("/{number}/answer")
def answer(request: Request, number: str, visit: SignedStaff, text: Text = "") -> Response:
    try:
        requests.answer_request(
            facility_of(request), whole_number(number), text.replace("\r\n", "\n"), visit.actor
        )
    except (UsageError, Conflict) as error:
        return _page(request, number, visit, trouble=str(error), text=text)
    return RedirectResponse(f"/staff/requests/{whole_number(number)}?done=answered", 303)


@router.post("/{number}/close")
def close(request: Request, number: str, visit: SignedStaff) -> Response:
    try:
        requests.close_request(facility_of(request), whole_number(number), visit.actor)
    except Conflict as error:
        return _page(request, number, visit, trouble=str(error))
    return RedirectResponse(f"/staff/requests/{whole_number(number)}?done=closed", 303)


def _page(
    request: Request,
    number: str,
    visit: Visit,
    *,
    done: str = "",
    trouble: str = "",
    text: str = "",
) -> HTMLResponse:
    found = requests.open_request(facility_of(request), whole_number(number), visit.actor)
    return show(
        request,
        "staff/request.html",
        409 if trouble else 200,
        visit=visit,
        it=found.request,
        following=found.following,
        done=done,
        trouble=trouble,
        text=text,
        idle_seconds=idle_seconds(request),
    )
