"""The administrators' page of tokens, by which other programs use the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access import tokens
from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import StaffVisit
from digitizer.entrances.web.shared.media import whole_number
from digitizer.entrances.web.shared.proof import ProvenStaff
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.people import Scope

router = APIRouter(prefix="/staff/tokens")
Text = Annotated[str, Form()]


@router.get("")
def token_list(request: Request, visit: StaffVisit) -> HTMLResponse:
    return _page(request, visit)


@router.post("")
def add(
    request: Request,
    visit: ProvenStaff,
    name: Text = "",
    scope: Annotated[list[str], Form()] = [],  # noqa: B006  # FastAPI copies it
    until: Text = "",
    sender: Text = "",
) -> HTMLResponse:
    """The token is on this page alone."""
    try:
        wanted = [Scope(each) for each in scope if each in list(Scope)]
        token = tokens.add_token(
            facility_of(request), name, wanted, visit.actor, _day(until), _number(sender)
        )
    except (Conflict, UsageError) as error:
        return _page(request, visit, 409, trouble=str(error))
    return _page(request, visit, added=" ".join(name.split()), token=token)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise UsageError("Write the last day as 2027-06-30.") from None


def _number(text: str) -> int | None:
    return whole_number(text.strip()) if text.strip() else None


@router.post("/revoke")
def revoke(request: Request, visit: ProvenStaff, name: Text = "") -> Response:
    tokens.revoke_token(facility_of(request), name, visit.actor)
    return RedirectResponse("/staff/tokens", 303)


def _page(
    request: Request,
    visit: Visit,
    status: int = 200,
    *,
    added: str = "",
    token: str = "",
    trouble: str = "",
) -> HTMLResponse:
    return show(
        request,
        "staff/tokens.html",
        status,
        visit=visit,
        idle_seconds=idle_seconds(request),
        tokens=tokens.tokens(facility_of(request), visit.actor),
        scopes=[str(each) for each in Scope],
        added=added,
        token=token,
        trouble=trouble,
    )
