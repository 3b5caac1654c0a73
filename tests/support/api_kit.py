"""A program that calls the API, with a token of its own."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from starlette.testclient import TestClient

from digitizer.access import tokens
from digitizer.entrances.api.app import make_api
from digitizer.facility import Facility
from digitizer.model.people import Scope
from tests.support.made_mail import OPERATOR

_numbers = count(1)
#: All that one token can have: that of a protected sender has no other scope.
_USUAL = frozenset(Scope) - {Scope.LEGAL_CODES}


class Program(TestClient):
    """It finds addresses below ``/api/v1``."""

    def __init__(
        self,
        facility: Facility,
        scopes: Iterable[Scope] = _USUAL,
        client: str = "10.0.0.9",
        sender: int | None = None,
    ) -> None:
        super().__init__(
            make_api(facility),
            "http://mail.example/api/v1",
            raise_server_exceptions=False,
            follow_redirects=False,
            client=(client, 1),
        )
        self.name = f"program {next(_numbers)}"
        self.token = tokens.add_token(facility, self.name, list(scopes), OPERATOR, sender=sender)
        self.headers["Authorization"] = f"Bearer {self.token}"

    def new_key(self) -> dict[str, str]:
        return {"Idempotency-Key": f"key-{next(_numbers)}"}


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem that an answer holds, which is one as RFC 9457 has it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert {"type", "title", "detail", "instance"} <= found.keys()
    return found
