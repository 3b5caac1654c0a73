"""Visits on the staff's pages: a day's visits, what waits for a person, and one visit."""

# Without "from __future__ import annotations": see held_decisions.py.

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.calling import minutes
from digitizer.entrances.web.shared.media import LONGEST_ID, pdf
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.visits import OpenSlot, Outcome
from digitizer.visits import actions as visits
from digitizer.visits import lists, setup, video

router = APIRouter(prefix="/staff/visits")
Reason = Annotated[str, Form(max_length=500)]
Short = Annotated[str, Form(max_length=200)]
_REFUSED = (UsageError, Conflict)
#: Days of times that are shown at once, to move a visit to.
_DAYS = 28


@router.get("")
def of_day(request: Request, visit: StaffVisit, day: str = "", done: str = "") -> HTMLResponse:
    facility, by, shown = facility_of(request), visit.actor, day_in(day)
    some = visits.of_day(facility, shown, by).visits
    return show(
        request,
        "staff/visits.html",
        visit=visit,
        idle_seconds=idle_seconds(request),
        day=shown,
        before=shown - timedelta(days=1),
        after=shown + timedelta(days=1),
        is_today=shown == today(),
        visits=some,
        calls=video.of_visits(facility, some, by),
        has_calls=facility.settings.calls.video,
        waiting=visits.waiting(facility, by),
        is_ready=setup.see(facility, by).is_ready,
        may_book=visits.may_book(by),
        done=done,
    )


@router.get("/movement.pdf")
def movement(request: Request, visit: StaffVisit, day: str = "") -> Response:
    shown = day_in(day)
    made = lists.movement_list(facility_of(request), shown, visit.actor)
    return pdf(made, f"movement-{shown.isoformat()}")


@router.get("/passes.pdf")
def passes(request: Request, visit: StaffVisit, day: str = "") -> Response:
    shown = day_in(day)
    made = lists.passes(facility_of(request), shown, visit.actor)
    return pdf(made, f"passes-{shown.isoformat()}")


@router.get("/{number}")
def one(request: Request, number: str, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _one(request, number, visit, done=done)


@router.post("/{number}/approve")
def approve(request: Request, number: str, visit: SignedStaff) -> Response:
    try:
        visits.approve(facility_of(request), number, visit.actor)
    except _REFUSED as error:
        return _one(request, number, visit, trouble=str(error))
    return _back(number, "approved")


@router.post("/{number}/refuse")
def refuse(request: Request, number: str, visit: SignedStaff, reason: Reason = "") -> Response:
    try:
        visits.refuse(facility_of(request), number, visit.actor, reason)
    except _REFUSED as error:
        return _one(request, number, visit, trouble=str(error), reason=reason)
    return _back(number, "refused")


@router.post("/{number}/cancel")
def cancel(request: Request, number: str, visit: SignedStaff, reason: Reason = "") -> Response:
    try:
        visits.cancel(facility_of(request), number, visit.actor, reason)
    except _REFUSED as error:
        return _one(request, number, visit, trouble=str(error), reason=reason)
    return _back(number, "cancelled")


@router.post("/{number}/move")
def move(
    request: Request, number: str, visit: SignedStaff, slot: Short = "", reason: Reason = ""
) -> Response:
    try:
        visits.move(facility_of(request), number, slot, visit.actor, reason)
    except _REFUSED as error:
        return _one(request, number, visit, trouble=str(error), reason=reason)
    return _back(number, "moved")


@router.post("/{number}/leave")
def leave(
    request: Request,
    number: str,
    visit: SignedStaff,
    seen: Annotated[str, Form(max_length=4000)] = "",
    reason: Reason = "",
) -> Response:
    """``seen``: the keys of what stood against it on the page, a line each."""
    try:
        visits.leave_as_is(facility_of(request), number, seen.splitlines(), visit.actor, reason)
    except _REFUSED as error:
        return _one(request, number, visit, trouble=str(error), reason=reason)
    return _back(number, "left")


@router.post("/{number}/outcome")
def outcome(
    request: Request, number: str, visit: SignedStaff, became: Short = "", note: Reason = ""
) -> Response:
    try:
        if became not in list(Outcome):
            raise UsageError("Choose what became of the visit.")
        visits.record_outcome(facility_of(request), number, Outcome(became), visit.actor, note)
    except _REFUSED as error:
        return _one(request, number, visit, trouble=str(error))
    return _back(number, "outcome")


@router.post("/{number}/again")
def again(request: Request, number: str, visit: SignedStaff, slot: Short = "") -> Response:
    """In place of a visit whose call failed."""
    try:
        made = video.book_again(facility_of(request), number, slot, visit.actor)
    except _REFUSED as error:
        return _one(request, number, visit, trouble=str(error))
    return _back(made, "booked")


@router.post("/{number}/not-again")
def not_again(request: Request, number: str, visit: SignedStaff, reason: Reason = "") -> Response:
    try:
        video.not_again(facility_of(request), number, visit.actor, reason)
    except _REFUSED as error:
        return _one(request, number, visit, trouble=str(error), reason=reason)
    return _back(number, "not-again")


def _back(number: str, done: str) -> Response:
    return RedirectResponse(f"/staff/visits/{number[:LONGEST_ID]}?done={done}", 303)


def _one(
    request: Request,
    number: str,
    visit: Visit,
    *,
    done: str = "",
    trouble: str = "",
    reason: str = "",
) -> HTMLResponse:
    facility, by = facility_of(request), visit.actor
    shown = visits.find(facility, number, by)
    it, times = shown.visit, None
    again = video.times_again(facility, it.id, by)
    if it.stands and not shown.is_over and visits.may_book(by):
        first = max(today(), it.starts.astimezone().date() - timedelta(days=7))
        booking = it.inmate.booking_number
        times = visits.times(facility, booking, it.kind, by, first=first, days=_DAYS, moving=it.id)
    return show(
        request,
        "staff/visit.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        shown=shown,
        it=it,
        call=video.of_visits(facility, [it], by).get(it.id),
        has_calls=facility.settings.calls.video,
        again=None if again is None else by_day(again),
        minutes=minutes,
        days=by_day(times.open) if times else [],
        adult_age=facility.settings.visits.adult_age,
        may_book=visits.may_book(by),
        has_begun=it.starts <= datetime.now().astimezone(),
        done=done,
        trouble=trouble,
        reason=reason,
    )


def by_day(some: tuple[OpenSlot, ...]) -> list[tuple[date, list[OpenSlot]]]:
    """As pages show them: each day once."""
    days: dict[date, list[OpenSlot]] = {}
    for each in some:
        days.setdefault(each.slot.starts.astimezone().date(), []).append(each)
    return list(days.items())


def today() -> date:
    return datetime.now().astimezone().date()


def day_in(text: str) -> date:
    """A day in an address; today for none. Raises NotFound for what is none."""
    if not text:
        return today()
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise NotFound("There is no such day.") from None
    if not 1970 < found.year < 9000:
        raise NotFound("There is no such day.")
    return found
