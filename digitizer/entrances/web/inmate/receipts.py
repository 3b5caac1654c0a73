"""The inmate's page of receipts: what was found in their mail, and where it is."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from digitizer.entrances.web.inmate.shown import show_to_inmate
from digitizer.entrances.web.shared.auth import InmateVisit
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.logbook import actions as logbook

router = APIRouter(prefix="/mail/receipts")


@router.get("")
def listed(request: Request, visit: InmateVisit, page: PageNumber = 1) -> HTMLResponse:
    mine = logbook.own_receipts(facility_of(request), visit.actor)
    return show_to_inmate(
        request, "inmate/receipts.html", visit=visit, receipts=part_of_all(mine, page)
    )
