"""The service's own backups: once a day, whatever happened meanwhile, and never fewer good ones."""

from __future__ import annotations

import errno
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.audit import latest_events
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError, SettingsError, StorageError, UsageError
from digitizer.model.upkeep_settings import OwnBackups
from digitizer.operations import backup, backup_runs, own_backups
from digitizer.operations.backup_folder import is_whole
from digitizer.operations.backup_runs import BackupRun
from digitizer.operations.own_backups import back_up_if_due, is_due
from digitizer.operations.restore import restore_home
from digitizer.storage import encryption
from digitizer.storage.database import reading, writing
from digitizer.storage.one_at_a_time import one_at_a_time
from digitizer.storage.tables_upkeep import backup_run
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR

PASSPHRASE = "plainly invented words"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _cheap_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "_COST", 2)


@pytest.fixture
def planned(full: Facility, tmp_path: Path) -> Facility:
    """Two are kept, in a folder beside the home."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    plan = OwnBackups(
        folder=str(tmp_path / "disk"), keep=2, passphrase_file=str(tmp_path / "passphrase")
    )
    return replace(full, settings=full.settings.model_copy(update={"backup": plan}))


def _a_day_goes_by(facility: Facility) -> None:
    """All that was done is a day older; so are the folders' names, which must differ."""
    with writing(facility.engine) as tx:
        for row in tx.execute(sa.select(backup_run)).all():
            older = {"started": row.started - DAY, "folder": row.folder}
            named = Path(row.folder)
            if named.exists() and "digitizer-20" in named.name:
                digits = datetime.strptime(named.name, own_backups._NAME) - DAY
                older["folder"] = str(named.with_name(digits.strftime(own_backups._NAME)))
                named.rename(older["folder"])
            tx.execute(sa.update(backup_run).where(backup_run.c.id == row.id).values(**older))


def _runs(facility: Facility) -> list[BackupRun]:
    with reading(facility.engine) as tx:
        return backup_runs.by_schedule(tx)


def _folders(facility: Facility) -> set[str]:
    return {each.name for each in Path(facility.settings.backup.folder).iterdir()}


def test_one_a_day_and_each_can_be_restored(planned: Facility, tmp_path: Path) -> None:
    made = back_up_if_due(planned, OPERATOR)
    assert made is not None
    assert back_up_if_due(planned, OPERATOR) is None
    assert [each.good for each in _runs(planned)] == [True]
    restore_home(made, tmp_path / "again", OPERATOR, PASSPHRASE)


def test_the_oldest_goes_once_there_are_more_than_are_kept(planned: Facility) -> None:
    other = Path(planned.settings.backup.folder) / "somebody's own"
    other.mkdir()
    for _ in range(4):
        assert back_up_if_due(planned, OPERATOR)
        _a_day_goes_by(planned)
    assert len(_runs(planned)) == 2
    assert _folders(planned) == {each.folder.name for each in _runs(planned)} | {other.name}
    with reading(planned.engine) as tx:
        assert "remove backup" in {each.verb for each in latest_events(tx, 4)}


def test_none_goes_while_new_ones_fail(planned: Facility, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        back_up_if_due(planned, OPERATOR)
        _a_day_goes_by(planned)

    def full_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backup, "_copy_mail", full_disk)
    for _ in range(3):
        with pytest.raises(StorageError, match="No space left"):
            back_up_if_due(planned, OPERATOR)
        assert back_up_if_due(planned, OPERATOR) is None, "not again within the hour"
        _a_day_goes_by(planned)
    kept = {each.folder.name for each in _runs(planned) if each.good}
    assert (len(kept), _folders(planned)) == (2, kept), "and no half of one fills the disk"
    assert [each.good for each in _runs(planned)] == [False] * 3 + [True] * 2
    assert "No space left" in str(_runs(planned)[0].problem)


def test_one_of_a_damaged_home_is_kept_but_is_not_good(planned: Facility) -> None:
    stored = [each for each in (planned.home / "originals").rglob("*") if each.is_file()]
    stored[0].unlink()
    with pytest.raises(StorageError, match="lost 1"):
        back_up_if_due(planned, OPERATOR)
    (run,) = _runs(planned)
    assert (run.good, "digitizer scrub" in str(run.problem)) == (False, True)
    assert (run.folder / "config.toml").exists(), "all the rest is in it"


def test_of_a_damaged_home_only_the_newest_is_kept(planned: Facility) -> None:
    """It is tried again and again: the disk would be full of them."""
    stored = [each for each in (planned.home / "originals").rglob("*") if each.is_file()]
    stored[0].unlink()
    for _ in range(3):
        _a_day_goes_by(planned)
        with pytest.raises(StorageError, match="lost 1"):
            back_up_if_due(planned, OPERATOR)
    assert len(_folders(planned)) == 1


def test_one_whose_process_died_is_failed_and_its_rest_removed(
    planned: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(backup, "_copy_mail", die)
        with pytest.raises(KeyboardInterrupt):
            back_up_if_due(planned, OPERATOR)
    assert len(_folders(planned)) == 1
    assert back_up_if_due(planned, OPERATOR) is None
    (run,) = _runs(planned)
    assert (run.good, run.problem) == (False, "it was interrupted")
    assert _folders(planned) == set()


def test_two_processes_make_one(planned: Facility) -> None:
    with one_at_a_time(planned.run_folder, "backup") as first:
        assert first
        assert back_up_if_due(planned, OPERATOR) is None
    assert back_up_if_due(planned, OPERATOR) is not None


@pytest.mark.parametrize("gone", ["disk", "passphrase"])
def test_a_disk_or_passphrase_that_is_gone_is_a_failure(
    planned: Facility, tmp_path: Path, gone: str
) -> None:
    (tmp_path / gone).rename(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match=gone):
        back_up_if_due(planned, OPERATOR)
    assert [each.good for each in _runs(planned)] == [False]
    assert not (tmp_path / "disk" / "database").exists()


def test_a_passphrase_that_is_too_short_is_a_failure(planned: Facility, tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("x\n")
    with pytest.raises(UsageError):
        back_up_if_due(planned, OPERATOR)
    assert [each.good for each in _runs(planned)] == [False]
    assert back_up_if_due(planned, OPERATOR) is None, "not again within the hour"


def test_what_somebody_removed_by_hand_is_not_counted_as_kept(planned: Facility) -> None:
    for _ in range(2):
        back_up_if_due(planned, OPERATOR)
        _a_day_goes_by(planned)
    shutil.rmtree(_runs(planned)[0].folder)
    back_up_if_due(planned, OPERATOR)
    assert len(_folders(planned)) == 2


def test_an_error_that_nobody_expected_is_a_failure_too(
    planned: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("of a library")

    monkeypatch.setattr(backup, "_copy_mail", fail)
    with pytest.raises(RuntimeError):
        back_up_if_due(planned, OPERATOR)
    (run,) = _runs(planned)
    assert (run.good, run.problem) == (False, "RuntimeError")
    assert _folders(planned) == set()


def test_without_a_folder_none_is_made(full: Facility) -> None:
    assert back_up_if_due(full, OPERATOR) is None


def _run(started: datetime, good: bool) -> BackupRun:
    return BackupRun("x", Path("/x"), True, started, started, good, None)


@pytest.mark.parametrize(
    ("clock", "begun", "good", "due"),
    [
        ("10:00", None, True, True),  # never made yet
        ("10:00", "02:31", True, False),
        ("10:00", "02:31", False, True),  # it failed long ago
        ("03:00", "02:31", False, False),  # it failed just now
        ("10:00", "02:29", True, True),  # made by day; the machine slept at half past two
        ("02:29", "-21:00", True, False),  # yesterday's, made late, until today's is due
        ("02:30", "-21:00", True, True),
    ],
)
def test_when_one_is_due(clock: str, begun: str | None, good: bool, due: bool) -> None:
    def at(text: str) -> datetime:
        day = datetime(2026, 3, 4 if text.startswith("-") else 5)
        hour, minute = text.removeprefix("-").split(":")
        return day.replace(hour=int(hour), minute=int(minute)).astimezone()

    runs = [] if begun is None else [_run(at(begun), good)]
    assert is_due(at(clock), "02:30", runs) is due


def test_a_manual_backup_counts_as_a_good_one(full: Facility, tmp_path: Path) -> None:
    backup.back_up(full, tmp_path / "by hand", PASSPHRASE, OPERATOR)
    with reading(full.engine) as tx:
        good = backup_runs.newest_good(tx)
    assert good is not None
    assert now() - good < DAY
    with pytest.raises(DigitizerError):
        backup.back_up(full, tmp_path / "by hand", PASSPHRASE, OPERATOR)


def test_two_facilities_may_have_one_folder_and_one_hour(
    planned: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one makes its own at the same second: each has a folder, and neither touches it."""
    at = now()
    monkeypatch.setattr(own_backups, "now", lambda: at)
    theirs = Path(planned.settings.backup.folder) / at.strftime(own_backups._NAME)
    theirs.mkdir()
    (theirs / "unfinished").write_text("theirs")
    made = back_up_if_due(planned, OPERATOR)
    assert made not in (None, theirs)
    assert [each.name for each in theirs.iterdir()] == ["unfinished"]


@pytest.mark.parametrize(
    ("every", "whole"),
    [(1, [True] * 5), (2, [True, False] * 2 + [True]), (7, [True] + [False] * 4)],
)
def test_every_so_many_is_whole(
    planned: Facility, tmp_path: Path, every: int, whole: list[bool]
) -> None:
    plan = planned.settings.backup.model_copy(update={"whole_every": every, "keep": 9})
    here = replace(planned, settings=planned.settings.model_copy(update={"backup": plan}))
    for _ in whole:
        assert back_up_if_due(here, OPERATOR)
        _a_day_goes_by(here)
    found = sorted(Path(plan.folder).iterdir())
    assert [is_whole(each) for each in found] == whole
    restore_home(found[-1], tmp_path / "again", OPERATOR, PASSPHRASE)
