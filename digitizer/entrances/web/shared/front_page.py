"""The front page, logging in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from digitizer.access import enrolment, login
from digitizer.access.login import Refused, Visit
from digitizer.entrances.web.shared.announced import announced
from digitizer.entrances.web.shared.auth import (
    NeedsLogin,
    check_csrf,
    clear_all,
    client_of,
    hand_kiosk,
    hand_token,
    inmate_step,
    kiosk_name,
    token_of,
)
from digitizer.entrances.web.shared.headers import Pages, may_see_staff_pages
from digitizer.entrances.web.shared.login_queue import login_turn
from digitizer.entrances.web.shared.templating import (
    facility_of,
    keep_language,
    keep_looks,
    show,
)
from digitizer.model.errors import NotFound, UsageError
from digitizer.model.people import ActorKind
from digitizer.people import own_pin

router = APIRouter()


@router.get("/")
def front(request: Request) -> Response:
    pages = request.app.state.pages
    if len(pages) == 1 and Pages.INMATE not in pages:
        return RedirectResponse(f"/{next(iter(pages))}", 303)
    client, web = client_of(request), facility_of(request).settings.web
    return show(
        request,
        "front.html",
        for_staff=Pages.STAFF in pages and may_see_staff_pages(client, web),
        for_inmates=Pages.INMATE in pages,
        for_family=Pages.FAMILY in pages,
    )


@router.get("/login")
def inmate_login(request: Request, bye: str = "") -> HTMLResponse:
    return _login_page(request, bye=bye)


@router.post("/login")
async def enter_inmate(
    request: Request,
    booking_number: Annotated[str, Form()] = "",
    pin: Annotated[str, Form()] = "",
) -> Response:
    def enter(terminal: str) -> Response:
        try:
            token = login.enter_as_inmate(facility_of(request), booking_number, pin, terminal)
        except Refused:
            return _login_page(request, 403, refused=True)
        return _entered(request, token, "/mail")

    async with login_turn(request) as terminal:
        return await run_in_threadpool(enter, terminal)


def _login_page(
    request: Request, status: int = 200, *, refused: bool = False, bye: str = ""
) -> HTMLResponse:
    told = announced(request)
    return show(request, "inmate/login.html", status, refused=refused, bye=bye, announcements=told)


@router.get("/login/more")
def next_step(request: Request) -> HTMLResponse:
    return show(request, "inmate/step.html", visit=_under_way(request), refused=False)


@router.post("/login/more")
async def take_step(
    request: Request, answer: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = ""
) -> Response:
    visit = await run_in_threadpool(_under_way, request)
    check_csrf(visit, csrf)

    def take(terminal: str) -> Response:
        try:
            token = login.answer_step(
                facility_of(request), token_of(request) or "", answer, terminal
            )
        except NotFound:
            raise NeedsLogin("/login") from None
        except Refused:
            return show(request, "inmate/step.html", 403, visit=visit, refused=True)
        return _entered(request, token, "/mail")

    async with login_turn(request) as terminal:
        return await run_in_threadpool(take, terminal)


def _under_way(request: Request) -> Visit:
    found = login.visit(facility_of(request), token_of(request))
    if found is None or found.actor.kind is not ActorKind.INMATE:
        raise NeedsLogin("/login")
    if found.waits_for is None:
        raise NeedsLogin("/mail")
    if inmate_step(found) != request.url.path:
        raise NeedsLogin(inmate_step(found))
    return found


@router.get("/login/pin")
def first_pin(request: Request) -> HTMLResponse:
    """Staff gave out the PIN that was typed: its owner chooses one that nobody else knows."""
    return show(request, "inmate/first_pin.html", visit=_under_way(request), trouble="")


@router.post("/login/pin")
async def choose_pin(
    request: Request,
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    visit = await run_in_threadpool(_under_way, request)
    check_csrf(visit, csrf)

    def choose(terminal: str) -> Response:
        try:
            token = own_pin.change_own_pin(
                facility_of(request), "", new, again, visit.actor, terminal
            )
        except UsageError as error:
            return show(request, "inmate/first_pin.html", 409, visit=visit, trouble=str(error))
        except Refused:
            raise NeedsLogin("/login") from None
        return _entered(request, token, "/mail")

    async with login_turn(request) as terminal:
        return await run_in_threadpool(choose, terminal)


@router.get("/staff/login")
def staff_login(request: Request, bye: str = "") -> HTMLResponse:
    return show(request, "staff/login.html", refused=False, bye=bye)


@router.post("/staff/login")
async def enter_staff(
    request: Request, name: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    def enter(terminal: str) -> Response:
        try:
            token = login.enter_as_staff(facility_of(request), name, password, terminal)
        except Refused:
            return show(request, "staff/login.html", 403, refused=True, bye="")
        return _entered(request, token, "/staff")

    async with login_turn(request) as terminal:
        return await run_in_threadpool(enter, terminal)


@router.get("/kiosk")
def kiosk_page(request: Request, done: bool = False) -> HTMLResponse:
    """On the device itself: staff type the code that the kiosks' page or the command gave them."""
    name = kiosk_name(request)
    return show(request, "kiosk.html", name=name, done=done and name, refused=False)


@router.post("/kiosk")
async def enrol_kiosk(request: Request, code: Annotated[str, Form()] = "") -> Response:
    def enrol(terminal: str) -> Response:
        try:
            token = enrolment.enrol(facility_of(request), code, terminal)
        except Refused:
            return show(
                request, "kiosk.html", 403, name=kiosk_name(request), done=False, refused=True
            )
        response = RedirectResponse("/kiosk?done=true", 303)
        hand_kiosk(request, response, token)
        return response

    async with login_turn(request) as terminal:
        return await run_in_threadpool(enrol, terminal)


def _entered(request: Request, token: str, to: str) -> Response:
    login.leave(facility_of(request), token_of(request))  # a new login ends the old session
    response = RedirectResponse(to, 303)
    hand_token(request, response, token)
    return response


@router.post("/logout")
def log_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    visit = login.visit(facility_of(request), token_of(request))
    if visit is not None:
        check_csrf(visit, csrf)
    return _left(request, visit, "out")


@router.get("/logout/idle")
def idle_out(request: Request) -> Response:
    """Where a page goes when nobody uses it. SameSite keeps other sites out."""
    visit = login.visit(facility_of(request), token_of(request), awake=False)
    return _left(request, visit, "idle")


def _left(request: Request, visit: Visit | None, why: str) -> Response:
    login.leave(facility_of(request), token_of(request))
    is_staff = visit is not None and visit.actor.kind is ActorKind.STAFF
    response = RedirectResponse(f"{'/staff' if is_staff else ''}/login?bye={why}", 303)
    clear_all(request, response)
    return response


@router.post("/awake")
def awake(request: Request) -> Response:
    """Sent by the page's script while someone uses the terminal, so that reading is not idle."""
    found = login.visit(facility_of(request), token_of(request))
    response = Response(status_code=204 if found else 403)
    if found:
        keep_language(request, response)
        keep_looks(request, response)
    return response
