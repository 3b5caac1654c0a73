"""An inmate's video calls: which there are, and the page of one."""

# Without "from __future__ import annotations": see held_decisions.py.

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from digitizer.calls import actions as calls
from digitizer.entrances.web.inmate.shown import show_to_inmate
from digitizer.entrances.web.shared import calling
from digitizer.entrances.web.shared.auth import InmateVisit, SignedInmate
from digitizer.entrances.web.shared.calling import Device, Moves, Sdp, Seat, SentDevice
from digitizer.entrances.web.shared.templating import facility_of

router = APIRouter(prefix="/mail/calls")


@router.get("")
def listed(request: Request, visit: InmateVisit) -> HTMLResponse:
    found = calls.listed(facility_of(request), visit.actor)
    return show_to_inmate(request, "inmate/calls.html", visit=visit, calls=found)


@router.get("/{number}")
def one(request: Request, number: str, visit: InmateVisit) -> HTMLResponse:
    shown = calls.see(facility_of(request), number, visit.actor)
    return show_to_inmate(
        request,
        "inmate/call.html",
        visit=visit,
        call=shown,
        minutes=calling.minutes,
        held_without=calling.held_without(request),
    )


@router.get("/{number}/state")
def state(request: Request, number: str, visit: InmateVisit, device: Device = "") -> JSONResponse:
    return calling.state(request, number, visit.actor, device)


@router.get("/{number}/relay")
def relay(request: Request, number: str, visit: InmateVisit) -> JSONResponse:
    return calling.relay(request, number, visit.actor)


@router.post("/{number}/publish")
def publish(
    request: Request,
    number: str,
    visit: SignedInmate,
    sdp: Sdp,
    device: SentDevice = "",
    moves: Moves = "",
) -> JSONResponse:
    return calling.publish(request, number, sdp, visit.actor, device, moves)


@router.post("/{number}/watch")
def watch(request: Request, number: str, visit: SignedInmate, seat: Seat) -> JSONResponse:
    return calling.watch(request, number, seat, visit.actor)


@router.post("/{number}/answer")
def answer(
    request: Request, number: str, visit: SignedInmate, seat: Seat, sdp: Sdp
) -> JSONResponse:
    return calling.answer(request, number, seat, sdp, visit.actor)


@router.post("/{number}/leave")
def leave(request: Request, number: str, visit: SignedInmate) -> RedirectResponse:
    calls.leave(facility_of(request), number, visit.actor)
    return RedirectResponse(f"/mail/calls/{number}", 303)


@router.post("/{number}/recording")
def recording(
    request: Request, number: str, visit: SignedInmate, agrees: calling.Answer = ""
) -> RedirectResponse:
    calling.answer_recording(request, number, agrees, visit.actor)
    return RedirectResponse(f"/mail/calls/{number}", 303)
