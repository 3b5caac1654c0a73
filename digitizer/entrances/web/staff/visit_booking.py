"""Booking a visit for an inmate, on the staff's pages: whose, when, and who comes."""

# Without "from __future__ import annotations": see held_decisions.py.

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import LONGEST_QUERY
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.logbook_people import found
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.entrances.web.staff.visits import by_day
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.visits import Guest, VisitKind
from digitizer.visits import actions as visits

router = APIRouter(prefix="/staff/visits")
Short = Annotated[str, Form(max_length=200)]
Several = Annotated[list[str], Form(max_length=20, default_factory=list)]
#: Weeks of times on one page.
_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingForm:
    """Who comes: contacts by their numbers, others by their names, minors with a date of birth."""

    booking: Short = ""
    kind: Short = "in person"
    slot: Short = ""
    contact: Several
    name: Several
    born: Several


SentBooking = Annotated[BookingForm, Depends()]


@router.get("/new")
def new(
    request: Request, visit: StaffVisit, find: str = "", booking: str = "", kind: str = "in person"
) -> HTMLResponse:
    if booking:
        return _form(
            request, visit, BookingForm(booking=booking, kind=kind, contact=[], name=[], born=[])
        )
    wanted = find.strip()[:LONGEST_QUERY]
    some = found(request, visit, wanted, gone_first=False)
    return show(
        request,
        "staff/visit_whose.html",
        visit=visit,
        idle_seconds=idle_seconds(request),
        find=wanted,
        candidates=some,
    )


@router.post("")
def book(request: Request, visit: SignedStaff, form: SentBooking) -> Response:
    facility, by = facility_of(request), visit.actor
    try:
        known = {
            str(each.correspondent.id): each.correspondent.name
            for each in visits.times(facility, form.booking, kind_of(form.kind), by).contacts
        }
        guests = [Guest(known[one], int(one)) for one in form.contact if one in known]
        guests += named_guests(form.name, form.born)
        number = visits.book(facility, form.booking, form.slot, guests, by)
    except (UsageError, Conflict) as error:
        return _form(request, visit, form, str(error))
    return RedirectResponse(f"/staff/visits/{number}?done=booked", 303)


def named_guests(names: list[str], born: list[str]) -> list[Guest]:
    """Those whose names were typed. Raises UsageError for a date that is none."""
    dates = [*born, *[""] * len(names)]
    return [
        Guest(name, None, birth_date(when))
        for name, when in zip(names, dates, strict=False)
        if name.strip()
    ]


def birth_date(text: str) -> date | None:
    """Raises UsageError."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError("Write a date of birth as year, month and day.") from None


def kind_of(text: str) -> VisitKind:
    return VisitKind(text) if text in list(VisitKind) else VisitKind.IN_PERSON


def _form(request: Request, visit: Visit, form: BookingForm, trouble: str = "") -> HTMLResponse:
    facility, by, kind = facility_of(request), visit.actor, kind_of(form.kind)
    times = visits.times(facility, form.booking, kind, by, days=_DAYS)
    return show(
        request,
        "staff/visit_new.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        it=form,
        kind=kind,
        kinds=list(VisitKind),
        times=times,
        days=by_day(times.open),
        limits=facility.settings.visits,
        trouble=trouble,
    )
