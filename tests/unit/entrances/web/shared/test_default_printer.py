"""The printer that a browser remembers."""

from __future__ import annotations

import pytest
from fastapi import Request
from starlette.responses import Response

from digitizer.entrances.web.shared.default_printer import Chosen, remember, remembered_printer


def _request(scheme: str, cookie: str = "") -> Request:
    headers = [(b"cookie", cookie.encode())] if cookie else []
    scope = {"type": "http", "scheme": scheme, "server": ("mail.example", 80), "path": "/"}
    return Request({**scope, "query_string": b"", "headers": headers})


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("name", ["office", "Büro 2; left", "this computer"])
def test_it_comes_back_as_it_was_given(scheme: str, name: str) -> None:
    answer = Response()
    remember(_request(scheme), answer, Chosen.PRINTER, name)
    cookie = answer.headers["set-cookie"]
    assert ("Secure" in cookie) == (scheme == "https")
    assert remembered_printer(_request(scheme, cookie.partition(";")[0])) == name
    assert remembered_printer(_request(scheme)) is None
