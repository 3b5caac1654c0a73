"""What a visitor sees when something fails, and what the log says of it under the same code.

An id that is another person's and one that does not exist get the same page, but for the code. In
the log stands nothing of a letter, of a question or of what was typed: the route as it is written
here, not the address that was asked for; of an error its kind, and its words only where they are
the store's, which speak of disks and databases. Of what nobody expected the places follow.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digitizer.access import login
from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import token_of
from digitizer.entrances.web.shared.pages import house_of, show
from digitizer.model.errors import (
    Conflict,
    EngineError,
    NotAllowed,
    NotFound,
    StorageError,
    UsageError,
    WorkerFailed,
    WorkerFault,
)

log = logging.getLogger("digitizer")

#: Seconds after which a browser or a proxy may ask again, where a part is out of reach.
RETRY_AFTER = 30
#: Letters and digits that are not taken for one another, on a screen or on the telephone.
_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 8
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: Which of the texts says it, by status: ``nonsense`` and ``nonsense_more``, and so on.
_WORDS = {
    400: "nonsense", 403: "not_allowed", 404: "not_found", 405: "wrong_method", 409: "conflict",
    411: "nonsense", 413: "too_long", 500: "failed", 503: "away",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error as the web answers it. ``code`` is random: it says nothing, and is on the page and
    in the log."""

    code: str
    status: int

    @property
    def words(self) -> str:
        return _WORDS.get(self.status, "nonsense" if self.status < 500 else "failed")


def answer(request: Request, error: Exception) -> HTMLResponse:
    """The page for this error; it is logged."""
    code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    status = _status_of(error)
    headers = dict((error.headers if isinstance(error, HTTPException) else None) or {})
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER)
    trouble = Trouble(code, status)
    _tell(request, trouble, error)
    page = show(
        request, "trouble.html", status, trouble=trouble.words, code=code,
        visit=_visit(request, status),
    )  # fmt: skip
    page.headers.update(headers)
    return page


def _status_of(error: Exception) -> int:
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
        case StorageError() | EngineError() | WorkerFailed(kind=WorkerFault.UNAVAILABLE):
            return 503
    return 500


def _is_of_the_address(error: RequestValidationError) -> bool:
    """Page x of a letter: such a page is not there, as page 99 is not."""
    return any(fault["loc"][0] == "path" for fault in error.errors())


def _visit(request: Request, status: int) -> Visit | None:
    """Who is there, so that the way out stays on the page; a page that failed keeps nobody awake.
    Where the store may be what failed, it is not asked."""
    if status >= 500:
        return None
    try:
        return login.visit(house_of(request), token_of(request), awake=False)
    except StorageError:
        return None


def _tell(request: Request, trouble: Trouble, error: Exception) -> None:
    method = request.method if request.method in _METHODS else "another method"
    route = getattr(request.scope.get("route"), "path", "no route")
    kind = type(error).__name__
    says = f"{kind}: {error}" if isinstance(error, StorageError) else kind
    level = logging.ERROR if trouble.status >= 500 else logging.INFO
    log.log(
        level, "web error %s: %s %s %d %s", trouble.code, method, route, trouble.status, says,
        exc_info=_without_words(error) if trouble.status == 500 else None,
        extra={
            "event": "web_error", "code": trouble.code, "method": method, "route": route,
            "status": trouble.status,
        },
    )  # fmt: skip


def _without_words(error: BaseException) -> BaseException:
    """The same error for the log, its kind and its places: its words, or those of an error that
    it came from, may be what somebody typed."""
    kind = type(type(error).__name__, (Exception,), {})
    bare: BaseException = kind()
    return bare.with_traceback(error.__traceback__)


class CalmErrors:
    """Answers what nobody expected, too; inside of ``SafeAnswers``, so that it is dressed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:  # whatever it was, the visitor gets a page, and the log a line
            page = await run_in_threadpool(answer, Request(scope), error)
            if begun:  # half an answer cannot be taken back: the browser must see that it broke off
                raise
            await page(scope, receive, send)
