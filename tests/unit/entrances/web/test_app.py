"""Nothing in an address or a form is too far off to be answered calmly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from fastapi.routing import APIRoute

from digitizer.entrances.web.app import make_app
from tests.support.web_kit import PASSWORD, PIN, Mail, Visitor, answer_at_once

HOSTILE = (
    "9999-12-31",
    "0001-01-01",
    "-1",
    "0",
    str(2**31),
    str(2**63),
    "9" * 400,
    "1e308",
    "nan",
    "\x00",
    "\ud7ff\uffff",
    "a" * 5000,
    "%",
    "' OR 1=1--",
    "../../etc/passwd",
)


def _routes(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _routes(included.routes)
        elif isinstance(route, APIRoute):
            yield route


def _taken(dependant: Any, kind: str) -> Iterator[str]:
    for each in getattr(dependant, kind):
        annotation = each.field_info.annotation
        if is_dataclass(annotation):
            yield from (field.name for field in fields(annotation))
        else:
            yield each.alias
    for inner in dependant.dependencies:
        yield from _taken(inner, kind)


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_at_once(monkeypatch)


@pytest.fixture
def visitors(mail: Mail) -> Iterator[list[Visitor]]:
    with (
        Visitor(make_app(mail.facility), base_url="http://mail.example") as tobias,
        Visitor(make_app(mail.facility), base_url="http://mail.example") as ruth,
    ):
        tobias.post("/login", data={"booking_number": "2026-00117", "pin": PIN})
        ruth.post("/staff/login", data={"name": "Ruth Harrow", "password": PASSWORD})
        yield [tobias, ruth]


def test_no_parameter_of_an_address_is_an_error_of_ours(
    mail: Mail, visitors: list[Visitor]
) -> None:
    good = {"letter": mail.ids["letter"], "held_id": mail.ids["held"], "scan_id": mail.ids["whole"]}
    asked = set()
    for route in _routes(visitors[0].app.routes):  # type: ignore[attr-defined]
        if "GET" not in (route.methods or ()) or route.path == "/logout/idle":
            continue
        path = list(_taken(route.dependant, "path_params"))
        right = {name: good.get(name, "1") for name in path}
        for visitor in visitors:
            for name in _taken(route.dependant, "query_params"):
                for value in HOSTILE:
                    answer = visitor.get(route.path.format(**right), params={name: value})
                    assert answer.status_code < 500, (route.path, name, value)
                    asked.add(name)
            for name in path:
                for value in HOSTILE[:8]:
                    answer = visitor.get(route.path.format(**{**right, name: value}))
                    assert answer.status_code < 500, (route.path, name, value)
                    asked.add(name)
    assert {"day", "page", "position", "number", "quarter", "zoom", "q", "find"} <= asked


def test_no_field_of_a_form_is_an_error_of_ours(mail: Mail, visitors: list[Visitor]) -> None:
    """Each name gets every value on the first form that has it, and every third on the others."""
    good = {"letter": mail.ids["letter"], "held_id": mail.ids["held"], "scan_id": mail.ids["whole"]}
    ruth = visitors[1]
    tokens = ruth.tokens_on("/staff/me")
    asked: Counter[str] = Counter()
    for route in _routes(ruth.app.routes):  # type: ignore[attr-defined]
        if "POST" not in (route.methods or ()) or "log" in route.path or route.path == "/kiosk":
            continue
        right = {name: good.get(name, "1") for name in _taken(route.dependant, "path_params")}
        for name in sorted(set(_taken(route.dependant, "body_params")) - {"csrf"}):
            for value in HOSTILE[asked[name] % 3 :: 3] if asked[name] else HOSTILE:
                form = {**tokens, "reason": "why", name: value}
                answer = ruth.post_form(route.path.format(**right), form)
                assert answer.status_code < 500, (route.path, name, value)
                assert "This form is out of date" not in answer.text
            asked[name] += 1
    assert {"before", "pair", "page_role", "based_on", "name"} <= asked.keys()
