"""Sealed scans, for a supervisor: the page that caused the seal, and the decisions about it.

Unsealing and cutting can be undone; destroying the key cannot, so it asks twice.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.page_ranges import read_numbers
from digitizer.entrances.web.shared.auth import StaffVisit
from digitizer.entrances.web.shared.media import picture
from digitizer.entrances.web.shared.proof import ProvenStaff
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.held_item import again, following, go_on, word
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.screening import legal_mail

router = APIRouter(prefix="/staff/held")
#: The word to type, to confirm that a key is to be destroyed.
CONFIRMATION = "DESTROY"
#: The bound keeps it within a database's whole numbers.
SealedPageNumber = Annotated[int, Path(ge=1, le=1_000_000)]
_REFUSED = (UsageError, Conflict, NotAllowed, NotFound)


@router.get("/{scan_id}/seal/{number}/picture")
def sealing_picture(
    request: Request, scan_id: str, number: SealedPageNumber, visit: StaffVisit
) -> Response:
    """The picture of a page that caused the seal; other pages are not shown."""
    return picture(legal_mail.sealing_picture(facility_of(request), scan_id, number, visit.actor))


@router.post("/{scan_id}/seal/lift")
def lift(request: Request, scan_id: str, visit: ProvenStaff, reason: Text = "") -> Response:
    try:
        after = following(request, scan_id, visit)
        legal_mail.lift(facility_of(request), scan_id, visit.actor, reason)
    except _REFUSED as error:
        return again(request, scan_id, visit, str(error), reason=reason)
    return go_on(after, scan_id)


@router.post("/{scan_id}/seal/cut")
def cut(
    request: Request, scan_id: str, visit: ProvenStaff, reason: Text = "", pages: Text = ""
) -> Response:
    try:
        legal_mail.cut(facility_of(request), scan_id, read_numbers(pages), visit.actor, reason)
    except _REFUSED as error:
        return again(request, scan_id, visit, str(error), reason=reason)
    return go_on(word(scan_id), scan_id)


@router.post("/{scan_id}/seal/destroy")
def destroy(
    request: Request,
    scan_id: str,
    visit: ProvenStaff,
    reason: Text = "",
    confirm: Annotated[str | None, Form()] = None,
    asked_by: Text = "",
) -> Response:
    """First a page explains what will happen; it happens when the word was typed there.
    ``asked_by`` is whose request that page showed."""
    try:
        if not reason.strip():
            raise UsageError("Give a reason first: it is kept for the record.")
        if confirm is None or confirm.strip() != CONFIRMATION:
            return _ask(request, scan_id, visit, reason, wrong=confirm is not None)
        after = following(request, scan_id, visit)
        facility = facility_of(request)
        is_done = legal_mail.destroy(
            facility, scan_id, visit.actor, reason, confirmed=True, seen_from=asked_by
        )
    except _REFUSED as error:
        return again(request, scan_id, visit, str(error), reason=reason)
    return go_on(after if is_done else word(scan_id), scan_id)


def _ask(request: Request, scan_id: str, visit: Visit, reason: str, wrong: bool) -> HTMLResponse:
    known = legal_mail.look_at_sealed(facility_of(request), scan_id, visit.actor)
    return show(
        request,
        "staff/destroy.html",
        409 if wrong else 200,
        visit=visit,
        known=known,
        reason=reason,
        wrong=wrong,
        confirmation=CONFIRMATION,
        needs_second="destroy" in facility_of(request).settings.web.second_person_for,
        idle_seconds=idle_seconds(request),
    )
