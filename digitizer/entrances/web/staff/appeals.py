"""Appeals against rejections, on the staff's pages: what is due, one of them to decide, and one
rejection with its notices."""

# Without "from __future__ import annotations": see held_decisions.py.

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.appeals import actions as appeals
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import picture, whole_number
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.appeals import SheetGoes, Side
from digitizer.model.errors import Conflict, UsageError
from digitizer.screening.appeal_decisions import decide_appeal

router = APIRouter(prefix="/staff/appeals")
_REFUSED = (UsageError, Conflict)
Day = Annotated[date | None, Form()]


@router.get("")
def queue(request: Request, visit: StaffVisit, page: PageNumber = 1) -> HTMLResponse:
    found = appeals.queue(facility_of(request), visit.actor)
    return show(
        request,
        "staff/appeals.html",
        visit=visit,
        found=found,
        waiting=part_of_all(found.waiting, page),
        idle_seconds=idle_seconds(request),
    )


@router.get("/rejection/{number}")
def rejection(request: Request, number: str, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _rejection(request, number, visit, done=done)


@router.post("/rejection/{number}/appeal")
def enter(
    request: Request,
    number: str,
    visit: SignedStaff,
    side: Annotated[Side, Form()] = Side.INMATE,
    words: Text = "",
    came: Day = None,
) -> Response:
    """An appeal that came on paper."""
    try:
        facility, day = facility_of(request), came or appeals.current_day()
        text = words.replace("\r\n", "\n")
        made = appeals.enter_appeal(facility, whole_number(number), side, text, day, visit.actor)
    except _REFUSED as error:
        return _rejection(request, number, visit, trouble=str(error), words=words)
    return RedirectResponse(f"/staff/appeals/{made}?done=entered", 303)


@router.post("/rejection/{number}/sheet")
def say_sheet(
    request: Request,
    number: str,
    visit: SignedStaff,
    sheet: Annotated[SheetGoes, Form()] = SheetGoes.NONE,
) -> Response:
    try:
        appeals.say_sheet(facility_of(request), whole_number(number), sheet, visit.actor)
    except _REFUSED as error:
        return _rejection(request, number, visit, trouble=str(error))
    return RedirectResponse(f"/staff/appeals/rejection/{whole_number(number)}?done=sheet", 303)


@router.post("/rejection/{number}/withhold")
def withhold(
    request: Request, number: str, visit: SignedStaff, until: Day = None, reason: Text = ""
) -> Response:
    """Nobody outside is told before the end of this day."""
    facility = facility_of(request)
    try:
        of = appeals.find_rejection(facility, whole_number(number), visit.actor).rejection
        appeals.withhold_notice(facility, of.item, until or date.min, visit.actor, reason)
    except _REFUSED as error:
        return _rejection(request, number, visit, trouble=str(error))
    return RedirectResponse(f"/staff/appeals/rejection/{whole_number(number)}?done=kept", 303)


@router.get("/{number}")
def opened(request: Request, number: str, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _page(request, number, visit, done=done)


@router.get("/{number}/picture/{part}")
def refused_picture(request: Request, number: str, part: str, visit: StaffVisit) -> Response:
    numbers = whole_number(number), whole_number(part)
    return picture(appeals.refused_picture(facility_of(request), *numbers, visit.actor))


@router.post("/{number}/{decision}")
def decide(
    request: Request,
    number: str,
    decision: str,
    visit: SignedStaff,
    reason: Text = "",
    picked: Text = "",
) -> Response:
    """``decision``: grant or deny."""
    facility, granted = facility_of(request), decision == "grant"
    if decision not in ("grant", "deny"):
        return _page(request, number, visit, trouble="Grant it, or deny it.")
    try:
        why = reason.strip() or picked
        decide_appeal(facility, whole_number(number), visit.actor, why, granted=granted)
    except _REFUSED as error:
        return _page(request, number, visit, trouble=str(error), reason=reason)
    done = "granted" if granted else "denied"
    return RedirectResponse(f"/staff/appeals/{whole_number(number)}?done={done}", 303)


def _page(
    request: Request,
    number: str,
    visit: Visit,
    *,
    done: str = "",
    trouble: str = "",
    reason: str = "",
) -> HTMLResponse:
    facility = facility_of(request)
    found = appeals.open_appeal(facility, whole_number(number), visit.actor)
    return show(
        request,
        "staff/appeal.html",
        409 if trouble else 200,
        visit=visit,
        opened=found,
        it=found.appeal,
        of=found.appeal.rejection,
        may_decide=appeals.may_decide(visit.actor) and not found.partial,
        deny_reasons=facility.settings.appeals.deny_reasons,
        today=appeals.current_day(),
        done=done,
        trouble=trouble,
        reason=reason,
        idle_seconds=idle_seconds(request),
    )


def _rejection(
    request: Request,
    number: str,
    visit: Visit,
    *,
    done: str = "",
    trouble: str = "",
    words: str = "",
) -> HTMLResponse:
    facility = facility_of(request)
    found = appeals.find_rejection(facility, whole_number(number), visit.actor)
    return show(
        request,
        "staff/rejection.html",
        409 if trouble else 200,
        visit=visit,
        known=found,
        of=found.rejection,
        sheets=[each for each in SheetGoes if each is not SheetGoes.NONE],
        may_enter=appeals.may_enter(visit.actor),
        may_keep=appeals.may_decide(visit.actor),
        today=appeals.current_day(),
        done=done,
        trouble=trouble,
        words_typed=words,
        idle_seconds=idle_seconds(request),
    )
