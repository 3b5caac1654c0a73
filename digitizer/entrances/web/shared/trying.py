"""What the page asks for on which somebody tries their camera, microphone and network."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import JSONResponse

from digitizer.calls import trying
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.model.errors import NotFound
from digitizer.model.people import Actor

#: Which test it is: one that was begun again elsewhere is over.
Key = Annotated[str, Form(max_length=64)]


def need_calls(request: Request, by: Actor) -> None:
    """Raises NotFound where there are no video calls."""
    if not trying.is_offered(facility_of(request), by):
        raise NotFound("There are no video calls here.")


def begin(request: Request, by: Actor) -> JSONResponse:
    """``ways`` are tried one by one as well: which of them a network lets through."""
    begun = trying.begin(facility_of(request), by)
    own = {"username": begun.way.username, "credential": begun.way.credential}
    return JSONResponse(
        {
            "key": begun.key,
            "ways": [{"urls": [each], **own} for each in begun.way.urls],
            "seconds": begun.seconds,
            "relay": begun.relay_runs,
            "trouble": bool(begun.trouble),
        }
    )


def publish(request: Request, key: str, sdp: str, by: Actor) -> JSONResponse:
    return JSONResponse({"sdp": trying.publish(facility_of(request), key, sdp, by)})


def watch(request: Request, key: str, by: Actor) -> JSONResponse:
    return JSONResponse({"sdp": trying.watch(facility_of(request), key, by)})


def answer(request: Request, key: str, sdp: str, by: Actor) -> JSONResponse:
    trying.answer(facility_of(request), key, sdp, by)
    return JSONResponse({})


def end(request: Request, by: Actor) -> JSONResponse:
    trying.end(facility_of(request), by)
    return JSONResponse({})
