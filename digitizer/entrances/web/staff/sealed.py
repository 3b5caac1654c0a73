"""What is sealed, before a supervisor: the page that seals it, and what can be done.

Unsealing and cutting can be taken back; destroying the key cannot, and is asked twice.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.page_ranges import read_numbers
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import picture
from digitizer.entrances.web.shared.pages import house_of, show
from digitizer.entrances.web.staff.held_item import Text, again, following, word
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.screening import legal_mail

router = APIRouter(prefix="/staff/held")
#: What is typed to confirm that a key is to be destroyed.
CONFIRMATION = "DESTROY"
_REFUSED = (UsageError, Conflict, NotAllowed, NotFound)


@router.get("/{scan_id}/seal/{number}/picture")
def sealing_picture(request: Request, scan_id: str, number: int, visit: StaffVisit) -> Response:
    """The picture of a page that seals the scan, and of no other."""
    return picture(legal_mail.sealing_picture(house_of(request), scan_id, number, visit.actor))


@router.post("/{scan_id}/seal/lift")
def lift(request: Request, scan_id: str, visit: SignedStaff, reason: Text = "") -> Response:
    try:
        after = following(request, scan_id, visit)
        legal_mail.lift(house_of(request), scan_id, visit.actor, reason)
    except _REFUSED as error:
        return again(request, scan_id, visit, str(error), reason=reason)
    return _on(after, scan_id)


@router.post("/{scan_id}/seal/cut")
def cut(
    request: Request, scan_id: str, visit: SignedStaff, reason: Text = "", pages: Text = ""
) -> Response:
    try:
        legal_mail.cut(house_of(request), scan_id, read_numbers(pages), visit.actor, reason)
    except _REFUSED as error:
        return again(request, scan_id, visit, str(error), reason=reason)
    return RedirectResponse(f"/staff/held/{word(scan_id)}?settled={word(scan_id)}", 303)


@router.post("/{scan_id}/seal/destroy")
def destroy(
    request: Request, scan_id: str, visit: SignedStaff, reason: Text = "",
    confirm: Annotated[str | None, Form()] = None,
) -> Response:  # fmt: skip
    """First it is said what will happen; with the word typed there, it happens."""
    try:
        if not reason.strip():
            raise UsageError("Say why first: it is kept for the record.")
        if confirm is None or confirm.strip() != CONFIRMATION:
            return _ask(request, scan_id, visit, reason, wrong=confirm is not None)
        after = following(request, scan_id, visit)
        legal_mail.destroy(house_of(request), scan_id, visit.actor, reason, confirmed=True)
    except _REFUSED as error:
        return again(request, scan_id, visit, str(error), reason=reason)
    return _on(after, scan_id)


def _ask(request: Request, scan_id: str, visit: Visit, reason: str, wrong: bool) -> HTMLResponse:
    known = legal_mail.look_at_sealed(house_of(request), scan_id, visit.actor)
    return show(
        request, "staff/destroy.html", 409 if wrong else 200, visit=visit, known=known,
        reason=reason, wrong=wrong, confirmation=CONFIRMATION, idle_seconds=idle_seconds(request),
    )  # fmt: skip


def _on(after: str | None, scan_id: str) -> Response:
    place = f"/staff/held/{after}" if after else "/staff/held"
    return RedirectResponse(f"{place}?settled={word(scan_id)}", 303)
