"""Putting the web together for one house."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from digitizer.access import login
from digitizer.entrances.web import probes
from digitizer.entrances.web.inmate import mailbox
from digitizer.entrances.web.shared import front_page
from digitizer.entrances.web.shared.auth import NeedsLogin
from digitizer.entrances.web.shared.error_pages import CalmErrors, answer
from digitizer.entrances.web.shared.headers import SafeAnswers
from digitizer.entrances.web.staff import covers, held_item, letters, sealed, today
from digitizer.facility import House
from digitizer.model.errors import DigitizerError
from digitizer.support.paths import WEB_TEMPLATES


def make_app(house: House) -> FastAPI:
    """The web pages of this house; serve it with any ASGI server, without its access log."""
    login.make_ready()
    app = FastAPI(title="digitizer", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.house = house
    app.mount("/static", StaticFiles(directory=WEB_TEMPLATES / "static"))
    for part in (front_page, mailbox, today, sealed, held_item, letters, covers, probes):
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
