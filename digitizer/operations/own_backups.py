"""Backups that the service makes by itself, once a day, each in a new folder. An older one goes
only after a newer one is good."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from pathlib import Path

from digitizer.access.acting import acting, permit
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.errors import SettingsError, StorageError
from digitizer.model.events import STORE, Verb
from digitizer.model.people import Actor
from digitizer.model.settings_file import FILE_NAME
from digitizer.operations import backup_runs
from digitizer.operations.backup import back_up, damage_of
from digitizer.operations.backup_folder import is_whole
from digitizer.operations.backup_runs import BackupRun
from digitizer.storage.database import reading, writing
from digitizer.storage.one_at_a_time import one_at_a_time
from digitizer.support.clock import now

_NAME = "digitizer-%Y%m%dT%H%M%SZ"
_NAMED_SO = re.compile(r"digitizer-\d{8}T\d{6}Z")
_INTERRUPTED = "it was interrupted"
#: Another try at one that failed.
_AGAIN_AFTER = timedelta(hours=1)


def back_up_if_due(facility: Facility, by: Actor) -> Path | None:
    """Makes the day's backup, and removes what is older than the settings keep. Returns its folder,
    None where none is due, or another process makes one. Raises DigitizerError where it is not a
    good one, which is recorded."""
    permit(facility, by, Act.OPERATE)
    if not facility.settings.backup.folder:
        return None
    with one_at_a_time(facility.run_folder, "backup") as alone:
        if not alone:
            return None
        _end_interrupted(facility)
        if not _is_due(facility, now()):
            return None
        return _back_up(facility, by)


def is_due(at: datetime, time_of_day: str, runs: list[BackupRun]) -> bool:
    """Whether the day's backup is to be made: the last time of day that passed has no good one
    yet, and none failed just now. ``runs`` are those by schedule."""
    begun = [each for each in runs if each.started >= _last_passed(at, time_of_day)]
    if any(each.good for each in begun):
        return False
    return all(at - each.started >= _AGAIN_AFTER for each in begun)


def _last_passed(at: datetime, time_of_day: str) -> datetime:
    """As clocks go here: also where the machine slept then, it has passed."""
    today = at.astimezone().date()
    passed = datetime.combine(today, time.fromisoformat(time_of_day)).astimezone()
    if passed <= at:
        return passed
    before = today - timedelta(days=1)
    return datetime.combine(before, time.fromisoformat(time_of_day)).astimezone()


def _is_due(facility: Facility, at: datetime) -> bool:
    with reading(facility.engine) as tx:
        return is_due(at, facility.settings.backup.at, backup_runs.by_schedule(tx))


def _back_up(facility: Facility, by: Actor) -> Path:
    plan = facility.settings.backup
    try:
        folder = _new_folder(Path(plan.folder))
    except Exception as error:
        _note_failed(facility, Path(plan.folder) / now().astimezone(UTC).strftime(_NAME), error)
        raise
    try:
        passphrase = _first_line(Path(plan.passphrase_file))
        earlier = _to_share_with(_good_ones(facility), plan.whole_every)
        done = back_up(facility, folder, passphrase, by, by_schedule=True, earlier=earlier)
    except Exception as error:
        _note_failed(facility, folder, error)
        _remove_unfinished(folder)
        raise
    damage = damage_of(done)
    if damage:  # the next one is tried within the hour: only the newest such is worth its room
        _remove(facility, by, [each for each in _here(facility) if not each.good], keep=1)
        raise StorageError(f"The backup in {folder} is not a good one: {damage}")
    _remove(facility, by, _good_ones(facility), keep=plan.keep)
    return folder


def _good_ones(facility: Facility) -> list[BackupRun]:
    return [each for each in _here(facility) if each.good]


def _to_share_with(good: Sequence[BackupRun], whole_every: int) -> Path | None:
    """The newest one, newest first given; None where the next is to be a whole one again: a file
    that is shared by all is lost to all by one bad spot of the disk."""
    since_whole = list(takewhile(lambda each: not is_whole(each.folder), good))
    return good[0].folder if good and len(since_whole) + 1 < whole_every else None


def _new_folder(parent: Path) -> Path:
    """Made by nobody but us: another facility may make its backup in the same folder, at the same
    second."""
    if not parent.is_dir():
        raise SettingsError(f"{parent} is not there. Mount its disk, or make it.")
    at = now().astimezone(UTC)
    while True:
        folder = parent / at.strftime(_NAME)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            at += timedelta(seconds=1)
        except OSError as error:
            raise StorageError(f"Cannot make {folder}: {error.strerror}.") from error
        else:
            return folder


def _note_failed(facility: Facility, folder: Path, error: Exception) -> None:
    """Also where nothing was begun: it must be seen, and not tried again each minute."""
    with writing(facility.engine) as tx:
        if any(each.folder == folder for each in backup_runs.by_schedule(tx)):
            return
        run = backup_runs.begin(tx, folder, True)
    backup_runs.end(facility.engine, run, str(error))


def _first_line(path: Path) -> str:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"The passphrase in {path} cannot be read.") from None
    return lines[0].strip() if lines else ""


def _end_interrupted(facility: Facility) -> None:
    """Those whose process did not live to end them: only one is made at a time, so none is alive.
    What they left is no backup."""
    with reading(facility.engine) as tx:
        left = [each for each in backup_runs.by_schedule(tx) if each.finished is None]
    for each in left:
        backup_runs.end(facility.engine, each.id, _INTERRUPTED)
        _remove_unfinished(each.folder)


def _remove_unfinished(folder: Path) -> None:
    """The settings are written last: a folder that has them is a whole backup."""
    if _is_ours(folder) and not (folder / FILE_NAME).exists():
        shutil.rmtree(folder, ignore_errors=True)


def _here(facility: Facility) -> list[BackupRun]:
    """Those that are in the folder of the settings, newest first."""
    with reading(facility.engine) as tx:
        runs = backup_runs.by_schedule(tx)
    folder = Path(facility.settings.backup.folder)
    return [each for each in runs if each.folder.parent == folder and _is_ours(each.folder)]


def _remove(facility: Facility, by: Actor, runs: Sequence[BackupRun], keep: int) -> None:
    """All but the newest ones, as many as are to be kept."""
    for each in runs[keep:]:
        with acting(facility, by, Act.OPERATE) as action:
            backup_runs.note_removed(action.tx, each.id)
            action.record(Verb.REMOVE_BACKUP, STORE, folder=str(each.folder))
        try:
            shutil.rmtree(each.folder)
        except OSError as error:
            raise StorageError(
                f"The old backup {each.folder} cannot be removed ({error.strerror}). "
                "Remove it by hand."
            ) from None


def _is_ours(folder: Path) -> bool:
    return bool(_NAMED_SO.fullmatch(folder.name)) and folder.is_dir() and not folder.is_symlink()
