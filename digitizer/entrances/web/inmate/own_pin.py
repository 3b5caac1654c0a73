"""The page on which inmates change their PIN."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from digitizer.access.login import Refused, Visit
from digitizer.entrances.web.inmate.shown import show_to_inmate
from digitizer.entrances.web.shared.auth import InmateVisit, SignedInmate, hand_token
from digitizer.entrances.web.shared.login_queue import login_turn
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.model.errors import UsageError
from digitizer.people import own_pin

router = APIRouter(prefix="/mail/pin")
Text = Annotated[str, Form()]


@router.get("")
def page(request: Request, visit: InmateVisit, done: bool = False) -> HTMLResponse:
    return _page(request, visit, done=done)


@router.post("")
async def change(
    request: Request, visit: SignedInmate, old: Text = "", new: Text = "", again: Text = ""
) -> Response:
    """The other sessions of this inmate end, and this one goes on under a new token."""

    def change_it(terminal: str) -> Response:
        try:
            token = own_pin.change_own_pin(
                facility_of(request), old, new, again, visit.actor, terminal
            )
        except UsageError as error:
            return _page(request, visit, trouble=str(error))
        except Refused:
            return _page(request, visit, refused=True)
        response = RedirectResponse("/mail/pin?done=true", 303)
        hand_token(request, response, token)
        return response

    async with login_turn(request) as terminal:
        return await run_in_threadpool(change_it, terminal)


def _page(
    request: Request,
    visit: Visit,
    *,
    done: bool = False,
    trouble: str = "",
    refused: bool = False,
) -> HTMLResponse:
    status = 403 if refused else 409 if trouble else 200
    return show_to_inmate(
        request,
        "inmate/pin.html",
        status,
        visit=visit,
        least=facility_of(request).settings.web.pin_digits,
        done=done,
        trouble=trouble,
        refused=refused,
    )
