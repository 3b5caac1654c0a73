"""What was destroyed, and what must never be stored, is in no byte of the home or of a backup."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.access import login
from digitizer.capture.recovery import recover
from digitizer.capture.scans import sealing
from digitizer.capture.scans.ledger import find_scan
from digitizer.facility import Facility, make_home, open_facility
from digitizer.model.errors import SettingsError, StorageError
from digitizer.model.paper import Scan
from digitizer.model.people import StaffRole
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.operations.backup import back_up
from digitizer.operations.restore import restore_home
from digitizer.people import actions as people
from digitizer.screening import decisions, legal_mail
from digitizer.storage import encryption, schema
from digitizer.storage.database import open_engine, reading, writing
from digitizer.storage.schema import upgrade
from digitizer.storage.tables import metadata
from tests.support.made_mail import CLERK, OPERATOR, ORSON, SUPERVISOR, deliver, held_letter
from tests.support.sealed_mail import seal_scan, sealed, seen, stack, taken
from tests.support.secrets_left import forms_of, secrets_left

PASSPHRASE = "a long enough passphrase"


def _key_of(facility: Facility, scan: Scan) -> bytes:
    with reading(facility.engine) as tx:
        return sealing.find_sealed(tx, facility.seal_keys, scan.id).key


def _sealed_letter(facility: Facility, folder: Path, number: int) -> tuple[Scan, bytes]:
    words = b"what only counsel may read, number %d" % number
    return sealed(facility, folder, stack(4, 200 + number) + words, what=seen()), words


def test_the_search_finds_a_secret_in_each_form(tmp_path: Path) -> None:
    secret = bytes(range(32))
    for number, form in enumerate(forms_of(secret)):
        (tmp_path / f"{number}").write_bytes(b"before" + form + b"after")
    assert len(list(secrets_left(tmp_path, {"it": secret}))) == len(forms_of(secret))
    (tmp_path / "0").write_bytes(b"pin 123456 and 9123456")
    assert list(secrets_left(tmp_path, {"pin": b"123456"})) == ["pin in 0"]
    assert list(secrets_left(tmp_path, {"pin": b"912345"})) == []


def test_no_secret_is_in_any_byte(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "_COST", 2)
    password = people.add_staff(facility, "Ana Brook", StaffRole.CLERK, OPERATOR)
    pin = people.set_pin(facility, ORSON, OPERATOR)
    never = {
        "the PIN": pin.encode(),
        "the password": password.encode(),
        "an inmate's session": login.enter_as_inmate(facility, ORSON, pin, "kiosk").encode(),
        "a clerk's session": login.enter_as_staff(facility, "Ana Brook", password, "pc").encode(),
        "the passphrase": PASSPHRASE.encode(),
    }
    deliver(facility, ORSON, "my dear garden", b"a letter")
    decisions.reject(facility, held_letter(facility), CLERK, "contraband")
    letters = [_sealed_letter(facility, tmp_path / "w", number) for number in range(4)]
    for number, (scan, words) in enumerate(letters):
        never[f"key {number}"] = _key_of(facility, scan)
        if number != 1:  # which is lifted
            never[f"letter {number}"] = words
    assert list(secrets_left(facility.home, never)) == []

    legal_mail.lift(facility, letters[1][0].id, SUPERVISOR, "a sticker")
    legal_mail.cut(facility, letters[2][0].id, [1, 3], SUPERVISOR, "another letter")
    assert list(secrets_left(facility.home, never)) == []
    for scan, _ in letters[2:]:
        legal_mail.destroy(facility, scan.id, SUPERVISOR, "handed over", confirmed=True)
    assert list(secrets_left(facility.home, never)) == []
    assert len(facility.seal_keys.names()) == 1, "of four, one is still sealed"

    back_up(facility, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert list(secrets_left(tmp_path / "backup", never)) == []
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    assert list(secrets_left(tmp_path / "again", never)) == []
    again = open_facility(tmp_path / "again")
    assert _key_of(again, letters[0][0]) == never["key 0"]
    recover(facility)
    facility.engine.dispose()
    assert list(secrets_left(facility.home, never)) == []


# --- a home of an earlier version, whose keys were in the database


def _later(folder: Path) -> list[str]:
    """What takes away the tables that the version before had not, and what is new in others."""
    folder.mkdir(exist_ok=True)
    before = open_engine(f"sqlite:///{folder / 'before.db'}")
    upgrade(before, "0009")
    had = sa.inspect(before)
    tables = set(had.get_table_names())
    indexes = {each["name"] for table in tables for each in had.get_indexes(table)}
    columns = {(table, each["name"]) for table in tables for each in had.get_columns(table)}
    before.dispose()
    later = [each.name for each in reversed(metadata.sorted_tables) if each.name not in tables]
    of_old = [each for each in metadata.sorted_tables if each.name in tables]
    named = [str(index.name) for each in of_old for index in each.indexes]
    held = [(each.name, column.name) for each in of_old for column in each.columns]
    return [
        *(f"DROP TABLE {each}" for each in later),
        *(f"DROP INDEX {each}" for each in named if each not in indexes),
        *(
            f"ALTER TABLE {table} DROP COLUMN {each}"
            for table, each in held
            if (table, each) not in columns
        ),
    ]


def _make_old(facility: Facility, folder: Path) -> tuple[Scan, bytes, bytes]:
    """The home as it was before; returns a sealed scan, its key, and the key of a destroyed one
    that is left in free pages."""
    scan = taken(facility, [stack()])
    seal_scan(facility, scan, seen(), folder)
    key, gone = _key_of(facility, scan), bytes(range(100, 132))
    with writing(facility.engine) as tx:
        for statement in _later(folder):
            tx.exec_driver_sql(statement)
        tx.exec_driver_sql("ALTER TABLE scan ADD COLUMN seal_key BLOB")
        tx.execute(sa.text("UPDATE scan SET seal_key = :key"), {"key": key})
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '0009'")
    engine = open_engine(facility.engine.url)
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA secure_delete = OFF")
        raw.execute("CREATE TABLE other (content BLOB)")
        raw.execute("INSERT INTO other VALUES (?)", (gone * 400,))
        raw.execute("DELETE FROM other")
        raw.execute("DROP TABLE other")
    engine.dispose()
    facility.engine.dispose()
    for path in (facility.home / "keys" / "seals").iterdir():
        path.unlink()
    (facility.home / "keys" / "seals").rmdir()
    (facility.home / "keys" / "seals.json").unlink()
    return scan, key, gone


def test_the_keys_of_an_older_home_leave_its_database(facility: Facility, tmp_path: Path) -> None:
    scan, key, gone = _make_old(facility, tmp_path / "w")
    both = {"the key": key, "a destroyed key": gone}
    assert {each.split(" in ")[0] for each in secrets_left(facility.home, both)} == set(both)
    assert not make_home(facility.home)
    assert list(secrets_left(facility.home, both)) == []
    again = open_facility(facility.home)
    with reading(again.engine) as tx:
        assert find_scan(tx, scan.id).id == scan.id
    assert _key_of(again, scan) == key
    legal_mail.lift(again, scan.id, SUPERVISOR, "a sticker")
    assert again.originals.get(scan.originals[0].sha256) == stack()
    assert all(each.balanced for each in reconcile(again, OPERATOR))
    assert verify_audit(again, OPERATOR)[1] is None
    again.engine.dispose()


def test_an_upgrade_that_is_interrupted_is_finished_before_the_home_opens(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan, key, gone = _make_old(facility, tmp_path / "w")
    for broken in ("digitizer.storage.schema.upgrade", "digitizer.facility.rewrite"):
        with monkeypatch.context() as patch:
            patch.setattr(broken, _raise)
            with pytest.raises(StorageError):
                make_home(facility.home)
        with pytest.raises(SettingsError, match="init"):
            open_facility(facility.home)
    make_home(facility.home)
    assert list(secrets_left(facility.home, {"a key": key, "a destroyed key": gone})) == []
    again = open_facility(facility.home)
    assert _key_of(again, scan) == key
    again.engine.dispose()


def _raise(*_: object, **__: object) -> None:
    raise StorageError("The power went.")


def test_an_old_database_is_not_upgraded_without_a_place_for_its_keys(
    facility: Facility, tmp_path: Path
) -> None:
    _make_old(facility, tmp_path / "w")
    engine = open_engine(facility.engine.url)
    with pytest.raises(StorageError, match="digitizer init"):
        schema.upgrade(engine)
    engine.dispose()
