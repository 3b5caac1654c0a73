"""Guests of a video call, who have a link and no account: the link, and the page of the call."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.calls import actions as calls
from digitizer.calls import guests
from digitizer.entrances.web.family.visits import page
from digitizer.entrances.web.shared import calling
from digitizer.entrances.web.shared.auth import check_csrf, terminal_of
from digitizer.entrances.web.shared.calling import Device, Moves, Sdp, Seat, SentDevice
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.model.errors import Conflict, NotFound, TooOften, UsageError

router = APIRouter(prefix="/family/guest")


def _cookie(request: Request) -> str:
    return "__Host-guest" if request.url.scheme == "https" else "guest"


def _guest(request: Request) -> Visit:
    found = guests.visit_of(facility_of(request), request.cookies.get(_cookie(request)))
    if found is None:
        raise NotFound("There is no such page. Open the link that you were given again.")
    return found


def _signed(visit: Annotated[Visit, Depends(_guest)], csrf: Annotated[str, Form()] = "") -> Visit:
    check_csrf(visit, csrf)
    return visit


GuestVisit = Annotated[Visit, Depends(_guest)]
SignedGuest = Annotated[Visit, Depends(_signed)]


@router.get("/link/{token}")
def look_at_link(request: Request, token: str) -> HTMLResponse:
    """Opens nothing: programs that look at e-mails follow links as well."""
    return _link(request, token)


def _link(request: Request, token: str, trouble: str = "") -> HTMLResponse:
    found = guests.of_link(facility_of(request), token)
    status = 409 if trouble else 200
    return page(
        request, "guest_link", status, visit=None, invited=found, token=token, trouble=trouble
    )


@router.post("/link/{token}")
def open_link(
    request: Request, token: str, name: Annotated[str, Form(max_length=120)] = ""
) -> Response:
    try:
        device, call_id = guests.open_link(facility_of(request), token, name, terminal_of(request))
    except (Conflict, UsageError, TooOften) as error:
        return _link(request, token, str(error))
    answer = RedirectResponse(f"/family/guest/{call_id}", 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(
        _cookie(request), device, path="/", httponly=True, samesite="lax", secure=secure
    )
    return answer


@router.get("/{number}")
def one(request: Request, number: str, visit: GuestVisit) -> HTMLResponse:
    shown = calls.see(facility_of(request), number, visit.actor)
    return page(
        request,
        "guest_call",
        visit=None,
        guest=visit,
        call=shown,
        minutes=calling.minutes,
        held_without=calling.held_without(request),
    )


@router.get("/{number}/state")
def state(request: Request, number: str, visit: GuestVisit, device: Device = "") -> JSONResponse:
    return calling.state(request, number, visit.actor, device)


@router.get("/{number}/relay")
def relay(request: Request, number: str, visit: GuestVisit) -> JSONResponse:
    return calling.relay(request, number, visit.actor)


@router.post("/{number}/publish")
def publish(
    request: Request,
    number: str,
    visit: SignedGuest,
    sdp: Sdp,
    device: SentDevice = "",
    moves: Moves = "",
) -> JSONResponse:
    return calling.publish(request, number, sdp, visit.actor, device, moves)


@router.post("/{number}/watch")
def watch(request: Request, number: str, visit: SignedGuest, seat: Seat) -> JSONResponse:
    return calling.watch(request, number, seat, visit.actor)


@router.post("/{number}/answer")
def answer(request: Request, number: str, visit: SignedGuest, seat: Seat, sdp: Sdp) -> JSONResponse:
    return calling.answer(request, number, seat, sdp, visit.actor)


@router.post("/{number}/recording")
def recording(
    request: Request, number: str, visit: SignedGuest, agrees: calling.Answer = ""
) -> RedirectResponse:
    calling.answer_recording(request, number, agrees, visit.actor)
    return RedirectResponse(f"/family/guest/{number}", 303)


@router.post("/{number}/leave")
def leave(request: Request, number: str, visit: SignedGuest) -> RedirectResponse:
    calls.leave(facility_of(request), number, visit.actor)
    return RedirectResponse(f"/family/guest/{number}", 303)
