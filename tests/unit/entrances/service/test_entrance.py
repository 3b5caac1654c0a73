"""Names of entrances on the command line."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from digitizer.entrances.cli.main import app
from digitizer.entrances.service.entrance import EVERY, Entrance


def test_everything_that_has_a_name_is_served() -> None:
    assert set(EVERY) == set(Entrance)


def test_an_entrance_that_is_none_is_wrong_usage(home: Path) -> None:
    done = CliRunner().invoke(app, ["--home", str(home), "web", "--door", "cellar"])
    assert done.exit_code == 2
