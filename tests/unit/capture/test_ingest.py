"""Several stacks at work at once, reported in the order given, each with its own error."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture import worker
from digitizer.capture.ingest import Ingested, ingest_all
from digitizer.capture.pipeline import Bench, Worked, no_progress
from digitizer.capture.worker import Worker
from digitizer.facility import Facility
from digitizer.model.errors import UsageError
from digitizer.model.mail import Filed, Outcome, ScanState
from digitizer.model.paper import Doubt, DoubtReason, Scan, Split
from digitizer.storage.database import reading
from digitizer.storage.tables import scan
from tests.support.made_mail import OPERATOR
from tests.support.patience import HUNG


def _held(taken: Scan) -> Worked:
    doubt = Doubt(DoubtReason.UNOPENABLE, f"{taken.source}.")
    return Worked(taken, (), Split(whole=(doubt,)), {})


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"{name}.tif" for name in "abcdef"]
    for path in made:
        path.write_bytes(f"sheets of {path.name}".encode())
    return made


def _ingest(facility: Facility, files: list[Path]) -> list[Ingested]:
    return list(
        ingest_all(facility, files, "default", lambda path: path.name, no_progress, OPERATOR)
    )


def _pipeline(monkeypatch: pytest.MonkeyPatch, step: Callable[[Scan], Worked]) -> None:
    def work(taken: Scan, _files: object, _profile: object, _bench: Bench) -> Worked:
        return step(taken)

    monkeypatch.setattr(worker, "work", work)


def test_two_are_worked_at_once_and_reported_in_order(
    facility: Facility, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = threading.Barrier(2)

    def step(taken: Scan) -> Worked:
        pair.wait(HUNG)  # breaks where they come one after another
        return _held(taken)

    _pipeline(monkeypatch, step)
    ingested = _ingest(facility, files)
    assert [each.files for each in ingested] == [(path,) for path in files]
    reasons = [line.reason for each in ingested for line in _lines(each)]
    assert reasons == [f"{path.name}." for path in files]


def test_the_same_bytes_twice_at_once_are_one_scan(
    facility: Facility, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _pipeline(monkeypatch, _held)
    files[1].write_bytes(files[0].read_bytes())
    first, second, *_ = _ingest(facility, files)
    assert [line.outcome for line in (*_lines(first), *_lines(second))] == [
        Outcome.HELD,
        Outcome.DUPLICATE,
    ]
    assert _lines(first)[0].scan == _lines(second)[0].scan


def test_a_stack_that_fails_has_its_error_in_its_place(
    facility: Facility, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _pipeline(monkeypatch, _held)
    files[1].unlink()
    ingested = _ingest(facility, files[:3])
    assert isinstance(ingested[1].outcome, UsageError)
    assert [len(_lines(ingested[n])) for n in (0, 2)] == [1, 1]


def test_stopped_early_it_gives_back_what_is_at_work(
    facility: Facility, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, stopped = threading.Event(), threading.Event()
    stop = Worker.stop

    def stop_and_signal(worker: Worker) -> None:
        stop(worker)
        stopped.set()

    def step(taken: Scan) -> Worked:
        if taken.source == files[0].name:
            return _held(taken)
        at_work.set()
        stopped.wait(HUNG)
        raise CancelledError

    _pipeline(monkeypatch, step)
    monkeypatch.setattr(Worker, "stop", stop_and_signal)
    ingesting = ingest_all(
        facility, files, "default", lambda path: path.name, no_progress, OPERATOR
    )
    with closing(ingesting):
        next(ingesting)
        assert at_work.wait(HUNG)
    with reading(facility.engine) as tx:
        rows = tx.execute(sa.select(scan.c.state, scan.c.tries, scan.c.claimed_by)).all()
    assert rows.count((ScanState.HELD, 0, None)) == 1
    assert rows.count((ScanState.WAITING, 0, None)) == len(rows) - 1 >= 2


def _lines(each: Ingested) -> tuple[Filed, ...]:
    assert not isinstance(each.outcome, Exception), each.outcome
    return each.outcome
