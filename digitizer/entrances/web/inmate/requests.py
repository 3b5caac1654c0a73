"""The pages on which inmates ask staff for something, and read the answers."""

# Without "from __future__ import annotations": see held_decisions.py.

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.inmate.shown import show_to_inmate
from digitizer.entrances.web.shared.auth import InmateVisit, SignedInmate
from digitizer.entrances.web.shared.media import picture as picture_of
from digitizer.entrances.web.shared.media import whole_number
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.messages import requests
from digitizer.model.errors import Conflict, UsageError

router = APIRouter(prefix="/mail/requests")
Text = Annotated[str, Form()]
Short = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class _Typed:
    """What was typed, shown again where it could not be sent."""

    form: str = ""
    body: str = ""
    about: str = ""
    emergency: bool = False


_NOTHING = _Typed()


@router.get("")
def listed(request: Request, visit: InmateVisit, page: PageNumber = 1) -> HTMLResponse:
    return _page(request, visit, page=page)


@router.post("")
def send(
    request: Request,
    visit: SignedInmate,
    form: Text = "",
    body: Text = "",
    about: Short = "",
    emergency: Short = "",
) -> Response:
    try:
        number = requests.send_request(
            facility_of(request),
            form,
            body.replace("\r\n", "\n"),
            visit.actor,
            emergency=bool(emergency),
            about=about,
        )
    except (UsageError, Conflict) as error:
        typed = _Typed(form, body, about, bool(emergency))
        return _page(request, visit, trouble=str(error), typed=typed)
    return RedirectResponse(f"/mail/requests/{number}?sent=true", 303)


@router.get("/{number}")
def one(request: Request, number: str, visit: InmateVisit, sent: bool = False) -> HTMLResponse:
    return _one(request, number, visit, sent=sent)


@router.post("/{number}/next")
def take_on(
    request: Request, number: str, visit: SignedInmate, words: Text = "", emergency: Short = ""
) -> Response:
    """They do not agree, or got no answer in time."""
    which = whole_number(number)
    try:
        requests.take_on(
            facility_of(request),
            which,
            words.replace("\r\n", "\n"),
            visit.actor,
            emergency=bool(emergency),
        )
    except (UsageError, Conflict) as error:
        return _one(request, number, visit, trouble=str(error), typed=words)
    return RedirectResponse(f"/mail/requests/{which}?sent=true", 303)


@router.get("/{number}/steps/{place}/pages/{page}")
def picture(request: Request, number: str, place: str, page: str, visit: InmateVisit) -> Response:
    """Of their own form on paper."""
    where = whole_number(number), whole_number(place), whole_number(page)
    return picture_of(requests.form_picture(facility_of(request), *where, visit.actor))


def _one(
    request: Request,
    number: str,
    visit: Visit,
    *,
    sent: bool = False,
    trouble: str = "",
    typed: str = "",
) -> HTMLResponse:
    facility = facility_of(request)
    own = requests.open_own_request(facility, whole_number(number), visit.actor)
    return show_to_inmate(
        request,
        "inmate/request.html",
        409 if trouble else 200,
        visit=visit,
        own=own,
        it=own.request,
        most=facility.settings.requests.characters,
        sent=sent,
        trouble=trouble,
        typed=typed,
    )


def _page(
    request: Request,
    visit: Visit,
    *,
    page: int = 1,
    trouble: str = "",
    typed: _Typed = _NOTHING,
) -> HTMLResponse:
    facility = facility_of(request)
    settings = facility.settings.requests
    return show_to_inmate(
        request,
        "inmate/requests.html",
        409 if trouble else 200,
        visit=visit,
        requests=part_of_all(requests.own_requests(facility, visit.actor), page),
        categories=settings.every_category,
        has_protected=bool(settings.protected),
        most=settings.characters,
        trouble=trouble,
        form=typed.form,
        body=typed.body,
        about=typed.about,
        emergency=typed.emergency,
    )
