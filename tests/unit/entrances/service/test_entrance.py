"""Names of entrances on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from digitizer.entrances.cli.main import app
from digitizer.entrances.service.entrance import EVERY, Entrance, check_entrances
from digitizer.model.errors import UsageError


@pytest.mark.parametrize("entrance", sorted(EVERY))
def test_what_is_there_can_be_served(entrance: Entrance) -> None:
    check_entrances([entrance])


def test_there_are_no_pages_for_families_yet(home: Path) -> None:
    with pytest.raises(UsageError, match=r"no pages for families yet.*--door staff"):
        check_entrances([Entrance.STAFF, Entrance.FAMILY])
    done = CliRunner().invoke(app, ["--home", str(home), "web", "--door", "family", "--port", "0"])
    assert isinstance(done.exception, UsageError)
    assert done.exception.exit_code == 2


def test_a_entrance_that_is_none_is_wrong_usage(home: Path) -> None:
    done = CliRunner().invoke(app, ["--home", str(home), "web", "--door", "cellar"])
    assert done.exit_code == 2
