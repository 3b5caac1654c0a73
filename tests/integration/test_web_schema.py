"""Every route, called with whatever its description allows and forbids: no answer is a server
error. Schemathesis makes the calls from the app's OpenAPI, which the app itself does not serve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from digitizer.entrances.web.app import make_app
from digitizer.entrances.web.staff import live
from digitizer.model.people import StaffRole
from tests.support.route_rows import ROWS, Row
from tests.support.web_kit import PASSWORD, PIN, Visitor, answer_at_once
from tests.support.whole_facility import (
    FAMILY_EMAILS,
    OWNER,
    STAFF_NAMES,
    Place,
    cheap_hashes,
    copy_of,
    make_whole_facility,
)

#: They end the visit, and all that came after would only be sent to the login.
_LEAVES = ("/logout", "/logout/idle", "/family/logout", "/family/logout/idle")
_CALLED = [row for row in ROWS if row.path not in _LEAVES]
#: A page of each visitor that bears their token, by how their pages begin.
_HOMES = {"/staff": "/staff/me", "/mail": "/mail", "/family": "/family/account"}
_MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("described")
    (folder / "made").mkdir()
    with cheap_hashes():
        made = make_whole_facility(folder / "made")
        with copy_of(made, folder / "copy") as at:
            yield at


@pytest.fixture(scope="module")
def visitors(place: Place) -> Iterator[dict[str, Visitor]]:
    """An administrator, an inmate for the inmates' pages, somebody outside for the family's."""
    app = make_app(place.facility)
    address = "http://mail.example"
    with (
        Visitor(app, address, raise_server_exceptions=False, follow_redirects=False) as staff,
        Visitor(app, address, raise_server_exceptions=False, follow_redirects=False) as inmate,
        Visitor(app, address, raise_server_exceptions=False, follow_redirects=False) as outside,
    ):
        name = STAFF_NAMES[StaffRole.ADMINISTRATOR]
        staff.post("/staff/login", data={"name": name, "password": PASSWORD})
        inmate.post("/login", data={"booking_number": OWNER, "pin": PIN})
        assert staff.get("/staff").status_code == inmate.get("/mail").status_code == 200
        typed = {"email": FAMILY_EMAILS["family"], "password": PASSWORD}
        outside.post("/family/login", data=typed)
        assert outside.get("/family/home").status_code == 200
        yield {"/staff": staff, "/mail": inmate, "/family": outside}


@pytest.fixture(scope="module")
def described(place: Place) -> Any:
    """Once for all routes: each description tells of all of them, and takes a second."""
    return schemathesis.openapi.from_dict(make_app(place.facility).openapi())


@pytest.fixture(autouse=True)
def _streams_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, and not after minutes."""
    monkeypatch.setattr(live, "_SHARE", 0.0)
    answer_at_once(monkeypatch)


def _cases(described: Any, row: Row) -> st.SearchStrategy[Case[Any]]:
    operation = described[row.path][row.method]
    allowed, forbidden = (operation.as_strategy(generation_mode=mode) for mode in _MODES)
    return st.one_of(allowed, forbidden)


@pytest.mark.parametrize("row", _CALLED, ids=lambda row: row.route)
def test_no_call_is_a_server_error(described: Any, visitors: dict[str, Visitor], row: Row) -> None:
    whose = next((each for each in _HOMES if row.path.startswith(each)), "/staff")
    visitor = visitors[whose]
    found = visitor.get(_HOMES[whose])
    csrf = found.text.partition('name="csrf" value="')[2].partition('"')[0]

    @settings(
        max_examples=20,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_cases(described, row))
    def call(case: Case[Any]) -> None:
        answer = _send(visitor, case, row.method, csrf)
        assert answer.status_code < 500, (case.formatted_path, case.query, case.body)

    call()


def _send(visitor: Visitor, case: Case[Any], method: str, csrf: str) -> Any:
    """As the case says, but the form bears the token, so that it gets further than that."""
    query = urlencode(dict(case.query or {}), doseq=True, errors="surrogatepass")
    address = quote(case.formatted_path, safe="/%", errors="surrogatepass")
    address += f"?{query}" if query else ""
    if method == "GET":
        return visitor.get(address)
    fields = case.body if isinstance(case.body, dict) else {"reason": str(case.body)}
    form = urlencode({"csrf": csrf, **fields} | {"csrf": csrf}, doseq=True, errors="surrogatepass")
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return visitor.post(address, content=form.encode("ascii"), headers=kind)
