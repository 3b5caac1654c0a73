"""How an entrance over HTTP takes an error: its status, and its line in the log.

The log holds nothing of a letter, of a search or of anything that was typed: it holds the route as
it is written here, not the address that was asked for, and the kind of the error. The message of an
error is logged only if it comes from the store, because those are about disks and databases. After
an unexpected error, the places in the code follow.
"""

from __future__ import annotations

import logging
import secrets
import time
from threading import Lock

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from digitizer.model.errors import (
    Conflict,
    EngineError,
    NotAllowed,
    NotFound,
    SandboxFailed,
    SandboxProblem,
    StorageError,
    TooOften,
    UsageError,
)

log = logging.getLogger("digitizer")

#: Seconds after which a program or a proxy may ask again, when a part does not answer.
RETRY_AFTER = 30
#: Letters and digits that nobody confuses, on a screen or on the telephone.
_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 8
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def new_code() -> str:
    """Random, and means nothing: it leads from an answer to its line in the log."""
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))


def status_of(error: Exception) -> int:
    """The status of an answer to this error."""
    match error:
        case HTTPException():
            return error.status_code
        case RequestValidationError():
            return 404 if _is_of_the_address(error) else 400
        case NotFound():
            return 404
        case NotAllowed():
            return 403
        case UsageError():
            return 400
        case Conflict():
            return 409
        case TooOften():
            return 429
        case StorageError() | EngineError() | SandboxFailed(kind=SandboxProblem.UNAVAILABLE):
            return 503
    return 500


def _is_of_the_address(error: RequestValidationError) -> bool:
    """Page x of a letter is as little there as page 99."""
    return any(problem["loc"][0] == "path" for problem in error.errors())


class FewLines:
    """Which errors that a visitor causes get a line in the log: of each status and route so many a
    minute; the next line says how many had none. An error of ours always gets one."""

    def __init__(self, most: int = 20, seconds: float = 60) -> None:
        self._most, self._seconds = most, seconds
        self._lock = Lock()
        #: When the minute of a status and route began, its lines, and those left out since.
        self._seen: dict[tuple[int, str], tuple[float, int, int]] = {}

    def left_out(self, status: int, route: str, at: float) -> int | None:
        """How many were left out before this one; None: it is left out too. ``at`` in seconds."""
        with self._lock:
            began, lines, without = self._seen.get((status, route), (at, 0, 0))
            if at - began >= self._seconds:
                began, lines = at, 0
            if lines >= self._most:
                self._seen[status, route] = (began, lines, without + 1)
                return None
            self._seen[status, route] = (began, lines + 1, 0)
        return without


def log_failure(request: Request, code: str, status: int, error: Exception) -> None:
    """One line, with the code that the answer shows, unless there are too many like it."""
    route = getattr(request.scope.get("route"), "path", "no route")
    left_out: int | None = 0
    if status < 500:
        few: FewLines = request.app.state.few_lines
        left_out = few.left_out(status, route, time.monotonic())
    if left_out is not None:
        _write_line(request, code, status, error, left_out)


def _write_line(request: Request, code: str, status: int, error: Exception, left_out: int) -> None:
    """``left_out`` like it had no line before this one."""
    method = request.method if request.method in _METHODS else "another method"
    route = getattr(request.scope.get("route"), "path", "no route")
    kind = type(error).__name__
    text = f"{kind}: {error}" if isinstance(error, StorageError) else kind
    text += f" (and {left_out} more like it)" if left_out else ""
    level = logging.ERROR if status >= 500 else logging.INFO
    log.log(
        level,
        "web error %s: %s %s %d %s",
        code,
        method,
        route,
        status,
        text,
        exc_info=_without_words(error) if status == 500 else None,
        extra={
            "event": "web_error",
            "code": code,
            "method": method,
            "route": route,
            "status": status,
        },
    )


def _without_words(error: BaseException) -> BaseException:
    """The same error for the log, with its kind and its places only: its message, or that of an
    error that caused it, may quote what somebody typed."""
    kind = type(type(error).__name__, (Exception,), {})
    bare: BaseException = kind()
    return bare.with_traceback(error.__traceback__)
