"""Watch rules, on the staff's pages: which there are, who set them and why, until when; and what a
new one would have marked."""

# Without "from __future__ import annotations": see held_decisions.py.

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.policies import actions as policies
from digitizer.policies.trying import Trial
from digitizer.policies.watch_rules import NewRule, WatchKind, today

router = APIRouter(prefix="/staff/screening/watch")
_REFUSED = (UsageError, Conflict, NotFound)
#: Days that a new rule counts, unless somebody types another end.
_USUAL = 90
#: Days of past mail that a rule is tried on, unless somebody types another first day.
_TRIED = 30


@router.get("")
def rules(
    request: Request, visit: StaffVisit, page: PageNumber = 1, done: str = ""
) -> HTMLResponse:
    return _page(request, visit, page=page, done=done)


@router.post("")
def add(
    request: Request,
    visit: SignedStaff,
    kind: Annotated[WatchKind, Form()] = WatchKind.WORDS,
    words: Text = "",
    booking_number: Text = "",
    why: Text = "",
    until: Text = "",
    two_people: Annotated[bool, Form()] = False,
) -> Response:
    typed = {"kind": kind, "words": words, "booking_number": booking_number, "why": why}
    try:
        asked = NewRule(kind, words, booking_number, why, _day(until), two_people)
        rule = policies.add_rule(facility_of(request), asked, visit.actor)
    except _REFUSED as error:
        more = {"until": until, "two_people": two_people}
        return _page(request, visit, trouble=str(error), typed={**typed, **more})
    return RedirectResponse(f"/staff/screening/watch?done={rule.id}", 303)


@router.post("/try")
def try_it(
    request: Request,
    visit: SignedStaff,
    kind: Annotated[WatchKind, Form()] = WatchKind.WORDS,
    words: Text = "",
    booking_number: Text = "",
    why: Text = "",
    until: Text = "",
    since: Text = "",
    two_people: Annotated[bool, Form()] = False,
    start: Annotated[int, Form(ge=0)] = 0,
    marked: Annotated[int, Form(ge=0)] = 0,
    delivered: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """``start`` letters were looked at before; ``marked`` and ``delivered`` are what was found."""
    typed: dict[str, object] = {"kind": kind, "words": words, "booking_number": booking_number}
    typed |= {"why": why, "until": until, "two_people": two_people, "since": since}
    try:
        asked = NewRule(kind, words, booking_number, why, _day(until), two_people)
        first = _day(since, -_TRIED)
        tried = policies.try_rule(facility_of(request), asked, first, visit.actor, start)
    except _REFUSED as error:
        return _page(request, visit, trouble=str(error), typed=typed)
    tried = replace(tried, marked=tried.marked + marked, delivered=tried.delivered + delivered)
    typed |= {"since": first.isoformat(), "until": asked.last_day.isoformat()}
    return _page(request, visit, typed=typed, tried=tried)


@router.post("/{rule}/end")
def end(request: Request, rule: str, visit: SignedStaff, reason: Text = "") -> Response:
    try:
        ended = policies.end_rule(facility_of(request), rule, visit.actor, reason)
    except _REFUSED as error:
        return _page(request, visit, trouble=str(error))
    return RedirectResponse(f"/staff/screening/watch?done={ended.id}", 303)


def _day(text: str, usual: int = _USUAL) -> date:
    try:
        return date.fromisoformat(text) if text else today() + timedelta(days=usual)
    except ValueError:
        raise UsageError("Type a day as in 2027-01-31.") from None


def _page(
    request: Request,
    visit: Visit,
    *,
    page: int = 1,
    done: str = "",
    trouble: str = "",
    typed: dict[str, object] | None = None,
    tried: Trial | None = None,
) -> HTMLResponse:
    facility = facility_of(request)
    found = policies.rules(facility, visit.actor)
    usual = {
        "kind": WatchKind.WORDS,
        "words": "",
        "booking_number": "",
        "why": "",
        "until": (today() + timedelta(days=_USUAL)).isoformat(),
        "two_people": False,
        "since": (today() - timedelta(days=_TRIED)).isoformat(),
    }
    return show(
        request,
        "staff/watching.html",
        409 if trouble else 200,
        visit=visit,
        rules=part_of_all(found, page),
        day=today(),
        latest=today() + timedelta(days=policies.LONGEST),
        holds=facility.settings.screening.watch_holds,
        may_watch=policies.may_watch(visit.actor),
        done=next((each for each in found if each.id == done), None),
        trouble=trouble,
        typed={**usual, **(typed or {})},
        tried=tried,
        idle_seconds=idle_seconds(request),
    )
