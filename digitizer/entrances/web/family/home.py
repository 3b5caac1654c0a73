"""The family's own pages: with whom they write, asking for somebody, and a conversation."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.family.visits import FamilyVisit, SignedFamily, page
from digitizer.entrances.web.shared.auth import check_csrf, terminal_of
from digitizer.entrances.web.shared.even_time import even_time
from digitizer.entrances.web.shared.media import picture
from digitizer.entrances.web.shared.templating import facility_of, language_of
from digitizer.entrances.web.shared.wording import Wording
from digitizer.messages import writing
from digitizer.messages.writing import Save
from digitizer.model.errors import Conflict, NotFound, TooOften, UsageError
from digitizer.people.correspondents import own_account, own_contacts

router = APIRouter(prefix="/family")
Text = Annotated[str, Form(max_length=1000)]
_MOST_FIELDS = 10


@router.get("/home")
def home(request: Request, visit: FamilyVisit, asked: bool = False) -> HTMLResponse:
    facility, me = facility_of(request), visit.actor
    people = [each for each in writing.conversations_of(facility, me) if each.approved]
    asks = own_contacts.own_asks(facility, me)
    lost = own_account.is_unreached(facility, me)
    return page(request, "home", visit=visit, people=people, asks=asks, asked=asked, unreached=lost)


@router.get("/ask")
def ask_page(request: Request, visit: FamilyVisit) -> HTMLResponse:
    return _ask(request, visit, "", "")


@router.post("/ask")
async def ask(
    request: Request, visit: SignedFamily, booking: Text = "", name: Text = ""
) -> Response:
    """The same answer whoever is here or not, and as late."""
    async with even_time():
        return await run_in_threadpool(_asked, request, visit, booking, name)


def _asked(request: Request, visit: Visit, booking: str, name: str) -> Response:
    try:
        own_contacts.ask_to_write(
            facility_of(request), booking, name, visit.actor, terminal_of(request)
        )
    except (UsageError, TooOften) as error:
        return _ask(request, visit, booking, name, trouble=str(error))
    return RedirectResponse("/family/home?asked=true", 303)


def _ask(
    request: Request, visit: Visit, booking: str, name: str, trouble: str = ""
) -> HTMLResponse:
    status = 409 if trouble else 200
    typed = {"booking": booking, "name": name}
    return page(request, "ask", status, visit=visit, trouble=trouble, **typed)


@router.get("/with/{booking}")
def conversation(
    request: Request, booking: str, visit: FamilyVisit, done: str = ""
) -> HTMLResponse:
    return _conversation(request, booking, visit, done=done)


@router.post("/with/{booking}")
async def write(request: Request, booking: str, visit: FamilyVisit) -> Response:
    """The one form of a message: whichever of its buttons is pressed, what was typed is kept first.
    Who asks is known before a photo is read."""
    await run_in_threadpool(own_contacts.own_block, facility_of(request), booking, visit.actor)
    async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
        check_csrf(visit, _field(form, "csrf"))
        file = form.get("photo")
        photo = await file.read() if isinstance(file, UploadFile) and file.filename else b""
        act, subject, body = (_field(form, name) for name in ("act", "subject", "body"))
        of_form = (_field(form, name) for name in ("form", "save_number", "over"))
        save = _save(*of_form, asked=True)
    return await run_in_threadpool(_write, request, booking, visit, act, subject, body, photo, save)


def _save(form: str, number: str, over: str, *, asked: bool) -> Save:
    count = int(number) if re.fullmatch("[0-9]{1,9}", number) else 0
    return Save.of(form, count, over, asked=asked)


def _field(form: FormData, name: str) -> str:
    """Of text, lines end as browsers show them, and count as one character."""
    found = form.get(name)
    return found.replace("\r\n", "\n") if isinstance(found, str) else ""


def _write(
    request: Request,
    booking: str,
    visit: Visit,
    act: str,
    subject: str,
    body: str,
    photo: bytes,
    save: Save,
) -> Response:
    facility, me = facility_of(request), visit.actor
    removed = re.fullmatch(r"remove-([0-9]{1,3})", act)
    try:
        writing.save_draft(facility, booking, subject, body, me, save)
        if photo:
            writing.add_photo(facility, booking, photo, me, save if act == "send" else None)
        if removed:
            writing.remove_photo(facility, booking, int(removed[1]), me)
        if act == "send":
            if len(body) > facility.settings.messages.characters:
                return _conversation(request, booking, visit, done="long")
            writing.write(facility, booking, subject, body, me, save)
    except writing.BothKept as error:
        if photo:
            with suppress(UsageError, Conflict):  # what is wrong with it is said once it is alone
                writing.add_photo(facility, booking, photo, me)
        return _conversation(request, booking, visit, trouble=str(error))
    except (UsageError, Conflict) as error:
        return _conversation(request, booking, visit, trouble=str(error))
    done = "sent" if act == "send" else "saved"
    return RedirectResponse(f"/family/with/{quote(booking, safe='')}?done={done}#write", 303)


@router.post("/with/{booking}/draft")
def keep_draft(
    request: Request,
    booking: str,
    visit: SignedFamily,
    subject: Annotated[str, Form()] = "",
    body: Annotated[str, Form()] = "",
    form: Annotated[str, Form()] = "",
    save_number: Annotated[str, Form()] = "",
    over: Annotated[str, Form()] = "",
) -> Response:
    """Sent by the page's script while somebody writes. It is told where this page is not the one to
    write on any more."""
    text, save = body.replace("\r\n", "\n"), _save(form, save_number, over, asked=False)
    try:
        writing.save_draft(facility_of(request), booking, subject, text, visit.actor, save)
    except Conflict as error:
        return JSONResponse({"over": Wording(language_of(request)).said(error)}, 409)
    return Response(status_code=204)


@router.get("/with/{booking}/draft/{place}")
def draft_photo(request: Request, booking: str, place: int, visit: FamilyVisit) -> Response:
    return picture(writing.draft_photo(facility_of(request), booking, place, visit.actor))


@router.post("/with/{booking}/stop")
def stop(request: Request, booking: str, visit: SignedFamily, reason: Text = "") -> Response:
    try:
        own_contacts.stop_mail(facility_of(request), booking, visit.actor, reason)
    except UsageError as error:
        return _conversation(request, booking, visit, trouble=str(error))
    return RedirectResponse(f"/family/with/{quote(booking, safe='')}", 303)


@router.post("/with/{booking}/resume")
def resume(request: Request, booking: str, visit: SignedFamily) -> Response:
    """Where it is taken up already, there is nothing to do."""
    own_contacts.own_block(facility_of(request), booking, visit.actor)
    try:
        own_contacts.take_up_mail(facility_of(request), booking, visit.actor)
    except NotFound:
        return _conversation(request, booking, visit)
    return RedirectResponse(f"/family/with/{quote(booking, safe='')}", 303)


@router.get("/photo/{message}/{place}")
def photo(request: Request, message: str, place: int, visit: FamilyVisit) -> Response:
    return picture(writing.photo(facility_of(request), message, place, visit.actor))


@router.get("/reply/{letter}/{position}")
def reply(request: Request, letter: str, position: int, visit: FamilyVisit) -> Response:
    return picture(writing.reply_picture(facility_of(request), letter, position, visit.actor))


def _conversation(
    request: Request, booking: str, visit: Visit, *, done: str = "", trouble: str = ""
) -> HTMLResponse:
    facility = facility_of(request)
    opened = writing.conversation(facility, booking, visit.actor)
    messages = facility.settings.messages
    return page(
        request,
        "conversation",
        409 if trouble or done == "long" else 200,
        visit=visit,
        talk=opened,
        own_block=own_contacts.own_block(facility, booking, visit.actor),
        here=f"/family/with/{quote(booking, safe='')}",
        characters=messages.characters,
        most_photos=messages.photos,
        a_day=messages.a_day,
        done=done,
        trouble=trouble,
    )
