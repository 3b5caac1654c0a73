"""All rows of one database into another of the same schema, whatever the engine of either: how a
home moves to PostgreSQL, and how one that lives there is backed up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import UsageError
from digitizer.storage.database import open_engine, reading, writing
from digitizer.storage.every_table import metadata
from digitizer.storage.schema import upgrade

_AT_ONCE = 1000
#: A value that the other database has no place for, such as NUL in a text on PostgreSQL.
_UNSTORABLE = (sa.exc.DataError, UnicodeEncodeError, OverflowError)


def copy_rows(
    source: sa.Connection, target: sa.Connection, copied: Callable[[int, int], None]
) -> int:
    """Puts every row of ``source`` into the empty tables of ``target``, within the transactions of
    both, and returns how many there were. ``copied`` is told now and then how many of how many
    are. Raises UsageError for a row that ``target`` cannot store."""
    done, of = 0, sum(_count(source, table) for table in metadata.sorted_tables)
    for table in metadata.sorted_tables:
        for part in _batches(source, table):
            _put(target, table, part)
            done += len(part)
            copied(done, of)
    _count_on(target)
    return done


def _count(tx: sa.Connection, table: sa.Table) -> int:
    return tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def _put(target: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    try:
        target.execute(_insertion(target, table), rows)
    except _UNSTORABLE as error:
        raise UsageError(
            f"The table {table.name} has a text or a number that the other database cannot store "
            "(such as a NUL character in a name)."
        ) from error


def copy_to_sqlite(engine: sa.Engine, target: Path, key: bytes | None) -> None:
    """A consistent copy of a PostgreSQL database into a new SQLite file, while others write; with a
    ``key`` it is encrypted. Raises UsageError, and StorageError."""
    made = open_engine(sa.URL.create("sqlite", database=str(target)), key)
    try:
        upgrade(made)
        with reading(engine) as source, writing(made) as tx:
            copy_rows(source, tx, lambda _done, _of: None)
    finally:
        made.dispose()


def remove_rows(tx: sa.Connection) -> None:
    """Empties every table."""
    for table in reversed(metadata.sorted_tables):
        tx.execute(sa.delete(table))


def table_with_rows(tx: sa.Connection) -> str | None:
    """One that is not empty, if there is any."""
    for table in metadata.sorted_tables:
        if tx.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            return table.name
    return None


def first_difference(one: sa.Connection, other: sa.Connection) -> str | None:
    """The table of the first row that is not the same in both; None if all are."""
    for table in metadata.sorted_tables:
        if any(
            mine != theirs for mine, theirs in zip_longest(_rows(one, table), _rows(other, table))
        ):
            return table.name
    return None


def _batches(tx: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    names = [f"to_{column.name}" for column in table.columns]
    part: list[dict[str, Any]] = []
    for row in _rows(tx, table):
        part.append(dict(zip(names, row, strict=True)))
        if len(part) == _AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _rows(tx: sa.Connection, table: sa.Table) -> Iterator[tuple[Any, ...]]:
    """By primary key, in the order of bytes. JSON comes as the text that is stored, so that SQL's
    NULL and JSON's null stay two things."""
    columns = [sa.cast(column, sa.Text) if _is_json(column) else column for column in table.columns]
    asked = sa.select(*columns).order_by(*(_in_bytes(tx, each) for each in table.primary_key))
    with tx.execute(asked, execution_options={"yield_per": _AT_ONCE}) as found:
        for row in found:
            yield tuple(row)


def _in_bytes(tx: sa.Connection, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    is_text = isinstance(column.type, sa.String)
    return sa.collate(column, "C") if is_text and tx.dialect.name == "postgresql" else column


def _insertion(target: sa.Connection, table: sa.Table) -> sa.Insert:
    return sa.insert(table).values(
        {column.name: _bound(target, column) for column in table.columns}
    )


def _bound(target: sa.Connection, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    name = f"to_{column.name}"
    if not _is_json(column):
        return sa.bindparam(name, type_=column.type)
    text = sa.bindparam(name, type_=sa.Text())
    # SQLite keeps JSON as text; a cast would make a number of it.
    return sa.cast(text, sa.JSON()) if target.dialect.name == "postgresql" else text


def _is_json(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.JSON)


def _count_on(target: sa.Connection) -> None:
    """On PostgreSQL the counters of numbers start behind the largest; SQLite has none."""
    if target.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        counted = table.autoincrement_column
        if counted is not None:
            largest = target.execute(sa.select(sa.func.max(counted))).scalar() or 0
            counter = sa.func.pg_get_serial_sequence(table.name, counted.name)
            target.execute(sa.select(sa.func.setval(counter, largest + 1, False)))
