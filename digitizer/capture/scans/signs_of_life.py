"""Which workers of several machines are alive: each writes a sign of life into the database, by the
server's clock. On SQLite there is one machine, and the lock of a file shows it (see ``leases``).

A worker whose last sign is older than ``LEASE`` has lost what it claimed, whether it is dead or
only cut off: whoever finds it first gives its scans back. Only who gave signs itself for that long,
without a gap, may judge: where it was the database that was away, nobody has died. Claimants of
the same machine are judged by the lock of their file at once, too.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digitizer.capture.scans import leases
from digitizer.storage.tables_queue import claimant

#: Seconds between two signs, and after which of silence a claim is lost.
BEAT, LEASE = 4.0, 20.0
#: Seconds that a transaction of a worker may stand still: a machine that stops in the middle of one
#: would keep all others from writing.
_STANDSTILL = 15
#: Seconds after which a silent watcher is no longer missed: its machine was taken away.
_FORGOTTEN = 14 * 86_400.0
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Kind(StrEnum):
    WORKER = "worker"
    WATCHER = "watcher"


@dataclass(frozen=True, slots=True)
class Sign:
    """Who gave a sign of life, and when last. ``silent``: for longer than ``LEASE``."""

    name: str
    kind: Kind
    host: str
    beat: datetime
    silent: bool


def are_written(engine: sa.Engine) -> bool:
    """Whether there may be several machines."""
    return engine.dialect.name == "postgresql"


def machine_of(run_folder: Path) -> str:
    """Those for whom this is equal see each other's file locks: one kernel since it was started,
    and one folder."""
    run_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = run_folder.stat()
    text = f"{_BOOT.read_text('ascii').strip()} {found.st_dev} {found.st_ino}"
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def watcher_name(home: Path) -> str:
    """The same whenever this folder's watcher is started again."""
    place = hashlib.sha256(f"{socket.gethostname()} {home}".encode()).hexdigest()
    return f"{Kind.WATCHER}-{place[:16]}"


def enlist(tx: sa.Connection, name: str, kind: Kind, machine: str) -> None:
    """The first sign of a claimant, or the first after it was taken for dead. Those that are silent
    for two weeks are forgotten."""
    values = {"kind": str(kind), "machine": machine, "host": socket.gethostname()}
    row = {"name": name, **values, "began": _now(), "beat": _now()}
    long_gone = _silence() > _FORGOTTEN
    tx.execute(sa.delete(claimant).where(sa.or_(claimant.c.name == name, long_gone)))
    tx.execute(sa.insert(claimant).values(**row))


def beat(tx: sa.Connection, name: str) -> bool:
    """A sign of life. False: we were taken for dead, and what we had is given back."""
    done = tx.execute(sa.update(claimant).where(claimant.c.name == name).values(beat=_now()))
    return done.rowcount == 1


def dismiss(tx: sa.Connection, name: str) -> None:
    """A clean end."""
    tx.execute(sa.delete(claimant).where(claimant.c.name == name))


def on_machine(tx: sa.Connection, machine: str) -> tuple[str, ...]:
    found = sa.select(claimant.c.name).where(claimant.c.machine == machine)
    return tuple(tx.execute(found).scalars())


def perhaps_dead(
    tx: sa.Connection, run_folder: Path, names: Collection[str], *, judge: bool
) -> tuple[str, ...]:
    """Those of ``names`` that nobody knows, whose file is not locked on this machine, or, for who
    may ``judge``, that are silent; and workers of which the same is true and that have no scan."""
    machine = machine_of(run_folder)
    rows = {row.name: row for row in tx.execute(_with_silence())}
    known = {name for name, row in rows.items() if row.kind == Kind.WORKER} | set(names)

    def is_dead(name: str) -> bool:
        row = rows.get(name)
        if row is None:
            return True
        here = row.machine == machine
        return (judge and row.silence > LEASE) or (here and not leases.is_alive(run_folder, name))

    return tuple(sorted(name for name in known if is_dead(name)))


def strike(tx: sa.Connection, run_folder: Path, name: str) -> bool:
    """Takes one that is perhaps dead off the list; False if it gave a sign in the meantime."""
    if _is_gone_here(tx, run_folder, name):
        dismiss(tx, name)
        return True
    silent = _silence() > LEASE
    return tx.execute(sa.delete(claimant).where(claimant.c.name == name, silent)).rowcount == 1


def _is_gone_here(tx: sa.Connection, run_folder: Path, name: str) -> bool:
    found = sa.select(claimant.c.machine).where(claimant.c.name == name)
    machine = tx.execute(found).scalar()
    if machine is None:
        return True
    return machine == machine_of(run_folder) and not leases.is_alive(run_folder, name)


def signs(tx: sa.Connection) -> tuple[Sign, ...]:
    """The last sign of everyone, of those who ended in order none."""
    rows = tx.execute(_with_silence().order_by(claimant.c.host, claimant.c.name))
    return tuple(
        Sign(row.name, Kind(row.kind), row.host, row.beat, row.silence > LEASE) for row in rows
    )


def end_if_still(tx: sa.Connection) -> None:
    """From now on the server ends this transaction where we stand still within it."""
    if tx.dialect.name == "postgresql":
        setting, within = "idle_in_transaction_session_timeout", f"{_STANDSTILL}s"
        tx.execute(sa.select(sa.func.set_config(setting, within, True)))


def _with_silence() -> sa.Select[Any]:
    return sa.select(claimant, _silence().label("silence"))


def _silence() -> sa.ColumnElement[float]:
    """Seconds since the last sign, by the server's clock."""
    return sa.cast(sa.extract("epoch", _now() - claimant.c.beat), sa.Float)


def _now() -> sa.ColumnElement[datetime]:
    return sa.func.clock_timestamp(type_=sa.DateTime(timezone=True))
