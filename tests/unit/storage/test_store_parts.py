"""The small parts of the store: keys, seals, secrets, proofs of life, the database's rules."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from digitizer.access.password_hashing import (
    check_secret,
    hash_secret,
    new_pin,
    normal_answer,
)
from digitizer.capture.scans import leases
from digitizer.facility import House
from digitizer.model.errors import SettingsError, StorageError
from digitizer.storage import tables
from digitizer.storage.encryption import lock, new_seal_key, unlock
from digitizer.storage.key_file import make_key_ring, read_key_ring, rotate_key
from digitizer.storage.tables import (
    integrity,
    linked_sqlite,
    open_engine,
    reading,
    scan,
    wal_is_safe,
    writing,
)
from digitizer.support.clock import now

# --- keys


def test_a_ring_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "covers.json"
    make_key_ring(path)
    first = read_key_ring(path)
    make_key_ring(path)
    assert read_key_ring(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert (first.current, len(first.keys[1])) == (1, 32)
    assert "keys" not in repr(first)


def test_rotation_keeps_the_old_keys(tmp_path: Path) -> None:
    path = tmp_path / "covers.json"
    make_key_ring(path)
    first = read_key_ring(path)
    assert rotate_key(path) == 2
    second = read_key_ring(path)
    assert second.current == 2
    assert second.keys[1] == first.keys[1]
    assert second.keys[2] != first.keys[1]


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"current": 1, "keys": {}}', '{"current": 1, "keys": {"1": "zz"}}',
     '{"current": 2, "keys": {"1": "' + "ab" * 32 + '"}}', '{"current": 1, "keys": {"1": ""}}',
     '{"current": 1, "keys": ["1"]}', "é"],
)  # fmt: skip
def test_a_damaged_ring_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "covers.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="damaged"):
        read_key_ring(path)


def test_a_ring_that_others_can_read_or_none_can(tmp_path: Path) -> None:
    path = tmp_path / "covers.json"
    with pytest.raises(SettingsError, match="missing"):
        read_key_ring(path)
    make_key_ring(path)
    path.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_key_ring(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        read_key_ring(path)


def test_two_that_rotate_at_once_add_a_key_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second comes in while the first writes: it waits, and neither's key is lost."""
    path = tmp_path / "covers.json"
    make_key_ring(path)
    others: list[Future[int]] = []
    sync = os.fsync

    def rotate_elsewhere(descriptor: int) -> None:
        if not others:
            others.append(elsewhere.submit(rotate_key, path))
            wait(others, timeout=0.2)  # an unlocked one ends meanwhile; a locked one never does
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", rotate_elsewhere)
    with ThreadPoolExecutor(1) as elsewhere:
        numbers = {rotate_key(path), others[0].result()}
    assert numbers == {2, 3}
    assert set(read_key_ring(path).keys) == {1, 2, 3}


def test_a_broken_off_write_leaves_the_old_ring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "covers.json"
    make_key_ring(path)
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="No space"):
            rotate_key(path)
    assert path.read_bytes() == before
    assert rotate_key(path) == 2
    assert json.loads(path.read_bytes())["current"] == 2


# --- seals


@given(content=st.binary(max_size=500))
def test_what_is_locked_opens_only_with_its_key(content: bytes) -> None:
    key = new_seal_key()
    locked = lock(key, content)
    assert unlock(key, locked) == content
    assert len(content) < 8 or content not in locked
    with pytest.raises(StorageError):
        unlock(new_seal_key(), locked)
    with pytest.raises(StorageError):
        unlock(key, locked[:-1])
    with pytest.raises(StorageError):
        unlock(key, b"")


# --- secrets


def test_a_secret_is_known_again_and_never_kept() -> None:
    hashed = hash_secret("831204")
    assert "831204" not in hashed
    assert check_secret("831204", hashed)
    assert not check_secret("831205", hashed)
    assert not check_secret("831204", None)
    assert not check_secret("831204", "no hash")
    assert hash_secret("831204") != hashed


def test_pins_are_no_runs() -> None:
    pins = {new_pin(6) for _ in range(300)}
    assert all(len(pin) == 6 and pin.isdigit() for pin in pins)
    assert len(pins) > 290
    assert not pins & {"000000", "123456", "654321", "890123"}


def test_answers_are_compared_kindly() -> None:
    assert normal_answer("  Old   RED Barn ") == normal_answer("old red barn")


# --- proofs of life

_HOLD = (
    "import sys, pathlib; from digitizer.capture.scans.leases import Claimant;"
    "c = Claimant(pathlib.Path(sys.argv[1])); print(c.name, flush=True); sys.stdin.read()"
)


def test_a_claimant_lives_until_it_closes(tmp_path: Path) -> None:
    mine = leases.Claimant(tmp_path)
    assert leases.is_alive(tmp_path, mine.name)
    assert leases.dead(tmp_path) == ()
    mine.close()
    assert not leases.is_alive(tmp_path, mine.name)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_claimant_is_dead_at_once(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert leases.is_alive(tmp_path, name)
        other.kill()
        other.wait()
        assert not leases.is_alive(tmp_path, name)
        assert leases.dead(tmp_path) == (name,)
    leases.forget(tmp_path, name)
    leases.forget(tmp_path, name)
    assert leases.dead(tmp_path) == ()


def test_one_that_died_before_it_was_known_leaves_nothing_for_ever(tmp_path: Path) -> None:
    left = tmp_path / "4711-left.new"
    left.touch()
    with (tmp_path / "4712-beginning.new").open("wb") as beginning:
        fcntl.flock(beginning, fcntl.LOCK_EX)
        leases.forget_unknown(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["4712-beginning.new"]


def test_one_that_begins_is_not_taken_for_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clean-up comes in the moment after its file is made, before its lock."""
    flock, waiting = fcntl.flock, [lambda: leases.forget_unknown(tmp_path)]

    def clean_up_first(file: int, how: int) -> None:
        if how == fcntl.LOCK_EX and waiting:
            waiting.pop()()
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", clean_up_first)
    mine = leases.Claimant(tmp_path)
    assert leases.is_alive(tmp_path, mine.name)
    mine.close()
    assert list(tmp_path.iterdir()) == []


def test_another_users_claimant_counts_as_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert leases.is_alive(tmp_path, "somebody")


# --- the database's rules


@pytest.mark.parametrize(
    ("version", "safe"),
    [((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 50, 6), False),
     ((3, 50, 7), True), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 53, 0), True),
     ((4, 0, 0), True)],
)  # fmt: skip
def test_where_wal_is_safe(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_how_the_database_is_opened(house: House) -> None:
    with reading(house.engine) as tx:
        said = {
            name: tx.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
        version = tx.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    assert version == ".".join(map(str, linked_sqlite())), "the wheel's, not Python's own"
    journal = "wal" if wal_is_safe(linked_sqlite()) else "truncate"
    assert said == {
        "journal_mode": journal, "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000,
    }  # fmt: skip
    assert integrity(house.engine) is None


def test_a_write_takes_its_lock_at_once(house: House) -> None:
    other = open_engine(house.engine.url)
    sa.event.listen(
        other, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=0"), insert=False
    )
    with (
        writing(house.engine),
        pytest.raises(StorageError, match="locked"),
        writing(other),
    ):
        pytest.fail("two wrote at once")  # pragma: no cover
    with writing(other):
        pass
    other.dispose()


def test_a_programming_error_is_no_storage_error(house: House) -> None:
    with pytest.raises(sa.exc.IntegrityError), writing(house.engine) as tx:
        tx.execute(sa.insert(scan).values(id="x"))


def test_a_full_disk_is_a_storage_error(house: House) -> None:
    with writing(house.engine) as tx:
        count = int(tx.exec_driver_sql("PRAGMA page_count").scalar_one())
    with house.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={count}")
    rows = [
        {"id": f"{n}", "fingerprint": f"{n}", "profile": "x" * 4000, "state": "waiting",
         "taken_in": now()}
        for n in range(40)
    ]  # fmt: skip
    with pytest.raises(StorageError, match="full"), writing(house.engine) as tx:
        tx.execute(sa.insert(scan), rows)
    with reading(house.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(scan)).scalar() == 0


_SCAN_ROW = {
    "id": "1", "fingerprint": "1", "profile": "x", "state": "waiting", "taken_in": now(),
}  # fmt: skip


def test_a_faulty_sqlite_gets_the_rollback_journal(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the home was made with a newer one, whose write-ahead log is there still."""
    url = house.engine.url
    house.engine.dispose()
    monkeypatch.setattr(tables, "wal_is_safe", lambda _version: False)
    faulty = open_engine(url)
    with writing(faulty) as tx:
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar() == "truncate"
        tx.execute(sa.insert(scan).values(_SCAN_ROW))
    with reading(faulty) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(scan)).scalar() == 1
    faulty.dispose()
