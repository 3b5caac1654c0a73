"""Rows come out of a copy as they were: from SQLite to PostgreSQL, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import UsageError
from digitizer.storage.database import open_engine, reading, writing
from digitizer.storage.schema import upgrade
from digitizer.storage.table_copy import (
    copy_rows,
    copy_to_sqlite,
    first_difference,
    remove_rows,
    table_with_rows,
)
from digitizer.storage.tables import inmate
from tests.support.made_mail import ORSON, deliver

#: As they are stored; of each kind, and those that a careless copy takes for another.
JSON = ("null", "[]", "{}", '{"a": "é☃"}', "5", "1.5", "true", '"a"', '"5"', '"null"', "[null]")


def _fill(facility: Facility) -> None:
    deliver(facility, ORSON, "a garden", b"1")
    with facility.engine.begin() as tx:
        for number, value in enumerate(JSON):
            tx.execute(
                sa.text(
                    "INSERT INTO inmate (booking_number, first_name, last_name, housing_unit,"
                    " status, more, changed) SELECT :booking, :name, '', '', status, :more,"
                    " changed FROM inmate LIMIT 1"
                ),
                # Beside each other in bytes, apart in the order of a language.
                {"booking": f"{'aBÄb_-'[number % 6]}{number}", "name": "É Ω", "more": value},
            )


def _kept(engine: sa.Engine) -> dict[str, object]:
    with reading(engine) as tx:
        asked = sa.select(inmate.c.booking_number, inmate.c.more)
        return {row.booking_number: row.more for row in tx.execute(asked)}


def test_rows_are_the_same_there_and_back(
    facility: Facility, cluster_url: str, tmp_path: Path
) -> None:
    _fill(facility)
    there = open_engine(cluster_url)
    upgrade(there)
    shown: list[tuple[int, int]] = []
    with reading(facility.engine) as source, writing(there) as target:
        remove_rows(target)
        assert table_with_rows(target) is None
        assert first_difference(source, target) is not None
        rows = copy_rows(source, target, lambda done, of: shown.append((done, of)))
        assert table_with_rows(target) is not None
        assert first_difference(source, target) is None
    assert shown == sorted(shown)
    assert shown[-1] == (rows, rows)
    assert _kept(there) == _kept(facility.engine)
    copy_to_sqlite(there, tmp_path / "back.sqlite", None)
    back = open_engine(f"sqlite:///{tmp_path}/back.sqlite")
    with reading(facility.engine) as source, reading(back) as target:
        assert first_difference(source, target) is None
    assert _kept(back) == _kept(facility.engine)
    with writing(back) as tx:
        tx.execute(sa.update(inmate).where(inmate.c.booking_number == ORSON).values(more={"x": 1}))
    with reading(back) as one, reading(there) as other:
        assert first_difference(one, other) == "inmate"
    there.dispose()
    back.dispose()


def test_an_encrypted_copy_opens_with_its_key(cluster_url: str, tmp_path: Path) -> None:
    there, key = open_engine(cluster_url), bytes(range(32))
    upgrade(there)
    copy_to_sqlite(there, tmp_path / "copy", key)
    opened = open_engine(f"sqlite:///{tmp_path}/copy", key)
    with reading(there) as one, reading(opened) as other:
        assert first_difference(one, other) is None
    assert b"CREATE TABLE" not in (tmp_path / "copy").read_bytes()
    there.dispose()
    opened.dispose()


def test_a_row_that_cannot_be_stored_is_named_by_its_table(
    facility: Facility, cluster_url: str
) -> None:
    there = open_engine(cluster_url)
    upgrade(there)
    with facility.engine.begin() as tx:
        tx.exec_driver_sql("UPDATE inmate SET housing_unit = 'B' || char(0) || '1'")
    with reading(facility.engine) as source, there.connect() as target:
        remove_rows(target)
        with pytest.raises(UsageError, match="table inmate"):
            copy_rows(source, target, lambda _done, _of: None)
    there.dispose()
