"""A worker with a pipeline that tests steer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digitizer.capture import worker as working
from digitizer.capture.pipeline import Bench, Worked
from digitizer.capture.worker import Worker
from digitizer.facility import Facility
from digitizer.model.paper import Scan
from digitizer.model.scanner_profile import ScannerProfile
from tests.support.cluster import cluster, cluster_url
from tests.support.worker_kit import Step

__all__ = ["cluster", "cluster_url", "pipeline", "worker"]


@pytest.fixture
def worker(facility: Facility) -> Iterator[Worker]:
    with Worker(facility) as made:
        yield made


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Callable[[Step], None]:
    """Replaces the pipeline by a made-up one: no picture is opened."""

    def put(step: Step) -> None:
        def work(taken: Scan, files: list[Path], profile: ScannerProfile, bench: Bench) -> Worked:
            assert all(file.is_file() for file in files)
            return step(taken, bench)

        monkeypatch.setattr(working, "work", work)

    return put
