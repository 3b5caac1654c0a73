"""The inmate's conversations: with whom, what was sent, and writing."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.inmate.shown import show_to_inmate
from digitizer.entrances.web.shared.auth import InmateVisit, SignedInmate, SignedWriter
from digitizer.entrances.web.shared.media import picture
from digitizer.entrances.web.shared.paging import PageNumber, page_of, part_of_all
from digitizer.entrances.web.shared.templating import facility_of, language_of
from digitizer.entrances.web.shared.wording import Wording
from digitizer.messages import copies, writing
from digitizer.messages.writing import Save
from digitizer.model.errors import Conflict, DigitizerError, UsageError

router = APIRouter(prefix="/mail")
_REFUSED = (UsageError, Conflict)
#: As a form sends it; FastAPI takes an empty field for a missing one.
Text = Annotated[str, Form()]
SaveNumber = Annotated[int, Form()]


@router.get("/with")
def everybody(request: Request, visit: InmateVisit) -> HTMLResponse:
    """Everyone whom they may write to, the one of whom something came last first."""
    found = writing.conversations_of(facility_of(request), visit.actor)
    return show_to_inmate(request, "inmate/people.html", visit=visit, people=found)


@router.get("/with/{number}")
def one(
    request: Request,
    number: str,
    visit: InmateVisit,
    page: PageNumber = 1,
    sent: bool = False,
    copy: str = "",
    at: str = "",
) -> HTMLResponse:
    """What the two sent each other, the newest first; with ``at`` the part in which that is."""
    found = writing.conversation(facility_of(request), number, visit.actor)
    newest_first = found.entries[::-1]
    if at:
        page = page_of([each.id for each in newest_first], at)
    return show_to_inmate(
        request,
        "inmate/conversation.html",
        visit=visit,
        talk=found,
        entries=part_of_all(newest_first, page),
        sent=sent,
        copy=copy,
        copies=copies.copies_asked(facility_of(request), visit.actor),
    )


@router.get("/with/{number}/write")
def desk(
    request: Request, number: str, visit: InmateVisit, saved: bool = False, both: bool = False
) -> HTMLResponse:
    trouble = writing.BothKept(writing.BOTH_KEPT) if both else None
    return _desk(request, number, visit, 200, saved=saved, trouble=trouble)


@router.post("/with/{number}/draft")
def save(
    request: Request,
    number: str,
    visit: SignedWriter,
    subject: Text = "",
    body: Text = "",
    quiet: Annotated[bool, Form()] = False,
    form: Text = "",
    save_number: SaveNumber = 0,
    over: Text = "",
) -> Response:
    """Keeps what is being written. The page's script asks for it ``quiet``, and is told when, or
    that this page is not the one to write on any more."""
    save = Save.of(form, save_number, over, asked=not quiet)
    facility = facility_of(request)
    try:
        saved = writing.save_draft(facility, number, subject, _lines(body), visit.actor, save)
    except Conflict as error:
        if not quiet:  # the session may have fallen idle: a page of its own shows them
            return RedirectResponse(f"/mail/with/{number}/write?both=true", 303)
        return JSONResponse({"over": Wording(language_of(request)).said(error)}, 409)
    if quiet:
        return JSONResponse({"saved": Wording("en").clock(saved)})
    return RedirectResponse(f"/mail/with/{number}/write?saved=true", 303)


@router.post("/with/{number}/send")
def send(
    request: Request,
    number: str,
    visit: SignedInmate,
    subject: Text = "",
    body: Text = "",
    form: Text = "",
    save_number: SaveNumber = 0,
    over: Text = "",
) -> Response:
    """The same answer, however often the form is sent."""
    save = Save.of(form, save_number, over, asked=True)
    try:
        writing.write(facility_of(request), number, subject, _lines(body), visit.actor, save)
    except _REFUSED as error:
        return _desk(request, number, visit, trouble=error)
    return RedirectResponse(f"/mail/with/{number}?sent=true", 303)


@router.get("/messages/{message}/photos/{place}/picture")
def photo(request: Request, message: str, place: int, visit: InmateVisit) -> Response:
    return picture(writing.photo(facility_of(request), message, place, visit.actor))


def _desk(
    request: Request,
    number: str,
    visit: Visit,
    status: int = 409,
    *,
    saved: bool = False,
    trouble: DigitizerError | None = None,
) -> HTMLResponse:
    facility = facility_of(request)
    return show_to_inmate(
        request,
        "inmate/write.html",
        status,
        visit=visit,
        talk=writing.conversation(facility, number, visit.actor),
        most=facility.settings.messages.characters,
        reviewed=facility.settings.messages.review != "none",
        saved=saved,
        trouble=str(trouble) if trouble else "",
        both=isinstance(trouble, writing.BothKept),
        path=f"/mail/with/{number}/write",
    )


def _lines(body: str) -> str:
    """As it was typed: a form sends the end of a line as two characters."""
    return body.replace("\r\n", "\n")
