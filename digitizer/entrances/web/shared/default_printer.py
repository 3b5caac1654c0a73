"""On which printer a browser prints, and its covers on what paper: remembered in the browser
itself, for it stands beside the printers."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import quote, unquote

from fastapi import Request
from starlette.responses import Response

_LONGEST_COOKIE = 400 * 24 * 3600  # seconds; browsers keep none for longer


class Chosen(StrEnum):
    """What a browser remembers, by the name of its cookie."""

    PRINTER = "printer"
    LABEL_PRINTER = "label-printer"
    COVER_PAPER = "cover-paper"


def _name(request: Request, what: Chosen) -> str:
    return f"__Host-{what}" if request.url.scheme == "https" else str(what)


def remembered(request: Request, what: Chosen) -> str | None:
    """What was chosen here; nobody knows yet whether there is such a printer or paper."""
    kept = request.cookies.get(_name(request, what))
    return unquote(kept) if kept else None


def remember(request: Request, response: Response, what: Chosen, value: str) -> None:
    response.set_cookie(
        _name(request, what),
        quote(value, safe=""),
        max_age=_LONGEST_COOKIE,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def remembered_printer(request: Request) -> str | None:
    """The name of the printer that was chosen here for sheets."""
    return remembered(request, Chosen.PRINTER)
