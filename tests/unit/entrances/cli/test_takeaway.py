"""The commands of takeaway: make, end, export."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digitizer.departures import taking
from digitizer.departures.taking import NotYet, Refused
from digitizer.entrances.cli.main import app
from digitizer.facility import Facility, open_facility
from digitizer.model.errors import DigitizerError, NotAllowed, UsageError
from digitizer.model.people import StaffRole
from digitizer.people import actions as people
from tests.support.made_mail import OPERATOR, ORSON

PAGE = '\n[family]\naddress = "https://mail.jail.example"\n'


@pytest.fixture
def here(facility: Facility) -> Facility:
    with (facility.home / "config.toml").open("a") as file:
        file.write(PAGE)
    people.add_staff(facility, "Ada", StaffRole.ADMINISTRATOR, OPERATOR)
    people.add_staff(facility, "Cara", StaffRole.CLERK, OPERATOR)
    return open_facility(facility.home)


def run(facility: Facility, *words: object) -> str:
    arguments = ["--home", str(facility.home), "takeaway", *map(str, words)]
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, DigitizerError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_slip_is_made_and_ended(here: Facility, tmp_path: Path) -> None:
    slip = tmp_path / "slip.pdf"
    said = run(here, "make", ORSON, "--out", slip, "--by", "Ada", "--days", 5, "--json")
    told = json.loads(said)
    assert set(told) == {"booking_number", "slip", "code", "address", "until", "file"}
    assert slip.read_bytes().startswith(b"%PDF")
    typed = (told["code"], ORSON, "Testvale", "192.0.2.7")
    with pytest.raises(NotYet):
        taking.enter(here, *typed)
    run(here, "end", ORSON, "--by", "Ada", "--reason", "lost")
    with pytest.raises(Refused):
        taking.enter(here, *typed)


def test_people_are_not_shown_the_code_on_a_terminal(here: Facility, tmp_path: Path) -> None:
    said = run(here, "make", ORSON, "--out", tmp_path / "slip.pdf", "--by", "Ada")
    assert "Slip 1" in said
    assert said.count("-") < 6 + str(tmp_path).count("-")


def test_a_mailbox_is_exported(here: Facility, tmp_path: Path) -> None:
    out = tmp_path / "mail.zip"
    said = run(here, "export", ORSON, "--out", out, "--by", "Ada", "--reason", "a stick", "--json")
    told = json.loads(said)
    assert (told["items"], told["pages"], told["bytes"]) == (0, 1, out.stat().st_size)
    with zipfile.ZipFile(out) as archive:
        assert set(archive.namelist()) == {"mailbox.json", "mailbox.pdf"}


def test_who_may_not_is_refused(here: Facility, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        run(here, "make", ORSON, "--out", tmp_path / "slip.pdf", "--by", "Cara")
    assert not (tmp_path / "slip.pdf").exists()
    with pytest.raises(UsageError):
        run(here, "export", ORSON, "--out", tmp_path / "m.zip", "--reason", "a stick")
