"""On which printer a browser prints: remembered in the browser itself, for it stands beside one."""

from __future__ import annotations

from urllib.parse import quote, unquote

from fastapi import Request
from starlette.responses import Response

_LONGEST_COOKIE = 400 * 24 * 3600  # seconds; browsers keep none for longer


def _name(request: Request) -> str:
    return "__Host-printer" if request.url.scheme == "https" else "printer"


def remembered_printer(request: Request) -> str | None:
    """The name that was chosen here; nobody knows yet whether there is such a printer."""
    kept = request.cookies.get(_name(request))
    return unquote(kept) if kept else None


def remember_printer(request: Request, response: Response, printer: str) -> None:
    response.set_cookie(
        _name(request),
        quote(printer, safe=""),
        max_age=_LONGEST_COOKIE,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
