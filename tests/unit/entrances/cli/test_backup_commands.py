"""backup, restore and scrub as commands: passphrases, JSON, exit codes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digitizer.entrances.cli.main import main
from digitizer.facility import House, open_house
from digitizer.storage import encryption
from digitizer.storage.blobs import LocalBlobs
from tests.support.made_mail import ORSON, deliver

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; gives its exit code, stdout and stderr."""
    monkeypatch.setattr(encryption, "_COST", 2)
    deliver(house, ORSON, "words", b"1")

    def call(*arguments: object, at: Path = house.home) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["digitizer", "--home", str(at), *map(str, arguments)])
        umask, code = os.umask(0o077), 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            os.umask(umask)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def _line(said: tuple[int, str, str]) -> dict[str, Any]:
    (line,) = said[1].splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def _same_keys(house: House, home: Path) -> bool:
    other = open_house(home)
    other.engine.dispose()
    return other.keys == house.keys


def test_a_passphrase_is_made_and_shown_once(run: Run, house: House, tmp_path: Path) -> None:
    said = run("backup", tmp_path / "copy", "--json")
    line = _line(said)
    assert list(line) == ["folder", "files", "keys", "passphrase", "missing", "altered", "bucket"]
    assert "Write the passphrase down" in said[2]
    assert line["passphrase"] not in said[2]
    secret = tmp_path / "secret"
    secret.write_text(f"{line['passphrase']}\nnot this\n")
    back = run("restore", tmp_path / "copy", "--passphrase-file", secret, "--json",
               at=tmp_path / "again")  # fmt: skip
    assert (back[0], _line(back)["scans"], _line(back)["warnings"]) == (0, 1, [])
    assert _same_keys(house, tmp_path / "again")


def test_a_passphrase_of_ones_own_is_not_shown(run: Run, house: House, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("plainly invented words\n")
    code, out, err = run("backup", tmp_path / "copy", "--passphrase-file", secret)
    assert code == 0
    assert "invented" not in out + err
    secret.write_text("plainly mistyped words\n")
    code, _, err = run("restore", tmp_path / "copy", "--passphrase-file", secret,
                       at=tmp_path / "again")  # fmt: skip
    assert code == 1
    assert "passphrase is wrong" in err
    assert not (tmp_path / "again").exists()
    code, _, err = run("restore", tmp_path / "copy", at=tmp_path / "again")
    assert code == 0
    assert "not recognised" in err
    assert not _same_keys(house, tmp_path / "again")


@pytest.mark.parametrize("content", [None, "", "short\n"])
def test_no_passphrase_no_backup(run: Run, tmp_path: Path, content: str | None) -> None:
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_text(content)
    assert run("backup", tmp_path / "copy", "--passphrase-file", secret)[0] == 2
    assert not (tmp_path / "copy").exists()


def test_scrub(run: Run, house: House) -> None:
    said = run("scrub", "--json")
    assert said[0] == 0
    assert _line(said) == {"files": 1, "size": 1, "missing": [], "altered": [], "left_over": []}
    assert isinstance(house.originals, LocalBlobs)
    (name,) = house.originals.names()
    house.originals.path(name).write_bytes(b"rotten")
    said = run("scrub", "--rate", "100", "--json")
    assert said[0] == 1
    assert [each["name"] for each in _line(said)["altered"]] == [name]
    code, out, err = run("scrub")
    assert (code, f"ALTERED  originals {name}" in out) == (1, True)
    assert "backup" in err
    assert run("scrub", "--rate", "0")[0] == 2
    code, _, err = run("backup", house.home.parent / "copy")
    assert code == 1
    assert name in err
