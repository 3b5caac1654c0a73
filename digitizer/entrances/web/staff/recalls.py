"""Rejected mail, and taking back what was delivered or rejected by mistake."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import StaffVisit
from digitizer.entrances.web.shared.paging import PER_PAGE, PageNumber, part, start_of
from digitizer.entrances.web.shared.proof import ProvenStaff
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_item import go_on, word
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotAllowed, UsageError
from digitizer.screening import recalls

router = APIRouter(prefix="/staff")


@router.get("/rejected")
def rejected(request: Request, visit: StaffVisit, page: PageNumber = 1) -> HTMLResponse:
    facility = facility_of(request)
    found = recalls.rejected(facility, visit.actor, start=start_of(page), most=PER_PAGE + 1)
    return show(
        request,
        "staff/rejected.html",
        visit=visit,
        items=part(found, page),
        may_recall=recalls.may_recall(visit.actor),
        idle_seconds=idle_seconds(request),
    )


@router.get("/recall/{some_id}")
def ask(request: Request, some_id: str, visit: StaffVisit) -> HTMLResponse:
    """What would be taken back from whom, and who saw it already."""
    return _page(request, some_id, visit)


@router.post("/recall/{some_id}")
def recall(
    request: Request, some_id: str, visit: ProvenStaff, reason: Annotated[str, Form()] = ""
) -> Response:
    try:
        recalls.recall(facility_of(request), some_id, visit.actor, reason)
    except (UsageError, Conflict, NotAllowed) as error:
        return _page(request, some_id, visit, str(error), reason)
    return go_on(word(some_id), some_id)


def _page(
    request: Request, some_id: str, visit: Visit, trouble: str = "", reason: str = ""
) -> HTMLResponse:
    return show(
        request,
        "staff/recall.html",
        409 if trouble else 200,
        visit=visit,
        known=recalls.look_at_settled(facility_of(request), some_id, visit.actor),
        may_recall=recalls.may_recall(visit.actor),
        trouble=trouble,
        reason=reason,
        idle_seconds=idle_seconds(request),
    )
