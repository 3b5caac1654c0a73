"""Working scans: claim, pipeline, file; count what fails; give back what the dead held."""

from __future__ import annotations

import errno
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path
from typing import IO, Self

import sqlalchemy as sa

from digitizer import audit
from digitizer.capture.filing import file_scan
from digitizer.capture.outcomes import outcome_of
from digitizer.capture.pipeline import Bench, Progress, Worked, no_progress, work
from digitizer.capture.scans import leases, ledger
from digitizer.capture.scans.sealing import drop_plain
from digitizer.capture.sealed_filing import seal_away
from digitizer.capture.stacks import profile_named
from digitizer.engines.isolation import Pool, WorkerLimits
from digitizer.engines.reading import load_networks
from digitizer.engines.reading.readers.vision_model import open_premises
from digitizer.facility import House
from digitizer.model.errors import (
    DigitizerError,
    StorageError,
    WorkerFailed,
    WorkerFault,
)
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Filed, ScanState
from digitizer.model.paper import Scan
from digitizer.model.people import MACHINE
from digitizer.storage.blobs import BlobStore
from digitizer.storage.key_file import read_key_ring
from digitizer.storage.tables import reading, writing
from digitizer.support.concurrency import or_raise
from digitizer.support.failpoints import reach

log = logging.getLogger("digitizer")

# An error of the medium (EIO) in writing is a StorageError; one in reading is of that one original.
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)

_ASIDE_SECONDS = 60.0


def recover(house: House) -> int:
    """Gives back what dead supervisors held, and ends a sealing that a crash cut short.

    Returns how many scans wait again, or are held because the service died of them too often.
    """
    reach("recover.begun")
    given_back = give_back_of_the_dead(house)
    with writing(house.engine) as tx:
        drop_plain(tx, house.originals)
    reach("recover.plain_dropped")
    return given_back


def give_back_of_the_dead(house: House) -> int:
    """Gives back what dead supervisors held, counted as a death; returns how many scans.

    Their folders go too, those of whoever died while cutting a sealed scan, and what the dead
    were storing.
    """
    with reading(house.engine) as tx:
        names = ledger.claimants_at_work(tx)
    given_back = 0
    for name in names:
        if not leases.is_alive(house.run_folder, name):
            with writing(house.engine) as tx:
                scans = ledger.give_back(tx, name, died=True)
                for scan_id in scans:
                    state = ledger.scan_state(tx, scan_id)
                    verb = Verb.HOLD if state is ScanState.HELD else Verb.GIVE_BACK
                    about = Subject.scan(scan_id)
                    audit.record(tx, MACHINE, verb, about, why="the service died")
                reach("recover.given_back")
            reach("recover.committed")
            given_back += len(scans)
            _sweep(house, name)
            reach("recover.swept")
    for name in leases.dead(house.run_folder):  # they had no work left, but maybe pictures
        _sweep(house, name)
    leases.forget_unknown(house.run_folder)
    for store in (house.originals, house.pictures):
        store.sweep()
    return given_back


def _sweep(house: House, name: str) -> None:
    """Pictures of a dead supervisor's pages first: while its lock file is there, it is known."""
    shutil.rmtree(house.work_folder / name, ignore_errors=True)
    leases.forget(house.run_folder, name)


class Worker:
    """One supervisor at work: it has a name, a pool of isolated processes, and the queue.

    Several threads may work scans with it side by side, so that one that hangs stops no other,
    and small scans use every process.
    """

    def __init__(self, house: House, progress: Progress = no_progress) -> None:
        self._house = house
        self._progress = _through_points(progress)
        self._premises = open_premises(house.settings.endpoint, house.home)
        self._claimant = leases.Claimant(house.run_folder)
        self._folder = house.work_folder / self._claimant.name
        self._folder.mkdir(mode=0o700, parents=True)
        work_settings = house.settings.work
        self._hands = threading.Lock()
        self._in_hand: set[str] = set()
        self._aside: dict[str, float] = {}
        self._stopped = threading.Event()
        limits = WorkerLimits(megabytes=work_settings.worker_megabytes)
        self._pool = Pool(work_settings.processes, limits, first=load_networks)

    def close(self) -> None:
        """Stops the pool and gives back what is not finished, uncounted."""
        reach("stop.begun")
        self.stop()
        reach("stop.pool_closed")
        self._give_back()
        reach("stop.given_back")
        shutil.rmtree(self._folder, ignore_errors=True)
        reach("stop.folder_removed")
        self._claimant.close()
        reach("stop.claimant_closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def stop(self) -> None:
        """Ends what the isolated processes are at; the scans in hand go back, uncounted."""
        self._stopped.set()
        if self._premises:
            self._premises.close()
        self._pool.close()

    def _give_back(self) -> None:
        with writing(self._house.engine) as tx:
            ledger.give_back(tx, self._claimant.name, died=False)

    def _claimed(self, claim: Callable[[sa.Connection], Scan | None]) -> Scan | None:
        """A scan that is claimed and in hand now; none once we are stopped. First, what is still
        claimed though no thread has it in hand goes back: a database that failed took the claim
        but not our letting go."""
        with self._hands:
            with writing(self._house.engine) as tx:
                if self._stopped.is_set():
                    return None
                ledger.put_back_all_but(tx, self._in_hand, self._claimant.name)
                scan = claim(tx)
            if scan:
                self._in_hand.add(scan.id)
        return scan

    def _put_back(self, scan: Scan) -> None:
        """It waits again, uncounted."""
        with self._hands:
            self._in_hand.discard(scan.id)
            with writing(self._house.engine) as tx:
                ledger.put_back_all_but(tx, self._in_hand, self._claimant.name)

    def _put_aside(self, scan: Scan) -> None:
        """It waits, uncounted, and for a minute behind the others: if it alone meets the fault
        (its original cannot be read, say), they go on."""
        self._aside[scan.id] = time.monotonic()
        self._put_back(scan)

    def _put_aside_lately(self) -> frozenset[str]:
        since = time.monotonic() - _ASIDE_SECONDS
        for scan_id, moment in tuple(self._aside.items()):
            if moment < since:
                self._aside.pop(scan_id, None)
        return frozenset(self._aside)

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def has_work(self) -> bool:
        """Whether a scan waits or is at work, here or elsewhere."""
        with reading(self._house.engine) as tx:
            state = ledger.queue_state(tx)
        return bool(state.waiting or state.working)

    def work_next(self) -> bool:
        """One try at the oldest waiting scan; False if there is nothing to do."""
        scan = self._claim_next()
        if scan is None and give_back_of_the_dead(self._house):
            scan = self._claim_next()
        return self._work(scan)

    def _claim_next(self) -> Scan | None:
        last = self._put_aside_lately()
        return self._claimed(lambda tx: ledger.claim_next(tx, self._claimant.name, last))

    def work_this(self, scan_id: str) -> bool:
        """One try at one certain scan; False if it is not waiting (someone else has it)."""
        return self._work(self._claimed(lambda tx: ledger.claim(tx, scan_id, self._claimant.name)))

    def _work(self, scan: Scan | None) -> bool:
        """One try. A failed one is counted and leaves the scan waiting, or held at the last."""
        if scan is None:
            return False
        reach("work.claimed")
        folder = None
        try:
            folder = self._make_folder(scan)
            reach("work.folder_made")
            self._file(self._worked(scan, folder), folder)
            log.info("worked scan %s", scan.id, extra={"event": "worked", "scan": scan.id})
        except CancelledError:  # our own stop
            self._put_back(scan)
        except Exception as error:  # whatever it was, only this scan may wait for a person
            if _is_not_the_scans_fault(error):
                self._put_aside(scan)
                raise
            log.exception("a try at scan %s failed", scan.id)
            self._count_try(scan, error)
        finally:
            with self._hands:
                self._in_hand.discard(scan.id)
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
                reach("work.folder_removed")
        return True

    def _make_folder(self, scan: Scan) -> Path:
        """A folder for this very try: nothing that an earlier one left can be in it."""
        try:
            return Path(tempfile.mkdtemp(prefix=f"{scan.id}-", dir=self._folder))
        except OSError as error:
            raise StorageError(f"No folder for work in {self._folder}: {error.strerror}.") from None

    def _worked(self, scan: Scan, folder: Path) -> Worked:
        house = self._house
        with reading(house.engine) as tx:
            limits = house.settings.work.after_tries(ledger.tries(tx, scan.id))
        files = [house.originals.local_path(part.sha256, folder) for part in scan.originals]
        keys = read_key_ring(house.key_file)  # afresh: they may have been rotated meanwhile
        bench = Bench(self._pool, keys, limits, folder, self._progress, self._premises)
        return work(scan, files, profile_named(house.profiles, scan.profile), bench)

    def _file(self, worked: Worked, folder: Path) -> None:
        reach("work.worked")
        house = self._house
        if worked.split.sealed:
            seal_away(house, worked, folder, lambda tx: self._holds(tx, worked.scan))
            return
        pictures = _store_pictures(house.pictures, worked, folder)
        reach("work.pictures_stored")
        with writing(house.engine) as tx:
            if self._holds(tx, worked.scan):
                file_scan(
                    tx, worked, pictures, house.settings.facility.release, house.settings.covers
                )
                reach("work.filed")
        reach("work.committed")

    def _holds(self, tx: sa.Connection, scan: Scan) -> bool:
        return ledger.holds(tx, scan.id, self._claimant.name)

    def _count_try(self, scan: Scan, error: Exception) -> None:
        why = _in_words(error)
        allowed = self._house.settings.work.tries
        with writing(self._house.engine) as tx:
            if not self._holds(tx, scan):
                return
            held = ledger.count_try(tx, scan.id, allowed, why)
            verb = Verb.HOLD if held else Verb.TRY_FAILED
            audit.record(tx, MACHINE, verb, Subject.scan(scan.id), why=why)


def _through_points(progress: Progress) -> Progress:
    """The progress of the isolated processes, passed on; each step is a named point too."""

    def told(stage: str, done: int, of: int) -> None:
        reach(f"work.{stage}")
        progress(stage, done, of)

    return told


def _in_words(error: Exception) -> str:
    if isinstance(error, DigitizerError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"the disk says: {error.strerror}"
    return type(error).__name__


def _is_not_the_scans_fault(error: Exception) -> bool:
    """A full disk, or no worker to be had: it is tried again, uncounted, when that is mended."""
    unavailable = isinstance(error, WorkerFailed) and error.kind is WorkerFault.UNAVAILABLE
    full = isinstance(error, OSError) and error.errno in _DISK_ERRORS
    return unavailable or full or isinstance(error, StorageError)


def _store_pictures(store: BlobStore, worked: Worked, folder: Path) -> dict[int, str]:
    files = [partial(_opened, folder / page.image) for page in worked.pages]
    pictures: dict[int, str] = {}
    for page, stored in zip(worked.pages, store.put_all(files), strict=True):
        pictures[page.number] = or_raise(stored)[0]
        reach("work.picture_stored")
    return pictures


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")


def work_to_end(house: House, worker: Worker, scan_id: str, wait: Callable[[], None]) -> None:
    """Works one scan until it is filed or held; ``wait`` is called while another has it.

    Raises CancelledError if the worker is stopped before.
    """
    while not is_done(house, scan_id):
        if worker.stopped:
            raise CancelledError
        if not worker.work_this(scan_id):
            wait()
            recover(house)


def is_done(house: House, scan_id: str) -> bool:
    with reading(house.engine) as tx:
        return ledger.scan_state(tx, scan_id) in (ScanState.FILED, ScanState.HELD)


def filed(house: House, scan_id: str) -> tuple[Filed, ...]:
    """What became of a scan that is done: a line a letter."""
    with reading(house.engine) as tx:
        return outcome_of(tx, scan_id)
