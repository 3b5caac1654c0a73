"""A destroyed key of a seal is nowhere, and a lost one is not taken for destroyed."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.capture.recovery import recover
from digitizer.capture.scans import sealing
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, StorageError
from digitizer.operations.actions import reconcile
from digitizer.operations.doctor import examine
from digitizer.screening import decisions, legal_mail
from digitizer.storage import seal_keys
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.database import reading, writing
from tests.support.made_mail import OPERATOR, SUPERVISOR, events, scan_row
from tests.support.sealed_mail import all_bytes, balances, plain, sealed, stack, taken


def test_a_destroyed_key_is_nowhere(facility: Facility, tmp_path: Path) -> None:
    of = sealed(facility, tmp_path / "w")
    with reading(facility.engine) as tx:
        key = sealing.find_sealed(tx, facility.seal_keys, of.id).key
    legal_mail.destroy(facility, of.id, SUPERVISOR, "handed over", confirmed=True)
    assert key not in all_bytes(facility.home), "not in the write-ahead log either"
    assert scan_row(facility, of.id).state == "filed"
    assert decisions.held(facility, OPERATOR) == ()
    assert legal_mail.sealed_scans(facility, SUPERVISOR) == ()
    assert list(facility.pictures.names()) == []
    with pytest.raises(Conflict):
        legal_mail.lift(facility, of.id, SUPERVISOR, "w")
    with pytest.raises(Conflict):
        legal_mail.destroy(facility, of.id, SUPERVISOR, "w", confirmed=True)
    (account,) = reconcile(facility, OPERATOR)
    assert (account.recorded, account.balanced) == (4, True)


def test_a_key_that_cannot_be_destroyed_is_not_recorded_as_destroyed(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = sealed(facility, tmp_path / "w")
    before = events(facility)

    def broken(path: Path) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(seal_keys, "overwrite", broken)
        with pytest.raises(StorageError, match="still there"):
            legal_mail.destroy(facility, of.id, SUPERVISOR, "w", confirmed=True)
    assert events(facility) == before
    (found,) = [each for each in examine(facility.home, OPERATOR) if each.what == "seal keys"]
    assert (found.good, of.id in found.message) == (False, True)
    with pytest.raises(Conflict):
        legal_mail.lift(facility, of.id, SUPERVISOR, "changed my mind")
    recover(facility)
    assert events(facility)[-1] == ("destroy seal", f"scan:{of.id}", SUPERVISOR.name)
    assert facility.seal_keys.names() == set()
    assert balances(facility)


def test_a_plain_original_that_was_kept_goes_when_the_key_is_destroyed(
    facility: Facility, tmp_path: Path
) -> None:
    """It was kept because its twin did not open; destroyed means destroyed."""
    of = taken(facility, [stack()])
    whole_scan = of
    with facility.seal_keys.new() as key, writing(facility.engine) as tx:
        made = sealing.seal(facility.originals, whole_scan, key)
        sealing.record_seal(tx, of.id, made)
    assert isinstance(facility.originals, LocalBlobs)
    facility.originals.path(*made.stored.values()).write_bytes(b"rotten")
    recover(facility)
    assert plain(facility, of) == [True]
    legal_mail.destroy(facility, of.id, SUPERVISOR, "w", confirmed=True)
    assert plain(facility, of) == [False]


def test_a_lost_key_is_reported_and_is_no_destroyed_one(facility: Facility, tmp_path: Path) -> None:
    of = sealed(facility, tmp_path / "w")
    key_id = scan_row(facility, of.id).seal_key_id
    assert key_id is not None
    (facility.home / "keys" / "seals" / key_id).unlink()
    with pytest.raises(StorageError, match="not in this home"):
        legal_mail.lift(facility, of.id, SUPERVISOR, "w")
    (found,) = [each for each in examine(facility.home, OPERATOR) if each.what == "seal keys"]
    assert (found.good, of.id in found.message) == (False, True)
