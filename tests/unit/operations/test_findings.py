"""Each fact that somebody has to do something about, and its fix."""

from __future__ import annotations

import shutil
from collections import namedtuple
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.events import LOG
from digitizer.model.upkeep_settings import Alarms
from digitizer.notifications import outbox
from digitizer.notifications.outbox import OutState
from digitizer.operations import backup_runs, findings
from digitizer.operations.findings import Finding
from digitizer.storage import tables_upkeep
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import scan
from digitizer.storage.tables_prints import print_batch, print_job
from digitizer.storage.tables_retention import leftover_file, retention_run
from digitizer.support.clock import now
from tests.support.made_mail import held_letter, take

_Usage = namedtuple("_Usage", "total used free")


def _with(facility: Facility, **alarms: Any) -> Facility:
    update = {"alarms": Alarms(**alarms)}
    return replace(facility, settings=facility.settings.model_copy(update=update))


@pytest.mark.parametrize(
    ("free", "wanted", "good"),
    [(3.0, 2, True), (1.9, 2, False), (1.9, 0, True), (0.4, 0, False)],
)
def test_the_disk(
    facility: Facility, monkeypatch: pytest.MonkeyPatch, free: float, wanted: float, good: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(0, 0, int(free * 1024**3)))
    found = findings.disk(facility.home, _with(facility, free_gigabytes=wanted).settings)
    assert (found.good, bool(found.fix), f"{free} GiB" in found.message) == (good, not good, True)


def _backup(facility: Facility) -> Finding:
    with reading(facility.engine) as tx:
        found = findings.backup(facility.settings, tx, now())
    assert found is not None
    return found


def test_the_newest_backup(facility: Facility, tmp_path: Path) -> None:
    assert "none was made yet" in _backup(facility).message
    with writing(facility.engine) as tx:
        run = backup_runs.begin(tx, tmp_path, True)
    assert not _backup(facility).good, "it is not finished"
    backup_runs.end(facility.engine, run, None)
    assert _backup(facility).good
    with writing(facility.engine) as tx:
        old = now() - timedelta(hours=37)
        tx.execute(sa.update(tables_upkeep.backup_run).values(started=old))
    assert not _backup(facility).good
    assert _backup(_with(facility, backup_hours=0)).good
    with writing(facility.engine) as tx:
        run = backup_runs.begin(tx, tmp_path, True)
    backup_runs.end(facility.engine, run, "the disk is full")
    found = _backup(_with(facility, backup_hours=0))
    assert (found.good, "failed: the disk is full" in found.message) == (False, True)


def _mail(facility: Facility) -> Finding:
    with reading(facility.engine) as tx:
        return findings.mail(tx)


def test_the_outbox(facility: Facility) -> None:
    assert _mail(facility).good
    with writing(facility.engine) as tx:
        made = [outbox.put(tx, "a@b", "A", "B", cause=LOG, sender="c@d") for _ in range(3)]
    assert _mail(facility).good, "it has just been put there"
    with writing(facility.engine) as tx:
        stuck = {"tries": 4, "problem": "mail.example cannot be used"}
        tx.execute(sa.update(tables_upkeep.outbox).values(**stuck))
    assert "mail.example cannot be used" in _mail(facility).message
    with writing(facility.engine) as tx:
        outbox.end(tx, made[0], OutState.DOUBTFUL)
        outbox.end(tx, made[1], OutState.FAILED)
    assert _mail(facility).message == "1 doubtful, 1 failed"


@pytest.mark.parametrize(("minutes", "good"), [(59, True), (61, False)])
def test_a_scan_that_nobody_reads(facility: Facility, minutes: int, good: bool) -> None:
    take(facility, b"waits")
    with writing(facility.engine) as tx:
        tx.execute(sa.update(scan).values(taken_in=now() - timedelta(minutes=minutes)))
        found = findings.work(tx, now())
    assert (found.good, "1 scan not read" in found.message) == (good, not good)


@pytest.mark.parametrize(("minutes", "good"), [(59, True), (61, False)])
def test_what_a_printer_was_given(facility: Facility, minutes: int, good: bool) -> None:
    with writing(facility.engine) as tx:
        assert findings.printing(tx, now()).good
        given = {"printer": "front", "by": "x", "begun": now() - timedelta(minutes=minutes)}
        tx.execute(sa.insert(print_batch).values(id=1, **given))
        job = {"kind": "letter", "state": "doubtful", "title": "A letter", "made": now()}
        tx.execute(sa.insert(print_job).values(id=1, batch_id=1, **job))
        found = findings.printing(tx, now())
    assert (found.good, "1 print" in found.message) == (good, not good)


@pytest.mark.parametrize(("hours", "good"), [(47, True), (49, False)])
def test_the_oldest_of_a_queue(facility: Facility, hours: int, good: bool) -> None:
    held_letter(facility)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(scan).values(finished=now() - timedelta(hours=hours)))
        never = _with(facility, oldest_hours=0).settings
        found = list(findings.queues(facility.settings, tx, now()))
        assert all(each.good for each in findings.queues(never, tx, now()))
    assert [each.what for each in found if not each.good] == ([] if good else ["queue “In doubt”"])


def test_what_was_confirmed_is_not_destroyed(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        assert findings.destruction(tx, now()).good
        run: dict[str, Any] = {
            "kind": "letters",
            "proposed_by": "x",
            "reason": "y",
            "confirmed_by": "z",
        }
        run |= {"proposed": now(), "confirmed": now(), "state": "confirmed"}
        tx.execute(sa.insert(retention_run).values(id=3, **run))
        tx.execute(sa.insert(leftover_file).values(store="originals", sha256="0" * 64, run_id=3))
        assert findings.destruction(tx, now() + timedelta(hours=5)).good
        late = findings.destruction(tx, now() + timedelta(hours=7))
        assert (late.good, late.alarm, "run 3; 1 file" in late.message) == (False, True, True)
        owed = {"state": "rewrite owed", "finished": now()}
        tx.execute(sa.update(retention_run).values(**owed))
        assert findings.destruction(tx, now() + timedelta(hours=23)).good
        assert "rewritten since" in findings.destruction(tx, now() + timedelta(hours=25)).message
