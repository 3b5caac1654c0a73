"""The API of one facility, put together, and its description (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException

from digitizer import __version__
from digitizer.entrances.api import legal, mail, numbers, people
from digitizer.entrances.api.guard import DESCRIPTION, Guard
from digitizer.entrances.api.problems import PROBLEM, answer
from digitizer.entrances.api.shapes import Problem
from digitizer.entrances.calm import Calm
from digitizer.entrances.failures import FewLines
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError

_ABOUT = (
    "What other programs may do in the mailroom, each with a token of its own. Errors are problem "
    "details (RFC 9457). Lists are read in parts: give the `next` of one answer as `after` of the "
    "next question. No request shows what is in a letter, or decides about one."
)
#: Problems that any request may get, and those of requests that create something besides.
_ALWAYS = ("400", "401", "403", "404", "409", "413", "422", "429", "500", "503")
_WRITING = ("411",)


def make_api(facility: Facility) -> FastAPI:
    """The API of this facility, below ``/api/v1``."""
    app = FastAPI(
        title="digitizer",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=DESCRIPTION,
        redirect_slashes=False,
    )
    app.state.facility = facility
    app.state.few_lines = FewLines()
    for part in (people, mail, legal, numbers):
        app.include_router(part.router)
    app.add_middleware(Calm, answer=answer)
    app.add_middleware(Guard, facility=facility)  # the outermost
    for kind in (DigitizerError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer)
    app.openapi = lambda: _description(app)  # type: ignore[method-assign]
    return app


def _description(app: FastAPI) -> dict[str, Any]:
    """As FastAPI writes it, with our problems in place of its own errors."""
    if app.openapi_schema:
        return app.openapi_schema
    made = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    components = made["components"]
    schemas = components["schemas"]
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = Problem.model_json_schema()
    shown = {"$ref": "#/components/schemas/Problem"}
    components["responses"] = {
        "Problem": {"description": "A problem", "content": {PROBLEM: {"schema": shown}}}
    }
    for path in made["paths"].values():
        for method, operation in path.items():
            statuses = _ALWAYS if method == "get" else (*_ALWAYS, *_WRITING)
            operation["responses"] |= {
                status: {"$ref": "#/components/responses/Problem"} for status in statuses
            }
    app.openapi_schema = made
    return made
