"""The mailroom's page of the protected line: sealed sheets are scanned from outside and sent on,
and stock is printed. What is in them is never shown: nothing here has it."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import pdf, whole_number
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import UsageError
from digitizer.protected_line import actions as protected_line
from digitizer.protected_line.actions import Envelope, PersonCount

router = APIRouter(prefix="/staff/protected")


@router.get("")
def page(request: Request, visit: StaffVisit) -> HTMLResponse:
    return _page(request, visit)


@router.post("/scan")
def scan(
    request: Request, visit: SignedStaff, code: Annotated[str, Form(max_length=400)] = ""
) -> HTMLResponse:
    """What was typed, by a person or by a hand scanner."""
    answer = protected_line.log_envelope(facility_of(request), code, visit.actor)
    return _page(request, visit, answer)


@router.post("/sheets")
def sheets(request: Request, visit: SignedStaff, to: Text = "", number: Text = "1") -> Response:
    """For the stock."""
    facility, many = facility_of(request), whole_number(number)
    try:
        made = protected_line.print_sheets(facility, to, many, visit.actor)
    except UsageError as error:
        return _page(request, visit, trouble=str(error))
    return pdf(made, "protected-line")


@router.get("/counts")
def counts(request: Request, visit: StaffVisit) -> HTMLResponse:
    """Asks for the reason."""
    protected_line.check_may_count(facility_of(request), visit.actor)
    return _counts(request, visit)


@router.post("/counts")
def counts_shown(
    request: Request, visit: SignedStaff, reason: Annotated[str, Form(max_length=500)] = ""
) -> HTMLResponse:
    try:
        found = protected_line.count_by_person(facility_of(request), visit.actor, reason)
    except UsageError as error:
        return _counts(request, visit, trouble=str(error))
    return _counts(request, visit, reason=reason, found=found)


def _page(
    request: Request, visit: Visit, answer: Envelope | None = None, trouble: str = ""
) -> HTMLResponse:
    """With an answer to a script that asked for it, that alone and what went out."""
    alone = answer is not None and "hx-request" in request.headers
    facility = facility_of(request)
    return show(
        request,
        "staff/protected_answer.html" if alone else "staff/protected.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        answer=answer,
        days=protected_line.logged_by_day(facility, visit.actor),
        lines=protected_line.addressees(facility, visit.actor),
        may_count=protected_line.may_count(visit.actor),
        trouble=trouble,
        alone=alone,
        path="/staff/protected",
    )


def _counts(
    request: Request,
    visit: Visit,
    *,
    reason: str = "",
    trouble: str = "",
    found: tuple[PersonCount, ...] | None = None,
) -> HTMLResponse:
    return show(
        request,
        "staff/protected_counts.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        reason=reason,
        trouble=trouble,
        counts=found,
    )
