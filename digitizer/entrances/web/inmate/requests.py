"""The pages on which inmates ask staff for something, and read the answers."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.inmate.shown import show_to_inmate
from digitizer.entrances.web.shared.auth import InmateVisit, SignedInmate
from digitizer.entrances.web.shared.media import whole_number
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.messages import requests
from digitizer.model.errors import Conflict, UsageError

router = APIRouter(prefix="/mail/requests")
Text = Annotated[str, Form()]


@router.get("")
def listed(request: Request, visit: InmateVisit, page: PageNumber = 1) -> HTMLResponse:
    return _page(request, visit, page=page)


@router.post("")
def send(request: Request, visit: SignedInmate, form: Text = "", body: Text = "") -> Response:
    try:
        number = requests.send_request(
            facility_of(request), form, body.replace("\r\n", "\n"), visit.actor
        )
    except (UsageError, Conflict) as error:
        return _page(request, visit, trouble=str(error), form=form, body=body)
    return RedirectResponse(f"/mail/requests/{number}?sent=true", 303)


@router.get("/{number}")
def one(request: Request, number: str, visit: InmateVisit, sent: bool = False) -> HTMLResponse:
    found = requests.open_own_request(facility_of(request), whole_number(number), visit.actor)
    return show_to_inmate(request, "inmate/request.html", visit=visit, it=found, sent=sent)


def _page(
    request: Request,
    visit: Visit,
    *,
    page: int = 1,
    trouble: str = "",
    form: str = "",
    body: str = "",
) -> HTMLResponse:
    facility = facility_of(request)
    settings = facility.settings.requests
    return show_to_inmate(
        request,
        "inmate/requests.html",
        409 if trouble else 200,
        visit=visit,
        requests=part_of_all(requests.own_requests(facility, visit.actor), page),
        forms=(*settings.forms, *settings.grievances),
        most=settings.characters,
        trouble=trouble,
        form=form,
        body=body,
    )
