"""The inmate's own visits: when, where, who comes, and that they do not want one."""

# Without "from __future__ import annotations": see held_decisions.py.

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.calls import trying
from digitizer.entrances.web.inmate.shown import show_to_inmate
from digitizer.entrances.web.shared.auth import InmateVisit, SignedInmate
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.model.errors import Conflict
from digitizer.support.clock import now
from digitizer.visits import own_visits, video

router = APIRouter(prefix="/mail/visits")


@router.get("")
def listed(request: Request, visit: InmateVisit, done: str = "") -> HTMLResponse:
    return _page(request, visit, done=done)


@router.post("/{number}/decline")
def decline(request: Request, number: str, visit: SignedInmate) -> Response:
    try:
        own_visits.decline(facility_of(request), number, visit.actor)
    except Conflict as error:
        return _page(request, visit, trouble=str(error))
    return RedirectResponse("/mail/visits?done=declined", 303)


def _page(request: Request, visit: Visit, *, done: str = "", trouble: str = "") -> HTMLResponse:
    facility, at = facility_of(request), now()
    booked = own_visits.inmates_visits(facility, visit.actor)
    found = video.of_visits(facility, booked, visit.actor)
    to_come = [each for each in booked[::-1] if video.is_to_come(each, found, at)]
    return show_to_inmate(
        request,
        "inmate/visits.html",
        409 if trouble else 200,
        visit=visit,
        to_come=to_come,
        others=[each for each in booked if each not in to_come],
        calls=found,
        tests_devices=trying.is_offered(facility, visit.actor),
        at=at,
        done=done,
        trouble=trouble,
    )
