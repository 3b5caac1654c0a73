"""The commands of the staff list, and which commands need a password."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.entrances.cli.context import SHELL_USER
from digitizer.entrances.cli.main import main
from digitizer.facility import Facility
from digitizer.storage.database import reading
from digitizer.storage.tables import event
from tests.support.made_mail import ORSON
from tests.support.whole_facility import cheap_hashes

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap_hashes():
        yield


@pytest.fixture
def run(
    facility: Facility, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command; gives its exit code, stdout and stderr."""

    def call(*arguments: object) -> tuple[int, str, str]:
        command = ["digitizer", "--home", str(facility.home), *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", command)
        monkeypatch.setattr("os.umask", lambda _: 0o077)
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def ada(run: Run, tmp_path: Path) -> tuple[str, ...]:
    """How an administrator says on the command line who they are."""
    file = tmp_path / "password"
    file.touch(0o600)
    file.write_text(run("staff", "add", "Ada", "--role", "administrator")[1])
    run("staff", "add", "Cara", "--role", "clerk")
    return ("--by", "Ada", "--password-file", str(file))


GRAVE = (
    ("staff", "role", "Cara", "--role", "supervisor"),
    ("staff", "deactivate", "Cara"),
    ("staff", "reactivate", "Cara"),
    ("staff", "end-sessions", "Cara"),
    ("staff", "reset", "Cara"),
    ("roster", "merge", "A-100", "--into", "A-200", "--reason", "w"),
    ("cover", "rotate-keys"),
    ("legal", "lift", "x", "--reason", "w"),
    ("legal", "cut", "x", "--pages", "1", "--reason", "w"),
    ("legal", "destroy", "x", "--confirm", "--reason", "w"),
)


@pytest.mark.parametrize("command", GRAVE, ids=" ".join)
def test_a_grave_command_ends_with_1_without_a_password(
    run: Run, ada: tuple[str, ...], tmp_path: Path, command: tuple[str, ...]
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not the password\n")
    by = ada[:2]
    for given in (by, (*by, "--password-file", wrong)):
        code, out, says = run(*command, *given)
        assert (code, out) == (1, "")
        assert "--password-file" in says or "did not work" in says
    if command[0] != "legal":  # there --by was always needed
        code, out, says = run(*command)
        assert (code, out, "--password-file" in says) == (1, "", True)


def test_contract_commands_ask_for_nothing(run: Run) -> None:
    assert run("staff", "add", "Ada", "--role", "administrator")[0] == 0
    assert run("inmate", "pin", ORSON)[0] == 0


def test_staff_come_and_go(run: Run, ada: tuple[str, ...]) -> None:
    assert run("staff", "role", "Cara", "--role", "supervisor", *ada)[0] == 0
    assert run("staff", "deactivate", "Cara", *ada)[0] == 0
    told = [json.loads(line) for line in run("staff", "list", "--json")[1].splitlines()]
    assert [(each["name"], each["role"], each["active"]) for each in told] == [
        ("Ada", "administrator", True),
        ("Cara", "supervisor", False),
    ]
    code, out, says = run("staff", "reactivate", "Cara", *ada)
    assert (code, len(out.strip()), "choose a new one" in says) == (0, 19, True)
    assert run("staff", "end-sessions", "Cara", *ada)[0] == 1, "there are none"
    assert run("staff", "deactivate", "Ada", *ada)[0] == 1, "the last administrator"
    assert run("staff", "reset", "Nobody", *ada)[0] == 1
    assert run("cover", "rotate-keys", *ada)[0] == 0


def test_the_last_administrator_is_reset_from_the_shell(
    run: Run, facility: Facility, ada: tuple[str, ...]
) -> None:
    assert run("staff", "reset", "Ada")[0] == 0
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(event).where(event.c.verb == "reset login")).one()
    assert (row.actor, row.detail["came"], row.detail["user"]) == (
        "command line",
        "from the shell",
        SHELL_USER,
    )


def test_each_event_says_which_user_it_was_and_whether_the_name_was_proven(
    run: Run, facility: Facility, ada: tuple[str, ...]
) -> None:
    run("staff", "role", "Cara", "--role", "supervisor", *ada)
    number = run("cover", "print", ORSON, "--out", facility.home / "c.pdf")[1].split()[3]
    run("cover", "revoke", number, "--by", "Cara", "--reason", "lost")
    with reading(facility.engine) as tx:
        rows = tx.execute(sa.select(event).order_by(event.c.seq)).all()
    by_itself = {"begin log"}  # what the home records as it is made
    assert {row.detail.get("user") for row in rows if row.verb not in by_itself} == {SHELL_USER}
    names = {
        row.verb: (row.detail.get("proven_name"), row.detail.get("claimed_name")) for row in rows
    }
    assert names["change role"] == ("Ada", None)
    assert names["revoke cover"] == (None, "Cara")
    assert names["print cover"] == (None, None)
