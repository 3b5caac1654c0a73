"""The staff's pages of kiosks, and unlocking after wrong logins."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access import kiosks, locks
from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import NotFound, UsageError

router = APIRouter(prefix="/staff")
Text = Annotated[str, Form()]


@router.get("/kiosks")
def kiosk_list(request: Request, visit: StaffVisit) -> HTMLResponse:
    return _page(request, visit)


@router.post("/kiosks")
def invite(request: Request, visit: SignedStaff, name: Text = "") -> HTMLResponse:
    """The code is on this page alone."""
    try:
        code = kiosks.invite(facility_of(request), name, visit.actor)
    except UsageError as error:
        return _page(request, visit, 400, trouble=str(error))
    return _page(request, visit, invited=" ".join(name.split()), code=code)


@router.post("/kiosks/revoke")
def revoke(request: Request, visit: SignedStaff, name: Text = "") -> Response:
    kiosks.revoke(facility_of(request), name, visit.actor)
    return RedirectResponse("/staff/kiosks", 303)


@router.post("/unlock")
def unlock(request: Request, visit: SignedStaff, kind: Text = "", name: Text = "") -> Response:
    with suppress(NotFound):  # its time ran out meanwhile, or somebody else was quicker
        locks.unlock(facility_of(request), kind, name, visit.actor)
    return RedirectResponse("/staff", 303)


def _page(
    request: Request,
    visit: Visit,
    status: int = 200,
    *,
    invited: str = "",
    code: str = "",
    trouble: str = "",
) -> HTMLResponse:
    facility = facility_of(request)
    return show(
        request,
        "staff/kiosks.html",
        status,
        visit=visit,
        idle_seconds=idle_seconds(request),
        kiosks=kiosks.kiosks(facility, visit.actor),
        refusals=locks.refusals(facility, visit.actor),
        invited=invited,
        code=code,
        trouble=trouble,
    )
