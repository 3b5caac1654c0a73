"""The staff's forms for new sheets: a cover on the spot, a housing unit's, the mailroom's own."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.covers import actions as covers
from digitizer.covers.actions import PrintedCover
from digitizer.covers.bulk import print_covers
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.default_printer import Chosen, remember
from digitizer.entrances.web.shared.media import LONGEST_QUERY
from digitizer.entrances.web.shared.print_at_once import print_at_once
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.cover_uses import MOST_FOUND, SHEET, as_label, cover_page
from digitizer.model.errors import Conflict, NotFound, StorageError, UsageError
from digitizer.model.paper import CodeKind
from digitizer.model.prints import LABEL_NAME, PRINT_KINDS, SHEET_NAMES, PrintKind
from digitizer.screening import cases
from digitizer.support.wording import counted

router = APIRouter(prefix="/staff/covers")
Text = Annotated[str, Form()]
_WRONG = (Conflict, NotFound, StorageError, UsageError)


@router.get("/found")
def found(request: Request, visit: StaffVisit, find: str = "") -> HTMLResponse:
    """Whom the typed letters may mean, the first of whom Enter takes."""
    wanted = find.strip()[:LONGEST_QUERY]
    candidates = cases.find_in_roster(facility_of(request), wanted, visit.actor, MOST_FOUND)
    return show(
        request,
        "staff/covers_found.html",
        find=wanted,
        candidates=candidates if wanted else (),
    )


@router.post("/spot")
def spot(
    request: Request,
    visit: SignedStaff,
    find: Annotated[str, Form(max_length=LONGEST_QUERY)] = "",
    booking: Text = "",
    paper: Text = "",
    label_printer: Text = "",
) -> Response:
    """A cover for whoever was picked, on a sheet or a label. Where that is nobody, or what was
    typed meanwhile does not mean them, nothing is printed: who is meant is shown instead."""
    facility, by = facility_of(request), visit.actor
    candidates = cases.find_in_roster(facility, find.strip(), by, MOST_FOUND) if find else ()
    if booking not in {each.inmate.booking_number for each in candidates}:
        return cover_page(request, visit, find=find.strip())
    try:
        label = as_label(paper)
        made = covers.print_inmate_cover(facility, booking, by, paper=label)
        name = LABEL_NAME if label else SHEET_NAMES[CodeKind.INMATE]
        kind = PrintKind.COVER_LABEL if label else PrintKind.COVER
        printer = label_printer if label else None
        title = f"{name} {made.short_id}"
        answer = print_at_once(request, visit, made.pdf, kind, title, booking, printer)
    except _WRONG as error:
        answer = cover_page(request, visit, trouble=str(error))
    remember(request, answer, Chosen.COVER_PAPER, as_label(paper) or SHEET)
    if label_printer:
        remember(request, answer, Chosen.LABEL_PRINTER, label_printer[:LONGEST_QUERY])
    return answer


@router.post("/unit")
def unit(request: Request, visit: SignedStaff, unit: Text = "") -> Response:
    """A cover for everyone in custody in a housing unit; without one, on the whole roster. Those
    who are left out are named on the page, which a PDF cannot be sent with: it waits in the
    queue."""
    facility, by = facility_of(request), visit.actor
    try:
        made = print_covers(facility, by, unit or None)
        what = f"{counted(len(made.inmates), 'cover sheet')}, {unit or 'everyone'}"
        return queued(request, visit, made.pdf, what, made.warnings)
    except _WRONG as error:
        return cover_page(request, visit, trouble=str(error))


def queued(
    request: Request, visit: Visit, pdf: bytes, what: str, warnings: tuple[str, ...]
) -> Response:
    from digitizer.prints.actions import queue_pdf

    number = queue_pdf(facility_of(request), visit.actor, PrintKind.COVERS, what, pdf)
    return cover_page(request, visit, queued=f"{what}: print {number}", warnings=warnings)


@router.post("/sheet")
def sheet(
    request: Request,
    visit: SignedStaff,
    kind: Text = "",
    letters: Annotated[int, Form(ge=0, le=250)] = 0,
    valid_days: Annotated[int, Form(ge=0, le=3650)] = 0,
) -> Response:
    """A separator, a batch header or a legal marker."""
    try:
        made = _sheet(request, visit, kind, letters, valid_days)
        of = CodeKind(kind)
        title = f"{SHEET_NAMES[of]} {made.short_id}"
        return print_at_once(request, visit, made.pdf, PRINT_KINDS[of], title)
    except _WRONG as error:
        return cover_page(request, visit, trouble=str(error))


def _sheet(
    request: Request, visit: Visit, kind: str, letters: int, valid_days: int
) -> PrintedCover:
    facility, by = facility_of(request), visit.actor
    match kind:
        case CodeKind.SEPARATOR:
            return covers.print_separator(facility, by)
        case CodeKind.BATCH:
            return covers.print_batch_header(facility, letters or None, by)
        case CodeKind.LEGAL:
            return covers.print_legal_marker(facility, by, valid_days=valid_days or None)
    raise UsageError("Choose a separator, a batch header or a legal marker.")
