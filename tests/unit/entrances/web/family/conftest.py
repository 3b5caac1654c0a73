"""Two families at browsers of their own: "nora" may write to Tobias, "sam" to José."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from digitizer.access.password_hashing import hash_secret
from digitizer.entrances.web.app import make_app
from digitizer.entrances.web.shared import even_time
from digitizer.facility import Facility
from digitizer.people.correspondents.records import Entry
from tests.support.conversing import PAGES, give_account, make_contact, with_family
from tests.support.web_kit import PASSWORD, Mail, Visitor

TOBIAS, JOSE = "2026-00117", "2026-00118"


@dataclass
class Families:
    """``nora`` and ``sam`` are logged in, ``anyone`` is not."""

    facility: Facility
    mail: Mail
    anyone: Visitor
    nora: Visitor
    sam: Visitor
    numbers: dict[str, int]


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds for which answers were to wait; nobody waits for them here."""
    seconds: list[float] = []

    async def sleep(for_so_long: float) -> None:
        seconds.append(for_so_long)

    monkeypatch.setattr(even_time, "_sleep", sleep)
    return seconds


@pytest.fixture
def families(mail: Mail) -> Iterator[Families]:
    facility = with_family(mail.facility)
    mail.facility = facility
    numbers = {}
    with ExitStack() as open_:
        app = make_app(facility)
        browsers = {
            name: open_.enter_context(Visitor(app, base_url=PAGES))
            for name in ("anyone", "nora", "sam")
        }
        for name, booking in (("nora", TOBIAS), ("sam", JOSE)):
            entry = Entry(f"{name.capitalize()} Kessel", "", "", "en")
            numbers[name] = make_contact(facility, entry, booking)
            email = f"{name}@example.org"
            give_account(facility, numbers[name], email, hash_secret(PASSWORD))
            typed = {"email": email, "password": PASSWORD}
            came = browsers[name].post("/family/login", data=typed)
            assert came.url.path == "/family/home"
        yield Families(facility, mail, **browsers, numbers=numbers)
