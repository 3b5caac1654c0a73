"""The staff's page of the outbox: what was not sent, and what they decide about it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.notifications import actions as notifications

router = APIRouter(prefix="/staff")


@router.get("/outbox")
def outbox(request: Request, visit: StaffVisit) -> HTMLResponse:
    return show(
        request,
        "staff/outbox.html",
        visit=visit,
        idle_seconds=idle_seconds(request),
        box=notifications.outbox_now(facility_of(request), visit.actor),
    )


@router.post("/outbox/{item}/resend")
def send_again(request: Request, item: str, visit: SignedStaff) -> Response:
    notifications.send_again(facility_of(request), item, visit.actor)
    return RedirectResponse("/staff/outbox", 303)


@router.post("/outbox/{item}/drop")
def drop(request: Request, item: str, visit: SignedStaff) -> Response:
    notifications.drop(facility_of(request), item, visit.actor)
    return RedirectResponse("/staff/outbox", 303)
