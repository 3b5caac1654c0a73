"""Requests of inmates, on the staff's pages: what waits, one of them to answer, and paper."""

# Without "from __future__ import annotations": see held_decisions.py.

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import LONGEST_ID, pdf, whole_number
from digitizer.entrances.web.shared.media import picture as picture_of
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.messages import request_paper, requests
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.support.clock import now

router = APIRouter(prefix="/staff/requests")
_LATEST = 20
Line = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class PaperForm:
    """What is typed to print a form, or to enter what came without one."""

    booking: Line = ""
    form: Line = ""
    body: Text = ""
    came: Line = ""
    filed_by: Line = ""
    about: Line = ""
    emergency: Line = ""


Typed = Annotated[PaperForm, Depends()]


@router.get("")
def queue(
    request: Request, visit: StaffVisit, page: PageNumber = 1, done: str = ""
) -> HTMLResponse:
    return _queue(request, visit, page=page, done=whole_number(done))


@router.post("")
def enter(request: Request, visit: SignedStaff, typed: Typed) -> Response:
    """What came on other paper, or by word."""
    try:
        number = requests.enter_request(
            facility_of(request),
            typed.booking.strip(),
            typed.form,
            typed.body.replace("\r\n", "\n"),
            _day(typed.came),
            visit.actor,
            filed_by=typed.filed_by,
            about=typed.about,
            emergency=bool(typed.emergency),
        )
    except (UsageError, NotFound) as error:
        return _queue(request, visit, trouble=str(error), typed=typed)
    return RedirectResponse(f"/staff/requests?done={number}", 303)


@router.post("/form")
def form(request: Request, visit: SignedStaff, typed: Typed) -> Response:
    """A form for one inmate, to be printed."""
    facility, booking = facility_of(request), typed.booking.strip()
    try:
        made = request_paper.print_form(facility, booking, typed.form, visit.actor)
    except (UsageError, NotFound) as error:
        return _queue(request, visit, trouble=str(error), typed=typed)
    return pdf(made, "request-form")


@router.get("/{number}")
def opened(request: Request, number: str, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _page(request, number, visit, done=done)


@router.get("/{number}/steps/{place}/pages/{page}")
def picture(request: Request, number: str, place: str, page: str, visit: StaffVisit) -> Response:
    """Of the form on which a step came."""
    where = whole_number(number), whole_number(place), whole_number(page)
    return picture_of(requests.form_picture(facility_of(request), *where, visit.actor))


@router.post("/{number}/answer")
def answer(request: Request, number: str, visit: SignedStaff, text: Text = "") -> Response:
    try:
        requests.answer_request(
            facility_of(request), whole_number(number), text.replace("\r\n", "\n"), visit.actor
        )
    except (UsageError, Conflict) as error:
        return _page(request, number, visit, trouble=str(error), text=text)
    return RedirectResponse(f"/staff/requests/{whole_number(number)}?done=answered", 303)


@router.post("/{number}/extend")
def extend(
    request: Request, number: str, visit: SignedStaff, until: Line = "", reason: Text = ""
) -> Response:
    which = whole_number(number)
    try:
        requests.extend_step(facility_of(request), which, _day(until), reason, visit.actor)
    except (UsageError, Conflict) as error:
        typed = {"until": until, "reason": reason}
        return _page(request, number, visit, trouble=str(error), **typed)
    return RedirectResponse(f"/staff/requests/{which}?done=noted", 303)


@router.post("/{number}/emergency")
def emergency(
    request: Request, number: str, visit: SignedStaff, confirmed: Line = "", why: Text = ""
) -> Response:
    """``confirmed`` is ``yes`` or ``no``."""
    which = whole_number(number)
    if confirmed not in ("yes", "no"):
        return _page(request, number, visit, trouble="Say whether it is an emergency.", why=why)
    try:
        requests.decide_emergency(facility_of(request), which, confirmed == "yes", why, visit.actor)
    except (UsageError, Conflict) as error:
        return _page(request, number, visit, trouble=str(error), why=why)
    return RedirectResponse(f"/staff/requests/{which}?done=noted", 303)


@router.post("/{number}/about")
def about(
    request: Request, number: str, visit: SignedStaff, names: Line = "", reason: Text = ""
) -> Response:
    which = whole_number(number)
    try:
        requests.say_whom_about(facility_of(request), which, names, visit.actor, reason)
    except UsageError as error:
        return _page(request, number, visit, trouble=str(error))
    return RedirectResponse(f"/staff/requests/{which}?done=noted", 303)


@router.post("/{number}/paper")
def paper(request: Request, number: str, visit: SignedStaff) -> Response:
    """The answer, to be printed."""
    try:
        made = request_paper.print_answer(facility_of(request), whole_number(number), visit.actor)
    except Conflict as error:
        return _page(request, number, visit, trouble=str(error))
    return pdf(made, "request-answer")


@router.post("/{number}/close")
def close(request: Request, number: str, visit: SignedStaff) -> Response:
    try:
        requests.close_request(facility_of(request), whole_number(number), visit.actor)
    except Conflict as error:
        return _page(request, number, visit, trouble=str(error))
    return RedirectResponse(f"/staff/requests/{whole_number(number)}?done=closed", 303)


def _day(text: str) -> date:
    """Raises UsageError."""
    try:
        return date.fromisoformat(text.strip()[:LONGEST_ID])
    except ValueError:
        raise UsageError("Write the day as 2027-06-30.") from None


def _queue(request: Request, visit: Visit, *, page: int = 1, **shown: Any) -> HTMLResponse:
    facility = facility_of(request)
    waiting = requests.waiting_requests(facility, visit.actor)
    asked: dict[str, Any] = {"trouble": "", "typed": PaperForm(), "done": 0, **shown}
    return show(
        request,
        "staff/requests.html",
        409 if asked["trouble"] else 200,
        visit=visit,
        requests=part_of_all(waiting, page),
        waiting=len(waiting),
        settled=requests.settled_requests(facility, visit.actor, _LATEST),
        may_enter=requests.may_enter(visit.actor),
        categories=facility.settings.requests.every_category,
        most=facility.settings.requests.characters,
        today=now().astimezone().date().isoformat(),
        idle_seconds=idle_seconds(request),
        **asked,
    )


def _page(
    request: Request,
    number: str,
    visit: Visit,
    *,
    done: str = "",
    trouble: str = "",
    **typed: str,
) -> HTMLResponse:
    found = requests.open_request(facility_of(request), whole_number(number), visit.actor)
    fields = dict.fromkeys(("text", "until", "reason", "why"), "")
    return show(
        request,
        "staff/request.html",
        409 if trouble else 200,
        visit=visit,
        opened=found,
        it=found.request,
        may_say_whom=requests.may_say_whom(visit.actor),
        done=done,
        trouble=trouble,
        idle_seconds=idle_seconds(request),
        **{**fields, **typed},
    )
