"""The API: every scope x every route, found in the router itself, and every route called with
whatever its description allows and forbids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from digitizer.entrances.api.app import make_api
from digitizer.model.people import Scope
from digitizer.storage.database import reading
from digitizer.storage.tables import event
from tests.support.api_kit import Program, problem
from tests.support.whole_facility import (
    OWNER,
    ROSTER_FILE,
    Place,
    cheap_hashes,
    copy_of,
    make_whole_facility,
)

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Route:
    """``scope`` is what it needs; ``ids`` name ids of the whole facility for its path."""

    name: str
    scope: Scope
    status: int = 200
    ids: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""

    @property
    def method(self) -> str:
        return self.name.split()[0]

    def address(self, at: Place) -> str:
        ids = {key: at[name] for key, name in self.ids.items()}
        return self.name.split()[1].format(**ids) + self.query


_JSON = {"Content-Type": "application/json"}
ROUTES = (
    Route("POST /roster/preview", Scope.ROSTER_WRITE, content=ROSTER_FILE),
    Route("POST /roster", Scope.ROSTER_WRITE, content=ROSTER_FILE),
    Route("GET /inmates", Scope.ROSTER_READ),
    Route("GET /inmates/{booking_number}", Scope.ROSTER_READ, ids={"booking_number": "inmate"}),
    Route(
        "POST /inmates/{booking_number}/covers",
        Scope.COVERS_PRINT,
        201,
        {"booking_number": "inmate"},
        b"{}",
        _JSON,
    ),
    Route(
        "POST /legal-codes",
        Scope.LEGAL_CODES,
        201,
        {},
        b'{"booking_number": "2026-00117", "name": "Tobias Quillfeather", "form": "png"}',
        _JSON,
    ),
    Route("GET /letters", Scope.LETTERS_READ),
    Route("GET /letters/{letter}", Scope.LETTERS_READ, ids={"letter": "letter"}),
    Route("GET /held", Scope.HELD_READ),
    Route("GET /balance", Scope.REPORTS_READ),
    Route("GET /reports", Scope.REPORTS_READ, query="?first=2026-11-01&last=2026-11-30"),
    Route("GET /health", Scope.REPORTS_READ),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("api")
    (folder / "made").mkdir()
    with cheap_hashes():
        made = make_whole_facility(folder / "made")
    with copy_of(made, folder / "copy") as at:
        api = at.facility.settings.api.model_copy(update={"requests_a_minute": 100_000})
        plentiful = at.facility.settings.model_copy(update={"api": api})
        object.__setattr__(at.facility, "settings", plentiful)
        yield at


def _routes(routes: Any) -> Iterator[Any]:
    for route in routes:
        included = getattr(route, "original_router", None)
        yield from _routes(included.routes) if included else [route]


def test_every_route_has_a_row(place: Place) -> None:
    found = [
        f"{method} {each.path.removeprefix(PREFIX)}"
        for each in _routes(make_api(place.facility).routes)
        for method in each.methods - {"HEAD"}
    ]
    assert sorted(found) == sorted(["GET /openapi.json", *(each.name for each in ROUTES)])


def test_every_scope_opens_something() -> None:
    assert {each.scope for each in ROUTES} == set(Scope)


#: What one token can have; that of a protected sender has its scope alone.
_TOGETHER = [each for each in Scope if each is not Scope.LEGAL_CODES]


def _program(at: Place, scopes: tuple[Scope, ...]) -> Program:
    sender = int(at["sender"]) if Scope.LEGAL_CODES in scopes else None
    return Program(at.facility, scopes, sender=sender)


def _recorded(at: Place) -> list[str]:
    with reading(at.facility.engine) as tx:
        rows = tx.execute(sa.select(event.c.verb, event.c.subject).order_by(event.c.seq))
        return [f"{row.verb} {row.subject}" for row in rows]


@pytest.mark.parametrize("route", ROUTES, ids=lambda each: each.name)
@pytest.mark.parametrize("scopes", [*[(each,) for each in Scope], tuple(_TOGETHER)], ids=str)
def test_a_scope_opens_its_own_routes_alone(
    place: Place, route: Route, scopes: tuple[Scope, ...]
) -> None:
    program = _program(place, scopes)
    before = _recorded(place)
    headers = {**program.new_key(), **route.headers}
    answer = program.request(
        route.method, route.address(place), content=route.content, headers=headers
    )
    if route.scope in scopes:
        assert answer.status_code == route.status, answer.text
    else:
        assert str(route.scope) in answer.headers["www-authenticate"]
        problem(answer, 403)
        assert _recorded(place)[len(before) :] == [f"refuse token:token {program.name}"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda each: each.name)
def test_everything_but_the_scope_it_needs_is_not_enough(place: Place, route: Route) -> None:
    program = Program(place.facility, [each for each in _TOGETHER if each is not route.scope])
    headers = {**program.new_key(), **route.headers}
    content = route.content
    problem(
        program.request(route.method, route.address(place), content=content, headers=headers), 403
    )


@pytest.fixture(scope="module")
def described(place: Place) -> dict[str, Any]:
    return make_api(place.facility).openapi()


def test_the_description_is_exact(place: Place, described: dict[str, Any]) -> None:
    program = Program(place.facility)
    assert program.get("/openapi.json", headers={"Authorization": ""}).json() == described
    assert described["openapi"].startswith("3.1")
    operations = {
        f"{method.upper()} {path.removeprefix(PREFIX)}": operation
        for path, each in described["paths"].items()
        for method, operation in each.items()
    }
    for route in ROUTES:
        found = operations[route.name]
        assert found["security"] == [{"token": [str(route.scope)]}]
        assert str(route.status) in found["responses"]
        for status in ("401", "403", "404", "422", "429", "500"):
            assert found["responses"][status] == {"$ref": "#/components/responses/Problem"}
    assert "HTTPValidationError" not in described["components"]["schemas"]


_MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def _cases(described: dict[str, Any], route: Route) -> st.SearchStrategy[Case[Any]]:
    schema = schemathesis.openapi.from_dict(described)
    operation = schema[PREFIX + route.name.split()[1]][route.method]
    allowed, forbidden = (operation.as_strategy(generation_mode=mode) for mode in _MODES)
    return st.one_of(allowed, forbidden)


@pytest.mark.parametrize("route", ROUTES, ids=lambda each: each.name)
def test_no_call_is_a_server_error(place: Place, described: dict[str, Any], route: Route) -> None:
    program = Program(place.facility)

    @settings(
        max_examples=60,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_cases(described, route), own=st.booleans())
    def call(case: Case[Any], own: bool) -> None:
        answer = _send(program, case, route, place, own)
        assert answer.status_code < 500, (case.formatted_path, case.query, case.body)
        known = described["paths"][PREFIX + route.name.split()[1]][route.method.lower()]
        assert str(answer.status_code) in {*known["responses"], "405"}
        if answer.status_code >= 400:
            problem(answer, answer.status_code)

    call()


def _send(program: Program, case: Case[Any], route: Route, at: Place, own: bool) -> Any:
    """As the case says; with an id that there is and a key, so that it gets further than those."""
    query = urlencode(dict(case.query or {}), doseq=True, errors="surrogatepass")
    address = quote(case.formatted_path, safe="/%", errors="surrogatepass").removeprefix(PREFIX)
    if own and route.ids:
        address = route.address(at)
    headers = {**program.new_key(), **route.headers}
    if not own:
        sent = {name: _plain(value) for name, value in (case.headers or {}).items()}
        headers |= {name: value for name, value in sent.items() if name.isascii()}
        headers["Authorization"] = f"Bearer {program.token}"
    content = _content(case.body) if route.method != "GET" else None
    return program.request(
        route.method, f"{address}?{query}" if query else address, content=content, headers=headers
    )


def _plain(value: object) -> str:
    return "".join(each for each in str(value) if " " <= each <= "~").strip()


def _content(body: object) -> bytes:
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    try:
        return json.dumps(body).encode("ascii")
    except TypeError:
        return repr(body).encode("utf-8", "surrogatepass")


def test_the_owner_is_on_the_roster(place: Place) -> None:
    """Else the tests above would only have seen 404."""
    assert Program(place.facility).get(f"/inmates/{OWNER}").status_code == 200
