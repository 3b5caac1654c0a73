"""Whether there is an encrypted way to an addressee, and what the doctor says where not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.model.people import MACHINE
from digitizer.model.upkeep_settings import MailServer
from digitizer.operations.doctor import examine
from digitizer.operations.findings import Finding
from digitizer.protected_line import addressees
from digitizer.support.clock import now
from tests.support.asked_staff import LINE, OMBUDSMAN, PREA, make_opener, with_requests
from tests.support.mail_server import with_mail

_SERVER = MailServer(host="127.0.0.1", port=9, sender="mailroom@example.org", timeout_seconds=1)


def _line(facility: Facility) -> addressees.Line:
    return addressees.line_to(with_mail(facility, _SERVER), PREA)


@pytest.fixture
def here(facility: Facility) -> Facility:
    return with_requests(facility, protected=(LINE, OMBUDSMAN))


def test_with_all_that_is_needed_there_is_a_way_on_a_screen(here: Facility) -> None:
    make_opener(here.home)
    line = _line(here)
    assert (line.on_screen, line.problem, line.ends_soon) == (True, "", False)
    on_paper = addressees.line_to(with_mail(here, _SERVER), "Ombudsman")
    assert (on_paper.on_screen, on_paper.problem) == (False, "")


def test_what_is_missing(here: Facility) -> None:
    assert "cannot be read" in _line(here).problem
    make_opener(here.home)
    assert "no server" in addressees.line_to(here, PREA).problem
    for update in ({"email": ""}, {"certificate": ""}):
        half = with_requests(here, protected=(LINE.model_copy(update=update),))
        assert "missing" in _line(half).problem


def test_a_certificate_that_cannot_be_used(here: Facility) -> None:
    (here.home / "line.pem").write_text("no certificate")
    assert "no certificate" in _line(here).problem
    make_opener(here.home, ends=now() - timedelta(hours=1))
    assert "ended" in _line(here).problem
    make_opener(here.home, begins=now() + timedelta(days=1))
    assert "only from" in _line(here).problem
    make_opener(here.home, bits=1024)
    assert "RSA" in _line(here).problem
    make_opener(here.home, curve=True)
    assert "RSA" in _line(here).problem
    make_opener(here.home, signs_only=True)
    assert "not for encryption" in _line(here).problem
    make_opener(here.home, ends=now() + timedelta(days=20))
    assert (_line(here).on_screen, _line(here).ends_soon) == (True, True)


_CONFIG = """
[mail]
host = "127.0.0.1"
port = 9
sender = "mailroom@example.org"
timeout_seconds = 1

[[requests.protected]]
name = "PREA line"
email = "line@example.net"
certificate = "line.pem"

[[requests.protected]]
name = "Ombudsman"
"""


def _findings(home: Path) -> dict[str, Finding]:
    found = {each.what: each for each in examine(home, MACHINE)}
    return {what: each for what, each in found.items() if what.startswith("protected line, ")}


def test_the_doctor_fails_with_the_fix(home: Path) -> None:
    config = home / "config.toml"
    config.write_text(config.read_text() + _CONFIG)
    bad = _findings(home)
    assert not bad["protected line, PREA line"].good
    assert "S/MIME certificate" in (bad["protected line, PREA line"].fix or "")
    assert bad["protected line, Ombudsman"].good
    make_opener(home)
    good = _findings(home)["protected line, PREA line"]
    assert good.good
    assert "Invented Line" in good.message
    make_opener(home, ends=now() + timedelta(days=3))
    assert not _findings(home)["protected line, PREA line"].good
