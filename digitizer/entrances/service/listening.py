"""Whether the web server can listen where it is asked to: known before anything else starts."""

from __future__ import annotations

import errno
import socket

from digitizer.model.errors import DigitizerError


def check_address(host: str, port: int) -> None:
    """Raises DigitizerError where nothing can listen there: before anything else is started."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, place in places:
            with socket.socket(family, kind, protocol) as tried:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                tried.bind(place)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "another program listens there" if taken else error.strerror or str(error)
        raise DigitizerError(
            f"Cannot listen on {host}, port {port}: {why}. Choose another with --host and --port."
        ) from None
