"""The command line as a shell runs it, in this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from digitizer.entrances.cli.main import main
from tests.support.command_line import Result, Run
from tests.support.roster_files import HEAD


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command as a shell would, in this process."""

    def call(*arguments: object, at: Path | None = home) -> Result:
        where = ["--home", str(at)] if at else []
        monkeypatch.setattr(sys, "argv", ["digitizer", *where, *map(str, arguments)])
        umask = os.umask(0o077)
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            os.umask(umask)
        return Result(code, *capsys.readouterr())

    return call


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(f"{HEAD}\nX-1,Testvale,Ana,B-1,In Custody\n")
    return path
