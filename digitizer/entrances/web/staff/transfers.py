"""The page of who moves between the facilities of the agency."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import LONGEST_ID
from digitizer.entrances.web.shared.proof import ProvenStaff
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotFound, SettingsError, StorageError, UsageError
from digitizer.transfers import actions as transfers

router = APIRouter(prefix="/staff/transfers")
#: Settings: the other facility's home may be the broken one.
_REFUSALS = (Conflict, NotFound, SettingsError, StorageError, UsageError)
Why = Annotated[str, Form(max_length=500)]


@router.get("")
def both_ways(request: Request, visit: StaffVisit, number: str = "") -> HTMLResponse:
    """``number``: who is given to another facility, as the inmate's page knows."""
    return _page(request, visit, number=number.strip()[:LONGEST_ID])


@router.post("")
def send(
    request: Request, visit: SignedStaff, number: Text = "", to: Text = "", reason: Why = ""
) -> Response:
    try:
        transfers.send(facility_of(request), number.strip(), to, visit.actor, reason)
    except _REFUSALS as error:
        return _page(request, visit, str(error), number=number.strip())
    return RedirectResponse("/staff/transfers", 303)


@router.post("/{transfer}/accept")
def accept(
    request: Request,
    transfer: str,
    visit: ProvenStaff,
    number: Text = "",
    reason: Why = "",
    differ: Annotated[bool, Form()] = False,
) -> Response:
    """The person has the booking number here."""
    try:
        transfers.take_over(
            facility_of(request),
            transfer,
            number.strip(),
            visit.actor,
            reason,
            in_spite_of_doubts=differ,
        )
    except _REFUSALS as error:
        return _page(request, visit, str(error), accepted=transfer, accepted_as=number.strip())
    return RedirectResponse("/staff/transfers", 303)


@router.post("/{transfer}/withdraw")
def withdraw(request: Request, transfer: str, visit: SignedStaff, reason: Why = "") -> Response:
    try:
        transfers.withdraw(facility_of(request), transfer, visit.actor, reason)
    except _REFUSALS as error:
        return _page(request, visit, str(error))
    return RedirectResponse("/staff/transfers", 303)


def _page(
    request: Request,
    visit: Visit,
    trouble: str = "",
    *,
    number: str = "",
    accepted: str = "",
    accepted_as: str = "",
) -> HTMLResponse:
    facility, by = facility_of(request), visit.actor
    return show(
        request,
        "staff/transfers.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        found=transfers.transfers(facility, by),
        others=transfers.other_facilities(facility, by),
        trouble=trouble,
        number=number,
        accepted=accepted,
        accepted_as=accepted_as,
    )
