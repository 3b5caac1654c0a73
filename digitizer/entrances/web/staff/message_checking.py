"""Blind checks of e-messages on the staff's pages."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import picture
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.messages import Place
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.screening import message_checks

router = APIRouter(prefix="/staff/screening/checks/messages")
_LIST = "/staff/screening/checks"
ChosenParts = Annotated[list[Annotated[int, Form(ge=0, le=1000)]], Form()]


@router.get("/{message}")
def check(request: Request, message: str, visit: StaffVisit, at: int = 0) -> Response:
    try:
        return _page(request, message, visit, at=at)
    except NotFound:
        return RedirectResponse(_LIST, 303)


@router.get("/{message}/photos/{place}/picture")
def photo(request: Request, message: str, place: Place, visit: StaffVisit) -> Response:
    return picture(message_checks.photo(facility_of(request), message, place, visit.actor))


@router.post("/{message}/pass")
def let_pass(request: Request, message: str, visit: SignedStaff) -> Response:
    """Nothing is against it."""
    return _judge(request, message, visit, [], "")


@router.post("/{message}/refuse")
def refuse(
    request: Request,
    message: str,
    visit: SignedStaff,
    parts: ChosenParts = [],  # noqa: B006  # FastAPI copies it
    reason: Text = "",
    picked: Text = "",
) -> Response:
    """The parts that are ticked should not pass; none is ticked: the whole message."""
    return _judge(request, message, visit, parts, reason.strip() or picked, whole=not parts)


def _judge(
    request: Request, message: str, visit: Visit, parts: list[int], why: str, whole: bool = False
) -> Response:
    facility, by = facility_of(request), visit.actor
    try:
        photos = message_checks.look_at(facility, message, by).waiting.photos
        refused = list(range(len(photos) + 1)) if whole else parts
        judged = message_checks.judge(facility, message, refused, why, by)
    except NotFound:
        return RedirectResponse(_LIST, 303)
    except (Conflict, UsageError) as error:
        return _page(request, message, visit, trouble=str(error))
    following = f"{_LIST}/messages/{judged.following}" if judged.following else _LIST
    return RedirectResponse(following, 303)


def _page(
    request: Request, message: str, visit: Visit, *, at: int = 0, trouble: str = ""
) -> HTMLResponse:
    facility = facility_of(request)
    found = message_checks.look_at(facility, message, visit.actor)
    photos = found.waiting.photos
    asked = [each for each in photos if each.place == at]
    unseen = [each for each in photos if each.place in found.waiting.unseen]
    return show(
        request,
        "staff/message_check.html",
        409 if trouble else 200,
        visit=visit,
        opened=found,
        shown=next(iter((*asked, *unseen, *photos)), None),
        reject_reasons=facility.settings.screening.reasons_offered,
        trouble=trouble,
        idle_seconds=idle_seconds(request),
    )
