"""What one server answers with: the web pages, the API, or some of them."""

from __future__ import annotations

from collections.abc import Callable, Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from digitizer.entrances.api.app import make_api
from digitizer.entrances.service.entrance import Entrance
from digitizer.entrances.web.app import make_app
from digitizer.entrances.web.probes import Troubles
from digitizer.entrances.web.shared.headers import Pages
from digitizer.entrances.web.shared.proxies import Forwarded
from digitizer.facility import Facility

_API = "/api/"


def served(
    facility: Facility, entrances: Collection[Entrance], troubles: Troubles
) -> tuple[ASGIApp, Callable[[], None]]:
    """The API below ``/api/``, the pages everywhere else; and what ends the answers that stay open,
    once the server stops. Where only the API is served, there are of the pages those for the
    operators."""
    named = {str(each) for each in entrances}
    wanted = frozenset(each for each in Pages if each.value in named)
    pages = make_app(facility, wanted)
    pages.state.troubles = troubles
    if Entrance.API not in entrances:
        return pages, pages.state.live.close
    return _Split(pages, Forwarded(make_api(facility), facility)), pages.state.live.close


class _Split:
    def __init__(self, pages: ASGIApp, api: ASGIApp) -> None:
        self._pages = pages
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        to_api = scope["type"] == "http" and scope["path"].startswith(_API)
        await (self._api if to_api else self._pages)(scope, receive, send)
