"""Staff try the camera, the microphone and the network of a device, on any day."""

# Without "from __future__ import annotations": see held_decisions.py.

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from digitizer.entrances.web.shared import trying
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.calling import Sdp
from digitizer.entrances.web.shared.templating import show
from digitizer.entrances.web.shared.trying import Key
from digitizer.entrances.web.staff.today import idle_seconds

router = APIRouter(prefix="/staff/calls/test")


@router.get("")
def page_of_test(request: Request, visit: StaffVisit) -> HTMLResponse:
    trying.need_calls(request, visit.actor)
    return show(request, "staff/devices.html", visit=visit, idle_seconds=idle_seconds(request))


@router.post("/begin")
def begin(request: Request, visit: SignedStaff) -> JSONResponse:
    return trying.begin(request, visit.actor)


@router.post("/publish")
def publish(request: Request, visit: SignedStaff, key: Key, sdp: Sdp) -> JSONResponse:
    return trying.publish(request, key, sdp, visit.actor)


@router.post("/watch")
def watch(request: Request, key: Key, visit: SignedStaff) -> JSONResponse:
    return trying.watch(request, key, visit.actor)


@router.post("/answer")
def answer(request: Request, visit: SignedStaff, key: Key, sdp: Sdp) -> JSONResponse:
    return trying.answer(request, key, sdp, visit.actor)


@router.post("/end")
def end(request: Request, visit: SignedStaff) -> JSONResponse:
    return trying.end(request, visit.actor)
