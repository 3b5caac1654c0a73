"""The staff's pages of cover sheets: how often each was used, and by which letters."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from digitizer.covers import actions as covers
from digitizer.entrances.web.shared.auth import StaffVisit
from digitizer.entrances.web.shared.pages import house_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import NotFound, UsageError

router = APIRouter(prefix="/staff/covers")


@router.get("")
def cover_list(request: Request, visit: StaffVisit, often: bool = False) -> HTMLResponse:
    house = house_of(request)
    return show(
        request, "staff/covers.html", visit=visit, idle_seconds=idle_seconds(request),
        used=covers.cover_list(house, visit.actor, only_often=often), only_often=often,
        usual=house.settings.covers,
    )  # fmt: skip


@router.get("/{short_id}")
def cover_uses(request: Request, short_id: str, visit: StaffVisit) -> HTMLResponse:
    try:
        known, uses = covers.uses_of_cover(house_of(request), short_id, visit.actor)
    except UsageError as error:
        raise NotFound(f"No cover sheet has the number {short_id}.") from error
    return show(
        request, "staff/cover.html", visit=visit, idle_seconds=idle_seconds(request),
        cover=known, uses=uses,
    )  # fmt: skip
