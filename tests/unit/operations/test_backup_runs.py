"""Which backups were begun here, and how each ended."""

from __future__ import annotations

from pathlib import Path

from digitizer.facility import Facility
from digitizer.operations import backup_runs
from digitizer.storage.database import reading, writing


def _begin(facility: Facility, folder: Path) -> str:
    with writing(facility.engine) as tx:
        return backup_runs.begin(tx, folder, True)


def test_only_one_that_ended_well_counts_as_good(facility: Facility, tmp_path: Path) -> None:
    first, second, _ = (_begin(facility, tmp_path / name) for name in "abc")
    backup_runs.end(facility.engine, first, None)
    backup_runs.end(facility.engine, second, "the disk is full")
    with reading(facility.engine) as tx:
        good, last = backup_runs.newest_good(tx), backup_runs.last(tx)
    assert good is not None
    assert last is not None
    assert (last.id, last.folder, last.problem) == (second, tmp_path / "b", "the disk is full")
    assert good < last.started
