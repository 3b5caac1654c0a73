"""Retention, on the staff's pages: what is due, what is held, and what two people destroy."""

# Without "from __future__ import annotations": see held_decisions.py.

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import whole_number
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.proof import ProvenStaff
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.retention import HoldOn, MailKind
from digitizer.retention import actions as retention

router = APIRouter(prefix="/staff/retention")
_REFUSED = (UsageError, Conflict, NotFound)
#: The word to type, to confirm that something is to be destroyed for good.
CONFIRMATION = "DESTROY"


@router.get("")
def overview(request: Request, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _page(request, visit, done=done)


@router.get("/due/{kind}")
def due(
    request: Request, kind: str, visit: StaffVisit, month: str = "", page: PageNumber = 1
) -> HTMLResponse:
    """What is due of a kind, or of one month of it, as 2019-03."""
    if kind not in list(MailKind):
        raise NotFound("There is no such kind of mail.")
    found = retention.due(facility_of(request), visit.actor, MailKind(kind), _first_day(month))
    return show(
        request,
        "staff/retention_due.html",
        visit=visit,
        kind=kind,
        month=month,
        due=part_of_all(found, page),
        may_decide=retention.may_decide(visit.actor),
        idle_seconds=idle_seconds(request),
    )


@router.post("/propose")
def propose(
    request: Request,
    visit: ProvenStaff,
    kind: Annotated[MailKind, Form()] = MailKind.LETTERS,
    month: Text = "",
    reason: Text = "",
) -> Response:
    try:
        first = _first_day(month)
        number = retention.propose(facility_of(request), kind, visit.actor, reason, first)
    except _REFUSED as error:
        return _page(request, visit, trouble=str(error))
    return RedirectResponse(f"/staff/retention/runs/{number}", 303)


@router.get("/runs/{number}")
def run(request: Request, number: str, visit: StaffVisit, page: PageNumber = 1) -> HTMLResponse:
    return _run_page(request, number, visit, page=page)


@router.post("/runs/{number}/confirm")
def confirm(
    request: Request,
    number: str,
    visit: ProvenStaff,
    reason: Text = "",
    word: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """The service carries it out within a minute."""
    try:
        if word.strip() != CONFIRMATION:
            raise UsageError("That was not the word. Nothing was destroyed.")
        retention.confirm(facility_of(request), whole_number(number), visit.actor, reason)
    except _REFUSED as error:
        return _run_page(request, number, visit, trouble=str(error), reason=reason)
    return RedirectResponse(f"/staff/retention/runs/{whole_number(number)}", 303)


@router.post("/runs/{number}/withdraw")
def withdraw(request: Request, number: str, visit: ProvenStaff, reason: Text = "") -> Response:
    try:
        retention.withdraw(facility_of(request), whole_number(number), visit.actor, reason)
    except _REFUSED as error:
        return _run_page(request, number, visit, trouble=str(error), reason=reason)
    return RedirectResponse(f"/staff/retention/runs/{whole_number(number)}", 303)


@router.post("/holds")
def hold(
    request: Request,
    visit: SignedStaff,
    on: Annotated[HoldOn, Form()] = HoldOn.INMATE,
    of: Text = "",
    reason: Text = "",
    case: Text = "",
    until: Text = "",
) -> Response:
    typed = {"on": on, "of": of, "reason": reason, "case": case, "until": until}
    try:
        last = _day(until) if until else None
        retention.set_hold(facility_of(request), on, of, visit.actor, reason, case, last)
    except _REFUSED as error:
        return _page(request, visit, trouble=str(error), typed=typed)
    return RedirectResponse("/staff/retention?done=held#holds", 303)


@router.post("/holds/{number}/lift")
def lift(request: Request, number: str, visit: SignedStaff, reason: Text = "") -> Response:
    try:
        retention.lift_hold(facility_of(request), whole_number(number), visit.actor, reason)
    except _REFUSED as error:
        return _page(request, visit, trouble=str(error))
    return RedirectResponse("/staff/retention?done=lifted#holds", 303)


def _first_day(month: str) -> date | None:
    return _day(f"{month}-01") if month else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("Type a day as in 2027-01-31.") from None


def _page(
    request: Request,
    visit: Visit,
    *,
    done: str = "",
    trouble: str = "",
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    usual = {"on": str(HoldOn.INMATE), "of": "", "reason": "", "case": "", "until": ""}
    return show(
        request,
        "staff/retention.html",
        409 if trouble else 200,
        visit=visit,
        all=retention.overview(facility_of(request), visit.actor),
        day=date.today(),
        done=done,
        trouble=trouble,
        typed={**usual, **(typed or {})},
        may_decide=retention.may_decide(visit.actor),
        idle_seconds=idle_seconds(request),
    )


def _run_page(
    request: Request,
    number: str,
    visit: Visit,
    *,
    page: int = 1,
    trouble: str = "",
    reason: str = "",
) -> HTMLResponse:
    found, items = retention.run_of(facility_of(request), whole_number(number), visit.actor)
    return show(
        request,
        "staff/retention_run.html",
        409 if trouble else 200,
        visit=visit,
        run=found,
        items=part_of_all(items, page),
        confirmation=CONFIRMATION,
        trouble=trouble,
        reason=reason,
        may_decide=retention.may_decide(visit.actor),
        idle_seconds=idle_seconds(request),
    )
