"""facility add and list, and the option --facility."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from digitizer.agency import FOLDER
from tests.support.command_line import Run


def _second(home: Path, code: str = "north") -> Path:
    """A home beside this one, as an agency has it; on SQLite, which a command does not mind."""
    place = home / FOLDER / code
    shutil.copytree(home, place, ignore=shutil.ignore_patterns(FOLDER))
    settings = place / "config.toml"
    settings.write_text(settings.read_text().replace('code = "main"', f'code = "{code}"'))
    return place


def test_a_home_alone_is_listed(home: Path, run: Run) -> None:
    done = run("facility", "list", "--json")
    assert (done.code, json.loads(done.out)) == (
        0,
        {
            "code": "main",
            "name": "Example County Detention Center",
            "home": str(home),
            "schema": None,
        },
    )
    done = run("facility", "add", "north", "--name", "North")
    assert (done.code, "move-to" in done.err) == (2, True)


def test_commands_work_on_the_facility_that_is_named(home: Path, run: Run, roster: Path) -> None:
    north = _second(home)
    assert run("--facility", "north", "roster", "import", roster).code == 0
    assert run("--facility", "north", "mailbox", "X-1", "--json").code == 0
    assert run("mailbox", "X-1", "--json", at=north).code == 0
    assert run("--facility", "main", "mailbox", "X-1", "--json").code == 1
    for words in ((), ("--facility", "east")):
        done = run(*words, "mailbox", "X-1", "--json")
        assert (done.code, done.out, "main, north" in done.err) == (2, "", True)
    listed = [line.split()[0] for line in run("facility", "list").out.splitlines()]
    assert listed == ["main", "north"]


def test_init_brings_all_of_them_up_to_date(home: Path, run: Run) -> None:
    _second(home)
    done = run("init")
    assert (done.code, done.out.count("up to date")) == (0, 2)
    done = run("--facility", "north", "init")
    assert (done.code, done.out.count("up to date")) == (0, 1)
    assert run("init", "--encrypt", "--passphrase-file", "x").code == 2


def test_what_needs_no_home_asks_for_no_facility(run: Run) -> None:
    assert run("facility", "list", at=None).code == 2
    assert run("--facility", "north", "doctor", at=None).code in (0, 1)
