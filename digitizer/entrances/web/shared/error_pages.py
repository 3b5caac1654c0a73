"""What a visitor sees when something fails, and what is logged about it, under the same code.

An id that belongs to someone else and one that does not exist get the same page, except for the
code. The log holds nothing of a letter, of a search or of anything that was typed: it holds the
route as it is written here, not the address that was asked for, and the kind of the error. The
message of an error is logged only if it comes from the store, because those are about disks and
databases. After an unexpected error, the places in the code follow.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from digitizer.access import login
from digitizer.access.login import Visit
from digitizer.entrances.failures import RETRY_AFTER, log_failure, new_code, status_of
from digitizer.entrances.web.shared.auth import token_of
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.model.errors import StorageError, TooOften, Unstorable

#: The key of the text to show, by status: ``nonsense`` with ``nonsense_more``, and so on.
_WORDS = {
    400: "nonsense",
    403: "not_allowed",
    404: "not_found",
    405: "wrong_method",
    409: "conflict",
    411: "nonsense",
    413: "too_long",
    429: "busy",
    500: "failed",
    503: "away",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error as the web answers it. ``code`` is random and means nothing; it is on the page and
    in the log, so that one leads to the other."""

    code: str
    status: int

    @property
    def words(self) -> str:
        return _WORDS.get(self.status, "nonsense" if self.status < 500 else "failed")


def answer(request: Request, error: Exception) -> HTMLResponse:
    """The page for this error; it is logged."""
    code = new_code()
    status = status_of(error)
    if isinstance(error, Unstorable) and not request.url.path.isprintable():
        status = 404  # it was part of an address, and nothing is there
    headers = dict((error.headers if isinstance(error, HTTPException) else None) or {})
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER)
    trouble = Trouble(code, status)
    log_failure(request, code, status, error)
    page = show(
        request,
        "trouble.html",
        status,
        trouble="too_often" if isinstance(error, TooOften) else trouble.words,
        code=code,
        visit=_visit(request, status),
    )
    page.headers.update(headers)
    return page


def _visit(request: Request, status: int) -> Visit | None:
    """Who is logged in, so that the page has its button to log out. A page that failed does not
    keep the session alive. The store is not asked where it may be the cause of the error."""
    if status >= 500 or request.url.path.startswith("/family"):  # those have their own cookie
        return None
    try:
        return login.visit(facility_of(request), token_of(request), awake=False)
    except StorageError:
        return None
