"""What an inmate was not given and how to appeal, and how these pages work, in plain words."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from digitizer.entrances.web.inmate.shown import show_to_inmate
from digitizer.entrances.web.shared.auth import InmateVisit
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.messages import refused_mail

router = APIRouter(prefix="/mail")


@router.get("/refused")
def refused(request: Request, visit: InmateVisit, page: PageNumber = 1) -> HTMLResponse:
    facility = facility_of(request)
    found = refused_mail.refusals(facility, visit.actor)
    own = facility.settings.facility
    return show_to_inmate(
        request,
        "inmate/refused.html",
        visit=visit,
        refusals=part_of_all(found, page),
        days=own.appeal_days,
        appeal_to=(own.appeal_to, own.name, *own.mail_address),
    )


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
