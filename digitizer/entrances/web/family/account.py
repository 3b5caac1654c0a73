"""The family's page of their own account: what is known of them, taking it along, and leaving."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from digitizer.access.login import Refused, Visit
from digitizer.entrances.web.family.visits import FamilyVisit, SignedFamily, clear, page
from digitizer.entrances.web.shared.login_queue import login_turn
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.messages import exporting
from digitizer.model.errors import Conflict, UsageError
from digitizer.people.correspondents import own_account
from digitizer.people.correspondents.actions import Entry

router = APIRouter(prefix="/family/account")
Text = Annotated[str, Form(max_length=1000)]
#: The page says it in its language.
_WRONG = "wrong password"


@router.get("")
def account(request: Request, visit: FamilyVisit, saved: bool = False) -> HTMLResponse:
    return _page(request, visit, saved=saved)


@router.post("")
def change(
    request: Request,
    visit: SignedFamily,
    name: Text = "",
    address: Text = "",
    language: Text = "",
    tell: Annotated[bool, Form()] = False,
    tell_content: Annotated[bool, Form()] = False,
) -> Response:
    entry = Entry(name, address, "", language)
    try:
        own_account.change_own_account(
            facility_of(request), entry, visit.actor, tell=tell, tell_content=tell_content
        )
    except (UsageError, Conflict) as error:
        return _page(request, visit, trouble=str(error))
    return RedirectResponse("/family/account?saved=true", 303)


@router.post("/reach")
def reach(request: Request, visit: SignedFamily) -> Response:
    """E-mails are sent to them again."""
    with suppress(Conflict):  # pressed twice
        own_account.try_email_again(facility_of(request), visit.actor)
    return RedirectResponse("/family/account?saved=true", 303)


@router.post("/password")
async def password(
    request: Request, visit: SignedFamily, old: Text = "", password: Text = "", again: Text = ""
) -> Response:
    def try_it(terminal: str) -> Response:
        try:
            own_account.change_own_password(
                facility_of(request), old, password, again, visit.actor, terminal
            )
        except Refused:
            return _page(request, visit, trouble=_WRONG, status=403)
        except UsageError as error:
            return _page(request, visit, trouble=str(error))
        return _gone(request, "password")

    async with login_turn(request) as terminal:
        return await run_in_threadpool(try_it, terminal)


@router.post("/delete")
async def delete(request: Request, visit: SignedFamily, password: Text = "") -> Response:
    def try_it(terminal: str) -> Response:
        try:
            own_account.delete_own_account(facility_of(request), password, visit.actor, terminal)
        except Refused:
            return _page(request, visit, trouble=_WRONG, status=403)
        return _gone(request, "deleted")

    async with login_turn(request) as terminal:
        return await run_in_threadpool(try_it, terminal)


@router.post("/export")
def export(request: Request, visit: SignedFamily) -> Response:
    content = exporting.export_own(facility_of(request), visit.actor)
    named = {"content-disposition": 'attachment; filename="my-mail.zip"'}
    return Response(content, media_type="application/zip", headers=named)


def _gone(request: Request, why: str) -> Response:
    response = RedirectResponse(f"/family/login?bye={why}", 303)
    clear(request, response)
    return response


def _page(
    request: Request, visit: Visit, *, saved: bool = False, trouble: str = "", status: int = 409
) -> HTMLResponse:
    settings = facility_of(request).settings
    return page(
        request,
        "account",
        status if trouble else 200,
        visit=visit,
        account=own_account.own_account(facility_of(request), visit.actor),
        shows_words=settings.family.mail_shows == "words",
        saved=saved,
        trouble=trouble,
    )
