"""A folder whose content goes when the process that made it ends, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from digitizer.capture.scans import leases
from digitizer.facility import Facility


@contextmanager
def private_folder(facility: Facility) -> Iterator[Path]:
    """An empty folder; if we die, whoever recovers the facility removes it. Raises OSError."""
    ours = leases.Claimant(facility.run_folder)
    folder = facility.work_folder / ours.name
    try:
        folder.mkdir(mode=0o700, parents=True)
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)
        ours.close()
