"""Blind checks on the staff's pages: what others screened, and how much was missed."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import picture
from digitizer.entrances.web.shared.paging import PageNumber
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.screening import checks, message_checks

router = APIRouter(prefix="/staff/screening/checks")
_LIST = "/staff/screening/checks"
#: The bound keeps it within a database's whole numbers.
ScanPageNumber = Annotated[int, Path(ge=1, le=1_000_000)]
ChosenPages = Annotated[list[Annotated[int, Form(ge=1, le=1_000_000)]], Form()]


@router.get("")
def overview(request: Request, visit: StaffVisit) -> HTMLResponse:
    """What was measured, and what waits to be checked."""
    facility = facility_of(request)
    return show(
        request,
        "staff/checks.html",
        visit=visit,
        waiting=checks.waiting(facility, visit.actor),
        measured=checks.measured(facility, visit.actor),
        messages=message_checks.waiting(facility, visit.actor),
        measured_messages=message_checks.measured(facility, visit.actor),
        percent=facility.settings.screening.checked_percent,
        idle_seconds=idle_seconds(request),
    )


@router.get("/{letter}")
def check(
    request: Request, letter: str, visit: StaffVisit, at: PageNumber | None = None
) -> Response:
    try:
        return _page(request, letter, visit, at=at or 0)
    except NotFound:
        return RedirectResponse(_LIST, 303)


@router.get("/{letter}/page/{number}/picture")
def page_picture(
    request: Request, letter: str, number: ScanPageNumber, visit: StaffVisit, small: bool = False
) -> Response:
    facility = facility_of(request)
    return picture(checks.page_picture(facility, letter, number, visit.actor, small=small))


@router.post("/{letter}/pass")
def let_pass(request: Request, letter: str, visit: SignedStaff) -> Response:
    """Nothing is against it."""
    return _judge(request, letter, visit, [], "")


@router.post("/{letter}/refuse")
def refuse(
    request: Request,
    letter: str,
    visit: SignedStaff,
    pages: ChosenPages = [],  # noqa: B006  # FastAPI copies it
    reason: Text = "",
    picked: Text = "",
) -> Response:
    """The pages that are ticked should not pass; none is ticked: the whole letter."""
    return _judge(request, letter, visit, pages, reason.strip() or picked, whole=not pages)


def _judge(
    request: Request, letter: str, visit: Visit, pages: list[int], why: str, whole: bool = False
) -> Response:
    facility, by = facility_of(request), visit.actor
    try:
        found = checks.look_at(facility, letter, by)
        refused = [page.number for page in found.pages] if whole else pages
        checks.judge(facility, letter, refused, why, by)
    except NotFound:
        return RedirectResponse(_LIST, 303)
    except (Conflict, UsageError) as error:
        return _page(request, letter, visit, trouble=str(error))
    return RedirectResponse(f"{_LIST}/{found.following}" if found.following else _LIST, 303)


def _page(
    request: Request, letter: str, visit: Visit, *, at: int = 0, trouble: str = ""
) -> HTMLResponse:
    facility = facility_of(request)
    case = checks.look_at(facility, letter, visit.actor)
    pictured = [page for page in case.pages if page.picture]
    asked = [page for page in pictured if page.number == at]
    unseen = [page for page in pictured if not page.shown]
    return show(
        request,
        "staff/check.html",
        409 if trouble else 200,
        visit=visit,
        case=case,
        shown=next(iter((*asked, *unseen, *pictured)), None),
        reject_reasons=facility.settings.screening.reasons_offered,
        trouble=trouble,
        idle_seconds=idle_seconds(request),
    )
