"""Taking in: stored, then entered, then removed; the same bytes once, also from two at once."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.mailroom import intake
from digitizer.mailroom.house import House
from digitizer.mailroom.intake import stacks_of, take_from_inbox, take_in
from digitizer.parts.tables import reading, scan
from digitizer.processes import audit, ledger
from digitizer.vocabulary.errors import Conflict, StorageError, UsageError
from digitizer.vocabulary.mail import Outcome
from digitizer.vocabulary.paper import Original
from tests.support.made_mail import events


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "stack.pdf"
    path.write_bytes(b"%PDF a stack")
    return path


@pytest.fixture
def inbox(house: House) -> Path:
    path = house.home / "inbox" / "default" / "stack.pdf"
    path.write_bytes(b"%PDF a stack")
    return path


def _scans(house: House) -> int:
    with reading(house.engine) as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(scan)).scalar_one())


def _disk_full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_it_is_stored_and_entered_and_stays(house: House, paper: Path) -> None:
    taken = take_in(house, [paper], "default", ["./stack.pdf"])
    sha256 = hashlib.sha256(paper.read_bytes()).hexdigest()
    assert house.originals.get(sha256) == paper.read_bytes()
    assert (taken.source, taken.duplicate, _scans(house)) == ("./stack.pdf", False, 1)
    assert [verb for verb, *_ in events(house)] == ["take in"]


def test_the_same_bytes_twice_are_one_scan_and_flagged(house: House, paper: Path) -> None:
    first = take_in(house, [paper], "default", ["a"])
    again = take_in(house, [paper], "default", ["b"])
    assert (again.scan, again.duplicate, _scans(house)) == (first.scan, True, 1)
    line = again.as_line
    assert (line.outcome, line.letter, line.pages) == (Outcome.DUPLICATE, None, ())
    assert first.scan in str(line.reason)
    assert [verb for verb, *_ in events(house)] == ["take in", "duplicate"]


def test_stored_before_it_is_entered(
    house: House, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    enter = ledger.enter

    def look(tx: sa.Connection, originals: list[Original], profile: str) -> object:
        seen.extend(house.originals.exists(part.sha256) for part in originals)
        return enter(tx, originals, profile)

    monkeypatch.setattr(ledger, "enter", look)
    take_in(house, [paper], "default", ["a"])
    assert seen == [True]


@pytest.mark.parametrize("failing", ["fsync", "rename", "commit", "event"])
def test_a_failing_store_acknowledges_nothing(
    house: House, inbox: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    with monkeypatch.context() as patch:
        if failing == "fsync":
            patch.setattr(os, "fsync", _disk_full)
        elif failing == "rename":
            patch.setattr(Path, "rename", _disk_full)
        elif failing == "commit":
            patch.setattr(house.engine.dialect, "do_commit", _locked)
        else:
            patch.setattr(audit, "record", _locked)
        with pytest.raises(StorageError):
            take_from_inbox(house, [inbox], "default")
    assert inbox.exists()
    assert (_scans(house), events(house)) == (0, [])
    take_from_inbox(house, [inbox], "default")
    assert (inbox.exists(), _scans(house)) == (False, 1)


def _locked(*_: object, **__: object) -> None:
    raise sa.exc.OperationalError("COMMIT", {}, Exception("disk I/O error"))


def test_the_inbox_is_emptied_only_after_the_commit(
    house: House, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[bool] = []
    commit = house.engine.dialect.do_commit

    def watch(connection: object) -> None:
        there.append(inbox.exists())
        commit(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(house.engine.dialect, "do_commit", watch)
    take_from_inbox(house, [inbox], "default")
    assert there == [True]
    assert not inbox.exists()


def test_a_file_that_changes_meanwhile_stays(
    house: House, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grow(*args: object, **named: object) -> intake.TakenIn:
        taken = take_in(*args, **named)  # type: ignore[arg-type]
        inbox.write_bytes(b"%PDF a longer stack")
        return taken

    monkeypatch.setattr(intake, "take_in", grow)
    with pytest.raises(Conflict, match="changed while"):
        take_from_inbox(house, [inbox], "default")
    assert inbox.read_bytes() == b"%PDF a longer stack"


def test_a_file_that_a_second_watcher_took(
    house: House, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanish(*args: object, **named: object) -> intake.TakenIn:
        taken = take_in(*args, **named)  # type: ignore[arg-type]
        inbox.unlink()
        return taken

    with monkeypatch.context() as patch:
        patch.setattr(intake, "take_in", vanish)
        taken = take_from_inbox(house, [inbox], "default")
    assert taken is not None
    assert not taken.duplicate


def test_a_duplicate_leaves_the_inbox_too(house: House, inbox: Path, paper: Path) -> None:
    take_in(house, [paper], "default", ["a"])
    taken = take_from_inbox(house, [inbox], "default")
    assert taken is not None
    assert taken.duplicate
    assert not inbox.exists()


def test_what_is_no_file(house: House, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (fifo, tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError):
            take_in(house, [path], "default", ["x"])
    assert _scans(house) == 0


def test_a_name_that_is_no_utf8(house: House, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.pdf")
    path.write_bytes(b"x")
    taken = take_in(house, [path], "default", [str(path)])
    assert taken.source.endswith("caf\\xe9.pdf")


def test_stacks_by_profile(house: House) -> None:
    files = [Path("a"), Path("b")]
    assert stacks_of(house, "default", files) == ((Path("a"),), (Path("b"),))
    assert stacks_of(house, "default", []) == ()
    with pytest.raises(UsageError, match=r"Known: .*default"):
        stacks_of(house, "no-such", files)
    flatbeds = [name for name, each in house.profiles.items() if each.stack == "files"]
    assert flatbeds
    assert stacks_of(house, flatbeds[0], files) == (tuple(files),)


_TAKE = """
import sys, pathlib
from digitizer.mailroom.house import open_house
from digitizer.mailroom.intake import take_in
house = open_house(pathlib.Path(sys.argv[1])); print("ready", flush=True); sys.stdin.readline()
for path in map(pathlib.Path, sys.argv[2:]):
    taken = take_in(house, [path], "default", [path.name])
    print(taken.scan, taken.duplicate, flush=True)
"""


def test_two_processes_at_once_make_one_scan_each(house: House, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.pdf" for n in range(12)]
    for path in paths:
        path.write_bytes(path.name.encode())
    command = [sys.executable, "-c", _TAKE, str(house.home), *map(str, paths)]
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for each in both:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    said = []
    for each in both:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in both:
        out, _ = each.communicate()
        said.append([line.split() for line in out.splitlines()])
    assert _scans(house) == 12
    for one, other in zip(*said, strict=True):
        assert one[0] == other[0]
        assert {one[1], other[1]} == {"True", "False"}
    with reading(house.engine) as tx:
        assert audit.verify_chain(tx) == (24, None)


def test_a_file_in_the_hands_of_another_watcher_waits(house: House, inbox: Path) -> None:
    with inbox.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match="in hand"):
            take_from_inbox(house, [inbox], "default")
    assert _scans(house) == 0
    assert take_from_inbox(house, [inbox], "default") is not None


def test_a_file_that_another_watcher_took_is_no_fault(house: House, inbox: Path) -> None:
    take_from_inbox(house, [inbox], "default")
    assert take_from_inbox(house, [inbox], "default") is None
