"""Many numbers as one parameter of a statement."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from digitizer.storage.sql_arrays import for_each, is_among, listed

_NUMBERS = sa.Table("numbers", sa.MetaData(), sa.Column("number", sa.BigInteger, primary_key=True))
_ENGINE = sa.create_engine("sqlite://")


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50))
def test_a_list_is_a_table_of_its_numbers_in_their_places(numbers: list[int]) -> None:
    rows = listed("some")
    asked = sa.select(rows.c.place, rows.c.number).order_by(rows.c.place)
    with _ENGINE.connect() as connection:
        found = connection.execute(asked, {"some": numbers}).all()
    assert [tuple(row) for row in found] == list(enumerate(numbers))


def test_numbers_are_looked_up_among_many() -> None:
    with _ENGINE.begin() as connection:
        _NUMBERS.create(connection)
        connection.execute(sa.insert(_NUMBERS), [{"number": each} for each in range(10)])
        among = sa.select(_NUMBERS.c.number).where(is_among(_NUMBERS.c.number, "some"))
        assert connection.execute(among, {"some": [3, 7, 99]}).scalars().all() == [3, 7]
        assert connection.execute(among, {"some": []}).scalars().all() == []
        wanted = listed("some")
        joined = (
            sa.select(wanted.c.place, _NUMBERS.c.number)
            .select_from(for_each(wanted, _NUMBERS))
            .where(_NUMBERS.c.number == wanted.c.number)
            .order_by(wanted.c.place)
        )
        assert [tuple(row) for row in connection.execute(joined, {"some": [7, 99, 3]})] == [
            (0, 7),
            (2, 3),
        ]


def test_postgresql_gets_an_array_whose_places_count_from_nought_too() -> None:
    dialect = sa.create_engine("postgresql+psycopg://").dialect
    statement = sa.select(listed("some").c.number).compile(dialect=dialect)
    assert "unnest(" in str(statement)
    assert "nth - 1 AS place" in str(statement)
