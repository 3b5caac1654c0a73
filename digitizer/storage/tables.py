"""The tables, and how to reach them: the one file that knows how a database is opened.

Made for SQLite and PostgreSQL alike. On SQLite every writing transaction is BEGIN IMMEDIATE
with a busy timeout, WAL with synchronous=FULL where the library is past the WAL-reset fault
(3.51.3, or its back-ports), the rollback journal where it is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event as sa_event

from digitizer.model.errors import StorageError, UsageError

#: The newest migration; a test holds it equal to the migrations folder.
SCHEMA_VERSION = "0006"

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=_NAMING)


class UtcTime(sa.TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(32), primary_key=True)


def _to(target: str, name: str, *, null: bool = True, index: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.ForeignKey(f"{target}.id"), nullable=null, index=index)


inmate = sa.Table(
    "inmate",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("booking_number", sa.String(64), nullable=False, unique=True),
    sa.Column("last_name", sa.Text, nullable=False),
    sa.Column("first_name", sa.Text, nullable=False),
    sa.Column("housing_unit", sa.Text, nullable=False, default=""),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("more", sa.JSON, nullable=False, default=dict),
    sa.Column("pin_hash", sa.Text),
    sa.Column("question", sa.Text),
    sa.Column("answer_hash", sa.Text),
    sa.Column("changed", UtcTime, nullable=False),
)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(120), nullable=False, unique=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("password_hash", sa.Text),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
)

message = sa.Table(
    "message",
    metadata,
    _id(),
    sa.Column("direction", sa.String(16), nullable=False),
    _to("inmate", "inmate_id", null=False),
    sa.Column("correspondent", sa.Text, nullable=False),
    sa.Column("address", sa.Text),
    sa.Column("subject", sa.Text, nullable=False, default=""),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("photos", sa.JSON, nullable=False, default=list),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("printed", UtcTime),
    sa.Column("cover_id", sa.String(32), unique=True),
)

cover = sa.Table(
    "cover",
    metadata,
    _id(),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("key_id", sa.Integer, nullable=False),
    sa.Column("short_id", sa.String(16), nullable=False, unique=True),
    _to("inmate", "inmate_id"),
    _to("message", "message_id"),
    sa.Column("sheets", sa.Integer, nullable=False, default=0),
    sa.Column("once", sa.Boolean, nullable=False, default=False),
    sa.Column("sender", sa.Text),
    sa.Column("printed", UtcTime, nullable=False),
    sa.Column("expires", UtcTime),
    sa.Column("revoked", UtcTime),
    _to("scan", "used_by"),
    # Good for so many letters; null: for any number.
    sa.Column("most_letters", sa.Integer),
)

scan = sa.Table(
    "scan",
    metadata,
    _id(),
    # The SHA-256 of the original, or of its originals' digests: what makes a second taking-in
    # of the same bytes known, also between two processes at the same moment.
    sa.Column("fingerprint", sa.String(64), nullable=False, unique=True),
    sa.Column("profile", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("taken_in", UtcTime, nullable=False, index=True),
    sa.Column("finished", UtcTime),
    sa.Column("pages", sa.Integer),
    sa.Column("doubt", sa.String(40)),
    sa.Column("reason", sa.Text),
    sa.Column("rejected", sa.Boolean, nullable=False, default=False),
    sa.Column("replaced_by", sa.String(32)),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("deaths", sa.Integer, nullable=False, default=0),
    sa.Column("claimed_by", sa.String(64), index=True),
    sa.Column("sealed", sa.Boolean, nullable=False, default=False),
    sa.Column("seal_key", sa.LargeBinary),
)

original = sa.Table(
    "original",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _to("scan", "scan_id", null=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    # Where the encrypted bytes are, once the scan is sealed and the plain ones are gone.
    sa.Column("sealed_as", sa.String(64)),
    sa.UniqueConstraint("scan_id", "ordinal"),
)

letter = sa.Table(
    "letter",
    metadata,
    _id(),
    _to("scan", "scan_id", null=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    _to("inmate", "inmate_id"),
    _to("cover", "cover_id"),
    _to("message", "message_id"),
    sa.Column("proposed", sa.String(64)),
    sa.Column("sender", sa.Text),
    sa.Column("subject", sa.Text),
    sa.Column("received", UtcTime, nullable=False, index=True),
    sa.Column("doubts", sa.JSON, nullable=False, default=list),
    sa.Column("reason", sa.Text),
    sa.Column("read", UtcTime),
    sa.Column("replaced_by", sa.String(32)),
)

# Every letter that came in under a cover, delivered or held, written as it is filed.
cover_use = sa.Table(
    "cover_use",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _to("cover", "cover_id", null=False, index=False),
    sa.Column("letter_id", sa.ForeignKey("letter.id"), nullable=False, unique=True),
    _to("scan", "scan_id", null=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Index("ix_cover_use_cover_id_at", "cover_id", "at"),
)

page = sa.Table(
    "page",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _to("scan", "scan_id", null=False, index=False),
    sa.Column("number", sa.Integer, nullable=False),
    # Its place, from 1, in the stack as the paper lay; not its number where a stack went
    # through a one-sided feeder twice.
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    _to("letter", "letter_id"),
    # Its place among the letter's content, from 1; null for covers and blanks.
    sa.Column("position", sa.Integer),
    sa.Column("picture", sa.String(64)),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("dpi", sa.Integer, nullable=False),
    sa.Column("ink", sa.Float, nullable=False),
    sa.Column("quality", sa.JSON, nullable=False, default=list),
    sa.UniqueConstraint("scan_id", "number"),
)

# What is known of the pages of a scan that was sealed; it outlives the seal, so that a page that
# a supervisor cleared does not seal the scan again.
sealed_page = sa.Table(
    "sealed_page",
    metadata,
    sa.Column("scan_id", sa.ForeignKey("scan.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    # The verified codes on it: ``[{"kind": …, "id": the short id}]``.
    sa.Column("codes", sa.JSON, nullable=False, default=list),
    # Why it seals, in a word and in words; null for a page that does not.
    sa.Column("standing", sa.String(20)),
    sa.Column("says", sa.Text),
    # Its encrypted picture, under the scan's seal key; only of a page that seals.
    sa.Column("picture", sa.String(64)),
    sa.Column("cleared", UtcTime),
    sa.Column("cut_into", sa.String(32)),
)

# Legal markers, each good for one scan of one day. One of the register without a row here was
# printed before markers were bound.
legal_marker = sa.Table(
    "legal_marker",
    metadata,
    sa.Column("cover_id", sa.ForeignKey("cover.id"), primary_key=True),
    sa.Column("facility", sa.Text, nullable=False),
    _to("scan", "scan_id"),
    sa.Column("day", sa.Date),
)

transcript = sa.Table(
    "transcript",
    metadata,
    sa.Column("page_id", sa.ForeignKey("page.id"), primary_key=True),
    sa.Column("engine", sa.String(40), nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("words", sa.JSON, nullable=False, default=list),
)

# What staff put right in a transcript; the newest of a page is what is shown and searched.
correction = sa.Table(
    "correction",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _to("page", "page_id", null=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("author", sa.String(120), nullable=False),
    sa.Column("made", UtcTime, nullable=False),
)

# Every word that stands, or may stand, on a page that was delivered, in normal form.
term = sa.Table(
    "term",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("text", sa.String(64), nullable=False, unique=True),
)

# The terms again, many of one length in a row, as `letters/search/terms.py` has them in memory.
# Those after the last `last_term` are on no shelf yet.
shelf = sa.Table(
    "shelf",
    metadata,
    sa.Column("last_term", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("length", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("ids", sa.LargeBinary, nullable=False),
    sa.Column("texts", sa.LargeBinary, nullable=False),
    sa.Column("letters", sa.LargeBinary, nullable=False),
)

# Where it may stand. Ordered for a search in one mailbox, with a second order for all of them;
# both answer without looking elsewhere.
posting = sa.Table(
    "posting",
    metadata,
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), primary_key=True),
    sa.Column("term_id", sa.ForeignKey("term.id"), primary_key=True),
    sa.Column("page_id", sa.ForeignKey("page.id"), primary_key=True),
    # The reader's probability, in thousandths, that the word stands on this page, …
    sa.Column("weight", sa.SmallInteger, nullable=False),
    # … and how often it may be expected among a thousand of the page's words.
    sa.Column("density", sa.SmallInteger, nullable=False),
    sa.Index("ix_posting_term", "term_id", "page_id", "weight", "density"),
    sqlite_with_rowid=False,
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("actor_kind", sa.String(16), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("verb", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("detail", sa.JSON, nullable=False, default=dict),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

# The last event's number and hash, so that taking away the newest events shows too.
event_head = sa.Table(
    "event_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

session = sa.Table(
    "session",
    metadata,
    # The SHA-256 of the token: a stolen database opens no session.
    sa.Column("token_hash", sa.String(64), primary_key=True),
    _to("inmate", "inmate_id"),
    _to("staff", "staff_id"),
    sa.Column("steps_done", sa.Integer, nullable=False, default=0),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("seen", UtcTime, nullable=False),
)

throttle = sa.Table(
    "throttle",
    metadata,
    sa.Column("subject", sa.String(120), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("locked_until", UtcTime),
)

_WAL_FAULT_MENDED = ((3, 51, 3),)
_WAL_FAULT_BACKPORTS = {(3, 44): 6, (3, 50): 7}


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether a SQLite of this version is past the WAL-reset fault of several connections."""
    if version >= _WAL_FAULT_MENDED[0]:
        return True
    backport = _WAL_FAULT_BACKPORTS.get((version[0], version[1]))
    return backport is not None and version[2] >= backport


#: Our writers' lock on PostgreSQL: one at a time, as SQLite has it; any number would do.
_WRITERS = 0x4D41494C

_NOT_THE_STORE = (
    sa.exc.DataError, sa.exc.IntegrityError, sa.exc.NotSupportedError, sa.exc.ProgrammingError,
)  # fmt: skip


_OUT_OF_REACH = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
#: Connections that wait for nobody: every thread of a large service may hold one.
_CONNECTIONS = 100


def open_engine(url: str | sa.URL) -> sa.Engine:
    """An engine for ``url``; SQLite goes through the pysqlite3 wheel and its newer library."""
    url = sa.make_url(url)
    if url.get_backend_name() != "sqlite":
        plain = url.drivername == "postgresql"
        driven = url.set(drivername="postgresql+psycopg") if plain else url
        return sa.create_engine(driven, hide_parameters=True, max_overflow=_CONNECTIONS)
    import pysqlite3

    # Parameters are hidden: an error in the log must not carry names or letter text.
    engine = sa.create_engine(
        url, hide_parameters=True, module=pysqlite3, connect_args={"timeout": 30},
        max_overflow=_CONNECTIONS,
    )  # fmt: skip
    journal = "WAL" if wal_is_safe(pysqlite3.sqlite_version_info) else "TRUNCATE"
    sa_event.listen(engine, "connect", lambda raw, _record: _prepare_sqlite(raw, journal))
    sa_event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(raw: Any, journal: str) -> None:
    raw.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        f"journal_mode={journal}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # a seal's key that is destroyed is overwritten, not only unlinked
        "busy_timeout=30000",
    ):
        raw.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A read transaction: one consistent picture. Raises StorageError where the database cannot
    be reached (gone, locked too long, too many at it)."""
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection
    except _OUT_OF_REACH as error:
        raise StorageError(
            f"The database could not be read ({_cause(error)}). Run: digitizer doctor"
        ) from error


def _cause(error: sa.exc.SQLAlchemyError) -> object:
    return getattr(error, "orig", None) or "all connections to it are in use"


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A write transaction: takes its lock at once, commits at the end or rolls all back.

    One writer at a time, on SQLite and on PostgreSQL. Raises StorageError where the database
    cannot be written (disk full, locked too long, gone); then nothing was.
    """
    try:
        with engine.connect().execution_options(writing=True) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))
            yield connection
    except (sa.exc.DatabaseError, sa.exc.TimeoutError) as error:
        if isinstance(error, _NOT_THE_STORE):
            raise
        raise StorageError(
            f"The database could not be written ({_cause(error)}). Nothing of this was "
            "acknowledged; free space or mend the disk, then try again."
        ) from error


def empty_log(engine: sa.Engine) -> bool:
    """Writes SQLite's write-ahead log into the database and cuts it off: until then a secret that
    was deleted still stands in it. Elsewhere it does nothing. False if a reader kept it from it
    for all of the busy timeout."""
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def copy_database(engine: sa.Engine, target: Path) -> None:
    """A consistent copy of a SQLite database into a new file, while others write."""
    if engine.dialect.name != "sqlite":
        raise UsageError("This database is not SQLite: back it up with its own tool (pg_dump).")
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("VACUUM INTO ?", (str(target),))


def linked_sqlite() -> tuple[int, ...]:
    """The version of the SQLite library that we use (the pysqlite3 wheel's)."""
    import pysqlite3

    return tuple(pysqlite3.sqlite_version_info)


def integrity(engine: sa.Engine) -> str | None:
    """What a full check of the database finds wrong; None if it is sound."""
    if engine.dialect.name != "sqlite":
        return None
    try:
        with reading(engine) as tx:
            says = [row[0] for row in tx.exec_driver_sql("PRAGMA integrity_check")]
    except StorageError as error:
        return str(error)
    except sa.exc.DatabaseError as error:  # so damaged that it cannot even be checked
        return str(error.orig)
    return None if says == ["ok"] else "; ".join(says[:3])
