"""The scrub finds every stored file that is gone or changed, and disturbs nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from digitizer import audit
from digitizer.capture.scans import leases, ledger, sealing
from digitizer.facility import Facility
from digitizer.model.errors import StorageError
from digitizer.model.paper import Split
from digitizer.operations import scrub as scrubbing
from digitizer.operations.scrub import Problem, scrub
from digitizer.operations.stored_blobs import Named
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.database import reading, writing
from tests.support.made_mail import LEGAL, OPERATOR, events, file, take


def _no_sleep(_seconds: float) -> None:
    return


def _path(facility: Facility, sha256: str) -> Path:
    assert isinstance(facility.originals, LocalBlobs)
    return facility.originals.path(sha256)


def test_a_sound_store(facility: Facility) -> None:
    take(facility, b"12345")
    take(facility, b"678")
    found = scrub(facility, OPERATOR, 1e6, _no_sleep)
    assert (found.sound, found.files, found.size, found.left_over) == (True, 2, 8, [])
    assert events(facility)[-1] == ("scrub", "store", OPERATOR.name)


def test_missing_and_altered_are_named_with_their_scan(facility: Facility) -> None:
    lost, altered = take(facility, b"lost"), take(facility, b"altered")
    names = [scan.originals[0].sha256 for scan in (lost, altered)]
    _path(facility, names[0]).unlink()
    _path(facility, names[1]).write_bytes(b"rotten!")
    found = scrub(facility, OPERATOR, 1e6, _no_sleep)
    assert not found.sound
    assert found.missing == [Problem("originals", names[0], (lost.id,))]
    assert found.altered == [Problem("originals", names[1], (altered.id,))]
    with reading(facility.engine) as tx:
        detail = audit.latest_events(tx, 1)[0].detail
    assert (detail["missing"], detail["altered"], detail["names"]) == (1, 1, names)


def test_pictures_are_looked_at_too(facility: Facility) -> None:
    scan = file(facility, Split(whole=(LEGAL,)), count=1, pictures={1: "0" * 64})
    found = scrub(facility, OPERATOR, 1e6, _no_sleep)
    assert found.missing == [Problem("pictures", "0" * 64, (scan,))]


def test_what_a_crash_left_is_reported_and_what_is_being_written_is_not(facility: Facility) -> None:
    incoming = facility.home / "originals" / ".incoming"
    incoming.mkdir(parents=True)
    for name in ("old", "new"):
        (incoming / name).touch()
    os.utime(incoming / "old", (0, 0))
    found = scrub(facility, OPERATOR, 1e6, _no_sleep)
    assert (found.left_over, found.sound) == ([incoming / "old"], True)
    assert (incoming / "old").exists()


def test_what_it_fetched_is_deleted_when_it_dies(facility: Facility) -> None:
    """It is in the folder of a process whose death is noticed, and which is swept then."""
    take(facility, b"12345")
    alive: list[bool] = []

    def look(_seconds: float) -> None:
        alive.extend(
            leases.is_alive(facility.run_folder, path.name)
            for path in facility.work_folder.iterdir()
        )

    scrub(facility, OPERATOR, 1e6, look)
    assert alive == [True]
    assert not any(facility.work_folder.iterdir())


def test_it_reads_no_faster_than_asked(facility: Facility) -> None:
    take(facility, b"x" * (5 << 20))
    pauses: list[float] = []
    scrub(facility, OPERATOR, float(1 << 20), pauses.append)
    assert sum(pauses) == pytest.approx(5)
    assert max(pauses) <= 1


def test_a_scan_sealed_meanwhile_is_no_problem(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = file(facility, Split(whole=(LEGAL,), sealed=True), count=1, content=b"privileged")
    named = scrubbing._named
    todo = [scan]

    def named_then_sealed(facility: Facility, store: str) -> Named:
        found = named(facility, store)
        if todo:
            with facility.seal_keys.new() as key, writing(facility.engine) as tx:
                sealed = sealing.seal(facility.originals, ledger.find_scan(tx, todo[0]), key)
                sealing.record_seal(tx, todo.pop(), sealed)
            with writing(facility.engine) as tx:
                sealing.drop_plain(tx, facility.originals, facility.seal_keys)
        return found

    monkeypatch.setattr(scrubbing, "_named", named_then_sealed)
    assert scrub(facility, OPERATOR, 1e6, _no_sleep).sound


def test_a_disk_that_fails_is_reported(facility: Facility) -> None:
    sha256 = take(facility, b"1").originals[0].sha256
    _path(facility, sha256).unlink()
    _path(facility, sha256).mkdir()
    with pytest.raises(StorageError, match="cannot be read"):
        scrub(facility, OPERATOR, 1e6, _no_sleep)
