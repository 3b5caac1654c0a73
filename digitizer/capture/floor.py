"""What the workers of one process share: the sandboxes, and who may begin beside whom."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Self

from digitizer.capture.scans.ledger import LARGE
from digitizer.engines.isolation import Pool, SandboxLimits
from digitizer.engines.reading import load_networks
from digitizer.model.paper import Scan
from digitizer.model.settings import Work


@dataclass(frozen=True, slots=True)
class _AtWork:
    large: bool
    deadly: bool


class Floor:
    """Each facility has a worker of its own; they work on one floor.

    A scan over which the service died must be alone in the whole process, or the next death is
    counted on an innocent one too. Of the scans that are worked side by side one is always small,
    where there are small ones. ``lock`` is held while a worker claims.
    """

    def __init__(self, settings: Work) -> None:
        self.lock = threading.Lock()
        self._side_by_side = settings.processes
        limits = SandboxLimits(megabytes=settings.worker_megabytes)
        self.pool = Pool(settings.processes, limits, first=load_networks)
        self._at_work: dict[tuple[str, str, int], _AtWork] = {}
        self._waits_alone = ""  # the worker that has a deadly scan, and waits for the others to end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.pool.close()

    def begin(self, worker: str, scan: Scan, *, deadly: bool) -> None:
        large = scan.size > LARGE
        self._at_work[worker, scan.id, scan.claim] = _AtWork(large, deadly)

    def end(self, worker: str, scan: Scan) -> None:
        self._at_work.pop((worker, scan.id, scan.claim), None)

    def busy(self, worker: str) -> int:
        """How many scans this worker has at work."""
        return sum(name == worker for name, _, _ in self._at_work)

    def at_work(self, worker: str) -> tuple[str, ...]:
        return tuple(scan_id for name, scan_id, _ in self._at_work if name == worker)

    def may_begin(self, worker: str) -> bool:
        """Nobody begins beside a deadly scan; nor while another waits to be alone with one."""
        deadly = any(each.deadly for each in self._at_work.values())
        return not deadly and self._waits_alone in ("", worker)

    @property
    def is_empty(self) -> bool:
        return not self._at_work

    @property
    def wants_small(self) -> bool:
        """Whether all places but one are taken by large scans."""
        large = sum(each.large for each in self._at_work.values())
        return self._side_by_side > 1 and large >= self._side_by_side - 1

    def wait_alone(self, worker: str, *, waits: bool) -> None:
        """Says whether this worker has a deadly scan that cannot begin yet."""
        if waits:
            self._waits_alone = worker
        elif self._waits_alone == worker:
            self._waits_alone = ""
