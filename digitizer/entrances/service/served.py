"""What one server answers with: the web pages, the API, or some of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from digitizer.calls import service as calls
from digitizer.entrances.api.app import make_api
from digitizer.entrances.service.entrance import Entrance
from digitizer.entrances.web.app import make_app
from digitizer.entrances.web.probes import Troubles
from digitizer.entrances.web.shared.headers import Pages
from digitizer.entrances.web.shared.proxies import Forwarded
from digitizer.facility import Facility
from digitizer.model.errors import Conflict

log = logging.getLogger("digitizer")

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
    _start_calls(facility, wanted)

    def end() -> None:
        pages.state.live.close()
        calls.stop(facility)

    if Entrance.API not in entrances:
        return pages, end
    return _Split(pages, Forwarded(make_api(facility), facility)), end


def _start_calls(facility: Facility, pages: Collection[Pages]) -> None:
    """At once, so that calls are looked at before anybody opens a page of one; where another
    process has them, that one does."""
    if facility.settings.calls.video and pages:
        try:
            calls.board_of(facility)
        except Conflict as error:
            log.error("%s", error)


class _Split:
    def __init__(self, pages: ASGIApp, api: ASGIApp) -> None:
        self._pages = pages
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        to_api = scope["type"] == "http" and scope["path"].startswith(_API)
        await (self._api if to_api else self._pages)(scope, receive, send)
