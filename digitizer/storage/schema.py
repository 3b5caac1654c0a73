"""Bringing a database to the newest schema: the one file that knows alembic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from digitizer.support.paths import MIGRATIONS


def upgrade(
    engine: sa.Engine,
    version: str = "head",
    *,
    begin_log: Callable[[sa.Connection], None] | None = None,
    grow_tree: Callable[[sa.Connection], None] | None = None,
    keep_seal_key: Callable[[bytes], str] | None = None,
) -> None:
    """Makes the tables, or brings older ones up to ``version``, in one transaction.

    ``begin_log`` is called in it where the log of events was not signed with a key until now, and
    ``grow_tree`` for the events that have no leaf in the log's tree yet.
    ``keep_seal_key`` keeps a seal's key that an older database has in a table, for good, and
    returns its name. Such a database needs it, and must be rewritten afterwards.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        keyed = _is_keyed(connection)
        config.attributes["connection"] = connection
        config.attributes["keep_seal_key"] = keep_seal_key
        command.upgrade(config, version)
        if begin_log and not keyed:
            begin_log(connection)
        if grow_tree:
            grow_tree(connection)


_MOVED = "moved"
_WHERE = "moved_to"


@dataclass(frozen=True, slots=True)
class MoveMark:
    """Stands in place of the version in a database into which a home is being moved, so that no
    home can be opened on it: whose move it is, and the version that it will have. ``home`` is the
    start of the hash of the first event in the home's log."""

    version: str
    home: str

    def __str__(self) -> str:
        return f"moving {self.version} {self.home}"


@dataclass(frozen=True, slots=True)
class MovedTo:
    """Where the mail of a closed database went: the ``database``, without its password, and the
    mark that it bore."""

    database: str
    mark: MoveMark


def version_of(tx: sa.Connection) -> str | None:
    """The version of the tables; None where there are none of ours."""
    if not sa.inspect(tx).has_table("alembic_version"):
        return None
    found: str | None = tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def set_version(tx: sa.Connection, version: str) -> None:
    """Says another version; the tables stay as they are."""
    tx.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def close_for_good(tx: sa.Connection, moved: MovedTo) -> None:
    """Makes sure that nobody works on this database any more, and that whoever opens it is told
    where the mail went: also a program that opened it before, for nothing is done without an
    event, and there is no table of them."""
    set_version(tx, _MOVED)
    tx.execute(sa.text(f"CREATE TABLE {_WHERE} (database TEXT, version TEXT, home TEXT)"))
    row = {"database": moved.database, "version": moved.mark.version, "home": moved.mark.home}
    tx.execute(sa.text(f"INSERT INTO {_WHERE} VALUES (:database, :version, :home)"), row)
    tx.execute(sa.text("ALTER TABLE event RENAME TO event_before_move"))


def moved_to(tx: sa.Connection) -> MovedTo | None:
    """Where the mail of this database went; None where it is still here."""
    if not sa.inspect(tx).has_table(_WHERE):
        return None
    found = tx.execute(sa.text(f"SELECT database, version, home FROM {_WHERE}")).one()
    return MovedTo(found.database, MoveMark(found.version, found.home))


def is_keyed(engine: sa.Engine) -> bool:
    """Whether the log of events in this database is signed with keys."""
    with engine.connect() as connection:
        return _is_keyed(connection)


def _is_keyed(connection: sa.Connection) -> bool:
    found = sa.inspect(connection)
    if not found.has_table("event"):
        return False
    return any(column["name"] == "key" for column in found.get_columns("event"))


def has_seal_keys(engine: sa.Engine) -> bool:
    """Whether this is a database of a version that kept seal keys in a table."""
    found = sa.inspect(engine)
    return found.has_table("scan") and "seal_key" in {
        column["name"] for column in found.get_columns("scan")
    }
