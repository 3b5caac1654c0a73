"""A short trial of the mailroom's scanner."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility, make_home, open_facility
from trials.legal_scan import main, run


def test_no_envelope_is_answered_wrongly(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("scan") / "home"
    make_home(home)
    facility: Facility = open_facility(home)
    found = run(facility, 120, seed=3)
    facility.engine.dispose()
    assert found.wrong == ()
    assert found.pairs == 6
    assert found.arrivals == found.scans["good"] + found.pairs
    assert sum(found.scans.values()) >= 120


def test_the_command_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--scans", "20"]) == 0
    assert "0 wrong answers" in capsys.readouterr().out
