"""A home moves to PostgreSQL whole or not at all, however often it is interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer import facility as facility_parts
from digitizer.facility import AtRestSecret, Facility, make_home, open_facility
from digitizer.letters.actions import search_mail
from digitizer.model.errors import NotAllowed, SettingsError, StorageError, UsageError
from digitizer.operations import moving
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.operations.moving import move_home
from digitizer.storage import encryption
from digitizer.storage.database import open_engine, reading
from digitizer.storage.every_table import metadata
from digitizer.storage.home_key import Secret
from digitizer.storage.schema import upgrade
from digitizer.storage.tables import event_head, kiosk
from digitizer.support import failpoints
from tests.support.made_mail import CLERK, OPERATOR, ORSON, deliver
from tests.support.moved_home import CLOSED, all_rows, killed_at, moves_begun
from tests.support.whole_facility import cheap_hashes, make_whole_facility

POINTS = (
    *failpoints.MOVING_POINTS[:3],
    "moving.copied:2",
    "moving.copied:4",
    "moving.copied:6",
    "moving.copied:8",
    "moving.copied:9",
    *failpoints.MOVING_POINTS[3:],
)


def _is_whole(home: Path) -> None:
    facility = open_facility(home)
    assert all(each.balanced for each in reconcile(facility, OPERATOR))
    events, fault = verify_audit(facility, OPERATOR)
    assert (events > 0, fault) == (True, None)
    assert len(search_mail(facility, "gardem", OPERATOR, ORSON)) == 1
    facility.engine.dispose()


def test_a_home_moves_however_often_it_is_interrupted(full: Facility, url: str) -> None:
    full.engine.dispose()
    tries = POINTS.index("moving.closed") + 1
    for number, point in enumerate(POINTS, start=1):
        assert killed_at(full.home, url, point), f"{point} was not reached"
        if point in CLOSED:
            with pytest.raises(SettingsError, match="move-to"):
                open_facility(full.home)
            continue
        _is_whole(full.home)
        if point == "moving.switched":
            assert moves_begun(full.home) == ("postgresql", tries)
        else:
            assert moves_begun(full.home) == ("sqlite", number)
    with pytest.raises(UsageError, match="already"):
        move_home(full.home, url, OPERATOR)
    moved = open_facility(full.home)
    deliver(moved, ORSON, "a second letter", b"of the time after")
    assert verify_audit(moved, OPERATOR)[1] is None
    moved.engine.dispose()


def test_every_row_of_every_table_is_the_same(tmp_path: Path, url: str) -> None:
    with cheap_hashes():
        facility = make_whole_facility(tmp_path).facility
    facility.engine.dispose()
    shown: list[tuple[int, int]] = []
    done = move_home(facility.home, url, OPERATOR, lambda _what, n, of: shown.append((n, of)))
    old = open_engine(f"sqlite:///{facility.home}/database/mail.sqlite")
    moved = open_facility(facility.home)
    before, after = all_rows(old), all_rows(moved.engine)
    assert before == after
    assert sum(map(len, after.values())) == done.rows == shown[-1][0] == shown[-1][1]
    assert sum(bool(rows) for rows in after.values()) > 30, "too few kinds of rows to say anything"
    for name in ("correspondent", "inmate", "term"):  # the next number is a new one
        table = metadata.tables[name]
        with reading(moved.engine) as tx:
            largest = tx.execute(sa.select(sa.func.max(table.c.id))).scalar_one()
            following = tx.execute(sa.text(f"SELECT nextval('{name}_id_seq')")).scalar_one()
        assert following == largest + 1
    old.dispose()
    moved.engine.dispose()


def test_whoever_had_the_old_database_open_writes_nothing_into_it(full: Facility, url: str) -> None:
    late = open_engine(full.engine.url)
    with reading(late) as tx:
        tx.exec_driver_sql("SELECT count(*) FROM scan")
        with pytest.raises(StorageError, match="Stop the service"):
            move_home(full.home, url, OPERATOR)
    late.dispose()
    full.engine.dispose()
    move_home(full.home, url, OPERATOR)
    with pytest.raises(StorageError, match="event"):
        deliver(full, ORSON, "too late", b"came too late")
    full.engine.dispose()
    _is_whole(full.home)


def test_a_database_that_is_not_empty_is_not_written_to(full: Facility, url: str) -> None:
    full.engine.dispose()
    engine = open_engine(url)
    with engine.begin() as tx:
        tx.exec_driver_sql("CREATE TABLE books (title TEXT)")
    with pytest.raises(UsageError, match="not empty"):
        move_home(full.home, url, OPERATOR)
    with engine.begin() as tx:
        tx.exec_driver_sql("DROP TABLE books")
    upgrade(engine)
    with engine.begin() as tx:
        tx.execute(sa.insert(kiosk).values(name="K"))
    with pytest.raises(UsageError, match="kiosk"):
        move_home(full.home, url, OPERATOR)
    engine.dispose()
    _is_whole(full.home)


def test_what_the_new_database_cannot_store_leaves_all_as_it_was(full: Facility, url: str) -> None:
    with full.engine.begin() as tx:
        tx.exec_driver_sql("UPDATE inmate SET housing_unit = 'B' || char(0) || '1'")
    full.engine.dispose()
    with pytest.raises(UsageError, match="inmate"):
        move_home(full.home, url, OPERATOR)
    _is_whole(full.home)


def test_another_database_does_not_end_a_move(full: Facility, url: str) -> None:
    full.engine.dispose()
    assert killed_at(full.home, url, "moving.closed")
    with pytest.raises(UsageError, match="postgresql"):
        move_home(full.home, url.replace("/postgres", "/another"), OPERATOR)
    engine = open_engine(url)
    with engine.begin() as tx:
        tx.execute(sa.update(event_head).values(seq=1))
    engine.dispose()
    with pytest.raises(UsageError, match="not the database"):
        move_home(full.home, url, OPERATOR)


@pytest.mark.parametrize("url", ["mysql://here/mail", "no address", "postgresql://host", ""])
def test_only_a_postgresql_database_is_moved_to(full: Facility, url: str) -> None:
    with pytest.raises(UsageError, match="postgresql://"):
        move_home(full.home, url, OPERATOR)


def test_a_clerk_moves_nothing(full: Facility) -> None:
    with pytest.raises(NotAllowed):
        move_home(full.home, "postgresql://host/name", CLERK)


def test_two_homes_do_not_move_to_one_database(full: Facility, tmp_path: Path, url: str) -> None:
    full.engine.dispose()
    make_home(tmp_path / "another")
    for point in ("moving.committed", "moving.closed"):
        assert killed_at(full.home, url, point)
        with pytest.raises(UsageError, match="another home"):
            move_home(tmp_path / "another", url, OPERATOR)
    move_home(full.home, url, OPERATOR)
    _is_whole(full.home)
    with pytest.raises(UsageError, match="holds the mail"):
        move_home(tmp_path / "another", url, OPERATOR)
    _is_whole(full.home)


def test_a_move_that_an_older_program_began_keeps_the_version_that_was_copied(
    full: Facility, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    full.engine.dispose()
    assert killed_at(full.home, url, "moving.closed")
    monkeypatch.setattr(moving, "SCHEMA_VERSION", "9999")
    monkeypatch.setattr(facility_parts, "SCHEMA_VERSION", "9999")
    with pytest.raises(SettingsError, match=r"needs 9999.* init"):
        move_home(full.home, url, OPERATOR)
    monkeypatch.undo()
    _is_whole(full.home)


@pytest.mark.parametrize("settings", ['store.blobs_url = ""\n', "a link"])
def test_settings_that_cannot_be_switched_stop_it_before_it_begins(
    full: Facility, url: str, settings: str
) -> None:
    full.engine.dispose()
    path = full.home / "config.toml"
    if settings == "a link":
        path.rename(full.home / "elsewhere.toml")
        path.symlink_to(full.home / "elsewhere.toml")
    else:
        path.write_text(settings)
    with pytest.raises((SettingsError, UsageError)):
        move_home(full.home, url, OPERATOR)
    _is_whole(full.home)


def test_an_encrypted_home_is_moved_only_where_that_is_said(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "_COST", 2)
    phrase = tmp_path / "phrase"
    phrase.write_text("a long enough passphrase\n")
    monkeypatch.setenv("DIGITIZER_PASSPHRASE_FILE", str(phrase))
    home = tmp_path / "home"
    make_home(home, AtRestSecret(Secret(passphrase="a long enough passphrase")))
    with pytest.raises(UsageError, match="--unencrypted"):
        move_home(home, url, OPERATOR)
    move_home(home, url, OPERATOR, unencrypted=True)
    moved = open_facility(home)
    assert verify_audit(moved, OPERATOR)[1] is None
    moved.engine.dispose()
