"""The contract of the command line: every key always there, exit codes, only JSON on stdout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from digitizer.entrances.cli.main import main
from digitizer.facility import House
from tests.support.made_mail import (
    ORSON,
    PETRA,
    deliver,
    events,
    held_letter,
    held_whole,
    new_cover,
)

HEAD = "booking_number,last_name,first_name,housing_unit,status"


class Said:
    """What a command said, and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Said]


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command as a shell would, in this process."""

    def call(*arguments: object, at: Path | None = home) -> Said:
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
        return Said(code, *capsys.readouterr())

    return call


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(f"{HEAD}\nX-1,Testvale,Ana,B-1,In Custody\n")
    return path


def _texts(pdf: Path) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


# --- setting up


def test_init_makes_a_home_and_says_what_is_next(run: Run, tmp_path: Path) -> None:
    said = run("init", at=tmp_path / "new")
    assert (said.code, (tmp_path / "new" / "inbox" / "default").is_dir()) == (0, True)
    assert "roster import" in said.out
    assert "up to date" in run("init", at=tmp_path / "new").out
    assert run("init", at=tmp_path).code == 2


def test_a_home_is_needed(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITIZER_HOME", raising=False)
    said = run("held", at=None)
    assert (said.code, said.out) == (2, "")
    assert "--home" in said.err
    said = run("held", "--json", at=tmp_path / "none")
    assert (said.code, said.out) == (2, "")
    assert "init" in said.err


def test_the_home_may_come_from_the_environment(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITIZER_HOME", str(home))
    assert run("held", "--json", at=None).code == 0


@pytest.mark.parametrize(
    "arguments",
    [("no-such-command",), ("mailbox",), ("held", "--no-such"), ("search", "x", "--limit", "0"),
     ("staff", "add", "Ida", "--role", "boss"), ("cover", "print", "X", "--out", "x", "--sheets",
     "0"), ("ingest",), ("assign", "x")],
)  # fmt: skip
def test_wrong_usage_is_two(run: Run, arguments: tuple[str, ...]) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")


def test_roster_import(run: Run, roster: Path) -> None:
    said = run("roster", "import", roster, "--json")
    assert said.code == 0
    assert said.lines == [{"added": 1, "changed": 0, "unchanged": 0, "departed": 0}]
    roster.write_text(f"{HEAD}\nX-1,Testvale,Ana,B-1,lost\n")
    said = run("roster", "import", roster, "--json")
    assert (said.code, said.out) == (1, "")
    assert "line 2" in said.err


def test_pin_and_staff_are_shown_once(run: Run, house: House, tmp_path: Path) -> None:
    pin = run("inmate", "pin", ORSON)
    assert (pin.code, len(pin.out.strip())) == (0, 6)
    assert run("inmate", "pin", "nobody").code == 1
    assert run("staff", "add", "Ida", "--role", "clerk").code == 0
    assert run("staff", "add", "Ida", "--role", "clerk").code == 1
    question = ("inmate", "question", ORSON, "--question", "Dog?", "--answer-file")
    assert run(*question, tmp_path / "none").code == 2
    (tmp_path / "answer").write_text("Mr. Test\nnot this\n")
    assert run(*question, tmp_path / "answer").code == 0


# --- looking


def test_mailbox(run: Run, house: House) -> None:
    letter = deliver(house, ORSON, "words", b"1")
    (line,) = run("mailbox", ORSON, "--json").lines
    assert list(line) == ["letter", "kind", "received", "pages", "from", "subject", "read"]
    assert line["letter"] == letter
    assert (line["kind"], line["pages"], line["read"], line["from"]) == ("letter", 1, False, None)
    assert run("mailbox", PETRA, "--json").out == ""
    said = run("mailbox", "nobody", "--json")
    assert (said.code, said.out) == (1, "")


def test_search(run: Run, house: House) -> None:
    letter = deliver(house, ORSON, "a café in town", b"1")
    said = run("search", "cafe", "--json")
    (line,) = said.lines
    assert list(line) == ["letter", "page", "booking_number", "score", "snippet"]
    assert (line["letter"], line["page"], line["score"]) == (letter, 1, 1.0)
    assert "café" in said.out
    assert said.err == ""
    assert "can be wrong" in run("search", "cafe").err  # a person is told whose words they are
    assert run("search", "cafe", "--booking", PETRA, "--json").out == ""
    assert run("search", "'\"*;--", "--json").code == 0
    assert run("search", "x", "--booking", "nobody").code == 1


def test_held(run: Run, house: House) -> None:
    letter, scan = held_letter(house), held_whole(house, count=0)
    lines = run("held", "--json").lines
    assert [list(line) for line in lines] == [
        ["scan", "source", "letter", "pages", "reason", "since", "queue"]
    ] * 2
    assert [line["queue"] for line in lines] == ["exception", "exception"]
    by_letter = {line["letter"]: line for line in lines}
    assert by_letter[letter]["pages"] == [1, 2, 3, 4]
    assert (by_letter[None]["scan"], by_letter[None]["pages"]) == (scan, [])
    assert all(line["reason"] for line in lines)


def test_reconcile(run: Run, house: House) -> None:
    deliver(house, ORSON, "words", b"1")
    held_whole(house, count=0)
    said = run("reconcile", "--json")
    keys = ["scan", "source", "pages", "delivered", "held", "recorded", "covers", "blanks",
            "rejected", "working", "balanced"]  # fmt: skip
    assert said.code == 0
    assert all(list(line)[: len(keys)] == keys for line in said.lines)
    assert [(line["pages"], line["held"]) for line in said.lines] == [(2, 0), (None, 1)]
    house.originals.delete(next(iter(house.originals.names())))
    said = run("reconcile", "--json")
    assert said.code == 1
    assert [line["balanced"] for line in said.lines].count(False) == 1


def test_audit_verify(run: Run, house: House) -> None:
    deliver(house, ORSON, "words", b"1")
    assert run("audit", "verify").code == 0
    with house.engine.begin() as tx:
        tx.exec_driver_sql("UPDATE event SET actor = 'nobody' WHERE seq = 1")
    said = run("audit", "verify")
    assert said.code == 1
    assert "event 1" in said.out


# --- deciding


def test_decisions(run: Run, house: House) -> None:
    held = held_letter(house)
    signed = ("--by", "Ida", "--reason", "looked")
    assert run("cut", held, "--page", "3", *signed).code == 0
    first, second = [line["letter"] for line in run("held", "--json").lines]
    assert run("join", first, second, *signed).code == 0
    assert run("mark", first, "--page", "1", "--as", "cover", *signed).code == 0
    assert run("assign", first, "--to", ORSON, "--by", "Ida", "--reason", " ").code == 2
    assert run("assign", first, "--to", "nobody", *signed).code == 1
    assert run("assign", first, "--to", ORSON, *signed).code == 0
    assert run("assign", first, "--to", ORSON, *signed).code == 1
    assert run("reject", held_whole(house), *signed).code == 0
    assert run("reject", "none", *signed).code == 1
    assert run("held", "--json").out == ""
    assert [actor for *_, actor in events(house)].count("Ida") == 5


# --- paper out


def test_cover_print(run: Run, house: House, tmp_path: Path) -> None:
    out = tmp_path / "folder" / "cover.pdf"
    said = run("cover", "print", ORSON, "--out", out, "--sheets", "2", "--once", "--paper", "a4")
    assert said.code == 0
    assert len(_texts(out)) == 1
    short = said.out.split()[3]
    assert short in _texts(out)[0]
    before = out.read_bytes()
    assert run("cover", "print", ORSON, "--out", out).code == 0
    assert out.read_bytes() != before
    (line,) = run("cover", "find", short, "--json").lines
    assert (line["booking_number"], line["once"], line["sheets"]) == (ORSON, True, 2)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--kind", "legal"), 0),
        (("--kind", "batch", "--letters", "5"), 0),
        ((ORSON, "--kind", "reply", "--sender", "Aunt Ida"), 0),
        ((ORSON, "--kind", "legal"), 2),
        ((), 2),
        (("nobody",), 1),
        ((ORSON, "--letters", "5"), 2),
        ((ORSON, "--kind", "reply", "--once"), 2),
        (("--kind", "batch", "--sheets", "5"), 2),
    ],
)
def test_kinds_of_sheets(
    run: Run, house: House, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    out = tmp_path / "sheet.pdf"
    said = run("cover", "print", *arguments, "--out", out)
    assert said.code == code, said.err
    assert out.exists() == (code == 0)


def test_a_place_that_cannot_be_written(run: Run, house: House, tmp_path: Path) -> None:
    said = run("cover", "print", ORSON, "--out", tmp_path)
    assert said.code == 2
    assert "Cannot write" in said.err


def test_messages(run: Run, house: House, tmp_path: Path) -> None:
    text, address = tmp_path / "text", tmp_path / "address"
    text.write_text("How are you?")
    address.write_text("Ida Invented\n7 Example Street\nSampletown, EX 00000\n")
    both = ("--subject", "Hi", "--text-file", text)
    (sent,) = run("message", "send", ORSON, "--from", "Aunt Ida", *both, "--json").lines
    assert (sent["booking_number"], sent["direction"]) == (ORSON, "to_inmate")
    out = run("message", "send", ORSON, "--to", "Ida", "--address-file", address, *both, "--json")
    assert out.lines[0]["direction"] == "from_inmate"
    for wrong in ((), ("--from", "x", "--to", "y"), ("--to", "y")):
        assert run("message", "send", ORSON, *wrong, *both).code == 2
    assert run("message", "send", ORSON, "--from", "x", "--text-file", tmp_path / "no").code == 2
    listed = run("message", "list", ORSON, "--json").lines
    assert {line["state"] for line in listed} == {"queued"}
    printed = run("message", "print", "--out", tmp_path / "out", "--json")
    assert printed.code == 0
    assert [Path(line["file"]).is_file() for line in printed.lines] == [True] * 3
    assert run("message", "list", ORSON, "--json").lines[0]["state"] == "printed"


# --- bytes in


def test_files_that_are_no_scans_are_held(
    run: Run, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "text.pdf").write_text("only words")
    monkeypatch.chdir(tmp_path)
    said = run("ingest", "./empty.pdf", "text.pdf", "--json")
    assert said.code == 0
    keys = ["scan", "source", "letter", "outcome", "booking_number", "pages", "reason"]
    assert [list(line) for line in said.lines] == [keys] * 2
    assert [line["source"] for line in said.lines] == ["./empty.pdf", "text.pdf"]
    for line in said.lines:
        assert (line["outcome"], line["letter"], line["pages"]) == ("held", None, [])
        assert line["reason"]
    again = run("ingest", "text.pdf", "missing.pdf", "--json")
    assert again.code == 1
    assert "missing.pdf" in again.err
    assert again.lines[0]["outcome"] == "duplicate"
    assert again.lines[0]["scan"] == said.lines[1]["scan"]
    assert (tmp_path / "text.pdf").read_text() == "only words"
    assert run("ingest", "text.pdf", "--profile", "no-such").code == 2


def test_what_an_earlier_command_left_waiting_is_worked(
    run: Run, house: House, tmp_path: Path
) -> None:
    from tests.support.made_mail import scan_row, take

    (tmp_path / "text.pdf").write_text("only words")
    waiting = take(house, b"only words")
    (line,) = run("ingest", tmp_path / "text.pdf", "--json").lines
    assert (line["outcome"], line["scan"]) == ("duplicate", waiting.id)
    assert scan_row(house, waiting.id).state == "held"


def test_looking_at_files_needs_no_home(run: Run, house: House, tmp_path: Path) -> None:
    code = run("cover", "print", ORSON, "--out", tmp_path / "c.pdf").out.split()[3]
    name = f"{tmp_path}/./c.pdf"
    (line,) = run("decode", name, "--json", at=None).lines
    assert (line["file"], line["page"]) == (name, 1)
    ours = [each for each in line["symbols"] if each["text"].startswith("MD1")]
    assert ours
    assert not any(each["trusted"] for each in ours)
    (line,) = run("decode", name, "--json").lines
    whys = {each["why"] for each in line["symbols"] if each["trusted"]}
    assert whys == {f"inmate code {code}, for {ORSON}, good"}
    assert run("decode", tmp_path / "none").code == 2
    bad = tmp_path / "bad.pdf"
    bad.write_text("no pdf")
    said = run("decode", bad, "--json", at=None)
    assert (said.code, said.out) == (1, "")


# --- copies and health


def test_backup_and_restore(run: Run, house: House, tmp_path: Path) -> None:
    deliver(house, ORSON, "words", b"1")
    assert run("backup", tmp_path / "copy").code == 0
    assert run("backup", tmp_path / "copy").code == 2
    assert run("restore", tmp_path / "copy", at=tmp_path / "again").code == 0
    assert run("restore", tmp_path / "copy", at=tmp_path / "again").code == 2
    assert len(run("mailbox", ORSON, "--json", at=tmp_path / "again").lines) == 1


def test_a_letter_as_pdf(run: Run, house: House, tmp_path: Path) -> None:
    assert run("letter", "none", "--out", tmp_path / "x.pdf").code == 1
    assert not (tmp_path / "x.pdf").exists()


def test_doctor(run: Run, house: House) -> None:
    said = run("doctor", "--json")
    assert said.code in (0, 1)
    assert all(list(line) == ["what", "good", "says", "mend"] for line in said.lines)
    assert {"home", "disk", "database", "audit chain"} <= {line["what"] for line in said.lines}
    assert all(line["mend"] for line in said.lines if not line["good"])


# --- starting

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
    house: House, roster: Path, command: tuple[str, ...]
) -> None:
    held = held_letter(house, new_cover(house))
    words = [{"ROSTER": str(roster), "LETTER": held}.get(word, word) for word in command]
    done = subprocess.run(
        [sys.executable, "-c", _MODULES, "--home", str(house.home), *words],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == ""


def test_names_that_are_no_utf8_are_shown(home: Path, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.pdf"
    Path(os.fsdecode(path)).write_text("only words")
    script = "from digitizer.entrances.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, "decode", path, "--json"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "\\udce9" in done.stderr
    assert "Traceback" not in done.stderr
