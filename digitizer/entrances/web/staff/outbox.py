"""The staff's page of the outbox: what was not sent, and what they decide about it."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.notifications import actions as notifications

router = APIRouter(prefix="/staff")
#: The ids of one thing, or of several that are decided about at once.
Chosen = Annotated[list[str], Form()]


@router.get("/outbox")
def outbox(request: Request, visit: StaffVisit) -> HTMLResponse:
    return show(
        request,
        "staff/outbox.html",
        visit=visit,
        idle_seconds=idle_seconds(request),
        box=notifications.outbox_now(facility_of(request), visit.actor),
    )


@router.post("/outbox/resend")
def send_again(request: Request, visit: SignedStaff, item: Chosen = []) -> Response:  # noqa: B006  # FastAPI copies it
    notifications.send_again(facility_of(request), item, visit.actor)
    return RedirectResponse("/staff/outbox", 303)


@router.post("/outbox/drop")
def drop(request: Request, visit: SignedStaff, item: Chosen = []) -> Response:  # noqa: B006  # FastAPI copies it
    notifications.drop(facility_of(request), item, visit.actor)
    return RedirectResponse("/staff/outbox", 303)
