"""The command itself: its home, its usage, its exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from digitizer.facility import Facility
from tests.support.command_line import Run
from tests.support.made_mail import ORSON, held_letter, new_cover


def test_a_home_is_needed(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITIZER_HOME", raising=False)
    done = run("held", at=None)
    assert (done.code, done.out) == (2, "")
    assert "--home" in done.err
    done = run("held", "--json", at=tmp_path / "none")
    assert (done.code, done.out) == (2, "")
    assert "init" in done.err


def test_the_home_may_come_from_the_environment(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITIZER_HOME", str(home))
    assert run("held", "--json", at=None).code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("mailbox",),
        ("held", "--no-such"),
        ("search", "x", "--limit", "0"),
        ("staff", "add", "Ida", "--role", "boss"),
        ("cover", "print", "X", "--out", "x", "--sheets", "0"),
        ("ingest",),
        ("assign", "x"),
    ],
)
def test_wrong_usage_is_two(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")


_MODULES = """
import sys
from digitizer.entrances.cli.main import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
heavy = {"numpy", "rapidfuzz", "reportlab", "cv2", "PIL", "rich", "alembic", "onnxruntime"}
print(*sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "command",
    [
        ("mailbox", ORSON, "--json"),
        ("held", "--json"),
        ("reconcile", "--json"),
        ("message", "list", ORSON, "--json"),
        ("assign", "LETTER", "--to", ORSON, "--by", "Ida", "--reason", "why"),
        ("roster", "import", "ROSTER"),
    ],
    ids=lambda command: command[0],
)
def test_commands_that_read_no_page_load_nothing_heavy(
    facility: Facility, roster: Path, command: tuple[str, ...]
) -> None:
    held = held_letter(facility, new_cover(facility))
    words = [{"ROSTER": str(roster), "LETTER": held}.get(word, word) for word in command]
    done = subprocess.run(
        [sys.executable, "-c", _MODULES, "--home", str(facility.home), *words],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == ""


def test_no_process_leaves_a_dump_of_its_memory() -> None:
    """It would hold the keys of the home, in a file that nothing encrypts."""
    program = (
        "import resource as r, sys\n"
        "r.setrlimit(r.RLIMIT_CORE, (r.getrlimit(r.RLIMIT_CORE)[1],) * 2)\n"
        "from digitizer.entrances.cli.main import main\n"
        "sys.argv = ['digitizer', '--version']\n"
        "try: main()\n"
        "except SystemExit: print(r.getrlimit(r.RLIMIT_CORE)[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.splitlines()[-1] == b"0"
