"""What dead workers held is given back, and what they left is removed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture.recovery import recover
from digitizer.capture.scans import ledger
from digitizer.capture.worker import Worker
from digitizer.facility import Facility
from digitizer.model.mail import ScanState
from digitizer.screening import legal_mail
from digitizer.storage.database import reading, writing
from digitizer.storage.seal_keys import SealKeys
from digitizer.storage.tables import event, joint_request, scan, staff
from tests.support.made_mail import (
    ADMINISTRATOR,
    SUPERVISOR,
    events,
    scan_row,
    take,
    with_web_settings,
)
from tests.support.sealed_mail import sealed


def _dead(facility: Facility, name: str = "1-dead") -> None:
    (facility.run_folder / f"{name}.lock").touch()
    pictures = facility.work_folder / name / "scan"
    pictures.mkdir(parents=True)
    (pictures / "page-00001").write_bytes(b"a picture")


def test_recover_gives_back_what_dead_workers_held(facility: Facility, worker: Worker) -> None:
    lost, kept = take(facility, b"1"), take(facility, b"2")
    _dead(facility)
    with writing(facility.engine) as tx:
        ledger.claim(tx, lost.id, "1-dead")
        ledger.claim(tx, kept.id, worker._claimant.name)
    assert recover(facility) == 1
    assert recover(facility) == 0
    assert (scan_row(facility, lost.id).state, scan_row(facility, lost.id).deaths) == ("waiting", 1)
    assert scan_row(facility, kept.id).state == "working"
    assert not (facility.work_folder / "1-dead").exists()
    assert not (facility.run_folder / "1-dead.lock").exists()
    assert ("give back", f"scan:{lost.id}", "digitizer") in events(facility)


def test_what_the_dead_were_storing_is_deleted_while_the_service_runs(
    facility: Facility, worker: Worker
) -> None:
    """It may be a plain copy of legal mail, so it does not wait for the next start."""
    take(facility, b"12345")  # the store of this facility has swept already
    left = [
        facility.home / "originals" / ".incoming" / "left-by-the-dead",
        facility.home / "pictures" / ".incoming" / "left-by-the-dead",
        facility.run_folder / "left-by-the-dead.new",
    ]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    with writing(facility.engine) as tx:
        tx.execute(sa.update(scan).values(state="filed"))
    assert not worker.work_next()
    assert not any(path.exists() for path in left)


def test_recover_sweeps_pictures_of_the_dead_who_had_finished(facility: Facility) -> None:
    _dead(facility)
    assert recover(facility) == 0
    assert list(facility.work_folder.iterdir()) == []
    assert list(facility.run_folder.iterdir()) == []


def test_the_tenth_death_is_recorded_as_a_hold(facility: Facility) -> None:
    taken = take(facility, b"1")
    with writing(facility.engine) as tx:
        tx.execute(sa.update(scan).values(deaths=9))
        ledger.claim(tx, taken.id, "1-dead")
    recover(facility)
    assert scan_row(facility, taken.id).state == ScanState.HELD
    assert events(facility)[-1][:2] == ("hold", f"scan:{taken.id}")


def test_a_destruction_of_two_people_names_both_after_a_crash_too(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else shows later that neither of them did it alone."""
    facility = with_web_settings(facility, second_person_for=("destroy",))
    of = sealed(facility, tmp_path / "w")
    with writing(facility.engine) as tx:
        for name in (SUPERVISOR.name, ADMINISTRATOR.name):
            tx.execute(sa.insert(staff).values(name=name, role="administrator", active=True))
    assert not legal_mail.destroy(facility, of.id, SUPERVISOR, "handed over", True)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SealKeys, "destroy", die)
        with pytest.raises(KeyboardInterrupt):
            legal_mail.destroy(facility, of.id, ADMINISTRATOR, "agreed", True)
    recover(facility)
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(event).where(event.c.verb == "destroy seal")).one()
        assert tx.execute(sa.select(joint_request)).first() is None
    assert (row.actor, row.detail["asked_by"]) == (ADMINISTRATOR.name, SUPERVISOR.name)
    assert (row.detail["why"], row.detail["asked_why"]) == ("agreed", "handed over")


def test_a_destruction_names_the_user_of_the_machine_after_a_crash_too(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = sealed(facility, tmp_path / "w")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    in_shell = replace(SUPERVISOR, shell="ada (uid 1001)")
    with monkeypatch.context() as patch:
        patch.setattr(SealKeys, "destroy", die)
        with pytest.raises(KeyboardInterrupt):
            legal_mail.destroy(facility, of.id, in_shell, "handed over", True)
    recover(facility)
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(event).where(event.c.verb == "destroy seal")).one()
    assert (row.detail["user"], row.detail["proven_name"]) == ("ada (uid 1001)", SUPERVISOR.name)
