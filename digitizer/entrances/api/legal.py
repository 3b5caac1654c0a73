"""Codes for legal mail, made by the program of one protected sender."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from digitizer.access.bearers import Bearer
from digitizer.entrances.api.callers import PREFIX, facility_of, needs
from digitizer.entrances.api.once import IdempotencyKey, done_once
from digitizer.legal import codes
from digitizer.model.people import Scope

router = APIRouter(prefix=PREFIX)
Sender = Annotated[Bearer, needs(Scope.LEGAL_CODES)]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_KINDS = {"pdf": "application/pdf", "png": "image/png"}


class CodeIn(BaseModel):
    """For whom the item is. Both must be right: nobody learns by this who is here."""

    model_config = ConfigDict(extra="forbid")

    booking_number: Annotated[str, Field(min_length=1, max_length=64)]
    name: Annotated[str, Field(min_length=1, max_length=200, description="The whole name.")]
    form: Annotated[
        Literal["pdf", "png"],
        Field(description="A page for a window envelope (DL, C5, #10), or a picture."),
    ] = "pdf"
    paper: Literal["a4", "letter"] | None = None


@router.post(
    "/legal-codes",
    status_code=201,
    response_class=Response,
    responses={
        201: {
            "description": "What to put on the one envelope",
            "content": dict.fromkeys(_KINDS.values(), _BINARY),
            "headers": {
                "Item-Number": {
                    "description": "The number that is printed beside the code",
                    "schema": {"type": "string"},
                },
                "Item-Expires": {
                    "description": "When the code is over",
                    "schema": {"type": "string", "format": "date-time"},
                },
            },
        }
    },
)
def make_code(
    request: Request, caller: Sender, code: CodeIn, idempotency_key: IdempotencyKey
) -> Response:
    """One code, for one item of legal mail to one inmate, from the sender whose token this is."""

    def work() -> Response:
        facility = facility_of(request)
        made = codes.make_own_code(facility, code.booking_number, code.name, caller.actor)
        content = codes.drawn(facility, made, code.form, code.paper)
        headers = {
            "Item-Number": made.item.short_id,
            "Item-Expires": made.item.expires.isoformat(),
            "Content-Disposition": f'attachment; filename="legal-mail.{code.form}"',
        }
        return Response(content, 201, headers, _KINDS[code.form])

    return done_once(request, caller, idempotency_key, code.model_dump_json().encode(), work)
