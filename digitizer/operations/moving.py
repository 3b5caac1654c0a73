"""Moves a home's database from SQLite to PostgreSQL: all or nothing, proven before it counts.

While it runs no other program can open the old database. Every row is copied in one transaction,
then compared with what came out of the new database, row by row; the log of events and the balance
of every scan are proven on the copy. Only then the old database is closed for good (whoever opens
it is told where the mail went), the new one opened, and the settings name it. It can be stopped
anywhere and run again: until the end the home either still works on the old database, or cannot be
opened at all; never on half of the new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from digitizer import audit
from digitizer.access.acting import acting
from digitizer.access.permissions import Act, permit
from digitizer.capture.pipeline import Progress, no_progress
from digitizer.facility import Facility, database_url, home_key_of, open_facility
from digitizer.model.errors import StorageError, UsageError
from digitizer.model.events import STORE, Verb
from digitizer.model.people import Actor
from digitizer.model.settings import FILE_NAME, read_settings
from digitizer.operations import reconcile as reconciling
from digitizer.operations.store_settings import with_database
from digitizer.storage.audit_keys import sign_with
from digitizer.storage.copying import replace_file
from digitizer.storage.database import alone, open_engine, reading, writing
from digitizer.storage.schema import (
    UNFINISHED,
    close_for_good,
    moved_to,
    set_version,
    upgrade,
    version_of,
)
from digitizer.storage.table_copy import copy_rows, first_difference, remove_rows, table_with_rows
from digitizer.storage.tables import SCHEMA_VERSION, event_head
from digitizer.support.failpoints import failpoint


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved and proven: ``database`` names the new one, without its password."""

    database: str
    rows: int
    scans: int
    events: int


@dataclass(frozen=True, slots=True)
class _Proof:
    rows: int
    scans: int
    events: int


def move_home(home: Path, url: str, by: Actor, progress: Progress = no_progress) -> Moved:
    """Moves the database of ``home`` to the empty PostgreSQL database at ``url``, or goes on where
    that was stopped. ``progress`` is told how many of how many rows are copied. Raises NotAllowed,
    UsageError, SettingsError and StorageError; then the home is as it was, or says what to do."""
    permit(by, Act.OPERATE)
    home = home.resolve()
    target = _checked(url)
    if read_settings(home).store.database_url:
        raise UsageError("The settings of this home name a database already: it is not moved.")
    new = open_engine(target)
    try:
        before = _moved_before(home)
        if before is None:
            facility = _recorded(home, _named(target), by)
            done = _move(facility, new, _named(target), by, progress)
        elif before != _named(target):
            raise UsageError(f"This home was being moved to {before}. Name that database.")
        else:
            done = _known_again(home, new)
        _switch(home, new, url)
    finally:
        new.dispose()
    return Moved(_named(target), done.rows, done.scans, done.events)


def _checked(url: str) -> sa.URL:
    try:
        target = sa.make_url(url)
    except sa.exc.ArgumentError:
        target = sa.URL.create("nothing")
    if target.get_backend_name() != "postgresql" or not target.database:
        raise UsageError(
            "Name a PostgreSQL database, as in postgresql://user@host/name (a password is better "
            "kept in the file that PGPASSFILE names)."
        )
    return target


def _named(target: sa.URL) -> str:
    """Without the password: this is printed, and kept in the old database."""
    return target.set(password=None).render_as_string()


def _moved_before(home: Path) -> str | None:
    with _old_engine(home) as old, reading(old) as tx:
        return moved_to(tx)


@contextmanager
def _old_engine(home: Path) -> Iterator[sa.Engine]:
    """Of the old database, without asking what state it is in."""
    settings = read_settings(home)
    home_key = home_key_of(home, settings)
    own = database_url(home, settings)
    engine = open_engine(own, home_key.database if home_key else None)
    try:
        yield engine
    finally:
        engine.dispose()


def _recorded(home: Path, target: str, by: Actor) -> Facility:
    """The facility as it is, once its log says what was begun."""
    facility = open_facility(home)
    with acting(facility, by, Act.OPERATE) as action:
        action.record(Verb.MOVE_DATABASE, STORE, to=target)
    facility.engine.dispose()  # it is opened alone now
    failpoint("moving.recorded")
    return facility


def _move(facility: Facility, new: sa.Engine, target: str, by: Actor, progress: Progress) -> _Proof:
    try:
        with alone(facility.engine) as source:
            _make_room(new)
            rows = _copied(source, new, progress)
            proof = _proven(facility, source, new, by, rows)
            failpoint("moving.proven")
            close_for_good(source, target)
    finally:
        facility.engine.dispose()
    failpoint("moving.closed")
    return proof


def _make_room(new: sa.Engine) -> None:
    """Raises UsageError unless the new database is empty, or holds what an earlier try left."""
    with reading(new) as tx:
        version, tables = version_of(tx), sa.inspect(tx).get_table_names()
        held = table_with_rows(tx) if version == SCHEMA_VERSION else None
    if version is None and not tables:
        upgrade(new)
        failpoint("moving.tables_made")
    elif version not in (UNFINISHED, SCHEMA_VERSION):
        raise UsageError("That database is not empty. Make a new one: createdb NAME")
    elif held is not None:
        raise UsageError(
            f"That database holds the mail of a facility (its table {held} has rows). Make a new "
            "one: createdb NAME"
        )


def _copied(source: sa.Connection, new: sa.Engine, progress: Progress) -> int:
    def copied(done: int, of: int) -> None:
        progress("copying", done, of)
        failpoint("moving.copied")

    with writing(new) as target:
        remove_rows(target)
        set_version(target, UNFINISHED)
        failpoint("moving.cleared")
        rows = copy_rows(source, target, copied)
        failpoint("moving.all_copied")
    failpoint("moving.committed")
    return rows


def _proven(
    facility: Facility, source: sa.Connection, new: sa.Engine, by: Actor, rows: int
) -> _Proof:
    """Raises StorageError unless the copy is the same, its log intact, and every scan balances as
    it did before."""
    sign_with(new, facility.audit_key_file)
    there = replace(facility, engine=new)
    with reading(new) as target:
        different = first_difference(source, target)
        if different:
            raise StorageError(f"The copy of the table {different} is not the same. {_AS_IT_WAS}")
        failpoint("moving.compared")
        balances = list(reconciling.reconcile(target, there.originals, by))
        before = list(reconciling.reconcile(source, facility.originals, by))
        if balances != before:
            raise StorageError(f"Scans do not balance in the copy as they did. {_AS_IT_WAS}")
        failpoint("moving.balanced")
        events, fault = audit.verify_chain(target)
        if fault:
            raise StorageError(f"The log of events does not prove itself: {fault}. {_AS_IT_WAS}")
    return _Proof(rows, len(balances), events)


_AS_IT_WAS = "Nothing was moved: the home works as before."


def _known_again(home: Path, new: sa.Engine) -> _Proof:
    """Of a move that was stopped after its proof: that this is the database, by the head of the
    log of events, to which nobody could add since. Raises UsageError where it is another."""
    with _old_engine(home) as old, reading(old) as source, reading(new) as target:
        version = version_of(target)
        heads = [
            tx.execute(sa.select(event_head.c.seq, event_head.c.hash)).first()
            for tx in ((source, target) if version in (UNFINISHED, SCHEMA_VERSION) else (source,))
        ]
    if len(heads) < 2 or heads[0] != heads[1]:
        raise UsageError(
            "This is not the database to which the mail of this home was moved, or it is not as "
            "it was then. Look which database the settings of the server mean."
        )
    assert heads[1] is not None
    return _Proof(0, 0, heads[1].seq)


def _switch(home: Path, new: sa.Engine, url: str) -> None:
    """Opens the new database, and names it in the settings, whole or not at all."""
    with writing(new) as target:
        set_version(target, SCHEMA_VERSION)
    failpoint("moving.opened")
    settings = home / FILE_NAME
    replace_file(settings, with_database(settings.read_text("utf-8"), url).encode())
    failpoint("moving.switched")
    open_facility(home).engine.dispose()
