"""How a database is opened, read, written and checked.

On SQLite every writing transaction is BEGIN IMMEDIATE with a busy timeout, WAL with
synchronous=FULL where the library has the fix of the WAL-reset bug (3.51.3, or its back-ports),
the rollback journal where it has not. On PostgreSQL one database may hold several facilities, each
in a schema of its own, which the URL names (``?schema=north``): its connections see no other, and
its writers wait for nobody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from digitizer.model.errors import StorageError, Unstorable, UsageError

_PLAIN = b"SQLite format 3\0"
_WAL_BUG_FIXED = ((3, 51, 3),)
_WAL_BUG_BACKPORTS = {(3, 44): 6, (3, 50): 7}


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this version of SQLite has the fix of its WAL-reset bug with several connections."""
    if version >= _WAL_BUG_FIXED[0]:
        return True
    backport = _WAL_BUG_BACKPORTS.get((version[0], version[1]))
    return backport is not None and version[2] >= backport


#: Our writers' lock on PostgreSQL, beside the name of the schema: one writer of a facility at a
#: time, as on SQLite; any number would do.
_WRITERS = 0x4D41494C
_SCHEMA = "schema"
#: Where PostgreSQL keeps the tables of a database that is one facility's. Its own search path would
#: find a schema of the user's name first, which may be another facility's.
_OWN_SCHEMA = "public"
#: Names that PostgreSQL takes as they are, and does not use itself.
_A_SCHEMA = re.compile(r"(?!pg_|information_schema$)[a-z][a-z0-9_]{0,39}")

#: Errors of a statement: they are not the database's, and pass unchanged.
_NOT_THE_STORE = (
    sa.exc.IntegrityError,
    sa.exc.NotSupportedError,
    sa.exc.ProgrammingError,
)
#: Of a value that the database has no place for: NUL in a text on PostgreSQL, bytes that are no
#: text, a number that is too large.
_UNSTORABLE = (sa.exc.DataError, UnicodeEncodeError, OverflowError)
_OUT_OF_REACH = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
#: Connections beyond the pool's, so that none is waited for: each thread may hold one.
_CONNECTIONS = 100
#: A server whose machine or network is gone says nothing: it is given up after some 20 seconds
#: (``tcp_user_timeout`` is in milliseconds), and not after the two hours that are usual.
_NOTICE_SILENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
#: Seconds that one waits for another who uses the database.
_PATIENCE = 30


def open_engine(url: str | sa.URL, key: bytes | None = None) -> sa.Engine:
    """An engine for ``url``; SQLite goes through the pysqlite3 wheel and its newer library, or with
    a ``key`` through SQLCipher, which encrypts the database and its log. A PostgreSQL server
    encrypts its own files, or its disk. Raises UsageError for a name that no schema can have."""
    url = sa.make_url(url)
    if url.get_backend_name() != "sqlite":
        return _open_server(url)
    library = _library(key)
    # Parameters are hidden: an error in the log must not carry names or letter text.
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        module=library,
        connect_args={"timeout": _PATIENCE},
        max_overflow=_CONNECTIONS,
    )
    journal = "WAL" if wal_is_safe(library.sqlite_version_info) else "TRUNCATE"
    event.listen(engine, "connect", lambda raw, _record: _prepare_sqlite(raw, journal, key))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_server(url: sa.URL) -> sa.Engine:
    schema = schema_in(url) or _OWN_SCHEMA
    engine = sa.create_engine(
        _driven(url).difference_update_query([_SCHEMA]),
        hide_parameters=True,
        connect_args=_NOTICE_SILENCE,
        max_overflow=_CONNECTIONS,
    )
    # First of all listeners: what is asked when a connection is new counts for this schema. Said
    # again in each transaction: a pooler may give another facility's connection.
    event.listen(engine, "connect", lambda raw, _: _see_only(raw, schema), insert=True)
    event.listen(engine, "begin", lambda connection: _begin_in(connection, schema))
    return engine


def _driven(url: sa.URL) -> sa.URL:
    plain = url.drivername == "postgresql"
    return url.set(drivername="postgresql+psycopg") if plain else url


def schema_in(url: sa.URL) -> str:
    """The schema that a URL names; "" where it names none, which is PostgreSQL's own ``public``.
    Raises UsageError for a name that no schema can have here."""
    named = url.query.get(_SCHEMA, "")
    if not isinstance(named, str) or (named and not _A_SCHEMA.fullmatch(named)):
        raise UsageError(
            "A schema has a name of up to 40 small letters, digits and _, and begins with a letter."
        )
    return named


def in_schema(url: str | sa.URL, schema: str) -> str:
    """The same database, but this schema of it."""
    named = sa.make_url(url).difference_update_query([_SCHEMA])
    named = named.update_query_dict({_SCHEMA: schema})
    return named.render_as_string(hide_password=False)


def make_schema(url: str | sa.URL) -> None:
    """Makes the schema that a URL names, if there is none yet. Raises StorageError where the server
    does not let us."""
    url = sa.make_url(url)
    schema = schema_in(url)
    if not schema:
        return
    engine = sa.create_engine(_driven(url).difference_update_query([_SCHEMA]))
    try:
        with engine.begin() as connection:
            connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    except sa.exc.DBAPIError as error:
        raise StorageError(
            f"The schema {schema} cannot be made ({_cause(error)}). Let the database's owner run: "
            f"CREATE SCHEMA {schema} AUTHORIZATION the user of this program"
        ) from error
    finally:
        engine.dispose()


def _begin_in(connection: sa.Connection, schema: str) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql(f'SET LOCAL search_path TO "{schema}"')


def _see_only(raw: Any, schema: str) -> None:
    """For the whole connection, so outside of any transaction, which may be rolled back."""
    before, raw.autocommit = raw.autocommit, True
    with raw.cursor() as cursor:
        cursor.execute(f'SET SESSION search_path TO "{schema}"')
    raw.autocommit = before


def _library(key: bytes | None) -> Any:
    if key is None:
        import pysqlite3

        return pysqlite3
    import sqlcipher3

    return sqlcipher3


def _prepare_sqlite(raw: Any, journal: str, key: bytes | None) -> None:
    raw.isolation_level = None  # we say BEGIN ourselves
    if key is not None:
        raw.execute(f"PRAGMA key = {_in_sql(key)}")
    for pragma in (
        f"journal_mode={journal}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is deleted is overwritten, not only unlinked
        f"busy_timeout={_PATIENCE * 1000}",
    ):
        raw.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    how = connection.get_execution_options()
    kind = " EXCLUSIVE" if how.get("alone") else " IMMEDIATE" if how.get("writing") else ""
    connection.exec_driver_sql(f"BEGIN{kind}")


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A read transaction: one consistent snapshot. Raises StorageError where the database cannot
    be reached (gone, locked too long, too many connections), and Unstorable."""
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection
    except _UNSTORABLE as error:
        raise Unstorable from error
    except _OUT_OF_REACH as error:
        raise StorageError(
            f"The database could not be read ({_cause(error)}). Run: digitizer doctor"
        ) from error


def _cause(error: sa.exc.SQLAlchemyError) -> object:
    return getattr(error, "orig", None) or "all connections to it are in use"


_TAKE_TURN = sa.select(
    sa.func.pg_advisory_xact_lock(_WRITERS, sa.func.hashtext(sa.func.current_schema()))
)


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A write transaction: takes its lock at once, commits at the end or rolls all back.

    One writer of a facility at a time, on SQLite and on PostgreSQL. Raises StorageError where the
    database cannot be written (disk full, locked too long, gone), and Unstorable; then nothing was
    written.
    """
    with writing_beside(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(_TAKE_TURN)
        yield connection


@contextmanager
def writing_beside(engine: sa.Engine) -> Iterator[sa.Connection]:
    """As ``writing``, but on PostgreSQL beside whoever has the turn: for one row that no other kind
    of writer changes."""
    try:
        with engine.connect().execution_options(writing=True) as connection, connection.begin():
            yield connection
    except _UNSTORABLE as error:
        raise Unstorable from error
    except (sa.exc.DatabaseError, sa.exc.TimeoutError) as error:
        if isinstance(error, _NOT_THE_STORE):
            raise
        raise StorageError(
            f"The database could not be written ({_cause(error)}). Nothing of this was saved; "
            "free some space or repair the disk, then try again."
        ) from error


@contextmanager
def alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A write transaction of SQLite, beside which no other program can even read. Raises
    StorageError where another one has the database open."""
    try:
        with engine.connect().execution_options(alone=True) as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA busy_timeout=5000")
            raw.execute("PRAGMA journal_mode=DELETE").fetchone()  # only where no other has it open
            with connection.begin():
                yield connection
    except Exception as error:
        if not _is_locked(error):
            raise
        raise StorageError(
            "Another program is using the database. Stop the service, then run this again."
        ) from error


def _is_locked(error: Exception) -> bool:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return type(cause).__name__ == "OperationalError" and "locked" in str(cause)


def rewrite(engine: sa.Engine, patience: float = _PATIENCE) -> None:
    """Writes the whole database anew, so that nothing which was deleted is left in free pages or in
    SQLite's write-ahead log. ``patience``: so many seconds it waits for others, who wait behind it
    meanwhile. Raises StorageError if another program uses the database for longer, or where there
    is no room; then it can be done again."""
    busy, wait = 0, int(patience * 1000)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        try:
            if engine.dialect.name == "sqlite":
                raw.execute(f"PRAGMA busy_timeout={wait}")
                raw.execute("VACUUM")
                busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            else:
                connection.exec_driver_sql(f"SET lock_timeout = {wait}")
                tables = ", ".join(f'"{each}"' for each in sa.inspect(connection).get_table_names())
                connection.exec_driver_sql(f"VACUUM FULL {tables}")  # nobody else's
        except Exception as error:
            raise StorageError(f"The database could not be rewritten ({error}).") from error
        finally:
            connection.invalidate()  # nobody else gets it, with this patience
    if busy:
        raise StorageError(
            "The database could not be rewritten: another program is using it. Stop the service, "
            "or wait until a backup is done, then run this again."
        )


def _in_sql(key: bytes) -> str:
    """A key as SQLCipher takes it, without a derivation of its own: it is no passphrase."""
    return f"\"x'{key.hex()}'\""


def is_plain(database: Path) -> bool:
    """Whether this is a SQLite database that is not encrypted."""
    with database.open("rb") as stream:
        return stream.read(len(_PLAIN)) == _PLAIN


def leave_wal(database: Path) -> None:
    """Writes the log of a plain database into it and removes it. Raises StorageError if another
    program has the database open."""
    import pysqlite3

    raw = pysqlite3.connect(str(database), timeout=5)
    try:
        raw.execute("PRAGMA journal_mode=DELETE").fetchone()
        raw.execute("BEGIN EXCLUSIVE")
        raw.rollback()
    except pysqlite3.OperationalError as error:
        raise StorageError(
            f"Another program is using the database ({error}). Stop the service, then run this "
            "again."
        ) from None
    finally:
        raw.close()


def encrypt_database(plain: Path, target: Path, key: bytes) -> None:
    """An encrypted copy of a plain database, into a new file, with all that is in it."""
    import sqlcipher3

    raw = sqlcipher3.connect(str(plain), isolation_level=None)
    try:
        raw.execute(f"ATTACH DATABASE ? AS encrypted KEY {_in_sql(key)}", (str(target),))
        raw.execute("SELECT sqlcipher_export('encrypted')")
        raw.execute("DETACH DATABASE encrypted")
    except sqlcipher3.DatabaseError as error:
        raise StorageError(f"The database could not be encrypted ({error}).") from None
    finally:
        raw.close()


def copy_database(engine: sa.Engine, target: Path) -> None:
    """A consistent copy of a SQLite database into a new file, while others write."""
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("VACUUM INTO ?", (str(target),))


def linked_sqlite() -> tuple[int, ...]:
    """The version of the SQLite library in use (the pysqlite3 wheel's)."""
    import pysqlite3

    return tuple(pysqlite3.sqlite_version_info)


def integrity(engine: sa.Engine) -> str | None:
    """What a full check of the database finds wrong; None if it is intact."""
    if engine.dialect.name != "sqlite":
        return None
    try:
        with reading(engine) as tx:
            found = [row[0] for row in tx.exec_driver_sql("PRAGMA integrity_check")]
    except StorageError as error:
        return str(error)
    except sa.exc.DatabaseError as error:  # too damaged to be checked
        return str(error.orig)
    return None if found == ["ok"] else "; ".join(found[:3])
