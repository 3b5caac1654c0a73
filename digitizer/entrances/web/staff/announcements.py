"""The staff's page of announcements to inmates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import UsageError
from digitizer.notifications import announcements as rooms
from digitizer.support.clock import now

router = APIRouter(prefix="/staff")
Text = Annotated[str, Form()]
_USUALLY = timedelta(hours=4)


@router.get("/announcements")
def announcements(request: Request, visit: StaffVisit) -> HTMLResponse:
    at = now().astimezone()
    times = {"starts": _in_a_field(at), "ends": _in_a_field(at + _USUALLY)}
    typed = {"english": "", "spanish": "", **times}
    return _page(request, visit, typed)


@router.post("/announcements")
def announce(
    request: Request,
    visit: SignedStaff,
    english: Text = "",
    spanish: Text = "",
    starts: Text = "",
    ends: Text = "",
) -> Response:
    try:
        first, last = _moment(starts), _moment(ends)
        rooms.announce(facility_of(request), english, spanish, first, last, visit.actor)
    except UsageError as error:
        typed = {"english": english, "spanish": spanish, "starts": starts, "ends": ends}
        return _page(request, visit, typed, 400, str(error))
    return RedirectResponse("/staff/announcements", 303)


@router.post("/announcements/{item}/end")
def end(request: Request, item: str, visit: SignedStaff) -> Response:
    rooms.end_announcement(facility_of(request), item, visit.actor)
    return RedirectResponse("/staff/announcements", 303)


def _page(
    request: Request, visit: Visit, typed: dict[str, str], status: int = 200, trouble: str = ""
) -> HTMLResponse:
    return show(
        request,
        "staff/announcements.html",
        status,
        visit=visit,
        idle_seconds=idle_seconds(request),
        announcements=rooms.announcements(facility_of(request), visit.actor),
        may_announce=rooms.may_announce(visit.actor),
        longest=rooms.LONGEST_TEXT,
        typed=typed,
        trouble=trouble,
    )


def _moment(text: str) -> datetime:
    """As clocks go here. Raises UsageError."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        raise UsageError("Give both times, such as 2026-03-05 14:00.") from None


def _in_a_field(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M}"
