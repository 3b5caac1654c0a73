"""A backup, taken while others write, restores to a home that balances; its keys stay sealed."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture.scans import ledger
from digitizer.covers import legal_markers
from digitizer.facility import Facility, open_facility
from digitizer.letters.actions import mailbox, search_mail
from digitizer.model.errors import StorageError, UsageError
from digitizer.model.paper import Split
from digitizer.model.settings import Settings, Store
from digitizer.model.settings_file import AGENCY_FILE, read_settings
from digitizer.operations import actions as operations
from digitizer.operations import backup
from digitizer.operations.actions import reconcile
from digitizer.operations.backup import back_up
from digitizer.operations.moving import move_home
from digitizer.operations.restore import restore_home
from digitizer.screening import legal_mail
from digitizer.storage import encryption
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.copying import copy_blobs
from digitizer.storage.database import copy_database, open_engine, reading, writing
from tests.support.backed_up import PASSPHRASE, all_bytes, seal
from tests.support.made_mail import LEGAL, OPERATOR, ORSON, SUPERVISOR, events, file
from tests.support.sealed_mail import PICTURE, marker, sealed, seen, stack


@pytest.fixture(autouse=True)
def _cheap_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's is slow on purpose."""
    monkeypatch.setattr(encryption, "_COST", 2)


def test_a_round_trip(full: Facility, tmp_path: Path) -> None:
    done = back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert (done.missing, done.altered, done.bucket) == ((), (), None)
    proof = restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    assert (proof.scans, proof.files, proof.warnings) == (4, done.files, ())
    again = open_facility(tmp_path / "again")
    assert operations.reconcile(again, OPERATOR) == operations.reconcile(full, OPERATOR)
    before, _ = operations.verify_audit(full, OPERATOR)
    assert operations.verify_audit(again, OPERATOR) == (before + 1, None)
    assert proof.events == before + 1
    assert events(full)[-1] == ("back up", "store", OPERATOR.name)
    assert events(again)[-2:] == [events(full)[-1], ("restore", "store", OPERATOR.name)]
    assert mailbox(again, ORSON, OPERATOR) == mailbox(full, ORSON, OPERATOR)
    assert len(search_mail(again, "garden", OPERATOR)) == 1
    assert again.keys == full.keys
    assert list(again.pictures.names()) == list(full.pictures.names())
    assert (again.home / "inbox" / "default" / "new.pdf").read_bytes() == b"new"
    again.engine.dispose()


def test_the_agencys_defaults_go_along(full: Facility, tmp_path: Path) -> None:
    (full.home / AGENCY_FILE).write_text("[work]\npages = 999\n")
    back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    assert read_settings(tmp_path / "again").work.pages == 999


def test_a_backup_is_private(full: Facility, tmp_path: Path) -> None:
    done = back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    assert done.keys.stat().st_mode & 0o077 == 0


def test_no_key_is_in_a_backup_in_plain(full: Facility, tmp_path: Path) -> None:
    scan = file(full, Split(whole=(LEGAL,), sealed=True), count=1, content=b"privileged")
    seal_key = seal(full, scan)
    assert seal_key not in all_bytes(full.home)
    back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    found = all_bytes(tmp_path / "backup")
    for key in (*full.keys.keys.values(), seal_key):
        assert key not in found
        assert key.hex().encode() not in found


def test_a_short_passphrase_is_refused(full: Facility, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="12 characters"):
        back_up(full, tmp_path / "backup", "short", OPERATOR)
    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize("what", ["folder", "file", "inside"])
def test_where_no_backup_goes(full: Facility, tmp_path: Path, what: str) -> None:
    target = full.home / "backup" if what == "inside" else tmp_path / "backup"
    if what == "folder":
        target.mkdir()
        (target / "x").touch()
    elif what == "file":
        target.touch()
    with pytest.raises(UsageError):
        back_up(full, target, PASSPHRASE, OPERATOR)


def test_a_home_on_postgresql_is_restored_with_a_database_of_its_own(
    full: Facility, tmp_path: Path, url: str
) -> None:
    full.engine.dispose()
    move_home(full.home, url, OPERATOR)
    moved = open_facility(full.home)
    back_up(moved, tmp_path / "backup", PASSPHRASE, OPERATOR)
    before, _ = operations.verify_audit(moved, OPERATOR)
    proof = restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    assert (proof.scans, proof.events) == (4, before + 1)
    assert ["digitizer move-to" in each for each in proof.warnings] == [True]
    again = open_facility(tmp_path / "again")
    assert again.engine.dialect.name == "sqlite"
    assert operations.reconcile(again, OPERATOR) == operations.reconcile(moved, OPERATOR)
    assert mailbox(again, ORSON, OPERATOR) == mailbox(moved, ORSON, OPERATOR) != ()
    # Nothing of it was written to the server's.
    assert operations.verify_audit(moved, OPERATOR) == (before, None)
    moved.engine.dispose()
    again.engine.dispose()


def test_blobs_in_a_bucket_are_not_in_the_backup_and_that_is_reported(
    full: Facility, tmp_path: Path
) -> None:
    settings = Settings(store=Store(blobs_url="s3://bucket/mail"))
    away = dataclasses.replace(full, settings=settings)
    done = back_up(away, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert (done.bucket, done.missing) == ("s3://bucket/mail", ())
    assert not (tmp_path / "backup" / "originals").exists()


def test_a_restore_never_overwrites(full: Facility, tmp_path: Path) -> None:
    back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    file_ = tmp_path / "file"
    file_.touch()
    for target in (full.home, file_):
        with pytest.raises(UsageError, match="never overwrites"):
            restore_home(tmp_path / "backup", target, OPERATOR)
    with pytest.raises(UsageError, match="not a backup"):
        restore_home(tmp_path, tmp_path / "again", OPERATOR)


def test_a_backup_that_was_cut_short_is_not_a_backup(
    full: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "write_file", full_disk)
    with pytest.raises(StorageError, match="not complete"):
        back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    with pytest.raises(UsageError, match="not finished"):
        restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR)


@pytest.mark.parametrize("store", ["originals", "pictures"])
@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_damaged_backup_is_found(full: Facility, tmp_path: Path, damage: str, store: str) -> None:
    back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    victim = next(path for path in (tmp_path / "backup" / store).rglob("*") if path.is_file())
    if damage == "gone":
        victim.unlink()
    else:
        victim.write_bytes(b"other bytes")
    with pytest.raises(StorageError, match=r"do not balance|are damaged|are missing"):
        restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR)


@pytest.mark.parametrize("first", [0, 2, 5])
def test_a_damaged_database_is_reported_as_such(full: Facility, tmp_path: Path, first: int) -> None:
    back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    with (tmp_path / "backup" / "database" / "mail.sqlite").open("r+b") as database:
        database.seek(first * 4096)
        database.write(b"\xa5" * 8 * 4096)
    with pytest.raises(StorageError, match="backup's database is damaged"):
        restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)


def test_a_broken_audit_chain_is_found(full: Facility, tmp_path: Path) -> None:
    back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    engine = open_engine(f"sqlite:///{tmp_path}/backup/database/mail.sqlite")
    with writing(engine) as tx:
        tx.execute(sa.text("UPDATE event SET actor = 'nobody' WHERE seq = 2"))
    engine.dispose()
    with pytest.raises(StorageError, match="audit chain is broken"):
        restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)


def test_sealed_and_unsealed_scans_come_back_as_they_were(
    full: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No plain byte of what is sealed is in the backup; what was lifted is there plain; after the
    restore each can be decided as before, and a marker stays bound."""
    monkeypatch.setattr(encryption, "_COST", 2)
    code = marker(full)
    kept = sealed(full, tmp_path / "w", stack(2), what=seen(2, marked=code))
    lifted = sealed(full, tmp_path / "w", stack(3), what=seen(3))
    legal_mail.lift(full, lifted.id, SUPERVISOR, "a sticker")
    assert back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR).missing == ()
    copied = all_bytes(tmp_path / "backup")
    assert (stack(2) in copied, stack(3) in copied, PICTURE % 2 in copied) == (False, True, False)
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    again = open_facility(tmp_path / "again")
    with reading(again.engine) as tx:
        assert ledger.find_scan(tx, lifted.id).cleared == {2}
        name = again.settings.facility.name
        other = dataclasses.replace(kept, id="another")
        assert legal_markers.judge(tx, code, other, name).standing == "used"
    assert legal_mail.sealing_picture(again, kept.id, 2, SUPERVISOR) == PICTURE % 2
    legal_mail.lift(again, kept.id, SUPERVISOR, "the wrong stack")
    assert again.originals.get(kept.originals[0].sha256) == stack(2)
    assert all(each.balanced for each in reconcile(again, OPERATOR))
    again.engine.dispose()


def test_what_the_home_itself_lost_or_altered_is_reported(full: Facility, tmp_path: Path) -> None:
    assert isinstance(full.originals, LocalBlobs)
    lost, altered = list(full.originals.names())[:2]
    full.originals.delete(lost)
    full.originals.path(altered).write_bytes(b"rotten")
    done = back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert (set(done.missing), done.altered) == ({lost, altered}, (altered,))
    assert (tmp_path / "backup" / "config.toml").is_file()
    copied = {path.name for path in (tmp_path / "backup" / "originals").rglob("*")}
    assert not copied & {lost, altered}


@pytest.mark.parametrize("when", ["before the blobs", "after the blobs"])
def test_a_scan_sealed_while_it_is_copied(
    full: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    scan = file(full, Split(whole=(LEGAL,), sealed=True), count=1, content=b"privileged")
    copy, blobs = copy_database, copy_blobs
    todo = [scan]

    def seal_once() -> None:
        if todo:
            seal(full, todo.pop())

    def copy_then_seal(engine: sa.Engine, target: Path) -> None:
        copy(engine, target)
        if when == "before the blobs":
            seal_once()

    def blobs_then_seal(source: LocalBlobs, target: LocalBlobs) -> list[str]:
        altered = list(blobs(source, target))
        if when == "after the blobs" and source.root.name == "originals":
            seal_once()
        return altered

    monkeypatch.setattr(backup, "copy_database", copy_then_seal)
    monkeypatch.setattr(backup, "copy_blobs", blobs_then_seal)
    assert back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR).missing == ()
    monkeypatch.undo()
    monkeypatch.setattr(encryption, "_COST", 2)
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    plain = b"privileged" in all_bytes(tmp_path / "backup" / "originals")
    assert plain == (when == "after the blobs"), "then the copy is of before the sealing"


_WRITE = """
import sys, pathlib, itertools
from digitizer.facility import open_facility
from digitizer.capture.intake import take_in
from digitizer.model.people import MACHINE
facility = open_facility(pathlib.Path(sys.argv[1])); path = pathlib.Path(sys.argv[2])
for n in itertools.count():
    path.write_bytes(b"stack %d" % n)
    take_in(facility, [path], "default", [path.name], MACHINE); print(n, flush=True)
"""


def test_five_backups_while_another_process_takes_in(full: Facility, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITE, str(full.home), str(tmp_path / "stack.pdf")]
    counts = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for number in range(5):
            writer.stdout.readline()
            done = back_up(full, tmp_path / f"backup{number}", PASSPHRASE, OPERATOR)
            assert (done.missing, done.altered) == ((), ())
            proof = restore_home(
                tmp_path / f"backup{number}", tmp_path / f"again{number}", OPERATOR, PASSPHRASE
            )
            counts.append(proof.scans)
        writer.kill()
    assert counts == sorted(counts)
    assert counts[-1] > 5


@pytest.mark.parametrize("what", ["lifted", "destroyed"])
def test_a_seal_that_is_decided_about_while_it_is_copied(
    full: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """A lifted scan is in the backup as it is then; a destroyed key is not in it."""
    of = sealed(full, tmp_path / "w", stack(2), what=seen(2))
    todo = [of.id]

    def copy_then_decide(engine: sa.Engine, target: Path) -> None:
        copy_database(engine, target)
        if todo and what == "lifted":
            legal_mail.lift(full, todo.pop(), SUPERVISOR, "a sticker")
        elif todo:
            legal_mail.destroy(full, todo.pop(), SUPERVISOR, "handed over", confirmed=True)

    monkeypatch.setattr(encryption, "_COST", 2)
    monkeypatch.setattr(backup, "copy_database", copy_then_decide)
    back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert (
        restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE).warnings == ()
    )
    again = open_facility(tmp_path / "again")
    assert again.seal_keys.names() == set()
    assert again.originals.exists(of.originals[0].sha256) == (what == "lifted")
    assert legal_mail.sealed_scans(again, SUPERVISOR) == ()
    again.engine.dispose()
