"""A worker's attempts: counted or not, filed once, sealed unread; dead workers' scans go back."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from concurrent.futures import CancelledError

import pytest
import sqlalchemy as sa

from digitizer.capture import worker as working
from digitizer.capture.pipeline import Bench, Worked
from digitizer.capture.scans import ledger
from digitizer.capture.worker import Worker, filed, is_done, work_to_end
from digitizer.facility import Facility
from digitizer.letters.actions import mailbox
from digitizer.model.errors import SandboxFailed, SandboxProblem, SettingsError, StorageError
from digitizer.model.mail import Outcome, ScanState
from digitizer.model.paper import Original, Scan
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import letter, page, scan
from tests.support.made_mail import (
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
from tests.support.worker_kit import Step, seals


def _delivers(facility: Facility) -> Step:
    code = new_cover(facility)

    def step(taken: Scan, bench: Bench) -> Worked:
        for each in pages(3):
            (bench.folder / each.image).write_bytes(b"picture of a page")
        return worked(taken, split_of(letter_of(code, 1, 3)), {2: read("Dear Orson")})

    return step


def _raises(error: Exception) -> Step:
    def step(_taken: Scan, _bench: Bench) -> Worked:
        raise error

    return step


def test_a_scan_is_worked_to_its_mailbox(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken = take(facility, b"stack")
    pipeline(_delivers(facility))
    work_to_end(facility, worker, taken.id, wait=pytest.fail)
    (line,) = filed(facility, taken.id)
    assert (line.outcome, line.booking_number) == (Outcome.DELIVERED, ORSON)
    assert is_done(facility, taken.id)
    assert not worker.work_next()
    assert not any((facility.work_folder).rglob("page-*")), "nothing is left of the attempt"


def test_three_failed_attempts_then_held_with_its_reason(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken, other = take(facility, b"bad"), take(facility, b"good")
    good = _delivers(facility)

    def step(scan_: Scan, bench: Bench) -> Worked:
        if scan_.id == taken.id:
            raise SandboxFailed(SandboxProblem.CRASHED, "A worker died.")
        return good(scan_, bench)

    pipeline(step)
    while worker.work_next():
        pass
    row = scan_row(facility, taken.id)
    assert (row.state, row.tries) == (ScanState.HELD, 3)
    assert "A worker died." in row.reason
    assert scan_row(facility, other.id).state == ScanState.FILED
    verbs = [verb for verb, subject, _ in events(facility) if subject == f"scan:{taken.id}"]
    assert verbs == ["try failed", "try failed", "hold"]


@pytest.mark.parametrize(
    "error",
    [
        StorageError("disk full"),
        OSError(28, "No space left on device"),
        SettingsError("the key file is damaged"),
        SandboxFailed(SandboxProblem.UNAVAILABLE, "none could be started"),
    ],
)
def test_what_is_not_the_scans_fault_is_raised_and_not_counted(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None], error: Exception
) -> None:
    taken = take(facility, b"stack")
    pipeline(_raises(error))
    with pytest.raises(type(error)):
        worker.work_next()
    row = scan_row(facility, taken.id)
    assert (row.state, row.tries, row.deaths, row.claimed_by) == ("waiting", 0, 0, None)
    pipeline(_delivers(facility))
    assert worker.work_next(), "it goes on once that is fixed"
    assert scan_row(facility, taken.id).state == ScanState.FILED


def test_an_error_of_one_scan_alone_does_not_stop_the_others(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    """Its original, say, cannot be fetched: it is the oldest, and would be tried for ever."""
    taken, other = take(facility, b"unreadable"), take(facility, b"good")
    good = _delivers(facility)

    def step(scan_: Scan, bench: Bench) -> Worked:
        if scan_.id == taken.id:
            raise StorageError("Could not read the stored file.")
        return good(scan_, bench)

    pipeline(step)
    for _ in range(2):
        with pytest.raises(StorageError):
            worker.work_next()
        worker.work_next() if scan_row(facility, other.id).state == "waiting" else None
    assert scan_row(facility, other.id).state == ScanState.FILED
    assert (scan_row(facility, taken.id).state, scan_row(facility, taken.id).tries) == (
        "waiting",
        0,
    )


def test_a_scan_that_could_not_be_put_back_is_worked_all_the_same(
    facility: Facility,
    worker: Worker,
    pipeline: Callable[[Step], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The disk that refuses its pictures refuses the ledger as well, until there is room."""
    taken, other = take(facility, b"it saw the service die"), take(facility, b"good")
    with writing(facility.engine) as tx:
        tx.execute(sa.update(scan).where(scan.c.id == taken.id).values(deaths=1))

    def full(*_: object) -> None:
        raise StorageError("no room")

    pipeline(_raises(StorageError("no room")))
    with monkeypatch.context() as patch:
        patch.setattr(Worker, "_put_back", full)
        with pytest.raises(StorageError):
            worker.work_next()
    assert scan_row(facility, taken.id).state == "working", "nobody works it"
    pipeline(_delivers(facility))
    while worker.work_next():
        pass
    assert {scan_row(facility, each.id).state for each in (taken, other)} == {ScanState.FILED}


def test_what_was_put_aside_has_its_turn_again(
    facility: Facility,
    worker: Worker,
    pipeline: Callable[[Step], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    oldest = take(facility, b"oldest")
    pipeline(_raises(StorageError("no room")))
    with pytest.raises(StorageError):
        worker.work_next()
    take(facility, b"newer")
    assert worker._put_aside_lately() == {oldest.id}
    monkeypatch.setattr(working, "_ASIDE_SECONDS", 0.0)
    assert worker._put_aside_lately() == frozenset()


def test_an_original_that_the_disk_cannot_read_is_held_with_that_reason(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken = take(facility, b"stack")
    pipeline(_raises(OSError(5, "Input/output error")))
    while worker.work_next():
        pass
    row = scan_row(facility, taken.id)
    assert (row.state, row.tries) == (ScanState.HELD, 3)
    assert "disk error: Input/output error" in row.reason


def test_each_further_attempt_has_more_time_for_its_pages(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    take(facility, b"slow")
    seconds: list[tuple[float, float]] = []

    def step(_scan: Scan, bench: Bench) -> Worked:
        seconds.append((bench.work.survey_seconds, bench.work.read_seconds))
        raise SandboxFailed(SandboxProblem.TIMEOUT, "It took longer than it may.")

    pipeline(step)
    while worker.work_next():
        pass
    first = facility.settings.work
    assert seconds == [
        (first.survey_seconds * more, first.read_seconds * more) for more in (1, 1.5, 1.5**2)
    ]


def test_work_to_the_end_ends_with_a_stop(facility: Facility) -> None:
    taken = take(facility, b"stack")
    with Worker(facility) as worker:
        worker.stop()
        with pytest.raises(CancelledError):
            work_to_end(facility, worker, taken.id, wait=pytest.fail)
    assert scan_row(facility, taken.id).state == "waiting"


def test_a_full_disk_for_pictures_is_not_counted(
    facility: Facility,
    worker: Worker,
    pipeline: Callable[[Step], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = take(facility, b"stack")
    pipeline(_delivers(facility))

    def full(_: object, sources: list[object]) -> list[Exception]:
        return [StorageError("no room") for _ in sources]

    monkeypatch.setattr(type(facility.pictures), "put_all", full)
    with pytest.raises(StorageError):
        worker.work_next()
    assert scan_row(facility, taken.id).tries == 0


def test_a_folder_left_by_an_earlier_attempt_does_no_harm(
    facility: Facility,
    worker: Worker,
    pipeline: Callable[[Step], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = take(facility, b"stack")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        pipeline(_raises(SandboxFailed(SandboxProblem.TIMEOUT, "hung")))
        worker.work_next()
    pipeline(_delivers(facility))
    worker.work_next()
    assert scan_row(facility, taken.id).state == ScanState.FILED


def test_a_profile_that_is_gone_is_named(facility: Facility, worker: Worker) -> None:
    sha256, size = facility.originals.put(io.BytesIO(b"x"))
    with writing(facility.engine) as tx:
        taken = ledger.enter(tx, [Original(sha256, "x", size)], "no-such-profile").scan
    for _ in range(3):
        worker.work_this(taken.id)
    assert "no scanner profile 'no-such-profile'" in scan_row(facility, taken.id).reason


@pytest.mark.parametrize("sealed", [False, True])
def test_two_generations_never_file_one_scan(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None], sealed: bool
) -> None:
    """While this worker worked it, the scan was given back and claimed by another."""
    taken = take(facility, b"stack")
    step = seals if sealed else _delivers(facility)

    def slow(scan_: Scan, bench: Bench) -> Worked:
        with writing(facility.engine) as tx:
            tx.execute(sa.update(scan).values(claimed_by="another"))
        return step(scan_, bench)

    pipeline(slow)
    worker.work_next()
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(page)).scalar() == 0
        assert tx.execute(sa.select(sa.func.count()).select_from(letter)).scalar() == 0
    row = scan_row(facility, taken.id)
    assert (row.state, row.claimed_by, row.sealed) == ("working", "another", False)


def test_a_failed_attempt_at_what_is_no_longer_ours_is_not_counted(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken = take(facility, b"stack")

    def slow(_scan: Scan, _bench: Bench) -> Worked:
        with writing(facility.engine) as tx:
            tx.execute(sa.update(scan).values(claimed_by="another"))
        raise SandboxFailed(SandboxProblem.CRASHED, "died")

    pipeline(slow)
    worker.work_next()
    row = scan_row(facility, taken.id)
    assert (row.state, row.claimed_by, row.tries) == ("working", "another", 0)


def test_a_stop_gives_back_uncounted(facility: Facility) -> None:
    taken = take(facility, b"stack")
    worker = Worker(facility)
    with writing(facility.engine) as tx:
        ledger.claim(tx, taken.id, worker._claimant.name)
    worker.close()
    row = scan_row(facility, taken.id)
    assert (row.state, row.deaths, row.tries) == ("waiting", 0, 0)
    assert list(facility.run_folder.iterdir()) == []
    assert list(facility.work_folder.iterdir()) == []


def test_a_scan_claimed_after_the_stop_goes_back_uncounted(facility: Facility) -> None:
    taken = take(facility, b"%PDF-1.4 late")
    with Worker(facility) as stopped:
        stopped.stop()
        stopped.work_this(taken.id)
    row = scan_row(facility, taken.id)
    assert (row.state, row.tries, row.deaths) == (ScanState.WAITING, 0, 0)


def test_an_idle_worker_takes_over_from_the_dead(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken = take(facility, b"1")
    pipeline(_delivers(facility))
    with writing(facility.engine) as tx:
        ledger.claim(tx, taken.id, "1-dead")
    assert worker.work_next()
    assert scan_row(facility, taken.id).state == ScanState.FILED


def test_a_delivered_letter_shows_its_pictures(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    take(facility, b"stack")
    pipeline(_delivers(facility))
    worker.work_next()
    from digitizer.letters.actions import page_picture

    (entry,) = mailbox(facility, ORSON, OPERATOR)
    assert page_picture(facility, entry.letter, 1, OPERATOR) == b"picture of a page"
    assert events(facility)[-1][:2] == ("look at page", f"letter:{entry.letter}")
