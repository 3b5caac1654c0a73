"""The balance of pages, the reports, and whether the service is well."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from digitizer import __version__
from digitizer.access.bearers import Bearer
from digitizer.entrances.api import cursors
from digitizer.entrances.api.callers import PREFIX, facility_of, needs
from digitizer.entrances.api.cursors import Part
from digitizer.entrances.api.shapes import (
    BalanceList,
    BalanceOut,
    CheckOut,
    HealthOut,
    ReportOut,
)
from digitizer.model.people import Scope
from digitizer.operations import actions as operations
from digitizer.operations import health as state
from digitizer.operations.reports import actions as reports
from digitizer.operations.reports.periods import Period

router = APIRouter(prefix=PREFIX)
Reports = Annotated[Bearer, needs(Scope.REPORTS_READ)]
_BALANCE = "balance"


@router.get("/balance")
def balance(request: Request, caller: Reports, part: Annotated[Part, Query()]) -> BalanceList:
    """Where every page of every scan is, a part at a time, oldest scan first: as `digitizer
    reconcile` proves it. A scan that came in meanwhile is at the end."""
    after = cursors.read_moment(_BALANCE, part.after)
    found = operations.balances_after(facility_of(request), after, part.limit, caller.actor)
    is_full = len(found) == part.limit
    return BalanceList(
        items=[BalanceOut.model_validate(each) for _, each in found],
        next=cursors.write(_BALANCE, found[-1][0], found[-1][1].scan) if is_full else None,
    )


class Days(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first: date
    last: date


@router.get("/reports")
def report(request: Request, caller: Reports, days: Annotated[Days, Query()]) -> ReportOut:
    """The mailroom in numbers, for a year at most."""
    period = Period(days.first, days.last)
    return ReportOut.model_validate(reports.report(facility_of(request), period, caller.actor))


@router.get("/health")
def health(request: Request, caller: Reports) -> HealthOut:
    """Whether mail can be taken in and worked now. It is answered either way."""
    checks = state.readiness(facility_of(request), caller.actor)
    return HealthOut(
        ready=all(each.good for each in checks),
        version=__version__,
        checks=[CheckOut.model_validate(each) for each in checks],
    )
