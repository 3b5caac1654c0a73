"""A folder for what may lie there only as long as whoever put it there lives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from digitizer.capture.scans import leases
from digitizer.facility import House


@contextmanager
def private_folder(house: House) -> Iterator[Path]:
    """An empty folder; should we die, whoever recovers the house sweeps it. Raises OSError."""
    ours = leases.Claimant(house.run_folder)
    folder = house.work_folder / ours.name
    try:
        folder.mkdir(mode=0o700, parents=True)
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)
        ours.close()
