"""The backups that were begun here, and how each ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from digitizer.storage.database import writing
from digitizer.storage.tables_upkeep import backup_run
from digitizer.support.clock import new_id, now


@dataclass(frozen=True, slots=True)
class BackupRun:
    """``finished`` is None while it is made, or where its process died. ``problem`` is why it is
    not a good one."""

    id: str
    folder: Path
    by_schedule: bool
    started: datetime
    finished: datetime | None
    good: bool
    problem: str | None


def begin(tx: sa.Connection, folder: Path, by_schedule: bool) -> str:
    """Returns its id."""
    run = new_id()
    tx.execute(
        sa.insert(backup_run).values(
            id=run, folder=str(folder), by_schedule=by_schedule, started=now(), good=False
        )
    )
    return run


def end(engine: sa.Engine, run: str, problem: str | None) -> None:
    """A note of the service's own: that it was begun is in the log already."""
    with writing(engine) as tx:
        values = {"finished": now(), "good": problem is None, "problem": problem}
        tx.execute(sa.update(backup_run).where(backup_run.c.id == run).values(**values))


def newest_good(tx: sa.Connection) -> datetime | None:
    """When the newest good backup was begun: what came later is not in it."""
    found: datetime | None = tx.execute(
        sa.select(sa.func.max(backup_run.c.started)).where(backup_run.c.good)
    ).scalar()
    return found


def last(tx: sa.Connection) -> BackupRun | None:
    """The last that has ended, well or not."""
    rows = sa.select(backup_run).where(backup_run.c.finished.is_not(None))
    row = tx.execute(rows.order_by(backup_run.c.started.desc()).limit(1)).first()
    return _run(row) if row else None


def by_schedule(tx: sa.Connection) -> list[BackupRun]:
    """Those that the service began by itself and did not remove since, newest first."""
    rows = sa.select(backup_run).where(backup_run.c.by_schedule, backup_run.c.removed.is_(None))
    return [_run(row) for row in tx.execute(rows.order_by(backup_run.c.started.desc()))]


def note_removed(tx: sa.Connection, run: str) -> None:
    tx.execute(sa.update(backup_run).where(backup_run.c.id == run).values(removed=now()))


def _run(row: sa.Row[tuple[object, ...]]) -> BackupRun:
    values = row._asdict()
    del values["removed"]
    return BackupRun(**values | {"folder": Path(values["folder"])})
