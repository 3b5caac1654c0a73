"""The mailroom's page of legal mail: a hand scanner types a code into its one field, and the whole
screen says what to do. What is in an item is never shown: nothing here has it."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.capture import inspection
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit, check_csrf
from digitizer.entrances.web.shared.media import LONGEST_ID
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.legal import actions as legal
from digitizer.legal import codes, registry
from digitizer.model.errors import Conflict, EngineError, UnopenableFile, UsageError
from digitizer.model.legal import Answer, Cause, Scanned

router = APIRouter(prefix="/staff/legal")


@router.get("")
def page(request: Request, visit: StaffVisit) -> HTMLResponse:
    return _page(request, visit)


@router.post("/scan")
def scan(
    request: Request, visit: SignedStaff, code: Annotated[str, Form(max_length=400)] = ""
) -> HTMLResponse:
    """What was typed, by a person or by a hand scanner."""
    return _page(request, visit, legal.scan_code(facility_of(request), code, visit.actor))


@router.post("/picture")
async def picture(request: Request, visit: StaffVisit) -> HTMLResponse:
    """A picture of one envelope, from a file or a camera; it is looked at for codes, and gone. Who
    asks is known before it is read."""
    await run_in_threadpool(legal.check_may_scan, facility_of(request), visit.actor)
    async with request.form(max_files=1, max_fields=3) as form:
        check_csrf(visit, str(form.get("csrf", "")))
        file = form.get("picture")
        content = await file.read() if isinstance(file, UploadFile) else b""
    return await run_in_threadpool(_judge, request, visit, content)


def _judge(request: Request, visit: Visit, content: bytes) -> HTMLResponse:
    facility = facility_of(request)
    try:
        texts = inspection.codes_in_picture(facility, content, visit.actor) if content else ()
    except (UnopenableFile, EngineError):
        return _page(request, visit, Scanned(Answer.UNREADABLE, Cause.NO_CODE))
    return _page(request, visit, legal.scan_seen(facility, texts, visit.actor))


@router.get("/items/{item}")
def one(request: Request, item: str, visit: StaffVisit, done: bool = False) -> HTMLResponse:
    return _item(request, item, visit, done=done)


@router.post("/items/{item}/opened")
def opened(
    request: Request, item: str, visit: SignedStaff, found: Annotated[str, Form()] = ""
) -> Response:
    """In the inmate's presence; ``found`` is ``no`` or ``yes``."""
    if found not in ("no", "yes"):
        return _item(request, item, visit, trouble="Say whether something was found.")
    try:
        legal.log_opened(facility_of(request), item[:LONGEST_ID], found == "yes", visit.actor)
    except Conflict as error:
        return _item(request, item, visit, trouble=str(error))
    return RedirectResponse(f"/staff/legal/items/{item[:LONGEST_ID]}", 303)


@router.post("/items/{item}/handed")
def handed(
    request: Request, item: str, visit: SignedStaff, signed: Annotated[str, Form()] = ""
) -> Response:
    """``signed`` is ``no`` or ``yes``, on paper."""
    if signed not in ("no", "yes"):
        return _item(request, item, visit, trouble="Say whether the inmate signed for it.")
    try:
        legal.log_handed_over(facility_of(request), item[:LONGEST_ID], signed == "yes", visit.actor)
    except Conflict as error:
        return _item(request, item, visit, trouble=str(error))
    return RedirectResponse(f"/staff/legal/items/{item[:LONGEST_ID]}?done=true", 303)


@router.post("/items/{item}/returned")
def returned(
    request: Request,
    item: str,
    visit: SignedStaff,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    try:
        legal.log_returned(facility_of(request), item[:LONGEST_ID], visit.actor, reason)
    except (Conflict, UsageError) as error:
        return _item(request, item, visit, trouble=str(error))
    return RedirectResponse(f"/staff/legal/items/{item[:LONGEST_ID]}?done=true", 303)


def _page(request: Request, visit: Visit, answer: Scanned | None = None) -> HTMLResponse:
    """With an answer to a script that asked for it, that alone and what is waiting."""
    alone = answer is not None and "hx-request" in request.headers
    return show(
        request,
        "staff/legal_answer.html" if alone else "staff/legal.html",
        visit=visit,
        idle_seconds=idle_seconds(request),
        answer=answer,
        waiting=legal.waiting_items(facility_of(request), visit.actor),
        may_keep=registry.may_keep(visit.actor),
        may_make=codes.may_make(visit.actor),
        may_see_log=legal.may_see_log(visit.actor),
        alone=alone,
        path="/staff/legal",
    )


def _item(
    request: Request, item: str, visit: Visit, *, trouble: str = "", **shown: Any
) -> HTMLResponse:
    return show(
        request,
        "staff/legal_item.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        it=legal.arrived_item(facility_of(request), item[:LONGEST_ID], visit.actor),
        trouble=trouble,
        **{"done": False, **shown},
    )
