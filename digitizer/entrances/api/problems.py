"""Errors as other programs read them (RFC 9457), with the code under which the log has them."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from digitizer.entrances.failures import RETRY_AFTER, log_failure, new_code, status_of
from digitizer.model.errors import (
    DigitizerError,
    ReleaseNotConfirmed,
    RosterError,
    Unstorable,
    UsageError,
)

PROBLEM = "application/problem+json"
_KINDS = "urn:digitizer:problem:"
_NOT_CONFIRMED = f"{_KINDS}release-not-confirmed"
#: What is said where the error's own words are not for a stranger, or there are none.
_WORDS = {
    400: "The request is not written as HTTP is.",
    401: "Give a good token: Authorization: Bearer dgz_...",
    403: "This token may not do this.",
    404: "There is nothing here.",
    405: "This address has no such method.",
    411: "Say how long the request is: Content-Length.",
    413: "The request is too long.",
    422: "Something in the request is not as the description of the API says.",
    429: "Too many requests. Wait, and try again.",
    500: "Something went wrong here. Give the code to the people who run this system.",
    503: "A part of the service does not answer. Try again later.",
}


def answer(request: Request, error: Exception) -> Response:
    """The problem for this error; it is logged."""
    code, status = new_code(), _status_of(request, error)
    log_failure(request, code, status, error)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _detail(status, error),
        "instance": f"urn:digitizer:error:{code}",
        **_more(error),
    }
    headers = dict((error.headers if isinstance(error, HTTPException) else None) or {})
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER)
    return Response(_json(body), status, headers, PROBLEM)


def _json(body: dict[str, Any]) -> bytes:
    """What a request had that is no text at all is written as an escape."""
    return json.dumps(body).encode("ascii")


def _status_of(request: Request, error: Exception) -> int:
    if isinstance(error, Unstorable):
        return 404 if not request.url.path.isprintable() else 422
    if isinstance(error, ReleaseNotConfirmed):
        return HTTPStatus.CONFLICT
    if isinstance(error, UsageError | RosterError):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    found = status_of(error)
    is_wrong = found == HTTPStatus.BAD_REQUEST and isinstance(error, RequestValidationError)
    return HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else found


def _detail(status: int, error: Exception) -> str:
    if isinstance(error, DigitizerError) and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return str(error)
    return _WORDS.get(status, HTTPStatus(status).phrase)


def _more(error: Exception) -> dict[str, Any]:
    match error:
        case RequestValidationError():
            return {"errors": [_wrong(each) for each in error.errors()]}
        case ReleaseNotConfirmed():
            counts = {"leaving": error.leaving, "in_custody": error.in_custody}
            return {"type": _NOT_CONFIRMED, "title": "Release not confirmed", **counts}
    return {}


def _wrong(problem: Any) -> dict[str, str]:
    """Where it is and what is wrong there; not what was sent, which may be anything."""
    where, *names = map(str, problem["loc"])
    return {"in": where, "name": ".".join(names), "problem": problem["msg"]}
