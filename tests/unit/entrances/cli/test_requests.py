"""The commands of requests and of the protected line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digitizer.entrances.cli.main import app
from digitizer.facility import Facility, open_facility
from digitizer.messages import requests
from digitizer.model.errors import DigitizerError, NeedsProof, UsageError
from digitizer.storage.database import writing
from tests.support.asked_staff import ME
from tests.support.made_mail import CLERK, ORSON, fill_roster

_SETTINGS = """
[[requests.categories]]
name = "Complaint"
emergency_hours = 48
steps = [{ days = 5, next_days = 5 }, { days = 20 }]
[[requests.protected]]
name = "Ombudsman"
"""


@pytest.fixture
def here(home: Path) -> Iterator[Facility]:
    with (home / "config.toml").open("a") as file:
        file.write(_SETTINGS)
    opened = open_facility(home)
    with writing(opened.engine) as tx:
        fill_roster(tx)
    yield opened
    opened.engine.dispose()


def _run(facility: Facility, *words: object) -> str:
    result = CliRunner().invoke(app, ["--home", str(facility.home), *map(str, words)])
    if isinstance(result.exception, DigitizerError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_requests_by_command(here: Facility, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("The shower is cold.")
    enter = ("requests", "enter", ORSON, "--form", "Complaint", "--by", CLERK.name)
    assert _run(here, *enter, "--text-file", text, "--emergency") == "Request 1 is entered.\n"
    (listed,) = map(
        json.loads, _run(here, "requests", "list", "--by", CLERK.name, "--json").splitlines()
    )
    assert (listed["request"], listed["step"], listed["overdue"]) == (1, 1, False)
    assert listed["emergency"] is None
    assert "step 1" in _run(here, "requests", "list", "--by", CLERK.name)
    requests.decide_emergency(here, 1, False, "It can wait.", CLERK)
    requests.answer_request(here, 1, "A plumber comes.", CLERK)
    shown = _run(here, "requests", "show", 1, "--by", CLERK.name)
    assert "The shower is cold." in shown
    assert "A plumber comes." in shown
    (record,) = map(
        json.loads, _run(here, "requests", "show", 1, "--by", CLERK.name, "--json").splitlines()
    )
    assert record["steps"][0]["by"] == CLERK.name
    for command, out in (
        (("requests", "paper", 1), tmp_path / "answer.pdf"),
        (("requests", "form", ORSON, "--form", "Complaint"), tmp_path / "form.pdf"),
        (("protected", "sheets", "--to", "Ombudsman", "--number", 2), tmp_path / "sheets.pdf"),
    ):
        _run(here, *command, "--out", out, "--by", CLERK.name)
        assert out.read_bytes().startswith(b"%PDF")
    with pytest.raises(UsageError, match="day"):
        _run(here, *enter, "--text-file", text, "--came", "yesterday")


def test_a_name_alone_decides_nothing(here: Facility, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("So.")
    requests.send_request(here, "Complaint", "?", ME, emergency=True)
    by = ("--by", CLERK.name)
    for command in (
        ("requests", "answer", 1, "--text-file", text),
        ("requests", "extend", 1, "--until", "2030-01-01", "--reason", "why"),
        ("requests", "emergency", 1, "--text-file", text, "--confirm"),
        ("requests", "about", 1, "--names", "Nell Nobody", "--reason", "why"),
        ("protected", "counts", "--reason", "why"),
    ):
        with pytest.raises((NeedsProof, DigitizerError)):
            _run(here, *command, *by)
    assert requests.own_requests(here, ME)[0].current.is_open


def test_a_sealed_sheet_by_command(here: Facility) -> None:
    by = ("--by", CLERK.name)
    said = _run(here, "protected", "scan", "https://example.org", *by)
    assert said == "unknown: do not open it.\n"
    (record,) = map(json.loads, _run(here, "protected", "scan", "", *by, "--json").splitlines())
    assert record == {
        "answer": "unreadable",
        "cause": "no code",
        "addressee": None,
        "logged": None,
    }
