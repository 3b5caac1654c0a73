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
from digitizer.model.settings_file import FILE_NAME, read_settings
from digitizer.operations import reconcile as reconciling
from digitizer.operations.store_settings import with_database
from digitizer.storage.audit_keys import sign_with
from digitizer.storage.copying import replace_file
from digitizer.storage.database import alone, make_schema, open_engine, reading, writing
from digitizer.storage.schema import (
    MovedTo,
    MoveMark,
    close_for_good,
    moved_to,
    set_version,
    upgrade,
    version_of,
)
from digitizer.storage.table_copy import copy_rows, first_difference, remove_rows, table_with_rows
from digitizer.storage.tables import SCHEMA_VERSION, event, event_head
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


def move_home(
    home: Path,
    url: str,
    by: Actor,
    progress: Progress = no_progress,
    *,
    unencrypted: bool = False,
) -> Moved:
    """Moves the database of ``home`` to the empty PostgreSQL database at ``url``, or goes on where
    that was stopped. ``progress`` is told how many of how many rows are copied; ``unencrypted``
    says that an encrypted home's database may be in the clear there. Raises NotAllowed, UsageError,
    SettingsError and StorageError; then the home is as it was, or says what to do."""
    permit(by, Act.OPERATE)
    home = home.resolve()
    target = _checked(url)
    _check_home(home, url, unencrypted)
    make_schema(target)
    new = open_engine(target)
    try:
        moved = _moved_before(home)
        if moved is None:
            facility = _recorded(home, _named(target), by)
            moved, done = _move(facility, new, _named(target), by, progress)
        elif moved.database != _named(target):
            raise UsageError(f"This home was being moved to {moved.database}. Name that database.")
        else:
            done = _known_again(home, new, moved.mark)
        _switch(home, new, url, moved.mark)
    finally:
        new.dispose()
    return Moved(_named(target), done.rows, done.scans, done.events)


def _check_home(home: Path, url: str, unencrypted: bool) -> None:
    """That the settings can be switched is known before anything is moved."""
    settings, path = read_settings(home), home / FILE_NAME
    if settings.store.database_url:
        raise UsageError("The settings of this home name a database already: it is not moved.")
    if home_key_of(home, settings) is not None and not unencrypted:
        raise UsageError(
            "This home is encrypted, and a PostgreSQL server keeps names and texts in the clear "
            "unless its disk is encrypted. If it is: --unencrypted."
        )
    with_database(path.read_text("utf-8"), url)
    if path.is_symlink() or path.is_mount():
        raise UsageError(
            f"{path} is a link or mounted: this program cannot replace it. Put the file itself "
            "there while the home is moved."
        )


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


def _moved_before(home: Path) -> MovedTo | None:
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


def _move(
    facility: Facility, new: sa.Engine, target: str, by: Actor, progress: Progress
) -> tuple[MovedTo, _Proof]:
    try:
        with alone(facility.engine) as source:
            moved = MovedTo(target, MoveMark(SCHEMA_VERSION, _first_event(source)))
            _make_tables(new)
            rows = _copied(source, new, moved.mark, progress)
            proof = _proven(facility, source, new, by, rows)
            failpoint("moving.proven")
            close_for_good(source, moved)
    finally:
        facility.engine.dispose()
    failpoint("moving.closed")
    return moved, proof


def _first_event(source: sa.Connection) -> str:
    """What tells this home from all others, as far as a mark has room for it."""
    asked = sa.select(event.c.hash).order_by(event.c.seq).limit(1)
    return str(source.execute(asked).scalar_one())[:16]


def _make_tables(new: sa.Engine) -> None:
    with reading(new) as tx:
        is_empty = not sa.inspect(tx).get_table_names()
    if is_empty:
        upgrade(new)
        failpoint("moving.tables_made")


def _make_room(target: sa.Connection, mark: MoveMark) -> None:
    """Removes what an earlier try of this home left. Raises UsageError where there is anything
    else, asked in the transaction that writes: another home may be moved to it at this moment."""
    version = version_of(target)
    if version not in (str(mark), SCHEMA_VERSION):
        raise UsageError(
            "That database is not empty, or another home is being moved to it. Make a new one: "
            "createdb NAME"
        )
    held = table_with_rows(target) if version == SCHEMA_VERSION else None
    if held is not None:
        raise UsageError(
            f"That database holds the mail of a facility (its table {held} has rows). Make a new "
            "one: createdb NAME"
        )
    remove_rows(target)
    set_version(target, str(mark))


def _copied(source: sa.Connection, new: sa.Engine, mark: MoveMark, progress: Progress) -> int:
    def copied(done: int, of: int) -> None:
        progress("copying", done, of)
        failpoint("moving.copied")

    with writing(new) as target:
        _make_room(target, mark)
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


def _known_again(home: Path, new: sa.Engine, mark: MoveMark) -> _Proof:
    """Of a move that was stopped after its proof: that this is the database, by the head of the
    log of events, to which nobody could add since. Raises UsageError where it is another."""
    asked = sa.select(event_head.c.seq, event_head.c.hash)
    with _old_engine(home) as old, reading(old) as source, reading(new) as target:
        _check_mark(target, mark)
        head = source.execute(asked).one()
        if target.execute(asked).first() != head:
            raise UsageError(_NOT_IT)
    return _Proof(0, 0, head.seq)


_NOT_IT = (
    "This is not the database to which the mail of this home was moved, or it is not as it was "
    "then. Look which database the settings of the server mean."
)


def _check_mark(target: sa.Connection, mark: MoveMark) -> None:
    if version_of(target) not in (str(mark), mark.version):
        raise UsageError(_NOT_IT)


def _switch(home: Path, new: sa.Engine, url: str, mark: MoveMark) -> None:
    """Opens the new database, with the version that was copied, and names it in the settings,
    whole or not at all. Raises StorageError where the settings cannot be written."""
    with writing(new) as target:
        _check_mark(target, mark)
        set_version(target, mark.version)
    failpoint("moving.opened")
    settings = home / FILE_NAME
    try:
        replace_file(settings, with_database(settings.read_text("utf-8"), url).encode())
    except OSError as error:
        raise StorageError(
            f"All was moved, but {settings} cannot be written ({error}). Make that possible, and "
            "run this again; until then the home cannot be opened."
        ) from error
    failpoint("moving.switched")
    open_facility(home).engine.dispose()
