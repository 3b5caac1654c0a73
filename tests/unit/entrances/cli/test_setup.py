"""The commands that set up a home and its people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digitizer.entrances.cli.main import app
from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from tests.support.command_line import Run
from tests.support.made_mail import ORSON
from tests.support.roster_files import HEAD


def test_init_makes_a_home_and_shows_the_next_step(run: Run, tmp_path: Path) -> None:
    done = run("init", at=tmp_path / "new")
    assert (done.code, (tmp_path / "new" / "inbox" / "default").is_dir()) == (0, True)
    assert "roster import" in done.out
    assert "up to date" in run("init", at=tmp_path / "new").out
    assert run("init", at=tmp_path).code == 2


def test_roster_import(run: Run, roster: Path) -> None:
    done = run("roster", "import", roster, "--json")
    assert done.code == 0
    assert done.lines == [{"added": 1, "changed": 0, "unchanged": 0, "departed": 0, "held": []}]
    roster.write_text(f"{HEAD}\nX-1,Testvale,Ana,B-1,lost\n")
    done = run("roster", "import", roster, "--json")
    assert (done.code, done.out) == (1, "")
    assert "line 2" in done.err


def test_pin_and_staff_are_shown_once(run: Run, facility: Facility, tmp_path: Path) -> None:
    pin = run("inmate", "pin", ORSON)
    assert (pin.code, len(pin.out.strip())) == (0, 6)
    assert run("inmate", "pin", "nobody").code == 1
    assert run("staff", "add", "Ida", "--role", "clerk").code == 0
    assert run("staff", "add", "Ida", "--role", "clerk").code == 1
    question = ("inmate", "question", ORSON, "--question", "Dog?", "--answer-file")
    assert run(*question, tmp_path / "none").code == 2
    (tmp_path / "answer").write_text("Mr. Test\nnot this\n")
    assert run(*question, tmp_path / "answer").code == 0


def test_held_names_on_the_command_line(facility: Facility, tmp_path: Path) -> None:
    def run(*given: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["--home", str(facility.home), *given])
        return done.exit_code, done.stdout

    path = tmp_path / "roster.csv"
    path.write_text(f"{HEAD}\n{ORSON},Winslow,Max,C-9,in_custody\n")
    code, out = run("roster", "import", str(path), "--json")
    assert code == 0
    (held,) = json.loads(out)["held"]
    assert (held["booking_number"], held["last_name"]) == (ORSON, "Winslow")
    code, out = run("roster", "held", "--json")
    assert json.loads(out) == held
    by = ("--by", "Ana", "--reason", "asked")
    assert run("roster", "confirm", ORSON, *by)[0] != 0
    with pytest.raises(Conflict):
        CliRunner().invoke(
            app,
            ["--home", str(facility.home), "roster", "confirm", ORSON, "--new-person", *by],
            catch_exceptions=False,
        )
    assert run("roster", "confirm", ORSON, "--same-person", *by)[0] == 0
    assert run("roster", "held", "--json") == (0, "")
