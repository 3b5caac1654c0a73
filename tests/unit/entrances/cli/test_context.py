"""Names of files, senders and inmates reach no terminal raw, on any command."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import digitizer.entrances.cli as commands
from digitizer.facility import Facility
from digitizer.letters.mailboxes import list_mailbox
from digitizer.messages import actions as messages
from digitizer.model.mail import Direction, Draft
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people import held_names
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import cover, inmate, letter, message, original
from tests.support.command_line import Run
from tests.support.evil_names import EVIL, RAW
from tests.support.made_mail import OPERATOR, ORSON, deliver, held_letter, held_whole, new_cover


@pytest.fixture
def evil(facility: Facility) -> Facility:
    """Every name that a stranger may choose holds what a terminal would obey."""
    deliver(facility, ORSON, "a garden", b"1")
    held_letter(facility, new_cover(facility))
    held_whole(facility)
    text = Draft(Direction.TO_INMATE, ORSON, "Ida", "Hello", "All is well.")
    messages.send(facility, text, OPERATOR)
    with writing(facility.engine) as tx:
        tx.execute(original.update().values(source=EVIL))
        tx.execute(cover.update().values(sender=EVIL))
        tx.execute(inmate.update().values(first_name=EVIL, housing_unit=EVIL))
        held_names.hold(tx, 1, Inmate(ORSON, EVIL, EVIL, "B-1", CustodyStatus.IN_CUSTODY), {})
        tx.execute(letter.update().values(sender=EVIL, subject=EVIL, reason=EVIL))
        tx.execute(message.update().values(correspondent=EVIL, subject=EVIL))
    with reading(facility.engine) as tx:
        assert list_mailbox(tx, ORSON)[0].sender == EVIL
    return facility


_COMMANDS = [
    ("held",),
    ("mailbox", ORSON),
    ("search", "garden"),
    ("cover", "list"),
    ("message", "list", ORSON),
    ("reconcile",),
    ("roster", "held"),
    ("doctor",),
    ("cover", "print", ORSON, "--out", "cover.pdf"),
    ("decode", EVIL),
    ("ingest", EVIL),
    ("mailbox", EVIL),
    ("held", EVIL),
    ("held", f"--{EVIL}"),
    (EVIL,),
    ("search", "x", "--limit", EVIL),
    ("cover", "find", EVIL),
    ("roster", "import", EVIL),
]


@pytest.mark.parametrize("form", ["plain", "json"])
@pytest.mark.parametrize("command", _COMMANDS, ids=lambda command: " ".join(command)[:12].strip())
def test_no_command_prints_them_raw(
    run: Run,
    evil: Facility,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    form: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*command, *(["--json"] if form == "json" else []), at=evil.home)
    assert done.out + done.err
    assert not RAW.search(done.out), RAW.findall(done.out)
    assert not RAW.search(done.err), RAW.findall(done.err)
    assert "\n@" not in done.out + done.err


def test_json_means_the_same_as_before(run: Run, evil: Facility) -> None:
    assert {each["source"] for each in run("held", "--json", at=evil.home).lines} == {EVIL}


def test_nothing_else_prints() -> None:
    """A command that printed by itself could forget it."""
    for path in Path(commands.__path__[0]).glob("*.py"):
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
        ]
        assert bool(calls) == (path.name == "context.py"), path.name


def test_a_file_whose_name_is_no_utf8_is_taken_in_and_shown(home: Path, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/scan-\xff\xfe\x1b[2J.pdf"
    with open(name, "wb") as out:  # noqa: PTH123  # a path cannot be made of bytes
        out.write(b"no PDF")
    program = "from digitizer.entrances.cli.main import main; main()"
    command = [sys.executable, "-c", program, "--home", str(home)]
    done = subprocess.run([*command, "ingest", name, "--json"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.decode("utf-8").splitlines()
    assert json.loads(line)["source"].endswith("/scan-\\xff\\xfe\x1b[2J.pdf")
    shown = subprocess.run([*command, "held"], capture_output=True, check=True).stdout
    text = shown.decode("utf-8")
    assert "scan-\\xff\\xfe\\x1b[2J.pdf" in text
    assert not RAW.search(text)
