"""The inmates' page of the protected line. What is typed is in the form of the browser alone until
it is sent; what cannot be sent is shown again, and kept nowhere."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.inmate.shown import show_to_inmate
from digitizer.entrances.web.shared.auth import InmateVisit, SignedInmate
from digitizer.entrances.web.shared.media import pdf
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.model.errors import Conflict, UsageError
from digitizer.protected_line import actions as protected_line

router = APIRouter(prefix="/mail/protected")
Text = Annotated[str, Form()]


@router.get("")
def page(request: Request, visit: InmateVisit, sent: bool = False) -> HTMLResponse:
    return _page(request, visit, sent=sent)


@router.post("")
def send(
    request: Request, visit: SignedInmate, to: Text = "", text: Text = "", named: Text = "yes"
) -> Response:
    text = text.replace("\r\n", "\n")
    try:
        protected_line.send(facility_of(request), to, text, visit.actor, named=named != "no")
    except (UsageError, Conflict) as error:
        return _page(request, visit, trouble=str(error), to=to, text=text, named=named)
    return RedirectResponse("/mail/protected?sent=true", 303)


@router.post("/sheet")
def sheet(request: Request, visit: SignedInmate, to: Text = "") -> Response:
    """One sheet, from blank stock."""
    try:
        made = protected_line.print_sheets(facility_of(request), to, 1, visit.actor)
    except UsageError as error:
        return _page(request, visit, trouble=str(error))
    return pdf(made, "protected-line")


def _page(
    request: Request,
    visit: Visit,
    *,
    sent: bool = False,
    trouble: str = "",
    to: str = "",
    text: str = "",
    named: str = "yes",
) -> HTMLResponse:
    facility = facility_of(request)
    return show_to_inmate(
        request,
        "inmate/protected.html",
        409 if trouble else 200,
        visit=visit,
        lines=protected_line.offered(facility, visit.actor),
        sendings=protected_line.own_sendings(facility, visit.actor),
        most=facility.settings.requests.characters,
        sent=sent,
        trouble=trouble,
        to=to,
        text=text,
        named=named,
    )
