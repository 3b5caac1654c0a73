"""Working scans: claim, pipeline, file; count what fails; give back what the dead held."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Self

from digitizer.mailroom.house import House
from digitizer.parts import claimants
from digitizer.parts.blobs import BlobStore
from digitizer.parts.isolation import Pool, WorkerLimits
from digitizer.parts.tables import reading, writing
from digitizer.processes import audit, ledger
from digitizer.processes.filing import file_scan
from digitizer.processes.pipeline import Bench, Progress, Worked, no_progress, work
from digitizer.processes.results import outcome_of
from digitizer.processes.sealing import drop_plain, keep_seal, seal
from digitizer.vocabulary.errors import DigitizerError, StorageError
from digitizer.vocabulary.mail import Filed, ScanState
from digitizer.vocabulary.paper import Scan
from digitizer.vocabulary.people import MACHINE

log = logging.getLogger("digitizer")


def recover(house: House) -> int:
    """Gives back what dead supervisors held, and ends a sealing that a crash cut short.

    Returns how many scans wait again.
    """
    with reading(house.engine) as tx:
        names = ledger.claimants_at_work(tx)
    given_back = 0
    for name in names:
        if not claimants.is_alive(house.run_folder, name):
            with writing(house.engine) as tx:
                given_back += len(ledger.give_back(tx, name, died=True))
            claimants.forget(house.run_folder, name)
            shutil.rmtree(house.work_folder / name, ignore_errors=True)
    with reading(house.engine) as tx:
        drop_plain(tx, house.originals)
    return given_back


class Worker:
    """One supervisor at work: it has a name, a pool of isolated processes, and the queue."""

    def __init__(self, house: House, progress: Progress = no_progress) -> None:
        self._house = house
        self._progress = progress
        self._claimant = claimants.Claimant(house.run_folder)
        self._folder = house.work_folder / self._claimant.name
        self._folder.mkdir(mode=0o700, parents=True)
        work_settings = house.settings.work
        self._pool = Pool(
            work_settings.processes, WorkerLimits(megabytes=work_settings.worker_megabytes)
        )

    def close(self) -> None:
        """Stops the pool and gives back what is not finished, uncounted."""
        self.stop()
        self._give_back()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._claimant.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def stop(self) -> None:
        """Ends what the isolated processes are at; the scan in hand goes back, uncounted."""
        self._pool.close()

    def _give_back(self) -> None:
        with writing(self._house.engine) as tx:
            ledger.give_back(tx, self._claimant.name, died=False)

    def work_next(self) -> bool:
        """One try at the oldest waiting scan; False if there is nothing to do."""
        with writing(self._house.engine) as tx:
            scan = ledger.claim_next(tx, self._claimant.name)
        return self._work(scan)

    def work_this(self, scan_id: str) -> bool:
        """One try at one certain scan; False if it is not waiting (someone else has it)."""
        with writing(self._house.engine) as tx:
            scan = ledger.claim(tx, scan_id, self._claimant.name)
        return self._work(scan)

    def _work(self, scan: Scan | None) -> bool:
        """One try. A failed one is counted and leaves the scan waiting, or held at the last."""
        if scan is None:
            return False
        folder = self._folder / scan.id
        folder.mkdir(mode=0o700)
        try:
            self._file(self._worked(scan, folder), folder)
        except (StorageError, CancelledError) as error:
            # A full disk, or our own stop, is not the scan's fault: it is tried again, uncounted.
            self._give_back()
            if isinstance(error, StorageError):
                raise
        except Exception as error:  # whatever it was, only this scan may wait for a person
            log.exception("a try at scan %s failed", scan.id)
            self._count_try(scan, error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return True

    def _worked(self, scan: Scan, folder: Path) -> Worked:
        house = self._house
        files = [house.originals.local_path(part.sha256, folder) for part in scan.originals]
        bench = Bench(self._pool, house.keys, house.settings.work, folder, self._progress)
        return work(scan, files, house.profiles[scan.profile], bench)

    def _file(self, worked: Worked, folder: Path) -> None:
        house = self._house
        if worked.split.sealed:
            self._seal(worked)
            return
        pictures = _store_pictures(house.pictures, worked, folder)
        with writing(house.engine) as tx:
            if ledger.holds(tx, worked.scan.id, self._claimant.name):
                file_scan(tx, worked, pictures, house.settings.facility.release)

    def _seal(self, worked: Worked) -> None:
        house = self._house
        made = seal(house.originals, worked.scan)
        with writing(house.engine) as tx:
            file_scan(tx, worked, {}, house.settings.facility.release)
            keep_seal(tx, worked.scan.id, made)
            audit.record(tx, MACHINE, "seal", f"scan:{worked.scan.id}")
        with reading(house.engine) as tx:
            drop_plain(tx, house.originals)

    def _count_try(self, scan: Scan, error: Exception) -> None:
        why = str(error) if isinstance(error, DigitizerError) else type(error).__name__
        allowed = self._house.settings.work.tries
        with writing(self._house.engine) as tx:
            held = ledger.count_try(tx, scan.id, allowed, why)
            audit.record(
                tx, MACHINE, "hold" if held else "try failed", f"scan:{scan.id}", why=why
            )


def _store_pictures(store: BlobStore, worked: Worked, folder: Path) -> dict[int, str]:
    pictures: dict[int, str] = {}
    for page in worked.pages:
        with (folder / page.image).open("rb") as stream:
            pictures[page.number] = store.put(stream)[0]
    return pictures


def work_to_end(house: House, worker: Worker, scan_id: str, wait: Callable[[], None]) -> None:
    """Works one scan until it is filed or held; ``wait`` is called while another has it."""
    while not is_done(house, scan_id):
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
