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
from digitizer.entrances.web.shared.auth import NeedsLogin, token_of
from digitizer.entrances.web.shared.headers import SafeAnswers
from digitizer.entrances.web.shared.pages import house_of, show
from digitizer.entrances.web.staff import covers, held_item, letters, sealed, today
from digitizer.facility import House
from digitizer.model.errors import DigitizerError, NotAllowed, NotFound
from digitizer.support.paths import WEB_TEMPLATES


def make_app(house: House) -> FastAPI:
    """The web pages of this house; serve it with any ASGI server, without its access log."""
    login.make_ready()
    app = FastAPI(title="digitizer", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.house = house
    app.mount("/static", StaticFiles(directory=WEB_TEMPLATES / "static"))
    for part in (front_page, mailbox, today, sealed, held_item, letters, covers, probes):
        app.include_router(part.router)
    app.add_middleware(SafeAnswers)
    app.add_exception_handler(NeedsLogin, _to_the_door)
    app.add_exception_handler(DigitizerError, _say)
    app.add_exception_handler(HTTPException, _say_http)
    app.add_exception_handler(RequestValidationError, _say_nonsense)
    return app


def _to_the_door(request: Request, error: Exception) -> Response:
    assert isinstance(error, NeedsLogin)
    if request.headers.get("hx-request"):  # a part of a page cannot be a login page
        return Response(status_code=204, headers={"HX-Redirect": error.door})
    return RedirectResponse(error.door, 303)


def _say(request: Request, error: Exception) -> Response:
    if isinstance(error, NotFound):
        return _trouble(request, 404, "not_found")
    if isinstance(error, NotAllowed):
        return _trouble(request, 403, "not_allowed")
    return show(request, "trouble.html", 500, trouble="failed", visit=None)


def _say_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _trouble(request, 404, "not_found")
    return _trouble(request, error.status_code, "nonsense")


def _say_nonsense(request: Request, error: Exception) -> Response:
    if request.method == "GET":
        return _trouble(request, 404, "not_found")
    return _trouble(request, 400, "nonsense")


def _trouble(request: Request, status: int, trouble: str) -> Response:
    """One page for what is not there and for what is somebody else's; the way out stays on it."""
    visit = login.visit(house_of(request), token_of(request))
    return show(request, "trouble.html", status, trouble=trouble, visit=visit)
