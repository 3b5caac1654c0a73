"""The scrub finds every stored file that is gone or changed, and disturbs nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from digitizer import audit
from digitizer.capture.scans import leases, ledger, sealing
from digitizer.facility import House
from digitizer.model.errors import StorageError
from digitizer.model.paper import Split
from digitizer.operations import scrub as scrubbing
from digitizer.operations.scrub import Fault, scrub
from digitizer.operations.stored_blobs import Named
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.tables import reading, writing
from tests.support.made_mail import LEGAL, OPERATOR, events, file, take


def _no_sleep(_seconds: float) -> None:
    return


def _path(house: House, sha256: str) -> Path:
    assert isinstance(house.originals, LocalBlobs)
    return house.originals.path(sha256)


def test_a_sound_store(house: House) -> None:
    take(house, b"12345")
    take(house, b"678")
    found = scrub(house, OPERATOR, 1e6, _no_sleep)
    assert (found.sound, found.files, found.size, found.left_over) == (True, 2, 8, [])
    assert events(house)[-1] == ("scrub", "store", OPERATOR.name)


def test_missing_and_altered_are_named_with_their_scan(house: House) -> None:
    lost, altered = take(house, b"lost"), take(house, b"altered")
    names = [scan.originals[0].sha256 for scan in (lost, altered)]
    _path(house, names[0]).unlink()
    _path(house, names[1]).write_bytes(b"rotten!")
    found = scrub(house, OPERATOR, 1e6, _no_sleep)
    assert not found.sound
    assert found.missing == [Fault("originals", names[0], (lost.id,))]
    assert found.altered == [Fault("originals", names[1], (altered.id,))]
    with reading(house.engine) as tx:
        detail = audit.latest_events(tx, 1)[0].detail
    assert (detail["missing"], detail["altered"], detail["names"]) == (1, 1, names)


def test_pictures_are_looked_at_too(house: House) -> None:
    scan = file(house, Split(whole=(LEGAL,)), count=1, pictures={1: "0" * 64})
    found = scrub(house, OPERATOR, 1e6, _no_sleep)
    assert found.missing == [Fault("pictures", "0" * 64, (scan,))]


def test_what_a_crash_left_is_told_and_what_is_at_work_is_not(house: House) -> None:
    incoming = house.home / "originals" / ".incoming"
    incoming.mkdir(parents=True)
    for name in ("old", "new"):
        (incoming / name).touch()
    os.utime(incoming / "old", (0, 0))
    found = scrub(house, OPERATOR, 1e6, _no_sleep)
    assert (found.left_over, found.sound) == ([incoming / "old"], True)
    assert (incoming / "old").exists()


def test_what_it_fetches_goes_when_it_dies(house: House) -> None:
    """It lies in the folder of one whose death is seen, and which is swept then."""
    take(house, b"12345")
    alive: list[bool] = []

    def look(_seconds: float) -> None:
        alive.extend(
            leases.is_alive(house.run_folder, path.name) for path in house.work_folder.iterdir()
        )

    scrub(house, OPERATOR, 1e6, look)
    assert alive == [True]
    assert not any(house.work_folder.iterdir())


def test_it_reads_no_faster_than_asked(house: House) -> None:
    take(house, b"x" * (5 << 20))
    pauses: list[float] = []
    scrub(house, OPERATOR, float(1 << 20), pauses.append)
    assert sum(pauses) == pytest.approx(5)
    assert max(pauses) <= 1


def test_a_scan_sealed_meanwhile_is_no_fault(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = file(house, Split(whole=(LEGAL,), sealed=True), count=1, content=b"privileged")
    named = scrubbing._named
    todo = [scan]

    def named_then_sealed(house: House, store: str) -> Named:
        found = named(house, store)
        if todo:
            with writing(house.engine) as tx:
                sealed = sealing.seal(house.originals, ledger.find_scan(tx, todo[0]))
                sealing.keep_seal(tx, todo.pop(), sealed)
            with writing(house.engine) as tx:
                sealing.drop_plain(tx, house.originals)
        return found

    monkeypatch.setattr(scrubbing, "_named", named_then_sealed)
    assert scrub(house, OPERATOR, 1e6, _no_sleep).sound


def test_a_disk_that_fails_is_told(house: House) -> None:
    sha256 = take(house, b"1").originals[0].sha256
    _path(house, sha256).unlink()
    _path(house, sha256).mkdir()
    with pytest.raises(StorageError, match="cannot be read"):
        scrub(house, OPERATOR, 1e6, _no_sleep)
