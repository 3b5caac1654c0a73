"""Every route x every role x every kind of id. The routes are the web app's own: one that the
table does not know fails here."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.routing import Mount

from digitizer.entrances.web.app import make_app
from digitizer.entrances.web.staff import live
from digitizer.facility import Facility
from digitizer.model.events import Verb
from digitizer.model.paper import Original
from digitizer.model.people import MACHINE
from digitizer.screening import legal_mail
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event
from digitizer.support.clock import now
from tests.support.route_rows import FAMILIES, INMATES, KINDS, ROLES, ROWS, STAFF, Row
from tests.support.web_kit import PASSWORD, PIN, Visitor, answer_at_once, without_code
from tests.support.whole_facility import (
    ACTORS,
    FAMILY_EMAILS,
    PROTECTED_NAME,
    Place,
    cheap_hashes,
    copy_of,
    make_whole_facility,
)

#: Whose forms bear a token, by where others are sent to log in.
_SIGN = {"/staff/login": STAFF, "/login": INMATES, "/family/login": FAMILIES}
MISSING = "0123456789abcdef"
_LOGINS = ("/login", "/staff/login", "/family/login")
MALFORMED = ("%00x", "%27%20OR%201=1--", "x" * 300, "%C3%28", "-1", "%20")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with cheap_hashes():
        yield make_whole_facility(tmp_path_factory.mktemp("whole"))


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams end at once, and not after minutes."""
    monkeypatch.setattr(live, "_SHARE", 0.0)
    answer_at_once(monkeypatch)


@contextmanager
def _visiting(at: Place, role: str) -> Iterator[Visitor]:
    with Visitor(make_app(at.facility), base_url="http://mail.example") as browser:
        name = "" if role == "anonymous" else ACTORS[role].name
        if role in STAFF:
            came = browser.post("/staff/login", data={"name": name, "password": PASSWORD})
            assert came.url.path == "/staff"
        elif role in INMATES:
            came = browser.post("/login", data={"booking_number": name, "pin": PIN})
            assert came.url.path == "/mail"
        elif role in FAMILIES:
            typed = {"email": FAMILY_EMAILS[role], "password": PASSWORD}
            came = browser.post("/family/login", data=typed)
            assert came.url.path == "/family/home"
        yield browser


@pytest.fixture(scope="module")
def looking(
    made: Place, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Place, Visitor]]]:
    """Everyone at a browser of their own, for what changes nothing."""
    with ExitStack() as open_:
        at = open_.enter_context(copy_of(made, tmp_path_factory.mktemp("looking")))
        yield {role: (at, open_.enter_context(_visiting(at, role))) for role in ROLES}


def _routes(routes: Any) -> Iterator[Any]:
    for route in routes:
        included = getattr(route, "original_router", None)
        yield from _routes(included.routes) if included else [route]


def test_every_route_has_a_row(made: Place) -> None:
    found = list(_routes(make_app(made.facility).routes))
    assert [each.path for each in found if isinstance(each, Mount)] == ["/static"]
    known = [
        f"{method} {each.path}"
        for each in found
        if not isinstance(each, Mount)
        for method in each.methods - {"HEAD"}
    ]
    assert sorted(known) == sorted(row.route for row in ROWS)


@pytest.mark.parametrize("row", [row for row in ROWS if not row.changes], ids=lambda r: r.route)
def test_who_sees_what(looking: dict[str, tuple[Place, Visitor]], row: Row) -> None:
    with writing(next(iter(looking.values()))[0].facility.engine) as tx:
        tx.execute(sa.update(event).values(at=now() - timedelta(hours=1)))  # each look is a new one
    for role, (at, browser) in looking.items():
        _check(row, role, at, browser)


@pytest.mark.parametrize("row", [row for row in ROWS if row.changes], ids=lambda r: r.route)
def test_who_changes_what(
    made: Place,
    looking: dict[str, tuple[Place, Visitor]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    row: Row,
) -> None:
    monkeypatch.setattr(legal_mail, "_cut_out", _cut_out)
    for role in ROLES:
        with ExitStack() as open_:
            if row.answers.shut_out(role):
                at, browser = looking[role]
            else:
                at = open_.enter_context(copy_of(made, tmp_path / role))
                browser = open_.enter_context(_visiting(at, role))
            if role in _SIGN.get(row.answers.login_page, ()):
                _check_unsigned(row, role, at, browser)
            _check(row, role, at, browser)


def _cut_out(facility: Facility, *_: object) -> Original:
    """In place of what happens in another process."""
    sha256, size = facility.originals.put(io.BytesIO(b"cut"))
    return Original(sha256, "cut.pdf", size)


def _check_unsigned(row: Row, role: str, at: Place, browser: Visitor) -> None:
    """A form that bears no token of this session does nothing."""
    theirs = row.others if role == "stranger" and row.others else row.own
    before, address = _recorded(at), _address(row, at[theirs] if theirs else "")
    answer = browser.post(address, data=_form(row, at), follow_redirects=False)
    assert (answer.status_code, _recorded(at)) == (403, before)


def _check(row: Row, role: str, at: Place, browser: Visitor) -> None:
    before = _recorded(at)
    pages: dict[str, set[tuple[object, ...]]] = {}
    token = _token(row, role, browser)
    for kind, an_id in _ids(row, at):  # what is there comes last: it may be gone then
        answer = _ask(row, at, browser, an_id, kind, token)
        wanted = row.answers.by_role.get(role)
        if wanted is None:
            assert (answer.status_code, answer.headers["location"]) == (303, row.answers.login_page)
        else:
            assert answer.status_code == wanted[kind], (role, kind, an_id)
            sent_away = answer.headers.get("location") in _LOGINS
            assert not (row.answers.login_page and sent_away), (role, kind, an_id)
        if not row.path.startswith("/staff/legal"):
            assert PROTECTED_NAME not in answer.text, "legal mail is seen in its own log alone"
        pages.setdefault(kind, set()).add(_seen(answer, an_id))
    if row.own:
        _check_alike(row, role, pages)
    _check_recorded(row, role, _recorded(at)[len(before) :])


def _check_alike(row: Row, role: str, pages: dict[str, set[tuple[object, ...]]]) -> None:
    """Status and page are the same for what is another's and for what does not exist."""
    if role in (*INMATES, *FAMILIES) and row.others:
        theirs = pages["others" if role in ("owner", "family") else "own"]
        assert theirs == pages["missing"], role
        if row.answers.by_role.get(role, {}).get("missing") == 404:
            assert pages["malformed"] == pages["missing"], role


def _check_recorded(row: Row, role: str, new: list[tuple[str, str]]) -> None:
    """Whoever succeeded is recorded, and nobody else."""
    if row.recorded is None:
        return
    succeeds = row.answers.succeeds(role)
    named = "" if role == "anonymous" else ACTORS[role].name
    if row.nameless and succeeds:
        assert named not in repr(new)
        named = MACHINE.name
    verbs = [verb for verb, actor in new if actor == named]
    assert (str(row.recorded) in verbs) == succeeds, (role, verbs)


def _ids(row: Row, at: Place) -> Iterator[tuple[str, str]]:
    if not row.own:
        yield "own", ""
        return
    yield from (("malformed", each) for each in MALFORMED)
    yield "missing", MISSING
    if row.others:
        yield "others", at[row.others]
    yield "own", at[row.own]


def _address(row: Row, an_id: str) -> str:
    first = re.search(r"\{(\w+)\}", row.path)
    return row.path.format(**{**row.rest, **({first[1]: an_id} if first and an_id else {})})


def _form(row: Row, at: Place) -> dict[str, str]:
    return {name: value.format_map(at.ids) for name, value in row.form.items()}


def _ask(
    row: Row, at: Place, browser: Visitor, an_id: str, kind: str, token: dict[str, str]
) -> Any:
    address = _address(row, an_id)
    if row.method == "GET":
        return browser.get(address, follow_redirects=False)
    fields = _form(row, at) | token
    if row.form and kind in ("own", "others"):  # the fingerprint of what was shown
        fields |= _hidden(browser, address.rpartition("/")[0].removesuffix("/seal"))
    return browser.post(address, data=fields, follow_redirects=False)


def _token(row: Row, role: str, browser: Visitor) -> dict[str, str]:
    """The session's."""
    if row.method == "GET":
        return {}
    home = "/staff" if role in STAFF else "/family/account" if role in FAMILIES else "/mail"
    return _hidden(browser, home)


def _hidden(browser: Visitor, page: str) -> dict[str, str]:
    found = re.findall(r'name="(csrf|seen)" value="([^"]+)"', browser.get(page).text)
    return dict(found)


def _seen(answer: Any, an_id: str) -> tuple[object, ...]:
    """What a visitor gets to see, without the id that they sent and the code of an error."""
    location = answer.headers.get("location", "")
    page = without_code(answer.text) if answer.status_code >= 400 else answer.text
    if len(an_id) > 2:  # a digit or two stand on any page
        return answer.status_code, location.replace(an_id, "ID"), page.replace(an_id, "ID")
    return answer.status_code, location, page


def _recorded(at: Place) -> list[tuple[str, str]]:
    with reading(at.facility.engine) as tx:
        columns = (event.c.verb, event.c.actor)
        asked = sa.select(*columns).where(event.c.verb != str(Verb.REFUSE))
        return [tuple(row) for row in tx.execute(asked.order_by(event.c.seq))]


def test_the_table_knows_every_role() -> None:
    for row in ROWS:
        assert set(row.answers.by_role) <= set(ROLES)
        assert row.answers.login_page or set(row.answers.by_role) == set(ROLES)
        assert all(set(each) == set(KINDS) for each in row.answers.by_role.values())
