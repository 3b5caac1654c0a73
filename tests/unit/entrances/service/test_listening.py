"""A taken port is said at once, in words."""

from __future__ import annotations

import socket

import pytest

from digitizer.entrances.service.listening import check_address
from digitizer.model.errors import DigitizerError


def test_a_free_port_is_left_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        free = one.getsockname()[1]
    check_address("127.0.0.1", free)
    with socket.create_server(("127.0.0.1", free)):
        pass


def test_any_free_port() -> None:
    check_address("127.0.0.1", 0)


def test_a_taken_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(DigitizerError, match=f"port {port}: another program listens there"):
            check_address("127.0.0.1", port)


@pytest.mark.parametrize("host", ["nosuch.invalid", "192.0.2.1"])
def test_an_address_that_is_not_ours(host: str) -> None:
    with pytest.raises(DigitizerError, match=f"Cannot listen on {host}"):
        check_address(host, 0)
