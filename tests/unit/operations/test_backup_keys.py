"""The keys of a backup, and what a restore does without them."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility, open_facility
from digitizer.model.errors import StorageError, UsageError
from digitizer.model.paper import Split
from digitizer.operations import actions as operations
from digitizer.operations import backup_keys
from digitizer.operations.backup import back_up
from digitizer.operations.restore import restore_home
from digitizer.storage import encryption, tables
from digitizer.storage.database import open_engine, reading
from digitizer.storage.schema import upgrade
from tests.support.backed_up import PASSPHRASE, all_bytes, seal
from tests.support.made_mail import LEGAL, OPERATOR, file


@pytest.fixture(autouse=True)
def _cheap_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's is slow on purpose."""
    monkeypatch.setattr(encryption, "_COST", 2)


def test_seals_open_again_only_with_the_passphrase(full: Facility, tmp_path: Path) -> None:
    scan = file(full, Split(whole=(LEGAL,), sealed=True), count=1, content=b"privileged")
    seal_key = seal(full, scan)
    back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert restore_home(tmp_path / "backup", tmp_path / "with", OPERATOR, PASSPHRASE).warnings == ()
    assert _seal_key(tmp_path / "with", scan) == seal_key
    warnings = restore_home(tmp_path / "backup", tmp_path / "without", OPERATOR).warnings
    assert "1 scan sealed as legal mail" in warnings[1]
    assert _seal_key(tmp_path / "without", scan) is None


def test_the_key_of_second_steps_comes_back_with_the_passphrase(
    full: Facility, tmp_path: Path
) -> None:
    key = full.home / "keys" / "logins.key"
    key.write_text("ab" * 32, "ascii")
    back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert b"ab" * 32 not in all_bytes(tmp_path / "backup")
    restore_home(tmp_path / "backup", tmp_path / "with", OPERATOR, PASSPHRASE)
    again = tmp_path / "with" / "keys" / "logins.key"
    assert again.read_text("ascii") == key.read_text("ascii")
    assert again.stat().st_mode & 0o077 == 0
    restore_home(tmp_path / "backup", tmp_path / "without", OPERATOR)
    assert not (tmp_path / "without" / "keys" / "logins.key").exists()


def test_without_its_keys_a_restore_warns_of_what_stops_working(
    full: Facility, tmp_path: Path
) -> None:
    back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR).keys.unlink()
    proof = restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR)
    assert "printed before are not recognised" in proof.warnings[0]
    assert open_facility(tmp_path / "again").keys != full.keys
    with pytest.raises(UsageError, match="without a passphrase"):
        restore_home(tmp_path / "backup", tmp_path / "other", OPERATOR, PASSPHRASE)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("damage", ["passphrase", "bytes", "mark", "short"])
def test_keys_that_do_not_open_stop_a_restore_before_it_writes(
    full: Facility, tmp_path: Path, damage: str
) -> None:
    keys = back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR).keys
    locked = keys.read_bytes()
    changed = {"bytes": locked[:-1] + b"x", "mark": b"X" + locked[1:], "short": locked[:9]}
    keys.write_bytes(changed.get(damage, locked))
    given = "another passphrase" if damage == "passphrase" else PASSPHRASE
    with pytest.raises(StorageError, match="cannot be opened"):
        restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, given)
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
def test_a_backup_of_an_earlier_version_is_brought_up_to_date(
    facility: Facility, tmp_path: Path, passphrase: str | None
) -> None:
    """Its keys are from before the log had any; its log is closed under the first."""
    back_up(facility, tmp_path / "backup", PASSPHRASE, OPERATOR)
    ring = facility.key_file.read_text("ascii")
    keys = tmp_path / "backup" / backup_keys.FILE_NAME
    keys.write_bytes(backup_keys.encrypt_keys(backup_keys.Keys(ring, {}), PASSPHRASE))
    database = tmp_path / "backup" / "database" / "mail.sqlite"
    database.unlink()
    engine = open_engine(f"sqlite:///{database}")
    upgrade(engine, "0006")
    engine.dispose()
    proof = restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, passphrase)
    again = open_facility(tmp_path / "again")
    assert operations.verify_audit(again, OPERATOR) == (2, None)
    assert any("event log" in warning for warning in proof.warnings)
    again.engine.dispose()


def _seal_key(home: Path, scan: str) -> bytes | None:
    facility = open_facility(home)
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(tables.scan).where(tables.scan.c.id == scan)).one()
    facility.engine.dispose()
    return None if row.seal_key_id is None else facility.seal_keys.find(row.seal_key_id)
