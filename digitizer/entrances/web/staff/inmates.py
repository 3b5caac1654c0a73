"""The staff's pages of inmates: find one, see their mail, print a cover, make a new PIN."""

# Without "from __future__ import annotations": see held_decisions.py.

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.covers import actions as covers
from digitizer.covers.terms import CoverTerms
from digitizer.departures import actions as departures
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import LONGEST_QUERY, pdf
from digitizer.entrances.web.shared.paging import PER_PAGE, PageNumber, part, start_of
from digitizer.entrances.web.shared.print_at_once import print_at_once
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.letters import actions as letters
from digitizer.model.errors import Conflict, NotFound, StorageError, UsageError
from digitizer.model.paper import CodeKind
from digitizer.model.prints import SHEET_NAMES, PrintKind
from digitizer.people import actions as people
from digitizer.people.correspondents import actions as contacts
from digitizer.screening import cases
from digitizer.transfers import actions as transfers

router = APIRouter(prefix="/staff/inmates")
_MOST_FOUND = 25
_MOST_COVERS = 10


@router.get("")
def find(request: Request, visit: StaffVisit, find: str = "") -> Response:
    """Inmates by parts of their name or number. Asked for by Enter, the only one is opened."""
    facility, wanted = facility_of(request), find.strip()[:LONGEST_QUERY]
    found = cases.find_in_roster(facility, wanted, visit.actor, _MOST_FOUND)
    typed = "HX-Request" in request.headers
    if len(found) == 1 and not typed:
        return RedirectResponse(_address(found[0].inmate.booking_number), 303)
    template = "staff/inmates_found.html" if typed else "staff/inmates.html"
    return show(
        request,
        template,
        visit=visit,
        idle_seconds=idle_seconds(request),
        find=wanted,
        candidates=found,
        is_all=len(found) < _MOST_FOUND,
    )


@router.get("/{booking}")
def inmate(request: Request, booking: str, visit: StaffVisit, page: PageNumber = 1) -> HTMLResponse:
    return _page(request, booking, visit, page)


@router.post("/{booking}/cover")
def cover(
    request: Request,
    booking: str,
    visit: SignedStaff,
    sheets: Annotated[int, Form(ge=0, le=500)] = 0,
    sender: Annotated[str, Form(max_length=100)] = "",
    once: Annotated[bool, Form()] = False,
    until: Annotated[str, Form()] = "",
) -> Response:
    """A new cover sheet as a PDF; with what is wrong with the terms, the page again."""
    try:
        terms = CoverTerms(
            sheets=sheets, sender=sender.strip() or None, once=once, until=_day(until)
        )
        made = covers.print_inmate_cover(facility_of(request), booking, visit.actor, terms)
        title = f"{SHEET_NAMES[CodeKind.INMATE]} {made.short_id}"
        return print_at_once(request, visit, made.pdf, PrintKind.COVER, title, booking)
    except (Conflict, StorageError, UsageError) as error:
        return _page(request, booking, visit, trouble=str(error))


@router.post("/{booking}/pin")
def pin(request: Request, booking: str, visit: SignedStaff) -> HTMLResponse:
    """A new PIN, shown once."""
    try:
        made = people.set_pin(facility_of(request), booking, visit.actor)
    except Conflict as error:
        return _page(request, booking, visit, trouble=str(error))
    return _page(request, booking, visit, new_pin=made)


@router.post("/{booking}/takeaway")
def takeaway(
    request: Request,
    booking: str,
    visit: SignedStaff,
    days: Annotated[int, Form(ge=0, le=366)] = 0,
) -> Response:
    """A new slip by which they take their mailbox along, as a PDF. It is in no queue of prints:
    nothing keeps the code."""
    try:
        made = departures.make_code(facility_of(request), booking, visit.actor, days or None)
    except (Conflict, UsageError) as error:
        return _page(request, booking, visit, trouble=str(error))
    return pdf(made.slip, f"slip-{made.number}")


@router.post("/{booking}/takeaway/end")
def end_takeaway(
    request: Request,
    booking: str,
    visit: SignedStaff,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    try:
        departures.end_code(facility_of(request), booking, visit.actor, reason)
    except UsageError as error:
        return _page(request, booking, visit, trouble=str(error))
    return RedirectResponse(_address(booking), 303)


@router.post("/{booking}/suspend")
def suspend(
    request: Request,
    booking: str,
    visit: SignedStaff,
    reason: Annotated[str, Form(max_length=500)] = "",
    until: Annotated[str, Form()] = "",
) -> Response:
    """All mail for this person is held for somebody to look at."""
    try:
        last = _day(until)
        contacts.block_mail(facility_of(request), None, booking, visit.actor, reason, until=last)
    except UsageError as error:
        return _page(request, booking, visit, trouble=str(error))
    return RedirectResponse(_address(booking), 303)


@router.post("/{booking}/unblock")
def unblock(
    request: Request,
    booking: str,
    visit: SignedStaff,
    block: Annotated[int, Form()] = 0,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    try:
        contacts.unblock_mail(
            facility_of(request), block, visit.actor, reason, booking_number=booking
        )
    except (UsageError, NotFound) as error:
        return _page(request, booking, visit, trouble=str(error))
    return RedirectResponse(_address(booking), 303)


def _page(
    request: Request,
    booking: str,
    visit: Visit,
    page: int = 1,
    *,
    trouble: str = "",
    new_pin: str = "",
) -> HTMLResponse:
    facility, by = facility_of(request), visit.actor
    person = people.find_inmate(facility, booking, by)
    may_make_code = facility.settings.release.export == "on" and departures.may_make(by)
    entries = letters.mailbox(facility, booking, by, start=start_of(page), most=PER_PAGE + 1)
    return show(
        request,
        "staff/inmate.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        person=person,
        entries=part(entries, page),
        covers=covers.cover_list(facility, by, booking, most=_MOST_COVERS),
        known=contacts.contacts_of(facility, booking, by),
        may_restrict=contacts.may_restrict(by),
        may_print=covers.may_print(by),
        has_others=transfers.may_see(by) and transfers.other_facilities(facility, by),
        may_set_pin=people.may_change_people(by),
        may_make_code=may_make_code,
        code=departures.code_of(facility, booking, by) if may_make_code else None,
        code_days=facility.settings.release.code_days,
        trouble=trouble,
        new_pin=new_pin,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{text} is not a day. Write it like 2026-03-31.") from None


def _address(booking_number: str) -> str:
    return f"/staff/inmates/{quote(booking_number, safe='')}"
