"""Who a visitor is and whether they came over TLS, where proxies pass requests on.

What a request says of that in ``X-Forwarded-For`` and ``X-Forwarded-Proto`` counts only if it comes
from one of ``web.trusted_proxies``. Each proxy adds the address that it saw at the right, so the
list is read from there: the visitor is the first who is no proxy of ours. What stands further left
is whatever the visitor wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from digitizer.access import noting, visitors
from digitizer.facility import Facility
from digitizer.support.clock import now
from digitizer.support.networks import address_of, is_within

_NOTED_EVERY = timedelta(minutes=10)
_MOST_NOTED = 20


class Forwarded:
    """Puts the visitor's address and scheme in place of the proxy's. The outermost of all."""

    def __init__(self, app: ASGIApp, facility: Facility) -> None:
        self._app = app
        self._facility = facility
        self._noted: dict[str, datetime] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            peer = scope["client"][0] if scope.get("client") else ""
            proxies = self._facility.settings.web.trusted_proxies
            hops, schemes = _said(scope, b"x-forwarded-for"), _said(scope, b"x-forwarded-proto")
            trusted = is_within(peer, proxies)
            if trusted:
                scope["client"] = (visitor(peer, hops, proxies), 0)
                if schemes and schemes[-1] in ("http", "https"):
                    scope["scheme"] = schemes[-1]
            if hops or schemes:
                await self._note(peer, trusted, scope)
        await self._app(scope, receive, send)

    async def _note(self, peer: str, trusted: bool, scope: Scope) -> None:
        """For the doctor. Anyone can send such headers, so few are noted, and not often."""
        at = now()
        last = self._noted.get(peer)
        if last is None and len(self._noted) >= _MOST_NOTED and not trusted:
            return
        if last is not None and at - last < _NOTED_EVERY:
            return
        self._noted[peer] = at
        client = scope["client"][0] if scope.get("client") else ""
        seen = visitors.Forwarder(peer, trusted, client, scope["scheme"], at)
        await run_in_threadpool(noting.note_forwarder, self._facility, seen)


def visitor(peer: str, hops: Sequence[str], proxies: Sequence[str]) -> str:
    """The address of the visitor; of the last proxy of ours if what stands before it is none."""
    found = peer
    for hop in reversed(hops):
        if not is_within(found, proxies):
            break
        address = address_of(hop)
        if address is None:
            break
        found = str(address)
    return found


def _said(scope: Scope, name: bytes) -> list[str]:
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [each.strip() for each in ",".join(lines).split(",") if each.strip()]
