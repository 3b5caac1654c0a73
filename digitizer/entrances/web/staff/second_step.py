"""The second step of a staff login: taking it, setting it up, and choosing a new password when a
one-time code was given out."""

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
    hand_token,
    staff_visit,
    terminal_of,
    token_of,
)
from digitizer.entrances.web.shared.proof import ProvenStaff, ProvenWhileSettingUp
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.people import own_login

router = APIRouter(prefix="/staff")
Text = Annotated[str, Form()]
_SETTING_UP = "set up second step"


@router.get("/login/code")
def ask_code(request: Request) -> HTMLResponse:
    return _code_page(request, _waiting(request, "code"))


@router.post("/login/code")
def take_code(request: Request, code: Text = "", csrf: Text = "") -> Response:
    visit = _waiting(request, "code")
    check_csrf(visit, csrf)
    try:
        token = login.enter_code(
            facility_of(request), token_of(request) or "", code, terminal_of(request)
        )
    except NotFound:
        raise NeedsLogin("/staff/login") from None
    except Refused:
        return _code_page(request, visit, refused=True)
    response = RedirectResponse("/staff", 303)
    hand_token(request, response, token)
    return response


@router.get("/login/password")
def ask_new_password(request: Request) -> HTMLResponse:
    return _password_page(request, _waiting(request, "new password"))


@router.post("/login/password")
def take_new_password(
    request: Request, password: Text = "", again: Text = "", csrf: Text = ""
) -> Response:
    """Afterwards they log in with it: nothing of the login with the code is left."""
    visit = _waiting(request, "new password")
    check_csrf(visit, csrf)
    try:
        own_login.change_own_password(facility_of(request), password, again, visit.actor)
    except UsageError as error:
        return _password_page(request, visit, str(error))
    return RedirectResponse("/staff/login?bye=changed", 303)


@router.get("/second-step")
def second_step(request: Request) -> HTMLResponse:
    return _set_up_page(request, staff_visit(request, step=_SETTING_UP))


@router.post("/second-step")
def begin(request: Request, visit: ProvenWhileSettingUp) -> Response:
    own_login.begin_second_step(facility_of(request), visit.actor)
    return RedirectResponse("/staff/second-step", 303)


@router.post("/second-step/finish")
def finish(request: Request, visit: ProvenWhileSettingUp, code: Text = "") -> Response:
    try:
        codes = own_login.finish_second_step(facility_of(request), code, visit.actor)
    except Conflict as error:
        return _set_up_page(request, visit, str(error))
    facility = facility_of(request)
    token = login.go_on(facility, visit, terminal_of(request))
    response = _codes_page(request, login.visit(facility, token) or visit, codes)
    hand_token(request, response, token)
    return response


@router.post("/second-step/codes")
def new_codes(request: Request, visit: ProvenStaff) -> Response:
    try:
        codes = own_login.new_recovery_codes(facility_of(request), visit.actor)
    except Conflict as error:
        return _set_up_page(request, visit, str(error))
    return _codes_page(request, visit, codes)


@router.post("/second-step/remove")
def remove(request: Request, visit: ProvenStaff) -> Response:
    try:
        own_login.remove_second_step(facility_of(request), visit.actor)
    except Conflict as error:
        return _set_up_page(request, visit, str(error))
    return RedirectResponse("/staff/second-step", 303)


def _waiting(request: Request, step: str) -> Visit:
    visit = staff_visit(request, step=step)
    if visit.waits_for is None:
        raise NeedsLogin("/staff")
    return visit


def _code_page(request: Request, visit: Visit, refused: bool = False) -> HTMLResponse:
    status = 403 if refused else 200
    return show(request, "staff/code.html", status, visit=visit, refused=refused)


def _password_page(request: Request, visit: Visit, trouble: str = "") -> HTMLResponse:
    status = 409 if trouble else 200
    return show(request, "staff/new_password.html", status, visit=visit, trouble=trouble)


def _set_up_page(request: Request, visit: Visit, trouble: str = "") -> HTMLResponse:
    return show(
        request,
        "staff/second_step.html",
        409 if trouble else 200,
        visit=visit,
        own=own_login.own_login(facility_of(request), visit.actor),
        trouble=trouble,
        idle_seconds=idle_seconds(request),
    )


def _codes_page(request: Request, visit: Visit, codes: tuple[str, ...]) -> HTMLResponse:
    idle = idle_seconds(request)
    return show(request, "staff/recovery_codes.html", visit=visit, codes=codes, idle_seconds=idle)
