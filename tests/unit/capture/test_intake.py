"""Intake: stored, then entered, then removed; the same bytes once, also from two at once."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.capture.intake import TakenIn, take_all_from_inbox, take_from_inbox, take_in
from digitizer.capture.scans import ledger
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, StorageError, UsageError
from digitizer.model.mail import Outcome
from digitizer.model.paper import Original
from digitizer.storage.database import reading
from digitizer.storage.tables import scan
from tests.support.made_mail import OPERATOR, events


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "stack.pdf"
    path.write_bytes(b"%PDF a stack")
    return path


@pytest.fixture
def inbox(facility: Facility) -> Path:
    path = facility.home / "inbox" / "default" / "stack.pdf"
    path.write_bytes(b"%PDF a stack")
    return path


BEGUN = 1  # the first event of every log


def _scans(facility: Facility) -> int:
    with reading(facility.engine) as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(scan)).scalar_one())


def _disk_full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_it_is_stored_and_entered_and_stays(facility: Facility, paper: Path) -> None:
    taken = take_in(facility, [paper], "default", ["./stack.pdf"], OPERATOR)
    sha256 = hashlib.sha256(paper.read_bytes()).hexdigest()
    assert facility.originals.get(sha256) == paper.read_bytes()
    assert (taken.source, taken.duplicate, _scans(facility)) == ("./stack.pdf", False, 1)
    assert [verb for verb, *_ in events(facility)] == ["take in"]


def test_the_same_bytes_twice_are_one_scan_and_flagged(facility: Facility, paper: Path) -> None:
    first = take_in(facility, [paper], "default", ["a"], OPERATOR)
    again = take_in(facility, [paper], "default", ["b"], OPERATOR)
    assert (again.scan, again.duplicate, _scans(facility)) == (first.scan, True, 1)
    line = again.as_line
    assert (line.outcome, line.letter, line.pages) == (Outcome.DUPLICATE, None, ())
    assert first.scan in str(line.reason)
    assert [verb for verb, *_ in events(facility)] == ["take in", "duplicate"]


def test_stored_before_it_is_entered(
    facility: Facility, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    enter = ledger.enter

    def look(tx: sa.Connection, originals: list[Original], profile: str) -> object:
        seen.extend(facility.originals.exists(part.sha256) for part in originals)
        return enter(tx, originals, profile)

    monkeypatch.setattr(ledger, "enter", look)
    take_in(facility, [paper], "default", ["a"], OPERATOR)
    assert seen == [True]


@pytest.mark.parametrize("failing", ["fsync", "rename", "commit", "event"])
def test_a_failing_store_acknowledges_nothing(
    facility: Facility, inbox: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    with monkeypatch.context() as patch:
        if failing == "fsync":
            patch.setattr(os, "fsync", _disk_full)
        elif failing == "rename":
            patch.setattr(Path, "rename", _disk_full)
        elif failing == "commit":
            patch.setattr(facility.engine.dialect, "do_commit", _locked)
        else:
            patch.setattr(audit, "record", _locked)
        with pytest.raises(StorageError):
            take_from_inbox(facility, [inbox], "default", OPERATOR)
    assert inbox.exists()
    assert (_scans(facility), events(facility)) == (0, [])
    take_from_inbox(facility, [inbox], "default", OPERATOR)
    assert (inbox.exists(), _scans(facility)) == (False, 1)


def _locked(*_: object, **__: object) -> None:
    raise sa.exc.OperationalError("COMMIT", {}, Exception("disk I/O error"))


def test_the_inbox_is_emptied_only_after_the_commit(
    facility: Facility, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[bool] = []
    commit = facility.engine.dialect.do_commit

    def watch(connection: object) -> None:
        there.append(inbox.exists())
        commit(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(facility.engine.dialect, "do_commit", watch)
    take_from_inbox(facility, [inbox], "default", OPERATOR)
    assert there == [True]
    assert not inbox.exists()


def test_a_file_that_changes_meanwhile_stays(
    facility: Facility, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = facility.originals.put_all

    def grow(*args: Any) -> Any:
        stored = store(*args)
        inbox.write_bytes(b"%PDF a longer stack")
        return stored

    monkeypatch.setattr(facility.originals, "put_all", grow)
    with pytest.raises(Conflict, match="changed while"):
        take_from_inbox(facility, [inbox], "default", OPERATOR)
    assert inbox.read_bytes() == b"%PDF a longer stack"
    assert _scans(facility) == 0, "half a scan is not a scan"


def test_a_file_that_changes_while_it_is_entered_stays(
    facility: Facility, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter = ledger.enter

    def grow(*args: Any) -> Any:
        inbox.write_bytes(b"%PDF a longer stack")
        return enter(*args)

    monkeypatch.setattr(ledger, "enter", grow)
    with pytest.raises(Conflict, match="changed while"):
        take_from_inbox(facility, [inbox], "default", OPERATOR)
    assert inbox.read_bytes() == b"%PDF a longer stack"


def test_a_file_that_a_second_watcher_took(
    facility: Facility, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter = ledger.enter

    def vanish(*args: Any) -> Any:
        inbox.unlink()
        return enter(*args)

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "enter", vanish)
        taken = take_from_inbox(facility, [inbox], "default", OPERATOR)
    assert taken is not None
    assert not taken.duplicate


def test_a_duplicate_leaves_the_inbox_too(facility: Facility, inbox: Path, paper: Path) -> None:
    take_in(facility, [paper], "default", ["a"], OPERATOR)
    taken = take_from_inbox(facility, [inbox], "default", OPERATOR)
    assert taken is not None
    assert taken.duplicate
    assert not inbox.exists()


def test_what_is_not_a_file(facility: Facility, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (fifo, tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError):
            take_in(facility, [path], "default", ["x"], OPERATOR)
    assert _scans(facility) == 0


def test_a_name_that_is_not_utf8(facility: Facility, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.pdf")
    path.write_bytes(b"x")
    taken = take_in(facility, [path], "default", [str(path)], OPERATOR)
    assert taken.source.endswith("caf\\xe9.pdf")


_TAKE = """
import sys, pathlib
from digitizer.facility import open_facility
from digitizer.model.people import MACHINE
from digitizer.capture.intake import take_in
facility = open_facility(pathlib.Path(sys.argv[1]))
print("ready", flush=True); sys.stdin.readline()
for path in map(pathlib.Path, sys.argv[2:]):
    taken = take_in(facility, [path], "default", [path.name], MACHINE)
    print(taken.scan, taken.duplicate, flush=True)
"""


def test_two_processes_at_once_make_one_scan_each(facility: Facility, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.pdf" for n in range(12)]
    for path in paths:
        path.write_bytes(path.name.encode())
    command = [sys.executable, "-c", _TAKE, str(facility.home), *map(str, paths)]
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for each in both:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    printed = []
    for each in both:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in both:
        out, _ = each.communicate()
        printed.append([line.split() for line in out.splitlines()])
    assert _scans(facility) == 12
    for one, other in zip(*printed, strict=True):
        assert one[0] == other[0]
        assert {one[1], other[1]} == {"True", "False"}
    with reading(facility.engine) as tx:
        assert audit.verify_chain(tx) == (24 + BEGUN, None)


def test_a_file_locked_by_another_watcher_waits(facility: Facility, inbox: Path) -> None:
    with inbox.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match="Another program has locked"):
            take_from_inbox(facility, [inbox], "default", OPERATOR)
    assert _scans(facility) == 0
    assert take_from_inbox(facility, [inbox], "default", OPERATOR) is not None


def test_a_file_that_another_watcher_took_is_no_error(facility: Facility, inbox: Path) -> None:
    take_from_inbox(facility, [inbox], "default", OPERATOR)
    assert take_from_inbox(facility, [inbox], "default", OPERATOR) is None


def test_a_scan_that_cannot_be_read_is_no_error_of_the_store(facility: Facility) -> None:
    unreadable = Path("/proc/self/mem")  # a file whose first byte gives EIO, as a broken share
    with pytest.raises(UsageError, match="Cannot read /proc/self/mem: Input/output error"):
        take_in(facility, [unreadable], "default", ["a"], OPERATOR)
    assert not any((facility.home / "originals" / ".incoming").iterdir())
    assert _scans(facility) == 0


def test_a_link_is_not_taken_for_what_it_leads_to(facility: Facility, inbox: Path) -> None:
    inbox.unlink()
    inbox.symlink_to(facility.key_file)
    with pytest.raises(UsageError, match="Cannot read"):
        take_from_inbox(facility, [inbox], "default", OPERATOR)
    assert inbox.is_symlink()
    assert _scans(facility) == 0


def test_a_link_that_takes_a_files_place_stays(
    facility: Facility, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = facility.originals.put_all
    aside = inbox.with_name(".aside")

    def swap(*args: Any) -> Any:
        inbox.rename(aside)
        inbox.symlink_to(aside)
        return store(*args)

    monkeypatch.setattr(facility.originals, "put_all", swap)
    with pytest.raises(Conflict, match="changed while"):
        take_from_inbox(facility, [inbox], "default", OPERATOR)
    assert inbox.is_symlink()
    assert _scans(facility) == 0


def test_a_name_used_again_while_its_stack_is_removed_keeps_its_new_file(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (facility.home / "inbox" / "default" / f"{n}.jpg" for n in (1, 2))
    for path in (first, second):
        path.write_bytes(path.name.encode())
    unlink = Path.unlink

    def use_again(path: Path, missing_ok: bool = False) -> None:
        unlink(path, missing_ok=missing_ok)
        if path == first:
            second.write_bytes(b"the first sheet of another letter")

    monkeypatch.setattr(Path, "unlink", use_again)
    with pytest.raises(Conflict, match=r"2\.jpg changed"):
        take_from_inbox(facility, [first, second], "flatbed-jpeg", OPERATOR)
    assert second.read_bytes() == b"the first sheet of another letter"
    assert not first.exists()
    assert _scans(facility) == 1


def test_a_share_that_falls_away_under_one_stops_no_other(
    facility: Facility, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = inbox.with_name("other.pdf")
    other.write_bytes(b"%PDF another")
    look = os.lstat

    def fall_away(path: Any, *args: Any, **named: Any) -> os.stat_result:
        if path == inbox:
            raise OSError(116, "Stale file handle")
        return look(path, *args, **named)

    stat = Path.stat

    def stale(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path == inbox:
            raise OSError(116, "Stale file handle")
        return stat(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(os, "lstat", fall_away)
    monkeypatch.setattr(Path, "stat", stale)
    problem, taken = take_all_from_inbox(facility, [(inbox,), (other,)], "default", OPERATOR)
    assert "Stale file handle" in str(problem)
    assert isinstance(taken, TakenIn)


def test_what_is_rewritten_in_the_same_length_with_its_old_time_stays(
    facility: Facility, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ``cp -p`` and ``rsync --inplace -t`` do to a file that is there already."""
    enter = ledger.enter

    def rewrite(*args: Any) -> Any:
        before = inbox.stat()
        inbox.write_bytes(b"%PDF a_STACK")
        os.utime(inbox, ns=(before.st_atime_ns, before.st_mtime_ns))
        return enter(*args)

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "enter", rewrite)
        with pytest.raises(Conflict, match="changed while"):
            take_from_inbox(facility, [inbox], "default", OPERATOR)
    assert inbox.read_bytes() == b"%PDF a_STACK"
    assert take_from_inbox(facility, [inbox], "default", OPERATOR) is not None
    assert _scans(facility) == 2


# --- files without a byte: each is a failure of the scanner


@pytest.fixture
def empties(facility: Facility) -> list[Path]:
    paths = [facility.home / "inbox" / "default" / name for name in ("one.pdf", "two.pdf")]
    for path in paths:
        path.touch()
    return paths


def test_two_empty_files_are_two_scans(facility: Facility, empties: list[Path]) -> None:
    one, two = _take_all(facility, empties)
    again = empties[0]
    again.touch()
    three = take_from_inbox(facility, [again], "default", OPERATOR)
    for taken, name in ((one, "one.pdf"), (two, "two.pdf"), (three, "one.pdf")):
        assert isinstance(taken, TakenIn)
        assert (taken.duplicate, taken.empty) == (False, (name,))
    assert _scans(facility) == 3
    assert not any(path.exists() for path in empties)


def test_an_empty_file_that_could_not_be_removed_is_no_second_scan(
    facility: Facility, empties: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path in empties:
            raise OSError(5, "Input/output error")
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        with pytest.raises(OSError, match="Input/output"):
            take_from_inbox(facility, empties[:1], "default", OPERATOR)
    taken = take_from_inbox(facility, empties[:1], "default", OPERATOR)
    assert taken is not None
    assert (taken.duplicate, taken.empty, _scans(facility)) == (True, ("one.pdf",), 1)
    assert not empties[0].exists()


def test_an_empty_file_among_the_sheets_of_a_stack(facility: Facility, empties: list[Path]) -> None:
    empties[1].write_bytes(b"a sheet")
    taken = take_from_inbox(facility, empties, "flatbed-jpeg", OPERATOR)
    assert taken is not None
    assert (taken.duplicate, taken.empty) == (False, ("one.pdf",))


def test_an_empty_file_named_by_hand_twice_is_reported_with_advice(
    facility: Facility, tmp_path: Path
) -> None:
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).touch()
    first = take_in(facility, [tmp_path / "a.pdf"], "default", ["a.pdf"], OPERATOR)
    again = take_in(facility, [tmp_path / "b.pdf"], "default", ["b.pdf"], OPERATOR)
    assert (first.duplicate, again.duplicate, again.scan) == (False, True, first.scan)
    assert "empty" in str(again.as_line.reason)
    assert first.scan in str(again.as_line.reason)


# --- many at once: what is wrong with one does not touch the others


@pytest.fixture
def papers(facility: Facility) -> list[Path]:
    paths = [facility.home / "inbox" / "default" / f"{number}.pdf" for number in range(150)]
    for path in paths:
        path.write_bytes(path.name.encode())
    return paths


def _take_all(facility: Facility, paths: list[Path]) -> list[TakenIn | Exception | None]:
    return take_all_from_inbox(facility, [(path,) for path in paths], "default", OPERATOR)


def test_many_at_once_are_each_taken_once(facility: Facility, papers: list[Path]) -> None:
    taken = _take_all(facility, papers)
    assert [one.source for one in taken if isinstance(one, TakenIn)] == [p.name for p in papers]
    assert _scans(facility) == len(papers)
    for path in papers:
        digest = hashlib.sha256(path.name.encode()).hexdigest()
        assert facility.originals.get(digest) == path.name.encode()
        assert not path.exists()
    assert not any((facility.home / "originals" / ".incoming").iterdir())
    with reading(facility.engine) as tx:
        assert audit.verify_chain(tx) == (len(papers) + BEGUN, None)


def test_the_odd_ones_of_many_stop_no_other(facility: Facility, papers: list[Path]) -> None:
    papers = papers[:8]
    papers[1].write_bytes(papers[0].read_bytes())
    papers[2].unlink()
    papers[3].unlink()
    os.mkfifo(papers[3])
    with papers[4].open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        taken = _take_all(facility, papers)
    first, twin, gone, fifo, held, *others = taken
    assert isinstance(first, TakenIn)
    assert isinstance(twin, TakenIn)
    assert (first.duplicate, twin.duplicate, twin.scan) == (False, True, first.scan)
    assert gone is None
    assert isinstance(fifo, UsageError)
    assert isinstance(held, Conflict)
    assert all(isinstance(one, TakenIn) for one in others)
    assert [path for path in papers if path.exists()] == [papers[3], papers[4]]
    assert _scans(facility) == 4


def test_one_of_many_that_changes_meanwhile_stays(
    facility: Facility, papers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = facility.originals.put_all

    def grow(*args: Any) -> Any:
        stored = store(*args)
        papers[7].write_bytes(b"a longer one")
        return stored

    monkeypatch.setattr(facility.originals, "put_all", grow)
    taken = _take_all(facility, papers)
    assert [type(one) for one in taken].index(Conflict) == 7
    assert _scans(facility) == len(papers) - 1
    assert [path for path in papers if path.exists()] == [papers[7]]


@pytest.mark.parametrize("failing", ["file", "folder"])
def test_a_sync_that_fails_fails_only_what_it_was_for(
    facility: Facility, papers: list[Path], monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """Nothing whose sync failed is acknowledged; it is stored again at the next attempt."""
    _take_all(facility, papers[:1])  # the first folders are there
    sync, digest = os.fsync, hashlib.sha256(b"5.pdf").hexdigest()

    def fail(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        of_file = path.is_file() and path.read_bytes() == b"5.pdf"
        if of_file if failing == "file" else path.name == digest[:2]:
            raise OSError(5, "Input/output error")
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        taken = _take_all(facility, papers[1:40])
    refused = [papers[1 + at] for at, one in enumerate(taken) if isinstance(one, StorageError)]
    assert papers[5] in refused
    assert len(refused) < 5, "those in the same folder, no others"
    assert [path for path in papers[1:40] if path.exists()] == refused
    _take_all(facility, papers)
    assert not any(path.exists() for path in papers)
    assert _scans(facility) == len(papers)


def test_a_commit_that_fails_acknowledges_none(
    facility: Facility, papers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(facility.engine.dialect, "do_commit", _locked)
        taken = _take_all(facility, papers)
    assert all(isinstance(one, StorageError) for one in taken)
    assert all(path.exists() for path in papers)
    assert (_scans(facility), events(facility)) == (0, [])


def test_one_that_breaks_the_transaction_stops_no_other(
    facility: Facility, papers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    enter = ledger.enter

    def refuse(tx: sa.Connection, originals: tuple[Original, ...], profile: str) -> ledger.Entry:
        if originals[0].source == "3.pdf":
            raise ValueError("this one is odd")
        return enter(tx, originals, profile)

    monkeypatch.setattr(ledger, "enter", refuse)
    taken = _take_all(facility, papers[:6])
    assert [type(one) for one in taken].index(ValueError) == 3
    assert _scans(facility) == 5
    assert [path for path in papers[:6] if path.exists()] == [papers[3]]
    with reading(facility.engine) as tx:
        assert audit.verify_chain(tx) == (5 + BEGUN, None)
