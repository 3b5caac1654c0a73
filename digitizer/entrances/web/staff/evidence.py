"""The evidence pack of a letter: why it is made, then the PDF."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import pdf
from digitizer.entrances.web.shared.templating import facility_of, language_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.evidence import actions as evidence
from digitizer.model.errors import (
    AuditError,
    Conflict,
    NeedsCase,
    NotAllowed,
    NotFound,
    StorageError,
    UsageError,
)
from digitizer.screening import recalls

router = APIRouter(prefix="/staff/evidence")

#: What the page says in the place of a pack; of no letter at all it has nothing to say itself.
_WRONG = (AuditError, Conflict, NotAllowed, NotFound, StorageError, UsageError)


@router.get("/{letter}")
def ask(request: Request, letter: str, visit: StaffVisit) -> HTMLResponse:
    """What the pack has, and why it is wanted."""
    return _page(request, letter, visit)


@router.post("/{letter}")
def make(
    request: Request,
    letter: str,
    visit: SignedStaff,
    reason: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "en",
) -> Response:
    facility = facility_of(request)
    try:
        made = evidence.make_pack(facility, letter, visit.actor, reason, language)
    except NeedsCase:
        return show(
            request,
            "staff/case.html",
            403,
            visit=visit,
            letter=letter,
            position=1,
            find="",
            trouble="",
            minutes=facility.settings.web.case_number_minutes,
            idle_seconds=idle_seconds(request),
        )
    except _WRONG as error:
        return _page(request, letter, visit, str(error), reason)
    return pdf(made.pdf, "evidence")


def _page(
    request: Request, letter: str, visit: Visit, trouble: str = "", reason: str = ""
) -> HTMLResponse:
    return show(
        request,
        "staff/evidence.html",
        409 if trouble else 200,
        visit=visit,
        known=recalls.look_at_settled(facility_of(request), letter, visit.actor),
        may_make=evidence.may_make_pack(visit.actor),
        chosen=language_of(request),
        trouble=trouble,
        reason=reason,
        idle_seconds=idle_seconds(request),
    )
