"""report: numbers for people and programs, and a PDF."""

from __future__ import annotations

import json
from pathlib import Path

import pikepdf
import pytest
from typer.testing import CliRunner

from digitizer.entrances.cli.main import app
from digitizer.facility import open_facility
from digitizer.model.errors import UsageError
from tests.support.known_times import KnownTimes


@pytest.fixture
def home_with_mail(home: Path) -> Path:
    facility = open_facility(home)
    times = KnownTimes(facility)
    times.letter(times.scan("2026-11-03 10:00:00"), delivered="2026-11-03 10:02:00")
    facility.engine.dispose()
    return home


def test_a_month_for_programs(home_with_mail: Path) -> None:
    command = ["--home", str(home_with_mail), "report", "--month", "2026-11", "--json"]
    lines = [json.loads(line) for line in CliRunner().invoke(app, command).stdout.splitlines()]
    found = {(each["figure"], each["row"]): each["values"] for each in lines}
    assert found["volume", "2026-11-03"] == {"Letters": 1, "Scans": 1, "Pages": 4}
    delay = {"Half within": 120.0, "95 % within": 120.0, "Delivered": 1}
    assert found["delay", "2026-11-03"] == delay
    assert len([key for key in found if key[0] == "volume"]) == 30


def test_days_for_people(home_with_mail: Path) -> None:
    days = ["--first", "2026-11-03", "--last", "2026-11-03"]
    done = CliRunner().invoke(app, ["--home", str(home_with_mail), "report", *days])
    assert "  2026-11-03: Half within 2 min, 95 % within 2 min, Delivered 1\n" in done.stdout


def test_a_month_on_paper(home_with_mail: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    command = ["--home", str(home_with_mail), "report", "--month", "2026-11", "--out", str(out)]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert len(pikepdf.open(out).pages) > 1


@pytest.mark.parametrize(
    "days",
    [["--month", "soon"], ["--month", "2026-13"], ["--month", "2026-11", "--first", "2026-11-01"]],
)
def test_what_is_no_period_is_wrong_usage(home: Path, days: list[str]) -> None:
    done = CliRunner().invoke(app, ["--home", str(home), "report", *days])
    assert isinstance(done.exception, UsageError)
