"""What makes a service not ready, and what makes it ready again."""

from __future__ import annotations

import logging
import resource
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digitizer.capture import worker as working
from digitizer.capture.intake import TakenIn, take_all_from_inbox
from digitizer.capture.pipeline import Worked
from digitizer.capture.scans import ledger
from digitizer.capture.worker import Worker
from digitizer.entrances.service import run as services
from digitizer.entrances.service.run import Service
from digitizer.facility import Facility, make_home, open_facility
from digitizer.model.errors import StorageError, UsageError
from digitizer.model.mail import ScanState
from digitizer.model.paper import Doubt, DoubtReason, Scan, Split
from digitizer.screening.decisions import held
from digitizer.storage.database import writing
from inbox_watch import post
from inbox_watch.reports import News, Report
from tests.support.made_mail import OPERATOR, scan_row, take
from tests.support.patience import HUNG


def _report(facility: Facility, news: News, error: Exception | None = None) -> Report:
    (folder, *_) = services.safe_folders(facility)
    return Report(news, folder, "It is so.", error=error)


def test_a_folder_lost_and_back(facility: Facility) -> None:
    service = Service(facility)
    services._note_trouble(service, _report(facility, News.FOLDER_LOST))
    assert list(service.troubles.values()) == ["It is so."]
    services._note_trouble(service, _report(facility, News.FOLDER_BACK))
    assert list(service.troubles.values()) == [""]


def test_a_store_that_refuses_is_trouble_and_a_file_that_does_is_not(facility: Facility) -> None:
    service = Service(facility)
    services._note_trouble(service, _report(facility, News.NOT_TAKEN, UsageError("no file")))
    assert service.troubles == {}
    services._note_trouble(service, _report(facility, News.NOT_TAKEN, StorageError("full")))
    assert service.troubles == {"intake": "It is so."}
    services._note_trouble(service, _report(facility, News.TAKEN_AT_LAST))
    assert service.troubles == {"intake": ""}


def test_each_empty_file_is_reported_and_held(
    facility: Facility, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the watcher itself, whose patience is made short: each of the two is reported."""
    monkeypatch.setattr(post, "FORGOTTEN_SECONDS", 0.0)
    inbox = facility.home / "inbox" / "default"
    names = {"one.pdf", "two.pdf"}
    for name in names:
        (inbox / name).touch()
    service = Service(facility)
    with caplog.at_level(logging.ERROR, "digitizer"):
        watching = threading.Thread(target=services.watch, args=(service,))
        watching.start()
        while any(inbox.iterdir()):
            service.nudge.wait(1)  # a nudge is early: the files go right after it
        service.end()
        watching.join()
    reported = [record for record in caplog.records if record.__dict__.get("event") == "empty_file"]
    assert {name for name in names for record in reported if name in record.getMessage()} == names
    with Worker(facility) as worker:
        while worker.work_next():
            pass
    assert {(each.source, "empty" in str(each.reason)) for each in held(facility, OPERATOR)} == {
        (name, True) for name in names
    }


class _Worker:
    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def work_next(self) -> bool:
        if self.error:
            raise self.error
        return True

    def has_work(self) -> bool:
        return True


def test_work_that_has_stopped(facility: Facility) -> None:
    service = Service(facility)
    worker = _Worker(StorageError("The disk is full."))
    assert not services._work_once(service, worker)  # type: ignore[arg-type]  # a fake
    assert service.troubles["work"] == "work has stopped: The disk is full."
    worker.error = None
    assert services._work_once(service, worker)  # type: ignore[arg-type]  # a fake
    assert service.troubles["work"] == ""


def test_what_stands_still_at_one_facility_holds_up_no_other(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked first, having nothing at work; a lane that waited there would work one scan of
    the others in a pause. Here a pause outlasts the test."""
    monkeypatch.setattr(services, "_FAILURE_PAUSE", 10 * HUNG)
    make_home(tmp_path / "other")
    other = open_facility(tmp_path / "other")
    good = [take(facility, bytes([number])) for number in range(4)]
    take(other, b"its store is away")
    first = Service(facility)

    def step(scan: Scan, *_: object) -> Worked:
        if scan.id not in {each.id for each in good}:
            raise StorageError("The store is away.")
        if scan.id == good[-1].id:
            first.end()
        return Worked(scan, (), Split(whole=(Doubt(DoubtReason.UNOPENABLE, "Look at it."),)), {})

    monkeypatch.setattr(working, "work", step)
    lanes = threading.Thread(
        target=services.work_all, args=([Service(other, first), first],), daemon=True
    )
    lanes.start()
    lanes.join(HUNG)
    assert not lanes.is_alive()
    assert {scan_row(facility, each.id).state for each in good} == {ScanState.HELD}
    other.engine.dispose()


def test_a_lane_without_work_does_not_hide_the_trouble_of_another(facility: Facility) -> None:
    service = Service(facility)
    service.troubles["work"] = "work has stopped"
    taken = take(facility, b"stack")
    with Worker(facility) as worker, Worker(facility) as other:
        with writing(facility.engine) as tx:
            ledger.claim(tx, taken.id, other._claimant.name)
        assert not services._work_once(service, worker)
        assert service.troubles["work"] == "work has stopped"
        other._give_back()
        assert services._work_once(service, worker), "it is not a scan, so it is held"
    assert service.troubles["work"] == ""


def test_a_scan_that_hangs_stops_no_other(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(facility)
    hanging, good = take(facility, b"it hangs"), take(facility, b"it does not")
    good_is_worked = threading.Event()
    went_on: list[bool] = []

    def step(scan: Scan, *_: object) -> Worked:
        if scan.id == hanging.id:
            went_on.append(good_is_worked.wait(HUNG))
            service.end()
        else:
            good_is_worked.set()
        return Worked(scan, (), Split(whole=(Doubt(DoubtReason.UNOPENABLE, "Look at it."),)), {})

    monkeypatch.setattr(working, "work", step)
    services.work(service)
    assert went_on == [True]
    assert {scan_row(facility, each.id).state for each in (hanging, good)} == {ScanState.HELD}


def test_a_lane_that_fails_ends_the_service(
    facility: Facility, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_worker: Worker) -> bool:
        raise ValueError("a bug of ours")

    service = Service(facility)
    monkeypatch.setattr(Worker, "work_next", broken)
    services._guarded(service, services.work)
    assert service.failed
    assert service.stop.is_set()
    assert "a bug of ours" in caplog.text


def _disk_full(_facility: Facility) -> None:
    """The kernel's own ENOSPC, in the middle of a scan."""
    Path("/dev/full").write_bytes(b"a picture of a page")


def _folder_gone(facility: Facility) -> None:
    shutil.rmtree(facility.work_folder)


@pytest.mark.parametrize("problem", [_disk_full, _folder_gone])
def test_a_failing_disk_is_logged_once_and_no_scan_is_blamed(
    facility: Facility,
    problem: Callable[[Facility], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    service = Service(facility)
    taken = take(facility, b"no scan at all")
    with Worker(facility) as worker:
        with monkeypatch.context() as patch, caplog.at_level(logging.ERROR, "digitizer"):
            if problem is _disk_full:
                patch.setattr(working, "work", lambda *_: problem(facility))
            else:
                problem(facility)
            assert not any(services._work_once(service, worker) for _ in range(3))
        assert [record.levelname for record in caplog.records] == ["ERROR"]
        assert caplog.messages == [service.troubles["work"]]
        assert scan_row(facility, taken.id).tries == 0
        worker._folder.mkdir(parents=True, exist_ok=True)
        assert services._work_once(service, worker), "it goes on by itself"
    assert service.troubles["work"] == ""
    assert scan_row(facility, taken.id).state == ScanState.HELD


@pytest.mark.parametrize("error", [None, StorageError("x"), ValueError("x"), SystemExit(1)])
def test_a_part_that_ends_is_trouble_and_ends_the_service(
    facility: Facility, error: BaseException | None
) -> None:
    service = Service(facility)

    def part(_service: Service) -> None:
        assert service.troubles == {"part": ""}
        if error:
            raise error

    services._guarded(service, part)
    assert service.stop.is_set()
    assert service.troubles == {"part": "it has ended"}
    assert service.failed == (error is not None)


@pytest.fixture
def few_files() -> Iterator[None]:
    """Fewer open files than a joined stack has; as with 1,024, the usual limit, and 1,100."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_stack_of_more_files_than_may_be_open_at_first(
    facility: Facility, few_files: None
) -> None:
    stack = [facility.home / "inbox" / "default" / f"{number}.jpg" for number in range(300)]
    for path in stack:
        path.write_bytes(path.name.encode())
    results: list[TakenIn | Exception | None] = []

    def take_stack(_service: Service) -> None:
        results.extend(take_all_from_inbox(facility, [stack], "flatbed-jpeg", OPERATOR))

    assert services.run(facility, take_stack)
    (taken,) = results
    assert isinstance(taken, TakenIn), taken
    assert not any(path.exists() for path in stack)
