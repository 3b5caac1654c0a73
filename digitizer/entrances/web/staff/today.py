"""The staff's pages of a day's intake, of what is held, and of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access import locks, tokens, visitors
from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import (
    SignedStaff,
    StaffVisit,
    StaffVisitAsleep,
    client_of,
    terminal_of,
)
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.legal import actions as legal
from digitizer.messages import requests
from digitizer.model.errors import Conflict
from digitizer.model.mail import HeldItem, Queue
from digitizer.notifications import announcements
from digitizer.operations import staff_mail
from digitizer.operations.care import needs_care
from digitizer.operations.staff_mail import StaffMail
from digitizer.people.correspondents import actions as correspondents
from digitizer.retention import actions as retention
from digitizer.screening import cases, decisions

router = APIRouter(prefix="/staff")
#: Within what can be counted from and shown; the pages lead to the days around it too.
Day = Annotated[date | None, Query(ge=date(1990, 1, 1), le=date(2199, 12, 31))]


@router.get("")
def intake(
    request: Request, visit: StaffVisit, day: Day = None, page: PageNumber = 1
) -> HTMLResponse:
    facility = facility_of(request)
    locked = locks.locks(facility, visit.actor) if locks.may_unlock(visit.actor) else ()
    shown = _day(request, visit, day, page)
    asks = len(correspondents.waiting_asks(facility, visit.actor)) if shown["is_today"] else 0
    sees_legal = shown["is_today"] and legal.may_scan(visit.actor)
    legal_waiting = legal.waiting(facility, visit.actor) if sees_legal else None
    waits: dict[str, Any] = {"asks": asks, "legal_waiting": legal_waiting}
    return show(request, "staff/today.html", locks=locked, **waits, **shown)


@router.get("/live")
def intake_live(
    request: Request, visit: StaffVisitAsleep, day: Day = None, page: PageNumber = 1
) -> HTMLResponse:
    """The part of the page above that changes; the page asks for it when it hears that it did."""
    return show(request, "staff/intake.html", **_day(request, visit, day, page))


@router.get("/held")
def held(
    request: Request,
    visit: StaffVisit,
    decided: str = "",
    queue: Queue | None = None,
    page: PageNumber = 1,
) -> HTMLResponse:
    """What waits for a person, of one queue or of all."""
    facility = facility_of(request)
    everything = decisions.held(facility, visit.actor)
    waiting = [item for item in everything if queue in (None, item.queue)]
    return show(
        request,
        "staff/held.html",
        visit=visit,
        idle_seconds=idle_seconds(request),
        items=part_of_all(waiting, page),
        waiting=len(waiting),
        queue=queue,
        queues=[_queue_line(each, everything) for each in Queue],
        done=cases.decision_on(facility, decided, visit.actor),
    )


def _queue_line(queue: Queue, items: Sequence[HeldItem]) -> tuple[Queue, int, datetime | None]:
    """A queue, how much waits in it, and since when its oldest does."""
    since = [item.since for item in items if item.queue is queue]
    return queue, len(since), min(since, default=None)


@router.get("/settings")
def settings(request: Request, visit: StaffVisit) -> HTMLResponse:
    """How the facility is set up, and the risk that each scanner's settings leave."""
    return _settings(request, visit)


@router.post("/settings/staff-mail")
def send_staff_mail_again(
    request: Request,
    visit: SignedStaff,
    address: Annotated[str, Form(max_length=1000)] = "",
    what: Annotated[StaffMail, Form()] = StaffMail.ALARMS,
) -> Response:
    """An address that left gets these e-mails again."""
    try:
        staff_mail.send_again(facility_of(request), what, address, visit.actor)
    except Conflict as error:
        return _settings(request, visit, trouble=str(error))
    return RedirectResponse("/staff/settings", 303)


def _settings(request: Request, visit: Visit, trouble: str = "") -> HTMLResponse:
    facility = facility_of(request)
    sees_left = staff_mail.may_see(visit.actor)
    return show(
        request,
        "staff/settings.html",
        409 if trouble else 200,
        visit=visit,
        trouble=trouble,
        left=staff_mail.who_left(facility, visit.actor) if sees_left else (),
        idle_seconds=idle_seconds(request),
        release=facility.settings.facility.release,
        home=facility.home,
        scanners=cases.scanners(facility, visit.actor),
        client=client_of(request),
        scheme=request.url.scheme,
        terminal=terminal_of(request),
        forwarders=visitors.forwarders(facility, visit.actor),
        sees_tokens=tokens.may_see(visit.actor),
        sees_retention=retention.may_decide(visit.actor),
        manages_kiosks=locks.may_unlock(visit.actor),
    )


def idle_seconds(request: Request) -> int:
    return facility_of(request).settings.web.staff_idle_minutes * 60


def _day(request: Request, visit: Visit, asked: date | None, page: int) -> dict[str, Any]:
    facility = facility_of(request)
    shown = cases.day_of_intake(facility, visit.actor, asked)
    return {
        "visit": visit,
        "shown": shown,
        "lines": part_of_all(shown.lines, page),
        "care": needs_care(facility, visit.actor) if shown.is_today else None,
        "told": announcements.shown_now(facility) if shown.is_today else (),
        "may_announce": announcements.may_announce(visit.actor),
        "may_answer": requests.may_answer(visit.actor),
        "usual": facility.settings.covers,
        "idle_seconds": idle_seconds(request),
        "before": shown.day - timedelta(days=1),
        "after": shown.day + timedelta(days=1),
        "is_today": shown.is_today,
    }
