"""Rooms, sessions, closed days, restrictions and who is kept apart, on the staff's pages."""

# Without "from __future__ import annotations": see held_decisions.py.

from dataclasses import dataclass
from datetime import date, time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import whole_number
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.entrances.web.staff.visits import today
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.visits import Limit, Medium, NewSession, VisitKind
from digitizer.visits import setup

router = APIRouter(prefix="/staff/visits")
Short = Annotated[str, Form(max_length=200)]
Reason = Annotated[str, Form(max_length=500)]
Several = Annotated[list[str], Form(max_length=60, default_factory=list)]
_REFUSED = (UsageError, Conflict, NotFound)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionForm:
    """A template of times as the page sends it."""

    room: Short = ""
    kind: Short = ""
    day: Several
    unit: Several
    begins: Short = ""
    ends: Short = ""
    minutes: Short = ""
    first_day: Short = ""
    last_day: Short = ""
    every: Short = "1"
    capacity: Short = "1"
    family: Short = ""
    notice_hours: Short = "24"
    ahead_days: Short = "28"
    monitored: Short = ""

    def template(self) -> NewSession:
        """Raises UsageError."""
        try:
            return NewSession(
                room=whole_number(self.room),
                kind=VisitKind(self.kind),
                days=frozenset(int(each) for each in self.day),
                begins=time.fromisoformat(self.begins),
                ends=time.fromisoformat(self.ends),
                minutes=int(self.minutes),
                first_day=date.fromisoformat(self.first_day),
                last_day=date.fromisoformat(self.last_day) if self.last_day else None,
                every=int(self.every),
                capacity=int(self.capacity),
                units=tuple(self.unit),
                for_family=bool(self.family),
                notice_hours=int(self.notice_hours),
                ahead_days=int(self.ahead_days),
                monitored=bool(self.monitored),
            )
        except ValueError:
            raise UsageError("Fill in the kind, the days, the times and the numbers.") from None


SentSession = Annotated[SessionForm, Depends()]


@router.get("/setup")
def see(request: Request, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _page(request, visit, done=done)


@router.post("/setup/rooms")
def make_room(
    request: Request, visit: SignedStaff, name: Short = "", medium: Short = "", places: Short = ""
) -> Response:
    try:
        if medium not in list(Medium):
            raise UsageError("Choose what kind of room it is.")
        most = whole_number(places)
        setup.make_room(facility_of(request), name, Medium(medium), most, visit.actor)
    except _REFUSED as error:
        return _page(request, visit, trouble=str(error))
    return _back("room")


@router.post("/setup/rooms/{room}/end")
def end_room(request: Request, room: str, visit: SignedStaff) -> Response:
    setup.end_room(facility_of(request), whole_number(room), visit.actor)
    return _back("ended")


@router.post("/setup/sessions")
def make_session(request: Request, visit: SignedStaff, form: SentSession) -> Response:
    try:
        setup.make_session(facility_of(request), form.template(), visit.actor)
    except _REFUSED as error:
        return _page(request, visit, trouble=str(error))
    return _back("session")


@router.post("/setup/sessions/{session}/end")
def end_session(request: Request, session: str, visit: SignedStaff) -> Response:
    setup.end_session(facility_of(request), whole_number(session), visit.actor)
    return _back("ended")


@router.post("/setup/sessions/{session}/without")
def leave_out(
    request: Request, session: str, visit: SignedStaff, day: Short = "", back: Short = ""
) -> Response:
    facility, which = facility_of(request), whole_number(session)
    try:
        setup.leave_out_date(facility, which, _day(day), visit.actor, out=not back)
    except UsageError as error:
        return _page(request, visit, trouble=str(error))
    return _back("changed")


@router.post("/setup/closed")
def close(
    request: Request,
    visit: SignedStaff,
    room: Short = "",
    first: Short = "",
    last: Short = "",
    reason: Reason = "",
) -> Response:
    where = whole_number(room) if room else None
    try:
        until = _day(last or first)
        setup.close_days(facility_of(request), where, _day(first), until, visit.actor, reason)
    except _REFUSED as error:
        return _page(request, visit, trouble=str(error))
    return _back("closed")


@router.post("/setup/closed/{closure}/lift")
def lift(request: Request, closure: str, visit: SignedStaff, reason: Reason = "") -> Response:
    try:
        setup.lift_closure(facility_of(request), whole_number(closure), visit.actor, reason)
    except UsageError as error:
        return _page(request, visit, trouble=str(error))
    return _back("lifted")


@router.post("/setup/limits")
def restrict(
    request: Request,
    visit: SignedStaff,
    limit: Short = "",
    visitor: Short = "",
    booking: Short = "",
    first: Short = "",
    until: Short = "",
    reason: Reason = "",
) -> Response:
    """``visitor`` is a correspondent's number."""
    try:
        if limit not in list(Limit):
            raise UsageError("Choose what is not allowed.")
        days = _day(first) if first else today(), _day(until) if until else None
        whom = whole_number(visitor) if visitor.strip() else None
        facility, of = facility_of(request), booking.strip()
        setup.restrict(facility, Limit(limit), whom, of, days, visit.actor, reason)
    except _REFUSED as error:
        return _page(request, visit, trouble=str(error))
    return _back("limit")


@router.post("/setup/limits/{restriction}/end")
def end_limit(
    request: Request, restriction: str, visit: SignedStaff, reason: Reason = ""
) -> Response:
    which = whole_number(restriction)
    try:
        setup.end_restriction(facility_of(request), which, visit.actor, reason)
    except UsageError as error:
        return _page(request, visit, trouble=str(error))
    return _back("lifted")


@router.post("/setup/apart")
def keep_apart(
    request: Request, visit: SignedStaff, bookings: Short = "", reason: Reason = ""
) -> Response:
    """``bookings`` are booking numbers with spaces or commas between."""
    numbers = bookings.replace(",", " ").split()
    try:
        setup.keep_apart(facility_of(request), numbers, visit.actor, reason)
    except _REFUSED as error:
        return _page(request, visit, trouble=str(error))
    return _back("apart")


@router.post("/setup/apart/{group}/end")
def end_apart(request: Request, group: str, visit: SignedStaff, reason: Reason = "") -> Response:
    try:
        setup.end_apart(facility_of(request), whole_number(group), visit.actor, reason)
    except UsageError as error:
        return _page(request, visit, trouble=str(error))
    return _back("lifted")


def _day(text: str) -> date:
    """Raises UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("Write a day as year, month and day.") from None


def _back(done: str) -> Response:
    return RedirectResponse(f"/staff/visits/setup?done={done}", 303)


def _page(request: Request, visit: Visit, *, done: str = "", trouble: str = "") -> HTMLResponse:
    facility, by = facility_of(request), visit.actor
    return show(
        request,
        "staff/visit_setup.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        all=setup.see(facility, by),
        day=today(),
        media=list(Medium)[::-1],
        kinds=[VisitKind.IN_PERSON, VisitKind.VIDEO, VisitKind.ATTORNEY],
        limits=list(Limit),
        may_set_up=setup.may_set_up(by),
        done=done,
        trouble=trouble,
    )
