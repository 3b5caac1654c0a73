"""Works scans: claims them, runs the pipeline, files the result, and counts what fails."""

from __future__ import annotations

import errno
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Self

import sqlalchemy as sa

from digitizer import audit
from digitizer.capture.filing import file_scan
from digitizer.capture.floor import Floor
from digitizer.capture.outcomes import outcome_of
from digitizer.capture.pipeline import Bench, Progress, Worked, no_progress, work
from digitizer.capture.pulse import Pulse
from digitizer.capture.recovery import give_back_from_dead_workers, recover
from digitizer.capture.scans import home_rules, leases, ledger, signs_of_life
from digitizer.capture.scans.ledger import Terms
from digitizer.capture.sealed_filing import seal_away
from digitizer.capture.stacks import profile_of
from digitizer.covers import register
from digitizer.engines.reading.readers.vision_model import open_premises
from digitizer.facility import Facility
from digitizer.messages import news
from digitizer.model.errors import (
    DigitizerError,
    SandboxFailed,
    SandboxProblem,
    SettingsError,
    StorageError,
)
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Filed, ScanState
from digitizer.model.paper import Scan
from digitizer.model.people import MACHINE
from digitizer.storage.blobs import BlobStore
from digitizer.storage.database import reading, writing
from digitizer.storage.encrypted_files import DamagedFile
from digitizer.storage.key_file import read_key_ring
from digitizer.support.concurrency import or_raise
from digitizer.support.failpoints import failpoint

log = logging.getLogger("digitizer")

# An I/O error (EIO) while writing is a StorageError; one while reading concerns that one original.
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)

_ASIDE_SECONDS = 60.0


class Worker:
    """A running worker: it has a name, a pool of sandboxes, and the queue.

    Several threads may work scans with it at once, so that one that hangs stops no other, and
    small scans use every sandbox.
    """

    def __init__(
        self,
        facility: Facility,
        progress: Progress = no_progress,
        floor: Floor | None = None,
    ) -> None:
        """``floor``: shared with the workers of other facilities, and not ours to end."""
        self._facility = facility
        self._progress = _with_failpoints(progress)
        self._premises = open_premises(facility.settings.endpoint, facility.home)
        self._claimant = leases.Claimant(facility.run_folder)
        self._folder = facility.work_folder / self._claimant.name
        self._folder.mkdir(mode=0o700, parents=True)
        self._put_aside_at: dict[str, float] = {}
        self._stopped = threading.Event()
        self._machine = signs_of_life.machine_of(facility.run_folder)
        self._pulse: Pulse | None = None
        if signs_of_life.are_written(facility.engine):
            self._pulse = Pulse(facility, self._claimant.name, signs_of_life.Kind.WORKER)
            self._pulse.start()
        self._owns_floor = floor is None
        self._floor = floor or Floor(facility.settings.work)

    def close(self) -> None:
        """Stops the pool and gives back what is not finished, without counting an attempt."""
        failpoint("stop.begun")
        self.stop()
        failpoint("stop.pool_closed")
        self._give_back()
        failpoint("stop.given_back")
        shutil.rmtree(self._folder, ignore_errors=True)
        failpoint("stop.folder_removed")
        self._claimant.close()
        failpoint("stop.claimant_closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def stop(self) -> None:
        """Ends what the sandboxes are doing; the scans at work go back, uncounted."""
        self._stopped.set()
        if self._premises:
            self._premises.close()
        if self._owns_floor:
            self._floor.pool.close()

    def _give_back(self) -> None:
        if self._pulse:
            self._pulse.stop()
        with self._writing() as tx:
            ledger.give_back(tx, self._claimant.name, died=False)
            if self._pulse:
                signs_of_life.dismiss(tx, self._claimant.name)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with writing(self._facility.engine) as tx:
            signs_of_life.end_if_still(tx)
            yield tx

    def _claimed(self, claim: Callable[[sa.Connection, Terms], Scan | None]) -> Scan | None:
        """A scan that is claimed and at work from now on; None once we are stopped.

        First, a scan that is still claimed although no thread works it goes back: the database
        took the claim, but failed when we gave it up.
        """
        name, scan = self._claimant.name, None
        with self._floor.lock:
            if not self._floor.may_begin(name):
                return None
            self._floor.wait_alone(name, waits=False)
            with self._writing() as tx:
                if self._stopped.is_set():
                    return None
                if self._facility.is_outpost:
                    home_rules.check(tx, self._facility)
                lost = self._pulse is not None and not signs_of_life.beat(tx, name)
                if not lost:
                    ledger.put_back_all_but(tx, self._floor.at_work(name), name)
                    scan = claim(tx, self._terms(tx))
                deadly = scan is not None and ledger.is_deadly(tx, scan.id)
                waits = not lost and scan is None and ledger.waits_alone(tx, self._terms(tx))
            self._floor.wait_alone(name, waits=waits)
            if scan:
                self._floor.begin(name, scan, deadly=deadly)
        if lost:
            self._come_back()
        return scan

    def _come_back(self) -> None:
        """We gave no sign of life for too long, and what we had is in other hands, or waits."""
        log.error("this worker was taken for dead; what it worked on is given back")
        if self._pulse:
            self._pulse.beat()

    def _terms(self, tx: sa.Connection) -> Terms:
        return Terms(
            last=self._put_aside_lately(),
            beside=signs_of_life.on_machine(tx, self._machine) if self._pulse else None,
            away=self._facility.is_outpost,
            small=self._floor.wants_small,
            crowded=not self._floor.is_empty,
        )

    @property
    def busy(self) -> int:
        """How many scans it has at work."""
        with self._floor.lock:
            return self._floor.busy(self._claimant.name)

    def _put_back(self, scan: Scan) -> None:
        """The scan waits again, uncounted."""
        name = self._claimant.name
        with self._floor.lock:
            self._floor.end(name, scan)
            with self._writing() as tx:
                ledger.put_back_all_but(tx, self._floor.at_work(name), name)

    def _put_aside(self, scan: Scan) -> None:
        """The scan waits, uncounted, and for a minute behind the others: if only this one meets
        the error (its original cannot be read, say), they go on."""
        self._put_aside_at[scan.id] = time.monotonic()
        self._put_back(scan)

    def _put_aside_lately(self) -> frozenset[str]:
        since = time.monotonic() - _ASIDE_SECONDS
        for scan_id, moment in tuple(self._put_aside_at.items()):
            if moment < since:
                self._put_aside_at.pop(scan_id, None)
        return frozenset(self._put_aside_at)

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def has_work(self) -> bool:
        """Whether a scan waits or is being worked, here or elsewhere."""
        with reading(self._facility.engine) as tx:
            state = ledger.queue_state(tx)
        return bool(state.waiting or state.working)

    def work_next(self) -> bool:
        """One attempt at the oldest waiting scan; False if there is nothing to do."""
        scan = self._claim_next()
        if scan is None and give_back_from_dead_workers(self._facility):
            scan = self._claim_next()
        return self._work(scan)

    def _claim_next(self) -> Scan | None:
        name = self._claimant.name
        return self._claimed(lambda tx, terms: ledger.claim_next(tx, name, terms))

    def work_this(self, scan_id: str) -> bool:
        """One attempt at one particular scan; False if it is not waiting (another has it)."""
        name = self._claimant.name
        claim = self._claimed(lambda tx, terms: ledger.claim(tx, scan_id, name, terms))
        return self._work(claim)

    def _work(self, scan: Scan | None) -> bool:
        """One attempt. A failed one is counted; the scan waits again, or after the last is held."""
        if scan is None:
            return False
        failpoint("work.claimed")
        folder = None
        try:
            folder = self._make_folder(scan)
            failpoint("work.folder_made")
            self._file(self._worked(scan, folder), folder)
            log.info("worked scan %s", scan.id, extra={"event": "worked", "scan": scan.id})
        except CancelledError:  # our own stop
            self._put_back(scan)
        except Exception as error:  # whatever it was, only this scan may be held for it
            if _is_not_about_the_scan(error):
                self._put_aside(scan)
                raise
            log.exception("an attempt at scan %s failed", scan.id)
            self._count_try(scan, error)
        finally:
            with self._floor.lock:
                self._floor.end(self._claimant.name, scan)
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
                failpoint("work.folder_removed")
        return True

    def _make_folder(self, scan: Scan) -> Path:
        """A folder for this attempt alone: nothing that an earlier one left can be in it."""
        try:
            return Path(tempfile.mkdtemp(prefix=f"{scan.id}-", dir=self._folder))
        except OSError as error:
            raise StorageError(
                f"Cannot make a folder to work in under {self._folder}: {error.strerror}."
            ) from None

    def _worked(self, scan: Scan, folder: Path) -> Worked:
        facility = self._facility
        with reading(facility.engine) as tx:
            limits = facility.settings.work.after_tries(ledger.tries(tx, scan.id))
            retired = register.retired_keys(tx)
        files = [facility.originals.local_path(part.sha256, folder) for part in scan.originals]
        keys = read_key_ring(facility.key_file)  # each time: they may have been rotated
        bench = Bench(
            pool=self._floor.pool,
            keys=replace(keys, retired=retired),
            work=limits,
            folder=folder,
            progress=self._progress,
            premises=self._premises,
        )
        return work(scan, files, profile_of(facility.profiles, scan), bench)

    def _file(self, worked: Worked, folder: Path) -> None:
        failpoint("work.worked")
        facility = self._facility
        if worked.split.sealed and facility.is_outpost:
            self._leave_to_home(worked.scan)
            return
        if worked.split.sealed:
            seal_away(facility, worked, folder, lambda tx: self._holds(tx, worked.scan))
            return
        pictures = _store_pictures(facility.pictures, worked, folder)
        failpoint("work.pictures_stored")
        with self._writing() as tx:
            if self._holds(tx, worked.scan):
                if facility.is_outpost:  # again: large scans take minutes
                    home_rules.check(tx, facility)
                file_scan(
                    tx,
                    worked,
                    pictures,
                    facility.settings.facility.release,
                    facility.settings.covers,
                    facility.settings.screening.watch_holds,
                    facility.settings.appeals.calendar,
                )
                news.tell_filed(tx, facility.settings, worked.scan.id)
                failpoint("work.filed")
        failpoint("work.committed")

    def _holds(self, tx: sa.Connection, scan: Scan) -> bool:
        return ledger.holds(tx, scan, self._claimant.name)

    def _leave_to_home(self, scan: Scan) -> None:
        """It is or may be legal mail. Its key would be here, where nobody could open it."""
        with self._writing() as tx:
            if self._holds(tx, scan):
                ledger.leave_to_home(tx, scan.id)
                why = "it is sealed in the facility's home"
                audit.record(tx, MACHINE, Verb.GIVE_BACK, Subject.scan(scan.id), why=why)

    def _count_try(self, scan: Scan, error: Exception) -> None:
        why = _in_words(error)
        allowed = self._facility.settings.work.tries
        with self._writing() as tx:
            if not self._holds(tx, scan):
                return
            held = ledger.count_try(tx, scan.id, allowed, why)
            verb = Verb.HOLD if held else Verb.TRY_FAILED
            audit.record(tx, MACHINE, verb, Subject.scan(scan.id), why=why)


def _with_failpoints(progress: Progress) -> Progress:
    """Passes on the sandboxes' progress; each step is a failpoint too."""

    def report(stage: str, done: int, of: int) -> None:
        failpoint(f"work.{stage}")
        progress(stage, done, of)

    return report


def _in_words(error: Exception) -> str:
    if isinstance(error, DigitizerError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"disk error: {error.strerror}"
    return type(error).__name__


def _is_not_about_the_scan(error: Exception) -> bool:
    """A full disk, no sandbox to be had, or settings or keys that are not in order: once that is
    fixed it is tried again, uncounted."""
    unavailable = isinstance(error, SandboxFailed) and error.kind is SandboxProblem.UNAVAILABLE
    full = isinstance(error, OSError) and error.errno in _DISK_ERRORS
    of_the_home = isinstance(error, (StorageError, SettingsError))
    return unavailable or full or (of_the_home and not isinstance(error, DamagedFile))


def _store_pictures(store: BlobStore, worked: Worked, folder: Path) -> dict[int, str]:
    files = [partial(_opened, folder / page.image) for page in worked.pages]
    pictures: dict[int, str] = {}
    for page, stored in zip(worked.pages, store.put_all(files), strict=True):
        pictures[page.number] = or_raise(stored)[0]
        failpoint("work.picture_stored")
    return pictures


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")


def work_to_end(facility: Facility, worker: Worker, scan_id: str, wait: Callable[[], None]) -> None:
    """Works one scan until it is filed or held; calls ``wait`` while another worker has it.

    Raises CancelledError if the worker is stopped first.
    """
    while not is_done(facility, scan_id):
        if worker.stopped:
            raise CancelledError
        if not worker.work_this(scan_id):
            wait()
            recover(facility)


def is_done(facility: Facility, scan_id: str) -> bool:
    with reading(facility.engine) as tx:
        return ledger.scan_state(tx, scan_id) in (ScanState.FILED, ScanState.HELD)


def filed(facility: Facility, scan_id: str) -> tuple[Filed, ...]:
    """What became of a scan that is done: a line for each letter."""
    with reading(facility.engine) as tx:
        return outcome_of(tx, scan_id)
