"""Who sent a letter: named or changed by a person, while it is held or after it was delivered."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import UsageError
from digitizer.people.correspondents.actions import Entry
from digitizer.people.correspondents.actions import may_change as may_name_senders
from digitizer.screening import senders

router = APIRouter(prefix="/staff/sender")
_LONGEST_QUERY = 200


@router.get("/{letter}")
def choose(request: Request, letter: str, visit: StaffVisit, find: str = "") -> HTMLResponse:
    """As somebody types, the script of the page asks for the list alone."""
    return _page(request, letter, visit, find[:_LONGEST_QUERY])


@router.post("/{letter}")
def name(
    request: Request,
    letter: str,
    visit: SignedStaff,
    correspondent: Annotated[int, Form(ge=0, le=999_999_999)] = 0,
    name: Annotated[str, Form(max_length=200)] = "",
    address: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    facility, entry = facility_of(request), Entry(name, address)
    try:
        senders.name_sender(facility, letter, correspondent or None, entry, visit.actor)
    except UsageError as error:
        return _page(request, letter, visit, "", str(error))
    delivered = senders.look_for_sender(facility, letter, "", visit.actor).is_delivered
    to = f"/staff/mail/{quote(letter)}" if delivered else f"/staff/held/{quote(letter)}"
    return RedirectResponse(to, 303)


def _page(
    request: Request, letter: str, visit: Visit, find: str, trouble: str = ""
) -> HTMLResponse:
    part = "choices" if request.headers.get("HX-Request") else "choose"
    return show(
        request,
        f"staff/sender_{part}.html",
        409 if trouble else 200,
        visit=visit,
        letter=letter,
        find=find,
        choices=senders.look_for_sender(facility_of(request), letter, find, visit.actor),
        may_name=may_name_senders(visit.actor),
        trouble=trouble,
        idle_seconds=idle_seconds(request),
    )
