"""The headers of every answer, and the requests that are refused before any page sees them."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digitizer.entrances.framing import (
    LARGEST_BODY,
    LARGEST_LIST,
    LARGEST_MESSAGE,
    LARGEST_MESSAGE_WITH_PHOTOS,
    LARGEST_PICTURE,
    LARGEST_ROSTER,
    is_ambiguous,
    is_ours,
)
from digitizer.entrances.web.shared.error_pages import answer
from digitizer.model.settings import Web
from digitizer.support.networks import is_within

_ROSTER_UPLOAD = "/staff/roster"
#: Where a message is written, or a file sent, and how long a form may be there.
_WRITING = {
    "/family/with/": LARGEST_MESSAGE_WITH_PHOTOS,
    "/mail/with/": LARGEST_MESSAGE,
    "/staff/legal/picture": LARGEST_PICTURE,
    "/staff/legal/senders/import": LARGEST_LIST,
}

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
#: Where a page may use camera and microphone: its own, and nobody else's.
_CALLS = ("/family/calls/", "/family/guest/", "/mail/calls/", "/staff/calls/test")
_WITH_CAMERA = "camera=(self), microphone=(self), geolocation=()"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Pages(StrEnum):
    """Whose pages a server has, besides those that all have."""

    STAFF = "staff"
    INMATE = "inmate"
    FAMILY = "family"


EVERY_PAGE = frozenset(Pages)
_FOR_INMATES = ("/login", "/mail", "/kiosk")


class SafeAnswers:
    """Puts the safety headers on every answer, errors included; only static files are cached."""

    def __init__(self, app: ASGIApp, web: Web, pages: Collection[Pages] = EVERY_PAGE) -> None:
        self._app = app
        self._web = web
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                _dress(MutableHeaders(scope=message), scope)
            await send(message)

        app = self._app
        refusal = refuse(scope, self._web, self._pages)
        if refusal is not None:  # what else is on its way is not read, nor taken for a request
            if refusal == 404:
                scope = {**scope, "path": "/"}  # as if there were nothing, not even a page of staff
            error = HTTPException(refusal, headers={"Connection": "close"})
            app = await run_in_threadpool(answer, Request(scope), error)
        await app(scope, receive, send_safely)


def _dress(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in _HEADERS.items():
        headers[name] = value
    if scope["path"].startswith(_CALLS):
        headers["Permissions-Policy"] = _WITH_CAMERA
    cached = scope["path"].startswith("/static/")
    headers["Cache-Control"] = "no-cache" if cached else "no-store"
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"


def refuse(scope: Scope, web: Web, pages: Collection[Pages] = EVERY_PAGE) -> int | None:
    """The status to refuse a request with, without reading it; None: it is let in.

    No request may have two lengths (a proxy before us might go by the other one), ask for a host
    that is not ours, for pages that are not served here, or for staff's from where no staff are.
    One that changes something is refused if it comes from another site, is too long, or does not
    declare its length.
    """
    headers = Headers(scope=scope)
    length = headers.get("content-length")
    if is_ambiguous(headers) or not is_ours(headers, web.allowed_hosts):
        return 400
    client = scope["client"][0] if scope.get("client") else ""
    if not _is_served(scope["path"], pages):
        return 404
    if _is_of_staff(scope["path"]) and not may_see_staff_pages(client, web):
        return 404
    if scope["method"] not in _SAFE_METHODS:
        if _is_foreign(scope["scheme"], headers):
            return 403
        if length is None:
            return 411
    return 413 if length is not None and int(length) > _largest(scope["path"]) else None


def _largest(path: str) -> int:
    """Bytes of a body."""
    if path == _ROSTER_UPLOAD:
        return LARGEST_ROSTER
    written = (length for place, length in _WRITING.items() if path.startswith(place))
    return next(written, LARGEST_BODY)


def may_see_staff_pages(client: str, web: Web) -> bool:
    everywhere = "0.0.0.0/0" in web.staff_from and "::/0" in web.staff_from
    return everywhere or is_within(client, web.staff_from)


def _is_served(path: str, pages: Collection[Pages]) -> bool:
    if _is_of_staff(path):
        return Pages.STAFF in pages
    if path.startswith(_FOR_INMATES):
        return Pages.INMATE in pages
    if path == "/family" or path.startswith("/family/"):
        return Pages.FAMILY in pages
    return path != "/" or bool(pages)


def _is_of_staff(path: str) -> bool:
    return path == "/staff" or path.startswith("/staff/")


def _is_foreign(scheme: str, headers: Headers) -> bool:
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    # A page under no-referrer may say "null"; then Sec-Fetch-Site, which cannot be forged, decides.
    if origin is None or (origin == "null" and "sec-fetch-site" in headers):
        return False
    try:
        return urlsplit(origin).netloc != headers.get("host")
    except ValueError:  # no browser writes such an address
        return True
