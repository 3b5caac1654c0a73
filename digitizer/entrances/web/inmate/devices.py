"""An inmate tries the camera, the microphone and the network of a kiosk, on any day."""

# Without "from __future__ import annotations": see held_decisions.py.

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from digitizer.entrances.web.inmate.shown import show_to_inmate
from digitizer.entrances.web.shared import trying
from digitizer.entrances.web.shared.auth import InmateVisit, SignedInmate
from digitizer.entrances.web.shared.calling import Sdp
from digitizer.entrances.web.shared.trying import Key

router = APIRouter(prefix="/mail/calls/test")


@router.get("")
def page_of_test(request: Request, visit: InmateVisit) -> HTMLResponse:
    trying.need_calls(request, visit.actor)
    return show_to_inmate(request, "inmate/devices.html", visit=visit)


@router.post("/begin")
def begin(request: Request, visit: SignedInmate) -> JSONResponse:
    return trying.begin(request, visit.actor)


@router.post("/publish")
def publish(request: Request, visit: SignedInmate, key: Key, sdp: Sdp) -> JSONResponse:
    return trying.publish(request, key, sdp, visit.actor)


@router.post("/watch")
def watch(request: Request, key: Key, visit: SignedInmate) -> JSONResponse:
    return trying.watch(request, key, visit.actor)


@router.post("/answer")
def answer(request: Request, visit: SignedInmate, key: Key, sdp: Sdp) -> JSONResponse:
    return trying.answer(request, key, sdp, visit.actor)


@router.post("/end")
def end(request: Request, visit: SignedInmate) -> JSONResponse:
    return trying.end(request, visit.actor)
