"""Many numbers as one parameter of a statement: writing a parameter for each of a thousand takes
longer than looking them all up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _NumberList(sa.TypeDecorator[Sequence[int]]):
    """Integers: an array on PostgreSQL, JSON text on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        kind = ARRAY(sa.BigInteger) if dialect.name == "postgresql" else sa.Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Sequence[int] | None, dialect: sa.Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return json.dumps(list(value))


class _Rows(FunctionElement[int]):
    """A list of numbers as a subquery."""

    inherit_cache = True


@compiles(_Rows, "sqlite")
def _on_sqlite(element: _Rows, compiler: SQLCompiler, **how: Any) -> str:
    numbers = compiler.process(element.clauses, **how)
    return f"(SELECT key AS place, value AS number FROM json_each({numbers}))"


@compiles(_Rows, "postgresql")
def _on_postgresql(element: _Rows, compiler: SQLCompiler, **how: Any) -> str:
    numbers = compiler.process(element.clauses, **how)
    each = f"unnest({numbers}) WITH ORDINALITY AS each (number, nth)"
    return f"(SELECT nth - 1 AS place, number FROM {each})"


def listed(parameter: str) -> sa.TableValuedAlias:
    """The list that is bound to ``parameter`` as a table: each ``number`` and its ``place``,
    which counts from 0."""
    rows = _Rows(sa.bindparam(parameter, type_=_NumberList()))
    return rows.table_valued(
        sa.column("place", sa.BigInteger()), sa.column("number", sa.BigInteger())
    )


def is_among(column: sa.Column[Any], parameter: str) -> sa.ColumnElement[bool]:
    """Whether the column's number is one of the list that is bound to ``parameter``."""
    return column.in_(sa.select(listed(parameter).c.number))


class _InOrder(sa.Join):
    """Rows of the left, and for each those of the right."""

    inherit_cache = True


@compiles(_InOrder)
def _cross_join(element: _InOrder, compiler: SQLCompiler, **how: Any) -> str:
    sides = (compiler.process(side, **how) for side in (element.left, element.right))
    return " CROSS JOIN ".join(sides)


def for_each(numbers: sa.TableValuedAlias, table: sa.Table) -> sa.Join:
    """A list, and the ``table`` in which each of its numbers is looked up. A plain join would let
    SQLite, which cannot know how long either is, read all of the table."""
    return _InOrder(numbers, table, sa.true())
