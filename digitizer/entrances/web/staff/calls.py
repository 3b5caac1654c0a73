"""Staff see which video calls there are, who waits, and what they may watch."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.calls import actions as calls
from digitizer.calls import guests, recordings
from digitizer.calls.actions import Notice
from digitizer.entrances.web.shared import calling
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.calling import Sdp, Seat
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotFound, StorageError, UsageError
from digitizer.visits import video

router = APIRouter(prefix="/staff/calls")
#: Calls that one page shows at once; each takes two streams of the browser and of the server.
_GRID = 8
_ON = {"waiting", "identified", "live"}
Short = Annotated[str, Form(max_length=500)]


@router.get("")
def listed(
    request: Request, visit: StaffVisit, first: Annotated[int, Query(ge=0, le=10_000)] = 0
) -> HTMLResponse:
    """``first``: the first call of the grid, of those that are on now, from 0."""
    found = calls.listed(facility_of(request), visit.actor)
    on = [each for each in found if each.can_be_watched and str(each.stage) in _ON]
    return show(
        request,
        "staff/calls.html",
        visit=visit,
        idle_seconds=idle_seconds(request),
        calls=found,
        grid=on[first : first + _GRID],
        grids=range(0, len(on), _GRID) if len(on) > _GRID else (),
        first=first,
        size=_GRID,
    )


@router.get("/{number}")
def one(request: Request, number: str, visit: StaffVisit) -> HTMLResponse:
    return _one(request, number, visit)


def _one(
    request: Request, number: str, visit: Visit, trouble: str = "", link: str = ""
) -> HTMLResponse:
    shown = calls.see(facility_of(request), number, visit.actor)
    return show(
        request,
        "staff/call.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        call=shown,
        says=calling.says(shown),
        minutes=calling.minutes,
        notices=list(Notice),
        trouble=trouble,
        link=link,
        path=f"/staff/calls/{number}",
        stands=video.standing(facility_of(request), number, visit.actor),
        recorded=recordings.recorded(facility_of(request), number, visit.actor),
    )


@router.get("/{number}/state")
def state(
    request: Request,
    number: str,
    visit: StaffVisit,
    stands: Annotated[str, Query(max_length=8)] = "",
    looks: Annotated[str, Query(max_length=8)] = "",
) -> JSONResponse:
    """``stands`` "yes": also whether something stands against the visit, which costs more.
    ``looks`` "yes": the page is before somebody's eyes, and no hidden tab."""
    sees = looks == "yes"
    if stands != "yes":
        return calling.state(request, number, visit.actor, looks=sees)
    found = video.standing(facility_of(request), number, visit.actor)
    return calling.state(request, number, visit.actor, looks=sees, stands=bool(found))


@router.get("/{number}/relay")
def relay(request: Request, number: str, visit: StaffVisit) -> JSONResponse:
    return calling.relay(request, number, visit.actor)


@router.post("/{number}/watch")
def watch(request: Request, number: str, visit: SignedStaff, seat: Seat) -> JSONResponse:
    return calling.watch(request, number, seat, visit.actor)


@router.post("/{number}/answer")
def answer(request: Request, number: str, visit: SignedStaff, seat: Seat, sdp: Sdp) -> JSONResponse:
    return calling.answer(request, number, seat, sdp, visit.actor)


@router.post("/{number}/identify")
def identify(request: Request, number: str, visit: SignedStaff, seat: Seat = "visitor") -> Response:
    try:
        video.identify(facility_of(request), number, visit.actor, seat)
    except Conflict as error:
        return _one(request, number, visit, str(error))
    return _back(number)


@router.post("/{number}/warn")
def warn(request: Request, number: str, visit: SignedStaff, notice: Short = "") -> Response:
    try:
        calls.warn(facility_of(request), number, notice, visit.actor)
    except (Conflict, UsageError) as error:
        return _one(request, number, visit, str(error))
    return _back(number)


@router.post("/{number}/mute")
def mute(
    request: Request, number: str, visit: SignedStaff, seat: Seat = "", muted: Short = ""
) -> Response:
    try:
        calls.mute(facility_of(request), number, seat, visit.actor, muted=muted == "yes")
    except (Conflict, UsageError) as error:
        return _one(request, number, visit, str(error))
    return _back(number)


@router.post("/{number}/out")
def send_out(
    request: Request, number: str, visit: SignedStaff, seat: Seat = "", reason: Short = ""
) -> Response:
    try:
        calls.send_out(facility_of(request), number, seat, visit.actor, reason)
    except (Conflict, UsageError) as error:
        return _one(request, number, visit, str(error))
    return _back(number)


@router.post("/{number}/guest")
def add_guest(
    request: Request, number: str, visit: SignedStaff, name: Short = "", interprets: Short = ""
) -> Response:
    """With a link at once: who is added here has no account."""
    facility = facility_of(request)
    try:
        seat = guests.add(facility, number, name, visit.actor, interprets=interprets == "yes")
    except (Conflict, UsageError) as error:
        return _one(request, number, visit, str(error))
    return _with_link(request, number, visit, seat)


@router.post("/{number}/link")
def make_link(request: Request, number: str, visit: SignedStaff, seat: Seat = "") -> Response:
    return _with_link(request, number, visit, seat)


def _with_link(request: Request, number: str, visit: Visit, seat: str) -> Response:
    """It is shown once."""
    facility = facility_of(request)
    try:
        token = guests.make_link(facility, number, seat, visit.actor)
    except Conflict as error:
        return _one(request, number, visit, str(error))
    base = facility.settings.family.address or str(request.base_url).rstrip("/")
    return _one(request, number, visit, link=f"{base}/family/guest/link/{token}")


@router.post("/{number}/revoke")
def revoke_link(request: Request, number: str, visit: SignedStaff, seat: Seat = "") -> Response:
    try:
        guests.revoke_link(facility_of(request), number, seat, visit.actor)
    except Conflict as error:
        return _one(request, number, visit, str(error))
    return _back(number)


@router.post("/{number}/end")
def end(
    request: Request, number: str, visit: SignedStaff, reason: Short = "", identity: Short = ""
) -> Response:
    try:
        calls.end(facility_of(request), number, visit.actor, reason, identity=identity == "yes")
    except (Conflict, UsageError) as error:
        return _one(request, number, visit, str(error))
    return _back(number)


@router.post("/{number}/recording")
def recording(request: Request, number: str, visit: SignedStaff, reason: Short = "") -> Response:
    try:
        found = recordings.export(facility_of(request), number, visit.actor, reason)
    except (NotFound, StorageError, UsageError) as error:
        return _one(request, number, visit, str(error))
    headers = {"content-disposition": f'attachment; filename="{found.name}"'}
    return StreamingResponse(found.pieces, media_type="application/zip", headers=headers)


def _back(number: str) -> RedirectResponse:
    return RedirectResponse(f"/staff/calls/{number}", 303)
