"""Letters by their states, what is held, and covers for letters to come."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from digitizer.access.bearers import Bearer
from digitizer.covers import actions as covers
from digitizer.covers.terms import CoverTerms
from digitizer.entrances.api import cursors
from digitizer.entrances.api.callers import PREFIX, facility_of, needs
from digitizer.entrances.api.cursors import Part
from digitizer.entrances.api.once import IdempotencyKey, done_once
from digitizer.entrances.api.shapes import HeldList, HeldOut, LetterList, LetterOut
from digitizer.letters import progress
from digitizer.model.people import Scope
from digitizer.screening import held_list

router = APIRouter(prefix=PREFIX)
Letters = Annotated[Bearer, needs(Scope.LETTERS_READ)]
Held = Annotated[Bearer, needs(Scope.HELD_READ)]
Printer = Annotated[Bearer, needs(Scope.COVERS_PRINT)]
_LETTERS, _HELD = "letters", "held"
_LARGEST = 2**31


@router.get("/letters")
def letters(request: Request, caller: Letters, part: Annotated[Part, Query()]) -> LetterList:
    """Letters that changed: came in, were delivered, held, decided about, recalled or opened.

    Each is as it is now, and may come again in a later part. `limit` counts changes. After the
    home was restored from a backup, an old `after` may be refused (409): begin anew then.
    """
    after = cursors.read_number(_LETTERS, part.after)
    found = progress.progress_after(facility_of(request), after, part.limit, caller.actor)
    return LetterList(
        items=[LetterOut.model_validate(each) for each in found.letters],
        next=cursors.write(_LETTERS, found.last),
        more=found.more,
    )


@router.get("/letters/{letter}")
def letter(request: Request, letter: str, caller: Letters) -> LetterOut:
    found = progress.letter_progress(facility_of(request), letter, caller.actor)
    return LetterOut.model_validate(found)


@router.get("/held")
def held(request: Request, caller: Held, part: Annotated[Part, Query()]) -> HeldList:
    """What waits for a person, a part at a time, held longest first. What waits all the while is
    listed once. Only a person decides about it, on the staff's pages or by command."""
    after = cursors.read_moment(_HELD, part.after)
    found = held_list.held_after(facility_of(request), after, part.limit, caller.actor)
    is_full = len(found) == part.limit
    return HeldList(
        items=[HeldOut.model_validate(each) for each in found],
        next=cursors.write(_HELD, *held_list.place_of(found[-1])) if is_full else None,
    )


class CoverIn(BaseModel):
    """As the options of ``digitizer cover print``; nothing: a cover without limits."""

    model_config = ConfigDict(extra="forbid")

    sheets: Annotated[int, Field(ge=0, le=250, description="Of each letter; 0: any number.")] = 0
    sender: Annotated[
        str | None, Field(max_length=200, description="Printed on it, for whoever sends it.")
    ] = None
    once: Annotated[bool, Field(description="Good for one letter.")] = False
    uses: Annotated[int | None, Field(ge=1, le=_LARGEST)] = None
    valid_days: Annotated[int | None, Field(ge=1, le=36_500)] = None
    until: Annotated[date | None, Field(description="The last day on which it is good.")] = None
    paper: Literal["a4", "letter"] | None = None

    def terms(self) -> CoverTerms:
        return CoverTerms(
            sheets=self.sheets,
            sender=self.sender,
            once=self.once,
            uses=self.uses,
            valid_days=self.valid_days,
            until=self.until,
        )


@router.post(
    "/inmates/{booking_number}/covers",
    status_code=201,
    response_class=Response,
    responses={
        201: {
            "description": "The cover, one page",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
            "headers": {
                "Cover-Id": {
                    "description": "The id that is printed on it",
                    "schema": {"type": "string"},
                },
                "Cover-Warning": {
                    "description": "Why letters under it would be held today, or what could not "
                    "be printed; percent-encoded, empty if nothing",
                    "schema": {"type": "string"},
                },
            },
        }
    },
)
def print_cover(
    request: Request,
    booking_number: str,
    caller: Printer,
    cover: CoverIn,
    idempotency_key: IdempotencyKey,
) -> Response:
    """A new cover sheet for letters to this inmate; earlier ones stay valid."""

    def work() -> Response:
        printed = covers.print_inmate_cover(
            facility_of(request), booking_number, caller.actor, cover.terms(), cover.paper
        )
        headers = {
            "Cover-Id": printed.short_id,
            "Cover-Warning": quote(" ".join(printed.warnings), safe=" ,.:;()"),
            "Content-Disposition": 'attachment; filename="cover.pdf"',
        }
        return Response(printed.pdf, 201, headers, "application/pdf")

    return done_once(request, caller, idempotency_key, cover.model_dump_json().encode(), work)
