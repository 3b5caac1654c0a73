"""The staff's pages of cover sheets: how often each was used, and for which letters."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from digitizer.access.login import Visit
from digitizer.covers import actions as covers
from digitizer.covers.bulk import units
from digitizer.entrances.web.shared.auth import StaffVisit
from digitizer.entrances.web.shared.default_printer import (
    Chosen,
    remembered,
    remembered_printer,
)
from digitizer.entrances.web.shared.paging import PER_PAGE, PageNumber, part, start_of
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import NotFound, UsageError
from digitizer.model.prints import LABEL_PAPERS, LabelPaper, Print
from digitizer.prints import actions as prints
from digitizer.screening import cases

router = APIRouter(prefix="/staff/covers")
#: Inmates who are offered for a cover on the spot.
MOST_FOUND = 6
#: What a form says for a cover on a whole sheet, of the facility's paper.
SHEET = "sheet"


@router.get("")
def cover_list(
    request: Request,
    visit: StaffVisit,
    often: bool = False,
    page: PageNumber = 1,
    printed: int = 0,
) -> HTMLResponse:
    return cover_page(request, visit, often=often, page=page, printed=printed)


def as_label(paper: str | None) -> LabelPaper | None:
    """The label that was chosen for covers; None for a whole sheet, or anything else."""
    return next((each for each in LABEL_PAPERS if each == paper), None)


def cover_page(
    request: Request,
    visit: Visit,
    *,
    often: bool = False,
    page: int = 1,
    printed: int = 0,
    find: str = "",
    trouble: str = "",
    queued: str = "",
    warnings: Sequence[str] = (),
) -> HTMLResponse:
    """The list, with the forms for new sheets over it. ``printed`` is the number of a print that
    was made just now, ``queued`` says what waits since then."""
    facility, by = facility_of(request), visit.actor
    found = covers.cover_list(
        facility, by, only_often=often, start=start_of(page), most=PER_PAGE + 1
    )
    may_print = covers.may_print(by)
    return show(
        request,
        "staff/covers.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        used=part(found, page),
        only_often=often,
        usual=facility.settings.covers,
        may_print=may_print,
        units=units(facility, by) if may_print else {},
        printer=prints.default_printer(facility, by, remembered_printer(request))
        if may_print
        else "",
        printers=prints.printer_names(facility, by) if may_print else {},
        label_printer=prints.default_printer(
            facility, by, remembered(request, Chosen.LABEL_PRINTER)
        )
        if may_print
        else "",
        paper=as_label(remembered(request, Chosen.COVER_PAPER)) or SHEET,
        printed=_print(request, visit, printed) if may_print and printed else None,
        find=find,
        candidates=cases.find_in_roster(facility, find, by, MOST_FOUND) if find else (),
        trouble=trouble,
        queued=queued,
        warnings=warnings,
    )


def _print(request: Request, visit: Visit, number: int) -> Print | None:
    try:
        return prints.find_print(facility_of(request), number, visit.actor)
    except NotFound:
        return None


@router.get("/{short_id}")
def cover_uses(request: Request, short_id: str, visit: StaffVisit) -> HTMLResponse:
    try:
        known, uses = covers.uses_of_cover(facility_of(request), short_id, visit.actor)
    except UsageError as error:
        raise NotFound(f"No cover sheet has the number {short_id}.") from error
    return show(
        request,
        "staff/cover.html",
        visit=visit,
        idle_seconds=idle_seconds(request),
        cover=known,
        uses=uses,
    )
