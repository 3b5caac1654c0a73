"""The event log, on the staff's pages: reviews of each other's weeks, and a search."""

# Without "from __future__ import annotations": see held_decisions.py.

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.auditing import actions as auditing
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import whole_number
from digitizer.entrances.web.shared.paging import PER_PAGE, PageNumber, part, part_of_all, start_of
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.auditing import Wanted
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.events import ABOUT_LEGAL_MAIL, Verb

router = APIRouter(prefix="/staff/log")
_REFUSED = (UsageError, Conflict)
_VERBS = tuple(sorted(set(Verb) - ABOUT_LEGAL_MAIL))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for in the log, as the page's form sends it."""

    person: Annotated[str, Query(max_length=200)] = ""
    about: Annotated[str, Query(max_length=200)] = ""
    verb: Annotated[str, Query(max_length=60)] = ""
    first: Annotated[str, Query(max_length=10)] = ""
    last: Annotated[str, Query(max_length=10)] = ""

    @property
    def wanted(self) -> Wanted:
        """Raises UsageError."""
        verb = next((each for each in _VERBS if each == self.verb), None)
        return Wanted(self.person, self.about, verb, _day(self.first), _day(self.last))

    @property
    def query(self) -> str:
        values = {name: getattr(self, name) for name in Asked.__slots__}
        return urlencode({name: value for name, value in values.items() if value})


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise UsageError("Write a day like 2026-01-31.") from None


LogQuery = Annotated[Asked, Depends()]


@router.get("")
def reviews(request: Request, visit: StaffVisit, page: PageNumber = 1) -> HTMLResponse:
    found = auditing.reviews(facility_of(request), visit.actor)
    return show(
        request,
        "staff/log.html",
        visit=visit,
        found=found,
        waiting=part_of_all(found.waiting, page),
        idle_seconds=idle_seconds(request),
    )


@router.get("/search")
def events(
    request: Request, visit: StaffVisit, asked: LogQuery, page: PageNumber = 1
) -> HTMLResponse:
    facility, trouble = facility_of(request), ""
    try:
        found = auditing.search_log(
            facility, asked.wanted, visit.actor, start_of(page), PER_PAGE + 1
        )
    except UsageError as error:
        found, trouble = (), str(error)
    return show(
        request,
        "staff/log_events.html",
        400 if trouble else 200,
        visit=visit,
        asked=asked,
        verbs=_VERBS,
        events=part(found, page),
        trouble=trouble,
        idle_seconds=idle_seconds(request),
    )


@router.get("/search.csv")
def events_csv(request: Request, visit: StaffVisit, asked: LogQuery) -> Response:
    content = auditing.log_csv(facility_of(request), asked.wanted, visit.actor)
    headers = {"content-disposition": 'attachment; filename="log.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{number}")
def review(
    request: Request, number: str, visit: StaffVisit, page: PageNumber = 1, done: str = ""
) -> HTMLResponse:
    return _review(request, number, visit, page, done=done)


@router.post("/{number}")
def end(
    request: Request,
    number: str,
    visit: SignedStaff,
    note: Text = "",
    raised: Annotated[bool, Form()] = False,
) -> Response:
    facility, one = facility_of(request), whole_number(number)
    try:
        auditing.end_review(facility, one, note, visit.actor, raised=raised)
    except _REFUSED as error:
        return _review(request, number, visit, trouble=str(error), note=note)
    return RedirectResponse(f"/staff/log/{one}?done={'raised' if raised else 'ended'}", 303)


@router.post("/{number}/close")
def close(request: Request, number: str, visit: SignedStaff, note: Text = "") -> Response:
    one = whole_number(number)
    try:
        auditing.close_review(facility_of(request), one, note, visit.actor)
    except _REFUSED as error:
        return _review(request, number, visit, trouble=str(error), note=note)
    return RedirectResponse(f"/staff/log/{one}?done=closed", 303)


def _review(
    request: Request,
    number: str,
    visit: Visit,
    page: int = 1,
    *,
    done: str = "",
    trouble: str = "",
    note: str = "",
) -> HTMLResponse:
    found = auditing.open_review(
        facility_of(request), whole_number(number), visit.actor, start_of(page), PER_PAGE + 1
    )
    return show(
        request,
        "staff/log_review.html",
        409 if trouble else 200,
        visit=visit,
        opened=found,
        it=found.review,
        events=part(found.events, page),
        done=done,
        trouble=trouble,
        note=note,
        idle_seconds=idle_seconds(request),
    )
