"""What the page tests start from: a facility full of invented mail, and visitors to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from digitizer.access import password_hashing
from digitizer.entrances.web.app import make_app
from digitizer.facility import open_facility
from digitizer.model.paper import Scan
from digitizer.model.people import StaffRole
from digitizer.people import actions as people
from tests.support.made_mail import OPERATOR
from tests.support.sealed_mail import sealed
from tests.support.web_kit import PASSWORD, PIN, Mail, Visitor, make_mail


@pytest.fixture(autouse=True, scope="module")
def _cheap_hashes() -> Iterator[None]:
    """The product's hashes are slow on purpose; the pages do not care."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password_hashing, "_HASHER", cheap)
        password_hashing._nobody.cache_clear()
        yield
    password_hashing._nobody.cache_clear()


@pytest.fixture(scope="module")
def made_mail(tmp_path_factory: pytest.TempPathFactory, _cheap_hashes: None) -> Mail:
    made = make_mail(tmp_path_factory.mktemp("web") / "home")
    made.facility.engine.dispose()
    return made


@pytest.fixture
def mail(made_mail: Mail, tmp_path: Path) -> Iterator[Mail]:
    home = Path(shutil.copytree(made_mail.facility.home, tmp_path / "home"))
    fresh = Mail(open_facility(home), dict(made_mail.ids), made_mail.scans)
    yield fresh
    fresh.facility.engine.dispose()


@pytest.fixture
def browser(mail: Mail) -> Iterator[Visitor]:
    with Visitor(make_app(mail.facility), base_url="http://mail.example") as client:
        yield client


@pytest.fixture
def tobias(browser: Visitor) -> Visitor:
    browser.post("/login", data={"booking_number": "2026-00117", "pin": PIN})
    return browser


@pytest.fixture
def ana(browser: Visitor) -> Visitor:
    return _as_staff(browser, "Ana Brookwater")


@pytest.fixture
def ruth(mail: Mail) -> Iterator[Visitor]:
    """A supervisor at a browser of her own."""
    with Visitor(make_app(mail.facility), base_url="http://mail.example") as client:
        yield _as_staff(client, "Ruth Harrow")


@pytest.fixture
def ivo(browser: Visitor) -> Visitor:
    """An investigator, who looks and changes nothing."""
    return _as_staff(browser, "Ivo Glass")


def _as_staff(browser: Visitor, name: str) -> Visitor:
    browser.post("/staff/login", data={"name": name, "password": PASSWORD})
    return browser


@pytest.fixture
def doubtful(mail: Mail, tmp_path: Path) -> Scan:
    return sealed(mail.facility, tmp_path / "w")


@pytest.fixture
def ada(mail: Mail) -> Iterator[Visitor]:
    """An administrator at a browser of her own."""
    password = people.add_staff(mail.facility, "Ada", StaffRole.ADMINISTRATOR, OPERATOR)
    with Visitor(make_app(mail.facility), base_url="http://mail.example") as client:
        client.post("/staff/login", data={"name": "Ada", "password": password})
        client.headers["x-password"] = password
        yield client
