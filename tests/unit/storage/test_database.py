"""How the database is opened, written and guarded."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import StorageError
from digitizer.storage import database
from digitizer.storage.database import (
    integrity,
    linked_sqlite,
    open_engine,
    reading,
    wal_is_safe,
    writing,
)
from digitizer.storage.tables import scan
from digitizer.support.clock import now


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_where_wal_is_safe(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_how_the_database_is_opened(facility: Facility) -> None:
    with reading(facility.engine) as tx:
        settings = {
            name: tx.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
        version = tx.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    assert version == ".".join(map(str, linked_sqlite())), "the wheel's, not Python's own"
    journal = "wal" if wal_is_safe(linked_sqlite()) else "truncate"
    assert settings == {
        "journal_mode": journal,
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 30000,
    }
    assert integrity(facility.engine) is None


def test_a_write_takes_its_lock_at_once(facility: Facility) -> None:
    other = open_engine(facility.engine.url)
    sa.event.listen(
        other, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=0"), insert=False
    )
    with (
        writing(facility.engine),
        pytest.raises(StorageError, match="locked"),
        writing(other),
    ):
        pytest.fail("two wrote at once")  # pragma: no cover
    with writing(other):
        pass
    other.dispose()


def test_a_programming_error_is_no_storage_error(facility: Facility) -> None:
    with pytest.raises(sa.exc.IntegrityError), writing(facility.engine) as tx:
        tx.execute(sa.insert(scan).values(id="x"))


def test_a_full_disk_is_a_storage_error(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        count = int(tx.exec_driver_sql("PRAGMA page_count").scalar_one())
    with facility.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={count}")
    rows = [
        {
            "id": f"{n}",
            "fingerprint": f"{n}",
            "profile": "x" * 4000,
            "state": "waiting",
            "taken_in": now(),
        }
        for n in range(40)
    ]
    with pytest.raises(StorageError, match="full"), writing(facility.engine) as tx:
        tx.execute(sa.insert(scan), rows)
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(scan)).scalar() == 0


_SCAN_ROW = {
    "id": "1",
    "fingerprint": "1",
    "profile": "x",
    "state": "waiting",
    "taken_in": now(),
}


def test_a_sqlite_with_the_bug_gets_the_rollback_journal(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the home was made with a newer one, whose write-ahead log is still there."""
    url = facility.engine.url
    facility.engine.dispose()
    monkeypatch.setattr(database, "wal_is_safe", lambda _version: False)
    faulty = open_engine(url)
    with writing(faulty) as tx:
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar() == "truncate"
        tx.execute(sa.insert(scan).values(_SCAN_ROW))
    with reading(faulty) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(scan)).scalar() == 1
    faulty.dispose()
