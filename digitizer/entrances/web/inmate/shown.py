"""What every page of an inmate has: after how long it logs out by itself."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.templating import facility_of, show


def show_to_inmate(
    request: Request, template: str, status: int = 200, *, visit: Visit, **context: Any
) -> HTMLResponse:
    idle_seconds = facility_of(request).settings.web.inmate_idle_minutes * 60
    return show(request, template, status, visit=visit, idle_seconds=idle_seconds, **context)
