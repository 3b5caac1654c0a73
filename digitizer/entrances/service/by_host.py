"""One web server for several facilities: each has host names of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from digitizer.entrances.framing import host_of
from digitizer.facility import Facility
from digitizer.model.call_settings import Calls
from digitizer.model.errors import SettingsError


class ByHost:
    """Hands each request to the facility whose host name it asks for; one that asks for none of
    them to the first facility, which refuses it as it would alone."""

    def __init__(self, apps: Sequence[tuple[Facility, ASGIApp]]) -> None:
        self._first = apps[0][1]
        self._by_host: Mapping[str, ASGIApp] = {
            host: app for facility, app in apps for host in facility.settings.web.allowed_hosts
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = host_of(Headers(scope=scope)) if scope["type"] == "http" else ""
        await self._by_host.get(asked, self._first)(scope, receive, send)


def check_together(facilities: Sequence[Facility]) -> None:
    """Raises SettingsError, with the fix, where one process cannot serve these."""
    if len(facilities) > 1:
        _check_hosts(facilities)
        _check_ports(facilities)


def _check_hosts(facilities: Sequence[Facility]) -> None:
    """Each has host names, and no other has them."""
    owners: dict[str, str] = {}
    for each in facilities:
        own = each.settings.facility.code
        if not each.settings.web.allowed_hosts:
            raise SettingsError(
                f"The facility {own} has no host name, by which visitors of one web server are "
                "told apart. Write web.allowed_hosts in its config.toml, or serve it alone: "
                f"digitizer --facility {own} serve --port PORT"
            )
        for host in each.settings.web.allowed_hosts:
            if owners.setdefault(host, own) != own:
                raise SettingsError(
                    f"web.allowed_hosts has {host} at {owners[host]} and at {own}: give each "
                    "facility names of its own."
                )


def _check_ports(facilities: Sequence[Facility]) -> None:
    """Each that has calls has media servers of its own, on ports of its own."""
    with_calls = [each.settings for each in facilities if each.settings.calls.video]
    for one, two in combinations(with_calls, 2):
        if _ports(one.calls) & _ports(two.calls):
            raise SettingsError(
                f"The facilities {one.facility.code} and {two.facility.code} have calls on the "
                "same ports. Give each ports of its own under [calls]: relay_port, tls_port, "
                "relay_range and media_range."
            )


def _ports(calls: Calls) -> set[int]:
    ranges = (calls.relay_range, calls.media_range)
    every = (port for first, last in ranges for port in range(first, last + 1))
    return {calls.relay_port, calls.tls_port, *every}
