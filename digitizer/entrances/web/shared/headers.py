"""What every answer carries, and what is refused before any page sees it."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digitizer.entrances.web.shared.error_pages import answer

#: No form of ours is longer; the rest is refused unread.
LARGEST_BODY = 64 * 1024

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
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class SafeAnswers:
    """Puts the safety headers on every answer, errors included; only static files are cached."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                _dress(MutableHeaders(scope=message), scope)
            await send(message)

        refusal = refuse(scope["method"], scope["scheme"], Headers(scope=scope))
        app = self._app
        if refusal is not None:
            app = await run_in_threadpool(answer, Request(scope), HTTPException(refusal))
        await app(scope, receive, send_safely)


def _dress(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in _HEADERS.items():
        headers[name] = value
    cached = scope["path"].startswith("/static/")
    headers["Cache-Control"] = "no-cache" if cached else "no-store"
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"


def refuse(method: str, scheme: str, headers: Headers) -> int | None:
    """The status with which is refused, unread, what changes something and comes from another
    site, or is too long or of a length that is not said; None: it is let in."""
    if method in _SAFE_METHODS:
        return None
    if _is_foreign(scheme, headers):
        return 403
    length = headers.get("content-length")
    if length is None or not length.isdigit():
        return 411
    return 413 if int(length) > LARGEST_BODY else None


def _is_foreign(scheme: str, headers: Headers) -> bool:
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    # A page under no-referrer may say "null"; then Sec-Fetch-Site, which cannot be forged, decides.
    if origin is None or (origin == "null" and "sec-fetch-site" in headers):
        return False
    return urlsplit(origin).netloc != headers.get("host")
