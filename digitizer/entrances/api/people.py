"""The roster: importing it, what that would do, and who is on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from digitizer.access.bearers import Bearer
from digitizer.entrances.api import cursors
from digitizer.entrances.api.callers import PREFIX, facility_of, needs
from digitizer.entrances.api.cursors import Part
from digitizer.entrances.api.once import IdempotencyKey, done_once
from digitizer.entrances.api.shapes import (
    HeldNameOut,
    InmateList,
    InmateOut,
    Refused,
    RosterImported,
    RosterPreview,
    Step,
)
from digitizer.model.people import CustodyStatus, Scope
from digitizer.people import actions as people
from digitizer.people.roster import RosterChange
from digitizer.people.roster_choices import choices_of
from digitizer.people.roster_import import Preview, Upload
from digitizer.people.roster_plan import Fate
from digitizer.people.roster_plan import Step as PlannedStep

router = APIRouter(prefix=PREFIX)
Writer = Annotated[Bearer, needs(Scope.ROSTER_WRITE)]
Reader = Annotated[Bearer, needs(Scope.ROSTER_READ)]
_LIST = "inmates"
_FILE = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The file, as `digitizer roster import` reads it: CSV, or a JSON list.",
        "content": {"text/csv": _FILE, "application/octet-stream": _FILE},
    }
}


class HowToRead(BaseModel):
    """What a program says of its file, as the options of ``digitizer roster import``."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=120, description="For the record.")] = (
        "roster.csv"
    )
    full: Annotated[
        bool, Field(description="Inmates not in the file are no longer in custody here.")
    ] = False
    map: Annotated[
        list[str], Field(max_length=20, description="Which column is which: `COLUMN=HEADING`.")
    ] = []
    map_status: Annotated[
        list[str], Field(max_length=100, description="What a word means: `WORD=STATUS`.")
    ] = []

    def upload(self, content: bytes) -> Upload:
        """Raises UsageError."""
        return Upload(self.name, content, self.full, choices_of(self.map, self.map_status))


class HowToImport(HowToRead):
    confirm_release: Annotated[
        int | None,
        Field(ge=0, le=2**31, description="How many people may leave custody by it, exactly."),
    ] = None


@router.post("/roster/preview", response_model=RosterPreview, openapi_extra=_BODY)
async def preview(request: Request, caller: Writer, how: Annotated[HowToRead, Query()]) -> Response:
    """What importing this file would do. Nothing is changed, and nothing is kept."""
    content = await request.body()

    def look() -> Response:
        upload = how.upload(content)
        return _said(_preview(people.preview_upload(facility_of(request), upload, caller.actor)))

    return await run_in_threadpool(look)


@router.post("/roster", response_model=RosterImported, openapi_extra=_BODY)
async def import_roster(
    request: Request,
    caller: Writer,
    how: Annotated[HowToImport, Query()],
    idempotency_key: IdempotencyKey,
) -> Response:
    """Import all of this file, or nothing of it. A full roster by which unusually many people would
    leave custody is refused (409), unless their number is confirmed."""
    content = await request.body()

    def work() -> Response:
        upload = how.upload(content)
        facility, confirmed = facility_of(request), how.confirm_release
        return _said(_imported(people.import_upload(facility, upload, caller.actor, confirmed)))

    return await run_in_threadpool(done_once, request, caller, idempotency_key, content, work)


class Whom(Part):
    status: CustodyStatus | None = None


@router.get("/inmates")
def inmates(request: Request, caller: Reader, which: Annotated[Whom, Query()]) -> InmateList:
    """Everyone on the roster, a part at a time. Whoever is on it all the while is listed once."""
    after = cursors.read_number(_LIST, which.after)
    found = people.inmates_after(
        facility_of(request), after, which.limit, caller.actor, which.status
    )
    is_full = len(found) == which.limit
    return InmateList(
        items=[InmateOut.model_validate(each) for each in found.values()],
        next=cursors.write(_LIST, max(found)) if is_full else None,
    )


@router.get("/inmates/{booking_number}")
def inmate(request: Request, booking_number: str, caller: Reader) -> InmateOut:
    found = people.listed_inmate(facility_of(request), booking_number, caller.actor)
    return InmateOut.model_validate(found)


def _said(shape: BaseModel) -> Response:
    return JSONResponse(shape.model_dump(mode="json"))


def _preview(found: Preview) -> RosterPreview:
    made = found.plan
    return RosterPreview(
        counts=dict(made.counts),
        in_custody=made.in_custody,
        leaving=made.leaving,
        needs_confirmation=made.leaves_many,
        columns={str(name): list(each) for name, each in found.file.layout.columns.items()},
        refused=[Refused(line=each.line, reason=each.message) for each in made.refused],
        unknown_words=list(made.unknown_words),
        notes=list(made.notes),
        missing=[each.inmate.booking_number for each in made.missing],
        people=[_step(each) for each in made.steps if each.fate is not Fate.UNCHANGED],
    )


def _step(step: PlannedStep) -> Step:
    known, person = step.before, step.row.inmate
    return Step(
        booking_number=person.booking_number,
        fate=str(step.fate),
        lines=list(step.row.lines),
        last_name=person.last_name,
        first_name=person.first_name,
        housing_unit=person.housing_unit,
        status=person.status,
        known_last_name=known.inmate.last_name if known else None,
        known_first_name=known.inmate.first_name if known else None,
        known_housing_unit=known.inmate.housing_unit if known else None,
        known_status=known.inmate.status if known else None,
    )


def _imported(change: RosterChange) -> RosterImported:
    return RosterImported(
        added=change.added,
        changed=change.changed,
        unchanged=change.unchanged,
        departed=change.departed,
        held=[
            HeldNameOut(
                booking_number=each.known.booking_number,
                last_name=each.listed.last_name,
                first_name=each.listed.first_name,
                known_last_name=each.known.last_name,
                known_first_name=each.known.first_name,
            )
            for each in change.held
        ],
        notes=list(change.notes),
    )
