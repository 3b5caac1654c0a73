"""A visitor tries their camera, microphone and network, on any day."""

# Without "from __future__ import annotations": see held_decisions.py.

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from digitizer.entrances.web.family.visits import FamilyVisit, SignedFamily, page
from digitizer.entrances.web.shared import trying
from digitizer.entrances.web.shared.calling import Sdp
from digitizer.entrances.web.shared.trying import Key

router = APIRouter(prefix="/family/calls/test")


@router.get("")
def page_of_test(request: Request, visit: FamilyVisit) -> HTMLResponse:
    trying.need_calls(request, visit.actor)
    return page(request, "devices", visit=visit)


@router.post("/begin")
def begin(request: Request, visit: SignedFamily) -> JSONResponse:
    return trying.begin(request, visit.actor)


@router.post("/publish")
def publish(request: Request, visit: SignedFamily, key: Key, sdp: Sdp) -> JSONResponse:
    return trying.publish(request, key, sdp, visit.actor)


@router.post("/watch")
def watch(request: Request, key: Key, visit: SignedFamily) -> JSONResponse:
    return trying.watch(request, key, visit.actor)


@router.post("/answer")
def answer(request: Request, visit: SignedFamily, key: Key, sdp: Sdp) -> JSONResponse:
    return trying.answer(request, key, sdp, visit.actor)


@router.post("/end")
def end(request: Request, visit: SignedFamily) -> JSONResponse:
    return trying.end(request, visit.actor)
