"""What of theirs was refused, on the family's pages, and appealing against it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.appeals import actions as appeals
from digitizer.entrances.web.family import visits
from digitizer.entrances.web.family.visits import FamilyVisit, SignedFamily
from digitizer.entrances.web.shared.media import whole_number
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.model.errors import Conflict, UsageError

router = APIRouter(prefix="/family/refused")


@router.get("")
def refused(
    request: Request, visit: FamilyVisit, page: PageNumber = 1, sent: bool = False
) -> HTMLResponse:
    return _page(request, visit, number=page, sent=sent)


@router.post("/{number}")
def appeal(
    request: Request, number: str, visit: SignedFamily, words: Annotated[str, Form()] = ""
) -> Response:
    facility, tried = facility_of(request), whole_number(number)
    try:
        appeals.appeal(facility, tried, words.replace("\r\n", "\n"), visit.actor)
    except (UsageError, Conflict) as error:
        return _page(request, visit, trouble=str(error), tried=tried, words=words)
    return RedirectResponse("/family/refused?sent=true", 303)


def _page(
    request: Request,
    visit: Visit,
    *,
    number: int = 1,
    sent: bool = False,
    trouble: str = "",
    tried: int = 0,
    words: str = "",
) -> HTMLResponse:
    facility = facility_of(request)
    own = facility.settings.facility
    return visits.page(
        request,
        "refused",
        409 if trouble else 200,
        visit=visit,
        rejections=part_of_all(appeals.own_rejections(facility, visit.actor), number),
        days=facility.settings.appeal_days[1],
        appeal_to=(own.appeal_to, own.name, *own.mail_address),
        most=facility.settings.appeals.characters,
        sent=sent,
        trouble=trouble,
        tried=tried,
        words=words,
    )
