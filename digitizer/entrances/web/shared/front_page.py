"""The front page, logging in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access import login
from digitizer.access.login import Refused, Visit
from digitizer.entrances.web.shared.auth import (
    NeedsLogin,
    check_csrf,
    clear_all,
    hand_token,
    terminal_of,
    token_of,
)
from digitizer.entrances.web.shared.pages import house_of, language_of, show
from digitizer.model.errors import NotFound
from digitizer.model.people import ActorKind

router = APIRouter()


@router.get("/")
def front(request: Request) -> HTMLResponse:
    return show(request, "front.html")


@router.get("/login")
def inmate_login(request: Request, bye: str = "") -> HTMLResponse:
    return show(request, "inmate/login.html", refused=False, bye=bye)


@router.post("/login")
def enter_inmate(
    request: Request,
    booking_number: Annotated[str, Form()] = "",
    pin: Annotated[str, Form()] = "",
) -> Response:
    house = house_of(request)
    try:
        token = login.enter_as_inmate(house, booking_number, pin, terminal_of(request))
    except Refused:
        return show(request, "inmate/login.html", 403, refused=True, bye="")
    return _entered(request, token, "/mail")


@router.get("/login/more")
def next_step(request: Request) -> HTMLResponse:
    return show(request, "inmate/step.html", visit=_under_way(request), refused=False)


@router.post("/login/more")
def take_step(
    request: Request, answer: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = ""
) -> Response:
    visit = _under_way(request)
    check_csrf(visit, csrf)
    try:
        token = login.answer_step(
            house_of(request), token_of(request) or "", answer, terminal_of(request)
        )
    except NotFound:
        raise NeedsLogin("/login") from None
    except Refused:
        return show(request, "inmate/step.html", 403, visit=visit, refused=True)
    return _entered(request, token, "/mail")


def _under_way(request: Request) -> Visit:
    found = login.visit(house_of(request), token_of(request))
    if found is None or found.actor.kind is not ActorKind.INMATE:
        raise NeedsLogin("/login")
    if found.waits_for is None:
        raise NeedsLogin("/mail")
    return found


@router.get("/staff/login")
def staff_login(request: Request, bye: str = "") -> HTMLResponse:
    return show(request, "staff/login.html", refused=False, bye=bye)


@router.post("/staff/login")
def enter_staff(
    request: Request, name: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    try:
        token = login.enter_as_staff(house_of(request), name, password, terminal_of(request))
    except Refused:
        return show(request, "staff/login.html", 403, refused=True, bye="")
    return _entered(request, token, "/staff")


def _entered(request: Request, token: str, to: str) -> Response:
    login.leave(house_of(request), token_of(request))  # a new login leaves no old session behind
    response = RedirectResponse(to, 303)
    hand_token(request, response, token)
    return response


@router.post("/logout")
def log_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    visit = login.visit(house_of(request), token_of(request))
    if visit is not None:
        check_csrf(visit, csrf)
    return _left(request, visit, "out")


@router.get("/logout/idle")
def idle_out(request: Request) -> Response:
    """Where a page goes by itself when nobody touches it. SameSite keeps other sites from it."""
    visit = login.visit(house_of(request), token_of(request), awake=False)
    return _left(request, visit, "idle")


def _left(request: Request, visit: Visit | None, why: str) -> Response:
    login.leave(house_of(request), token_of(request))
    is_staff = visit is not None and visit.actor.kind is ActorKind.STAFF
    language = language_of(request)
    to = f"/staff/login?bye={why}" if is_staff else f"/login?bye={why}&lang={language}"
    response = RedirectResponse(to, 303)
    clear_all(request, response)
    return response


@router.post("/awake")
def awake(request: Request) -> Response:
    """A hand is on the terminal: sent by the page's script, so that long reading is not idle."""
    found = login.visit(house_of(request), token_of(request))
    return Response(status_code=204 if found else 403)
