"""What every page of an inmate has: after how long it logs out, and whether there are visits."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.visits import own_visits


def show_to_inmate(
    request: Request, template: str, status: int = 200, *, visit: Visit, **context: Any
) -> HTMLResponse:
    facility = facility_of(request)
    return show(
        request,
        template,
        status,
        visit=visit,
        idle_seconds=facility.settings.web.inmate_idle_minutes * 60,
        has_visits=own_visits.are_held(facility, visit.actor),
        **context,
    )
