"""Putting the web together for one house."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from digitizer.entrances.web import (
    covers,
    entry,
    inmate,
    mail,
    operating,
    sealed,
    settling,
    staff,
)
from digitizer.entrances.web.headers import SafeAnswers
from digitizer.entrances.web.troubles import CalmErrors, answer
from digitizer.entrances.web.visitors import NeedsLogin
from digitizer.mailroom import doors
from digitizer.mailroom.house import House
from digitizer.vocabulary.errors import DigitizerError
from digitizer.vocabulary.places import WEB_TEMPLATES


def make_app(house: House) -> FastAPI:
    """The web pages of this house; serve it with any ASGI server, without its access log."""
    doors.make_ready()
    app = FastAPI(title="digitizer", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.house = house
    app.mount("/static", StaticFiles(directory=WEB_TEMPLATES / "static"))
    for part in (entry, inmate, staff, sealed, settling, mail, covers, operating):
        app.include_router(part.router)
    app.add_middleware(CalmErrors)
    app.add_middleware(SafeAnswers)  # the outermost
    app.add_exception_handler(NeedsLogin, _to_the_door)
    for kind in (DigitizerError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer)
    return app


def _to_the_door(request: Request, error: Exception) -> Response:
    assert isinstance(error, NeedsLogin)
    if request.headers.get("hx-request"):  # a part of a page cannot be a login page
        return Response(status_code=204, headers={"HX-Redirect": error.door})
    return RedirectResponse(error.door, 303)
