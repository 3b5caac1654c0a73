"""The web server, which logs its address once it listens: the system chooses a port for 0."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from digitizer.entrances.service.patience import patient_protocol
from digitizer.model.settings import Web

#: Bytes of a request's first line and headers.
_LONGEST_HEAD = 16 * 1024

log = logging.getLogger("digitizer")


class AnnouncedServer(uvicorn.Server):
    """Logs one line with its address, its real port, and ``beside``: what else runs with it.
    ``end_streams`` is called when it ends: what goes on for minutes is not waited for."""

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        web: Web,
        beside: str = "",
        end_streams: Callable[[], None] = lambda: None,
    ) -> None:
        self._beside = beside
        self._end_streams = end_streams
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_level="warning",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the app does that, for it knows the proxies (shared/proxies.py)
            http=patient_protocol(web),
            ws="none",
            h11_max_incomplete_event_size=_LONGEST_HEAD,
            backlog=512,
            timeout_graceful_shutdown=3,
        )
        super().__init__(config)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        addresses = " and ".join(
            f"http://{_shown(self.config.host)}:{port}/" for port in self._ports()
        )
        log.info(
            "Serving %s%s. Ctrl+C ends it.",
            addresses,
            self._beside,
            extra={"event": "serving", "ports": self._ports()},
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._end_streams()
        await super().shutdown(sockets)

    def _ports(self) -> list[int]:
        """More than one if the host has several addresses and the system chose a port for each."""
        ports = (each.getsockname()[1] for server in self.servers for each in server.sockets)
        return list(dict.fromkeys(ports))


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
