"""A worker's tries: counted or not, filed once, sealed unread; what the dead held is given back."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture import sealed_filing
from digitizer.capture import worker as working
from digitizer.capture.intake import take_in
from digitizer.capture.pipeline import Bench, Worked
from digitizer.capture.scans import ledger
from digitizer.capture.worker import Worker, filed, is_done, recover, work_to_end
from digitizer.facility import House
from digitizer.letters.actions import mailbox
from digitizer.model.errors import StorageError, WorkerFailed, WorkerFault
from digitizer.model.mail import Outcome, ScanState
from digitizer.model.paper import DoubtReason, Original, Scan, Split
from digitizer.model.scanner_profile import ScannerProfile
from digitizer.operations.actions import reconcile
from digitizer.storage.encryption import unlock
from digitizer.storage.tables import (
    letter,
    original,
    page,
    reading,
    scan,
    transcript,
    writing,
)
from tests.support.made_mail import (
    LEGAL,
    OPERATOR,
    ORSON,
    events,
    letter_of,
    new_cover,
    pages,
    read,
    scan_row,
    split_of,
    take,
    worked,
)

Step = Callable[[Scan, Bench], Worked]


@pytest.fixture
def worker(house: House) -> Iterator[Worker]:
    with Worker(house) as made:
        yield made


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Callable[[Step], None]:
    """Puts a made-up pipeline in the place of the real one: no picture is opened."""

    def put(step: Step) -> None:
        def work(taken: Scan, files: list[Path], profile: ScannerProfile, bench: Bench) -> Worked:
            assert all(file.is_file() for file in files)
            return step(taken, bench)

        monkeypatch.setattr(working, "work", work)

    return put


def _delivers(house: House) -> Step:
    code = new_cover(house)

    def step(taken: Scan, bench: Bench) -> Worked:
        for each in pages(3):
            (bench.folder / each.image).write_bytes(b"picture of a page")
        return worked(taken, split_of(letter_of(code, 1, 3)), {2: read("Dear Orson")})

    return step


def _seals(taken: Scan, _bench: Bench) -> Worked:
    return Worked(taken, pages(2), Split(whole=(LEGAL,), sealed=True), {})


def _raises(error: Exception) -> Step:
    def step(_taken: Scan, _bench: Bench) -> Worked:
        raise error

    return step


def test_a_scan_is_worked_to_its_mailbox(
    house: House, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken = take(house, b"stack")
    pipeline(_delivers(house))
    work_to_end(house, worker, taken.id, wait=pytest.fail)
    (line,) = filed(house, taken.id)
    assert (line.outcome, line.booking_number) == (Outcome.DELIVERED, ORSON)
    assert is_done(house, taken.id)
    assert not worker.work_next()
    assert not any((house.work_folder).rglob("page-*")), "nothing is left of the try"


def test_three_failed_tries_then_held_with_its_reason(
    house: House, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken, other = take(house, b"bad"), take(house, b"good")
    good = _delivers(house)

    def step(scan_: Scan, bench: Bench) -> Worked:
        if scan_.id == taken.id:
            raise WorkerFailed(WorkerFault.CRASHED, "A worker died.")
        return good(scan_, bench)

    pipeline(step)
    while worker.work_next():
        pass
    row = scan_row(house, taken.id)
    assert (row.state, row.tries) == (ScanState.HELD, 3)
    assert "A worker died." in row.reason
    assert scan_row(house, other.id).state == ScanState.FILED
    verbs = [verb for verb, subject, _ in events(house) if subject == f"scan:{taken.id}"]
    assert verbs == ["try failed", "try failed", "hold"]


@pytest.mark.parametrize(
    "error",
    [
        StorageError("disk full"),
        OSError(28, "No space left on device"),
        WorkerFailed(WorkerFault.UNAVAILABLE, "none could be started"),
    ],
)
def test_what_is_not_the_scans_fault_is_told_and_not_counted(
    house: House, worker: Worker, pipeline: Callable[[Step], None], error: Exception
) -> None:
    taken = take(house, b"stack")
    pipeline(_raises(error))
    with pytest.raises(type(error)):
        worker.work_next()
    row = scan_row(house, taken.id)
    assert (row.state, row.tries, row.deaths, row.claimed_by) == ("waiting", 0, 0, None)
    pipeline(_delivers(house))
    assert worker.work_next(), "it goes on when that is mended"
    assert scan_row(house, taken.id).state == ScanState.FILED


def test_a_fault_met_by_one_scan_alone_does_not_stop_the_others(
    house: House, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    """Its original cannot be fetched, say: it is the oldest, and would be tried for ever."""
    taken, other = take(house, b"unreadable"), take(house, b"good")
    good = _delivers(house)

    def step(scan_: Scan, bench: Bench) -> Worked:
        if scan_.id == taken.id:
            raise StorageError("Could not read the stored file.")
        return good(scan_, bench)

    pipeline(step)
    for _ in range(2):
        with pytest.raises(StorageError):
            worker.work_next()
        worker.work_next() if scan_row(house, other.id).state == "waiting" else None
    assert scan_row(house, other.id).state == ScanState.FILED
    assert (scan_row(house, taken.id).state, scan_row(house, taken.id).tries) == ("waiting", 0)


def test_a_scan_that_could_not_be_let_go_is_worked_all_the_same(
    house: House, worker: Worker, pipeline: Callable[[Step], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk that refuses its pictures refuses the ledger as well, until there is room."""
    taken, other = take(house, b"it saw the service die"), take(house, b"good")
    with writing(house.engine) as tx:
        tx.execute(sa.update(scan).where(scan.c.id == taken.id).values(deaths=1))

    def full(*_: object) -> None:
        raise StorageError("no room")

    pipeline(_raises(StorageError("no room")))
    with monkeypatch.context() as patch:
        patch.setattr(Worker, "_put_back", full)
        with pytest.raises(StorageError):
            worker.work_next()
    assert scan_row(house, taken.id).state == "working", "nobody has it in hand"
    pipeline(_delivers(house))
    while worker.work_next():
        pass
    assert {scan_row(house, each.id).state for each in (taken, other)} == {ScanState.FILED}


def test_what_was_put_aside_has_its_turn_again(
    house: House, worker: Worker, pipeline: Callable[[Step], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest = take(house, b"oldest")
    pipeline(_raises(StorageError("no room")))
    with pytest.raises(StorageError):
        worker.work_next()
    take(house, b"newer")
    assert worker._put_aside_lately() == {oldest.id}
    monkeypatch.setattr(working, "_ASIDE_SECONDS", 0.0)
    assert worker._put_aside_lately() == frozenset()


def test_an_original_that_the_disk_cannot_read_is_held_with_that_reason(
    house: House, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken = take(house, b"stack")
    pipeline(_raises(OSError(5, "Input/output error")))
    while worker.work_next():
        pass
    row = scan_row(house, taken.id)
    assert (row.state, row.tries) == (ScanState.HELD, 3)
    assert "the disk says: Input/output error" in row.reason


def test_each_further_try_has_more_time_for_its_pages(
    house: House, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    take(house, b"slow")
    seconds: list[tuple[float, float]] = []

    def step(_scan: Scan, bench: Bench) -> Worked:
        seconds.append((bench.work.survey_seconds, bench.work.read_seconds))
        raise WorkerFailed(WorkerFault.TIMEOUT, "It took longer than it may.")

    pipeline(step)
    while worker.work_next():
        pass
    first = house.settings.work
    assert seconds == [
        (first.survey_seconds * more, first.read_seconds * more) for more in (1, 1.5, 1.5**2)
    ]


def test_work_to_the_end_ends_with_a_stop(house: House) -> None:
    taken = take(house, b"stack")
    with Worker(house) as worker:
        worker.stop()
        with pytest.raises(CancelledError):
            work_to_end(house, worker, taken.id, wait=pytest.fail)
    assert scan_row(house, taken.id).state == "waiting"


def test_a_full_disk_for_pictures_is_not_counted(
    house: House, worker: Worker, pipeline: Callable[[Step], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    taken = take(house, b"stack")
    pipeline(_delivers(house))

    def full(_: object, sources: list[object]) -> list[Exception]:
        return [StorageError("no room") for _ in sources]

    monkeypatch.setattr(type(house.pictures), "put_all", full)
    with pytest.raises(StorageError):
        worker.work_next()
    assert scan_row(house, taken.id).tries == 0


def test_a_folder_left_by_an_earlier_try_is_in_nobodys_way(
    house: House, worker: Worker, pipeline: Callable[[Step], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = take(house, b"stack")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        pipeline(_raises(WorkerFailed(WorkerFault.TIMEOUT, "hung")))
        worker.work_next()
    pipeline(_delivers(house))
    worker.work_next()
    assert scan_row(house, taken.id).state == ScanState.FILED


def test_a_profile_that_is_gone_is_said(house: House, worker: Worker) -> None:
    sha256, size = house.originals.put(io.BytesIO(b"x"))
    with writing(house.engine) as tx:
        taken = ledger.enter(tx, [Original(sha256, "x", size)], "no-such-profile").scan
    for _ in range(3):
        worker.work_this(taken.id)
    assert "no scanner profile 'no-such-profile'" in scan_row(house, taken.id).reason


@pytest.mark.parametrize("sealed", [False, True])
def test_two_generations_never_file_one_scan(
    house: House, worker: Worker, pipeline: Callable[[Step], None], sealed: bool
) -> None:
    """While this worker was at it, the scan was given back and claimed by another."""
    taken = take(house, b"stack")
    step = _seals if sealed else _delivers(house)

    def slow(scan_: Scan, bench: Bench) -> Worked:
        with writing(house.engine) as tx:
            tx.execute(sa.update(scan).values(claimed_by="another"))
        return step(scan_, bench)

    pipeline(slow)
    worker.work_next()
    with reading(house.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(page)).scalar() == 0
        assert tx.execute(sa.select(sa.func.count()).select_from(letter)).scalar() == 0
    row = scan_row(house, taken.id)
    assert (row.state, row.claimed_by, row.sealed) == ("working", "another", False)


def test_a_failed_try_of_what_is_no_longer_ours_is_not_counted(
    house: House, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken = take(house, b"stack")

    def slow(_scan: Scan, _bench: Bench) -> Worked:
        with writing(house.engine) as tx:
            tx.execute(sa.update(scan).values(claimed_by="another"))
        raise WorkerFailed(WorkerFault.CRASHED, "died")

    pipeline(slow)
    worker.work_next()
    row = scan_row(house, taken.id)
    assert (row.state, row.claimed_by, row.tries) == ("working", "another", 0)


def test_a_stop_gives_back_uncounted(house: House) -> None:
    taken = take(house, b"stack")
    worker = Worker(house)
    with writing(house.engine) as tx:
        ledger.claim(tx, taken.id, worker._claimant.name)
    worker.close()
    row = scan_row(house, taken.id)
    assert (row.state, row.deaths, row.tries) == ("waiting", 0, 0)
    assert list(house.run_folder.iterdir()) == []
    assert list(house.work_folder.iterdir()) == []


def test_a_scan_claimed_after_the_stop_goes_back_uncounted(house: House) -> None:
    taken = take(house, b"%PDF-1.4 late")
    with Worker(house) as stopped:
        stopped.stop()
        stopped.work_this(taken.id)
    row = scan_row(house, taken.id)
    assert (row.state, row.tries, row.deaths) == (ScanState.WAITING, 0, 0)


def _dead(house: House, name: str = "1-dead") -> None:
    (house.run_folder / f"{name}.lock").touch()
    pictures = house.work_folder / name / "scan"
    pictures.mkdir(parents=True)
    (pictures / "page-00001").write_bytes(b"a picture")


def test_recover_gives_back_what_the_dead_held(house: House, worker: Worker) -> None:
    lost, kept = take(house, b"1"), take(house, b"2")
    _dead(house)
    with writing(house.engine) as tx:
        ledger.claim(tx, lost.id, "1-dead")
        ledger.claim(tx, kept.id, worker._claimant.name)
    assert recover(house) == 1
    assert recover(house) == 0
    assert (scan_row(house, lost.id).state, scan_row(house, lost.id).deaths) == ("waiting", 1)
    assert scan_row(house, kept.id).state == "working"
    assert not (house.work_folder / "1-dead").exists()
    assert not (house.run_folder / "1-dead.lock").exists()
    assert ("give back", f"scan:{lost.id}", "digitizer") in events(house)


def test_what_the_dead_were_storing_goes_while_the_service_runs(
    house: House, worker: Worker
) -> None:
    """It may be a plain copy of legal mail: no new start is waited for."""
    take(house, b"12345")  # the store of this house has swept already
    left = [
        house.home / "originals" / ".incoming" / "left-by-the-dead",
        house.home / "pictures" / ".incoming" / "left-by-the-dead",
        house.run_folder / "left-by-the-dead.new",
    ]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    with writing(house.engine) as tx:
        tx.execute(sa.update(scan).values(state="filed"))
    assert not worker.work_next()
    assert not any(path.exists() for path in left)


def test_recover_sweeps_pictures_of_the_dead_who_had_finished(house: House) -> None:
    _dead(house)
    assert recover(house) == 0
    assert list(house.work_folder.iterdir()) == []
    assert list(house.run_folder.iterdir()) == []


def test_the_tenth_death_is_told(house: House) -> None:
    taken = take(house, b"1")
    with writing(house.engine) as tx:
        tx.execute(sa.update(scan).values(deaths=9))
        ledger.claim(tx, taken.id, "1-dead")
    recover(house)
    assert scan_row(house, taken.id).state == ScanState.HELD
    assert events(house)[-1][:2] == ("hold", f"scan:{taken.id}")


def test_an_idle_worker_takes_over_from_the_dead(
    house: House, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken = take(house, b"1")
    pipeline(_delivers(house))
    with writing(house.engine) as tx:
        ledger.claim(tx, taken.id, "1-dead")
    assert worker.work_next()
    assert scan_row(house, taken.id).state == ScanState.FILED


# --- sealing


def test_a_sealed_scan_leaves_nothing_to_look_at(
    house: House, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken = take(house, b"privileged words")
    pipeline(_seals)
    worker.work_next()
    with reading(house.engine) as tx:
        (part,) = tx.execute(sa.select(original)).all()
        assert tx.execute(sa.select(sa.func.count()).select_from(transcript)).scalar() == 0
        assert set(tx.execute(sa.select(page.c.picture)).scalars()) == {None}
    row = scan_row(house, taken.id)
    assert (row.state, row.sealed, row.doubt) == ("held", True, DoubtReason.LEGAL)
    assert not house.originals.exists(part.sha256)
    assert unlock(row.seal_key, house.originals.get(part.sealed_as)) == b"privileged words"
    assert list(house.pictures.names()) == []
    for file in house.home.rglob("*"):
        assert not file.is_file() or b"privileged words" not in file.read_bytes()
    (account,) = reconcile(house, OPERATOR)
    assert account.balanced
    (line,) = filed(house, taken.id)
    assert (line.letter, line.outcome, line.pages) == (None, Outcome.HELD, ())


def test_a_crash_between_sealing_and_dropping_is_mended(
    house: House, worker: Worker, pipeline: Callable[[Step], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = take(house, b"privileged")
    pipeline(_seals)
    with monkeypatch.context() as patch:
        patch.setattr(sealed_filing, "drop_plain", lambda *_: 0)
        worker.work_next()
    assert house.originals.exists(taken.originals[0].sha256)
    recover(house)
    assert not house.originals.exists(taken.originals[0].sha256)


def test_sealed_bytes_that_come_again_do_not_lie_there_plain(
    house: House, worker: Worker, pipeline: Callable[[Step], None], tmp_path: Path
) -> None:
    taken = take(house, b"privileged")
    pipeline(_seals)
    worker.work_next()
    again = tmp_path / "again.pdf"
    again.write_bytes(b"privileged")
    assert take_in(house, [again], "default", ["again.pdf"], OPERATOR).scan == taken.id
    assert not house.originals.exists(taken.originals[0].sha256)


def test_a_file_that_another_scan_needs_stays(
    house: House, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken = take(house, b"a shared sheet")
    part = taken.originals[0]
    with writing(house.engine) as tx:
        other = Original(house.originals.put(io.BytesIO(b"two"))[0], "two.jpg", 3)
        ledger.enter(tx, [part, other], "default")
    pipeline(_seals)
    worker.work_this(taken.id)
    assert scan_row(house, taken.id).sealed
    assert house.originals.exists(part.sha256)
    assert all(account.balanced for account in reconcile(house, OPERATOR))


def test_a_delivered_letter_shows_its_pictures(
    house: House, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    take(house, b"stack")
    pipeline(_delivers(house))
    worker.work_next()
    from digitizer.letters.actions import page_picture

    (entry,) = mailbox(house, ORSON, OPERATOR)
    assert page_picture(house, entry.letter, 1, OPERATOR) == b"picture of a page"
    assert events(house)[-1][:2] == ("look at page", f"letter:{entry.letter}")
