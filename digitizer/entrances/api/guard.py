"""What every request must be before anything looks at it: well-formed, from where programs are, not
too long, with a good token, and not one of too many. No cookie counts here, so no page of another
site can ask in anybody's name.
"""

from __future__ import annotations

from time import monotonic

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digitizer.access.bearers import Bearer, GoodTokens, bearer_of
from digitizer.entrances.api.budgets import Budgets
from digitizer.entrances.api.callers import PREFIX
from digitizer.entrances.api.problems import answer
from digitizer.entrances.framing import LARGEST_BODY, LARGEST_ROSTER, is_ambiguous, is_ours
from digitizer.facility import Facility
from digitizer.support.networks import is_within, one_device

DESCRIPTION = f"{PREFIX}/openapi.json"
_ROSTERS = (f"{PREFIX}/roster", f"{PREFIX}/roster/preview")
#: Requests a minute without a good token, from one address: no secret can be guessed anyway, but
#: each costs a look into the database. Behind one address may be many programs: whose token is good
#: gets in, whatever strangers there have spent.
_STRANGERS = 60
_EVERYONE = {"0.0.0.0/0", "::/0"}
_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """Lets a request in with its ``Bearer`` in its state, or answers it."""

    def __init__(self, app: ASGIApp, facility: Facility) -> None:
        self._app = app
        self._facility = facility
        self._tokens = Budgets(facility.settings.api.requests_a_minute)
        self._strangers = Budgets(_STRANGERS)
        self._good = GoodTokens(facility)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                _dress(MutableHeaders(scope=message), scope)
            await send(message)

        try:
            self._refuse(scope)
            if scope["path"] != DESCRIPTION:
                scope.setdefault("state", {})["bearer"] = await self._bearer(scope)
        except Exception as error:  # what else is on its way is not read, nor taken for a request
            refused = await run_in_threadpool(answer, Request(scope), error)
            refused.headers["Connection"] = "close"
            await refused(scope, receive, send_safely)
            return
        await self._app(scope, receive, send_safely)

    def _refuse(self, scope: Scope) -> None:
        """Raises HTTPException for what is answered without a look at its token."""
        headers, settings = Headers(scope=scope), self._facility.settings
        if is_ambiguous(headers) or not is_ours(headers, settings.web.allowed_hosts):
            raise HTTPException(400)
        allowed = settings.api.clients_from
        if not _EVERYONE.issubset(allowed) and not is_within(_client(scope), allowed):
            raise HTTPException(404)
        length = headers.get("content-length")
        if length is None and scope["method"] not in _WITHOUT_BODY:
            raise HTTPException(411)
        largest = LARGEST_ROSTER if scope["path"] in _ROSTERS else LARGEST_BODY
        if length is not None and int(length) > largest:
            raise HTTPException(413)

    async def _bearer(self, scope: Scope) -> Bearer:
        """Raises HTTPException 401 and 429."""
        stranger, at = one_device(_client(scope)), monotonic()
        kind, _, words = Headers(scope=scope).get("authorization", "").partition(" ")
        token = words.strip() if kind.casefold() == "bearer" else ""
        wait = self._strangers.wait(stranger, at)
        if wait and not await run_in_threadpool(self._good.may_be_good, token, at):
            _check(wait)
        found = None
        if token:
            found = await run_in_threadpool(bearer_of, self._facility, token, _client(scope))
        if found is None:
            self._strangers.spend(stranger, at)
            raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="digitizer"'})
        _check(self._tokens.wait(found.token_id, at))
        self._tokens.spend(found.token_id, at)
        return found


def _check(seconds: int) -> None:
    if seconds:
        raise HTTPException(429, headers={"Retry-After": str(seconds)})


def _client(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else ""


def _dress(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in _HEADERS.items():
        headers[name] = value
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"
