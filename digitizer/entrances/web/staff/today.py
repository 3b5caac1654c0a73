"""The staff's pages to look at: a day's intake, and the list of what is held."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import StaffVisit, StaffVisitAsleep
from digitizer.entrances.web.shared.pages import house_of, show
from digitizer.screening import cases, decisions

router = APIRouter(prefix="/staff")


@router.get("")
def intake(request: Request, visit: StaffVisit, day: date | None = None) -> HTMLResponse:
    return show(request, "staff/today.html", **_day(request, visit, day))


@router.get("/live")
def intake_live(request: Request, visit: StaffVisitAsleep, day: date | None = None) -> HTMLResponse:
    """The moving part of the page above, which asks for it again and again."""
    return show(request, "staff/intake.html", **_day(request, visit, day))


@router.get("/held")
def held(request: Request, visit: StaffVisit, settled: str = "") -> HTMLResponse:
    house = house_of(request)
    return show(
        request, "staff/held.html", visit=visit, idle_seconds=idle_seconds(request),
        items=decisions.held(house, visit.actor),
        done=cases.decision_on(house, settled, visit.actor),
    )  # fmt: skip


@router.get("/settings")
def settings(request: Request, visit: StaffVisit) -> HTMLResponse:
    """How the facility is set up, and what risk each scanner's settings leave."""
    house = house_of(request)
    return show(
        request, "staff/settings.html", visit=visit, idle_seconds=idle_seconds(request),
        release=house.settings.facility.release, home=house.home,
        scanners=cases.scanners(house, visit.actor),
    )  # fmt: skip


def idle_seconds(request: Request) -> int:
    return house_of(request).settings.web.staff_idle_minutes * 60


def _day(request: Request, visit: Visit, asked: date | None) -> dict[str, Any]:
    shown = cases.day_of_intake(house_of(request), visit.actor, asked)
    return {
        "visit": visit,
        "shown": shown,
        "usual": house_of(request).settings.covers,
        "idle_seconds": idle_seconds(request),
        "before": shown.day - timedelta(days=1),
        "after": shown.day + timedelta(days=1),
        "is_today": shown.is_today,
    }
