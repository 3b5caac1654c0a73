"""The web server, which tells where it listens once it does: of port 0 only the system knows."""

from __future__ import annotations

import logging
import socket

import uvicorn
from starlette.types import ASGIApp

log = logging.getLogger("digitizer")


class TellingServer(uvicorn.Server):
    """Logs one line with its address and real port, and ``beside``, what else runs with it."""

    def __init__(self, app: ASGIApp, host: str, port: int, beside: str = "") -> None:
        self._beside = beside
        config = uvicorn.Config(
            app, host=host, port=port, log_level="warning", log_config=None,
            access_log=False, server_header=False, proxy_headers=False,
            timeout_graceful_shutdown=3,
        )  # fmt: skip
        super().__init__(config)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        told = " and ".join(f"http://{_shown(self.config.host)}:{port}/" for port in self._ports())
        log.info(
            "Serving %s%s. Ctrl+C ends it.", told, self._beside,
            extra={"event": "serving", "ports": self._ports()},
        )  # fmt: skip

    def _ports(self) -> list[int]:
        """More than one where the host has several addresses and the system chose for each."""
        heard = (each.getsockname()[1] for server in self.servers for each in server.sockets)
        return list(dict.fromkeys(heard))


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
