"""Visits on the family's pages: times with an inmate, ten minutes to book, and what is booked."""

# Without "from __future__ import annotations": see held_decisions.py.

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.calls import trying
from digitizer.entrances.web.family.visits import FamilyVisit, SignedFamily, page
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.messages import writing
from digitizer.messages.writing import Summary
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.visits import OpenSlot
from digitizer.support.clock import now
from digitizer.visits import own_visits, video

router = APIRouter(prefix="/family/visits")
Short = Annotated[str, Form(max_length=200)]
Several = Annotated[list[str], Form(max_length=20, default_factory=list)]
_REFUSED = (UsageError, Conflict)


@router.get("")
def mine(request: Request, visit: FamilyVisit) -> HTMLResponse:
    facility, me = facility_of(request), visit.actor
    booked = own_visits.own_visits(facility, me)
    found, at = video.of_visits(facility, booked, me), now()
    to_come = [each for each in booked[::-1] if video.is_to_come(each, found, at)]
    return page(
        request,
        "visits",
        visit=visit,
        people=_people(request, visit),
        to_come=to_come,
        others=[each for each in booked if each not in to_come],
        calls=found,
        tests_devices=trying.is_offered(facility, me),
    )


@router.get("/with/{booking}")
def times(request: Request, booking: str, visit: FamilyVisit) -> HTMLResponse:
    return _times(request, booking, visit)


@router.post("/with/{booking}")
def keep(request: Request, booking: str, visit: SignedFamily, slot: Short = "") -> Response:
    """A time is theirs for ten minutes."""
    try:
        held = own_visits.hold_time(facility_of(request), booking, slot, visit.actor)
    except Conflict as error:
        return _times(request, booking, visit, trouble=str(error))
    return RedirectResponse(f"/family/visits/time/{held}", 303)


@router.get("/time/{held}")
def who_comes(request: Request, held: str, visit: FamilyVisit) -> HTMLResponse:
    return _who(request, held, visit)


@router.post("/time/{held}")
def book(
    request: Request,
    held: str,
    visit: SignedFamily,
    name: Several,
    born: Several,
) -> Response:
    try:
        minors = _minors(name, born)
        number = own_visits.book_time(facility_of(request), held, minors, visit.actor)
    except _REFUSED as error:
        typed = list(zip(name, born, strict=False))
        return _who(request, held, visit, trouble=str(error), typed=typed)
    return RedirectResponse(f"/family/visits/{number}?done=booked", 303)


@router.post("/time/{held}/leave")
def give_up(request: Request, held: str, visit: SignedFamily) -> Response:
    """They book something else, or nothing."""
    own_visits.held_time(facility_of(request), held, visit.actor)
    own_visits.give_up_time(facility_of(request), visit.actor)
    return RedirectResponse("/family/visits", 303)


@router.get("/{number}")
def one(request: Request, number: str, visit: FamilyVisit, done: str = "") -> HTMLResponse:
    return _one(request, number, visit, done=done)


@router.get("/{number}/visit.ics")
def calendar(request: Request, number: str, visit: FamilyVisit) -> Response:
    made = own_visits.calendar_of(facility_of(request), number, visit.actor)
    headers = {"content-disposition": 'attachment; filename="visit.ics"'}
    return Response(made, media_type="text/calendar; charset=utf-8", headers=headers)


@router.post("/{number}/cancel")
def cancel(request: Request, number: str, visit: SignedFamily) -> Response:
    try:
        own_visits.cancel_own(facility_of(request), number, visit.actor)
    except Conflict as error:
        return _one(request, number, visit, trouble=str(error))
    return RedirectResponse(f"/family/visits/{number[:64]}?done=cancelled", 303)


def _people(request: Request, visit: Visit) -> list[Summary]:
    """With whom they can book, where anything is offered."""
    facility, me = facility_of(request), visit.actor
    if not own_visits.is_offered(facility, me):
        return []
    every = writing.conversations_of(facility, me)
    return [each for each in every if each.approved and each.inmate.absence is None]


def _minors(names: list[str], born: list[str]) -> list[tuple[str, date]]:
    """Raises UsageError for a name without a date of birth, and a date that is none."""
    some = []
    for name, when in zip(names, [*born, *[""] * len(names)], strict=False):
        if name.strip():
            some.append((name, _born(when)))
    return some


def _born(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("Write the date of birth of each minor.") from None


def _times(request: Request, booking: str, visit: Visit, trouble: str = "") -> HTMLResponse:
    found = own_visits.own_times(facility_of(request), booking, visit.actor)
    days: dict[date, list[OpenSlot]] = {}
    for each in found.open:
        days.setdefault(each.slot.starts.astimezone().date(), []).append(each)
    return page(
        request,
        "visit_times",
        409 if trouble else 200,
        visit=visit,
        times=found,
        days=list(days.items()),
        trouble=trouble,
    )


def _who(
    request: Request,
    held: str,
    visit: Visit,
    *,
    trouble: str = "",
    typed: list[tuple[str, str]] | None = None,
) -> HTMLResponse:
    facility = facility_of(request)
    kept = own_visits.held_time(facility, held, visit.actor)
    limits = facility.settings.visits
    rows = [*(typed or []), *[("", "")] * (limits.visitors - 1)][: limits.visitors - 1]
    return page(
        request,
        "visit_who",
        409 if trouble else 200,
        visit=visit,
        kept=kept,
        limits=limits,
        rows=rows,
        trouble=trouble,
    )


def _one(
    request: Request, number: str, visit: Visit, *, done: str = "", trouble: str = ""
) -> HTMLResponse:
    facility, at = facility_of(request), now()
    it = own_visits.find_own(facility, number, visit.actor)
    found = video.of_visits(facility, [it], visit.actor)
    return page(
        request,
        "visit",
        409 if trouble else 200,
        visit=visit,
        it=it,
        is_over=it.stands and not video.is_to_come(it, found, at),
        call=found.get(it.id),
        may_cancel=it.is_open_at(at),
        done=done,
        trouble=trouble,
    )
