"""The family's pages before a login: what this is, signing up, logging in, a new password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from digitizer.access import login
from digitizer.access.login import Refused
from digitizer.entrances.web.family.visits import (
    clear,
    hand_token,
    need_accounts,
    page,
    token_of,
    visitor,
)
from digitizer.entrances.web.shared.auth import check_csrf, terminal_of
from digitizer.entrances.web.shared.even_time import even_time
from digitizer.entrances.web.shared.login_queue import login_turn
from digitizer.entrances.web.shared.templating import facility_of, keep_language, language_of
from digitizer.model.errors import NotFound, TooOften, UsageError
from digitizer.operations import staff_mail
from digitizer.people.correspondents import sign_up
from digitizer.people.correspondents.actions import Entry

router = APIRouter(prefix="/family")
Text = Annotated[str, Form(max_length=1000)]


@router.get("")
def front(request: Request) -> Response:
    if visitor(request) is not None:
        return RedirectResponse("/family/home", 303)
    return page(request, "front", visit=None)


@router.get("/login")
def login_page(request: Request, bye: str = "") -> HTMLResponse:
    need_accounts(request)
    return page(request, "login", visit=None, refused=False, bye=bye)


@router.post("/login")
async def enter(request: Request, email: Text = "", password: Text = "") -> Response:
    await run_in_threadpool(need_accounts, request)

    def try_it(terminal: str) -> Response:
        try:
            token = login.enter_as_correspondent(facility_of(request), email, password, terminal)
        except Refused:
            return page(request, "login", 403, visit=None, refused=True, bye="")
        return _entered(request, token)

    return await _in_turn(request, try_it)


def _entered(request: Request, token: str) -> Response:
    login.leave(facility_of(request), token_of(request))  # a new login ends the old session
    response = RedirectResponse("/family/home", 303)
    hand_token(request, response, token)
    return response


@router.post("/logout")
def log_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    visit = visitor(request)
    if visit is not None:
        check_csrf(visit, csrf)
    return _left(request, "out")


@router.get("/logout/idle")
def idle_out(request: Request) -> Response:
    """Where a page goes when nobody uses it."""
    return _left(request, "idle")


def _left(request: Request, why: str) -> Response:
    login.leave(facility_of(request), token_of(request))
    response = RedirectResponse(f"/family/login?bye={why}", 303)
    clear(request, response)
    return response


@router.post("/awake")
def awake(request: Request) -> Response:
    """Sent by the page's script while someone uses it, so that reading is not idle."""
    found = visitor(request)
    response = Response(status_code=204 if found else 403)
    if found:
        keep_language(request, response)
    return response


@router.get("/sign-up")
def sign_up_page(request: Request) -> HTMLResponse:
    need_accounts(request)
    return _sign_up(request)


@router.post("/sign-up")
async def ask_for_account(
    request: Request,
    name: Text = "",
    email: Text = "",
    language: Text = "",
    password: Text = "",
    again: Text = "",
) -> Response:
    """The answer is the same whether the address has an account or not, and as late."""
    await run_in_threadpool(need_accounts, request)
    entry = Entry(name, "", email, language)

    def ask(terminal: str) -> Response:
        try:
            sign_up.ask_for_account(facility_of(request), entry, password, again, terminal)
        except (UsageError, TooOften) as error:
            return _sign_up(request, entry, trouble=str(error))
        return page(request, "look_at_mail", visit=None, email=email, what="sign-up")

    async with even_time():
        return await _in_turn(request, ask)


def _sign_up(request: Request, typed: Entry | None = None, trouble: str = "") -> HTMLResponse:
    entry = typed or Entry("", "", "", language_of(request))
    return page(
        request, "sign_up", 400 if trouble else 200, visit=None, typed=entry, trouble=trouble
    )


@router.get("/confirm/{token}")
def confirm_page(request: Request, token: str) -> HTMLResponse:
    """A link that a mail program opens by itself does nothing yet."""
    need_accounts(request)
    return _confirm(request, token)


@router.post("/confirm/{token}")
async def confirm(request: Request, token: str, password: Text = "") -> Response:
    await run_in_threadpool(need_accounts, request)

    def try_it(terminal: str) -> Response:
        facility = facility_of(request)
        try:
            email = sign_up.confirm(facility, token, password, terminal)
            return _entered(
                request, login.enter_as_correspondent(facility, email, password, terminal)
            )
        except (Refused, NotFound):
            return _confirm(request, token, refused=True)

    return await _in_turn(request, try_it)


def _confirm(request: Request, token: str, *, refused: bool = False) -> HTMLResponse:
    try:
        name = sign_up.name_to_confirm(facility_of(request), token)
    except NotFound:
        return page(request, "stale", 404, visit=None, what="sign-up")
    status = 403 if refused else 200
    return page(request, "confirm", status, visit=None, token=token, name=name, refused=refused)


@router.get("/forgot")
def forgot_page(request: Request) -> HTMLResponse:
    need_accounts(request)
    return page(request, "forgot", visit=None, trouble="")


@router.post("/forgot")
async def forgot(request: Request, email: Text = "") -> HTMLResponse:
    """The answer is the same whether the address has an account or not, and as late."""
    async with even_time():
        return await run_in_threadpool(_forgot, request, email)


def _forgot(request: Request, email: str) -> HTMLResponse:
    need_accounts(request)
    try:
        sign_up.ask_for_reset(facility_of(request), email, terminal_of(request))
    except TooOften as error:
        return page(request, "forgot", 429, visit=None, trouble=str(error))
    return page(request, "look_at_mail", visit=None, email=email, what="reset")


@router.get("/reset/{token}")
def reset_page(request: Request, token: str) -> HTMLResponse:
    need_accounts(request)
    return _reset(request, token)


@router.post("/reset/{token}")
async def reset(request: Request, token: str, password: Text = "", again: Text = "") -> Response:
    await run_in_threadpool(need_accounts, request)

    def try_it(terminal: str) -> Response:
        try:
            sign_up.reset_password(facility_of(request), token, password, again)
        except UsageError as error:
            return _reset(request, token, trouble=str(error))
        except NotFound:
            return _reset(request, token)
        return RedirectResponse("/family/login?bye=password", 303)

    return await _in_turn(request, try_it)


def _reset(request: Request, token: str, trouble: str = "") -> HTMLResponse:
    try:
        sign_up.check_reset(facility_of(request), token)
    except NotFound:
        return page(request, "stale", 404, visit=None, what="reset")
    status = 400 if trouble else 200
    return page(request, "reset", status, visit=None, token=token, trouble=trouble)


@router.get("/leave/{token}")
def leave_page(request: Request, token: str) -> HTMLResponse:
    need_accounts(request)
    return page(request, "leave", visit=None, token=token, done=False)


@router.post("/leave/{token}")
def leave(request: Request, token: str) -> HTMLResponse:
    """Also asked by mail programs, with one click (RFC 8058). A link that is not good any more gets
    the same answer."""
    need_accounts(request)
    sign_up.leave_news(facility_of(request), token)
    return page(request, "leave", visit=None, token=token, done=True)


@router.get("/staff-mail/{token}")
def staff_mail_page(request: Request, token: str) -> HTMLResponse:
    """Leaving the alarms or the digest, from the link in one: it needs no login."""
    what, has_left = staff_mail.of_link(facility_of(request), token)
    return page(request, "staff_mail", visit=None, token=token, what=what, has_left=has_left)


@router.post("/staff-mail/{token}")
def leave_staff_mail(request: Request, token: str) -> HTMLResponse:
    """Also asked by mail programs, with one click (RFC 8058)."""
    staff_mail.leave_by_link(facility_of(request), token)
    return staff_mail_page(request, token)


@router.post("/staff-mail/{token}/again")
def take_up_staff_mail(request: Request, token: str) -> HTMLResponse:
    staff_mail.take_up_by_link(facility_of(request), token)
    return staff_mail_page(request, token)


async def _in_turn(request: Request, do: Callable[[str], Response]) -> Response:
    """What hashes a secret takes its turn like every login."""
    async with login_turn(request) as terminal:
        return await run_in_threadpool(do, terminal)
