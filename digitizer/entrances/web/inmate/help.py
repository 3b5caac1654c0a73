"""What an inmate was not given and how to appeal, and how these pages work, in plain words."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.appeals import actions as appeals
from digitizer.appeals.actions import OwnRejection
from digitizer.entrances.web.inmate.shown import show_to_inmate
from digitizer.entrances.web.shared.auth import InmateVisit, SignedInmate
from digitizer.entrances.web.shared.media import whole_number
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.messages import refused_mail
from digitizer.model.errors import Conflict, UsageError

router = APIRouter(prefix="/mail")
Text = Annotated[str, Form()]


@router.get("/refused")
def refused(
    request: Request, visit: InmateVisit, page: PageNumber = 1, sent: bool = False
) -> HTMLResponse:
    return _refused(request, visit, page=page, sent=sent)


@router.post("/refused/{number}")
def appeal(request: Request, number: str, visit: SignedInmate, words: Text = "") -> Response:
    try:
        appeals.appeal(
            facility_of(request), whole_number(number), words.replace("\r\n", "\n"), visit.actor
        )
    except (UsageError, Conflict) as error:
        tried = whole_number(number)
        return _refused(request, visit, trouble=str(error), tried=tried, words=words)
    return RedirectResponse("/mail/refused?sent=true", 303)


def _refused(
    request: Request,
    visit: Visit,
    *,
    page: int = 1,
    sent: bool = False,
    trouble: str = "",
    tried: int = 0,
    words: str = "",
) -> HTMLResponse:
    """What was refused, each with what the inmate can do about it; what is over after an appeal
    too."""
    facility = facility_of(request)
    found = refused_mail.refusals(facility, visit.actor)
    own = facility.settings.facility
    return show_to_inmate(
        request,
        "inmate/refused.html",
        409 if trouble else 200,
        visit=visit,
        refusals=part_of_all(found, page),
        own=_by_item(appeals.own_rejections(facility, visit.actor)),
        days=facility.settings.appeal_days[0],
        appeal_to=(own.appeal_to, own.name, *own.mail_address),
        most=facility.settings.appeals.characters,
        sent=sent,
        trouble=trouble,
        tried=tried,
        words=words,
    )


def _by_item(found: tuple[OwnRejection, ...]) -> dict[tuple[str, str], OwnRejection]:
    """The newest of each, by what it is and its letter or message."""
    return {(str(each.rejection.what), each.rejection.item): each for each in reversed(found)}


@router.get("/help")
def how_it_works(request: Request, visit: InmateVisit) -> HTMLResponse:
    settings = facility_of(request).settings
    return show_to_inmate(
        request,
        "inmate/help.html",
        visit=visit,
        reviewed=settings.messages.review != "none",
        minutes=settings.web.inmate_idle_minutes,
    )
