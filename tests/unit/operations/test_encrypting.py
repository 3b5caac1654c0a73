"""A home that is encrypted at rest does all that a plain one does, and shows nothing to a thief."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digitizer.capture.scans import sealing
from digitizer.facility import AtRestSecret, Facility, make_home, open_facility
from digitizer.letters.actions import search_mail
from digitizer.model.errors import NotAllowed, SettingsError, StorageError, UsageError
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.operations.backup import back_up
from digitizer.operations.doctor import examine
from digitizer.operations.encrypting import change_passphrase, encrypt_home
from digitizer.operations.restore import restore_home
from digitizer.operations.scrub import scrub
from digitizer.screening import legal_mail
from digitizer.storage import encryption
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.database import reading, writing
from digitizer.storage.home_key import Secret
from digitizer.support import failpoints
from tests.support.made_mail import CLERK, OPERATOR, ORSON, SUPERVISOR, deliver, events, fill_roster
from tests.support.sealed_mail import sealed, seen, stack
from tests.support.secrets_left import secrets_left

PASSPHRASE = "a long enough passphrase"
ORIGINAL = b"the bytes of an original, in clear"
#: What a thief looks for; a database has it in clear, and so has a store.
SECRETS = {
    "the original": ORIGINAL,
    "the text": b"my dear rutabaga",
    "the name": b"TestvaleOrson",
    "the table": b"CREATE TABLE",
    "the sealed letter": stack(4, 222),
}


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "_COST", 2)


@pytest.fixture
def passphrase_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(f"{PASSPHRASE}\n")
    monkeypatch.setenv("DIGITIZER_PASSPHRASE_FILE", str(path))
    return path


@pytest.fixture
def encrypted(tmp_path: Path, passphrase_file: Path) -> Iterator[Facility]:
    make_home(tmp_path / "encrypted", AtRestSecret(Secret(passphrase=PASSPHRASE)))
    facility = open_facility(tmp_path / "encrypted")
    with writing(facility.engine) as tx:
        fill_roster(tx)
    yield facility
    facility.engine.dispose()


def _use(facility: Facility, folder: Path) -> None:
    deliver(facility, ORSON, "my dear rutabaga", ORIGINAL)
    kept = sealed(facility, folder, stack(4, 222), what=seen())
    gone = sealed(facility, folder, stack(4, 111), what=seen())
    legal_mail.destroy(facility, gone.id, SUPERVISOR, "handed over", confirmed=True)
    assert [each.scan for each in legal_mail.sealed_scans(facility, SUPERVISOR)] == [kept.id]


def _assert_works(facility: Facility) -> None:
    assert len(search_mail(facility, "rutabga", OPERATOR, ORSON)) == 1
    assert ORIGINAL in [facility.originals.get(name) for name in facility.originals.names()]
    (kept,) = legal_mail.sealed_scans(facility, SUPERVISOR)
    with reading(facility.engine) as tx:
        opened = sealing.find_sealed(tx, facility.seal_keys, kept.scan)
    assert len(opened.key) == 32
    assert all(each.balanced for each in reconcile(facility, OPERATOR))
    assert verify_audit(facility, OPERATOR)[1] is None
    assert scrub(facility, OPERATOR, 1e9, lambda _: None).sound


def test_a_thief_of_the_disk_finds_nothing(encrypted: Facility, tmp_path: Path) -> None:
    _use(encrypted, tmp_path / "w")
    _assert_works(encrypted)
    assert encrypted.home_key is not None
    keys = {"the home's key": encrypted.home_key.key, "the passphrase": PASSPHRASE.encode()}
    assert list(secrets_left(encrypted.home, {**SECRETS, **keys})) == []
    (found,) = [
        each for each in examine(encrypted.home, OPERATOR) if each.what == "encryption at rest"
    ]
    assert found.good


def test_a_plain_home_shows_what_the_search_looks_for(facility: Facility, tmp_path: Path) -> None:
    _use(facility, tmp_path / "w")
    _assert_works(facility)
    found = {each.split(" in ")[0] for each in secrets_left(facility.home, SECRETS)}
    assert found == set(SECRETS) - {"the sealed letter"}
    (warned,) = [
        each for each in examine(facility.home, OPERATOR) if each.what == "encryption at rest"
    ]
    assert "every letter" in warned.message
    assert "encrypt" in warned.message


NEW = Secret(passphrase="another long passphrase")


def test_a_passphrase_is_changed_and_it_is_recorded(
    encrypted: Facility, passphrase_file: Path, tmp_path: Path
) -> None:
    _use(encrypted, tmp_path / "w")
    change_passphrase(encrypted.home, Secret(passphrase=PASSPHRASE), NEW, OPERATOR)
    assert events(encrypted)[-1] == ("change passphrase", "store", OPERATOR.name)
    _assert_works(encrypted)  # a service that runs goes on
    with pytest.raises(SettingsError, match="is not the one"):
        open_facility(encrypted.home)
    passphrase_file.write_text(f"{NEW.passphrase}")
    with opened(encrypted.home) as again:
        _assert_works(again)


def test_nothing_is_changed_without_the_passphrase_or_by_a_clerk(encrypted: Facility) -> None:
    kept = (encrypted.home / "keys" / "home.json").read_bytes()
    with pytest.raises(SettingsError, match="is not the one"):
        change_passphrase(encrypted.home, NEW, NEW, OPERATOR)
    with pytest.raises(NotAllowed):
        change_passphrase(encrypted.home, Secret(passphrase=PASSPHRASE), NEW, CLERK)
    assert (encrypted.home / "keys" / "home.json").read_bytes() == kept


def test_a_plain_home_has_none_to_change(facility: Facility) -> None:
    with pytest.raises(UsageError, match="not encrypted"):
        change_passphrase(facility.home, NEW, NEW, OPERATOR)


def test_nor_has_one_that_a_key_file_opens(tmp_path: Path) -> None:
    make_home(tmp_path / "home", AtRestSecret(Secret(key_file=b"k" * 64)))
    with pytest.raises(UsageError, match="opened with a key file"):
        change_passphrase(tmp_path / "home", NEW, NEW, OPERATOR)


@pytest.mark.parametrize("point", failpoints.PASSPHRASE_POINTS)
def test_whoever_is_killed_leaves_the_old_or_the_new_one(
    encrypted: Facility, passphrase_file: Path, point: str
) -> None:
    encrypted.engine.dispose()
    child = os.fork()
    if child == 0:
        failpoints.arm(point)
        change_passphrase(encrypted.home, Secret(passphrase=PASSPHRASE), NEW, OPERATOR)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    in_force = NEW.passphrase if point == "rewrapping.written" else PASSPHRASE
    passphrase_file.write_text(f"{in_force}")
    with opened(encrypted.home) as again:
        assert events(again)[-1][0] == "change passphrase"
        assert verify_audit(again, OPERATOR)[1] is None
    assert not (encrypted.home / "keys" / "home.old").exists()
    assert in_force is not None
    third = Secret(passphrase="a third long passphrase")
    change_passphrase(encrypted.home, Secret(passphrase=in_force), third, OPERATOR)


@contextmanager
def opened(home: Path) -> Iterator[Facility]:
    facility = open_facility(home)
    try:
        yield facility
    finally:
        facility.engine.dispose()


def test_without_its_secret_it_does_not_open(
    encrypted: Facility, passphrase_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passphrase_file.write_text("another passphrase")
    with pytest.raises(SettingsError, match="is not the one"):
        open_facility(encrypted.home)
    monkeypatch.delenv("DIGITIZER_PASSPHRASE_FILE")
    with pytest.raises(SettingsError, match="is encrypted"):
        open_facility(encrypted.home)
    with pytest.raises(UsageError, match="encrypt"):
        make_home(encrypted.home, AtRestSecret(Secret(passphrase=PASSPHRASE)))


def test_a_home_is_made_with_the_secret_that_was_given(tmp_path: Path) -> None:
    """Whose place nothing else needs to say yet; half a home would be left, and no way on."""
    home = tmp_path / "home"
    assert make_home(home, AtRestSecret(Secret(passphrase=PASSPHRASE)))
    (tmp_path / "file").write_text(PASSPHRASE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITIZER_PASSPHRASE_FILE", str(tmp_path / "file"))
        open_facility(home).engine.dispose()


def test_a_backup_is_as_encrypted_as_its_home(encrypted: Facility, tmp_path: Path) -> None:
    _use(encrypted, tmp_path / "w")
    done = back_up(encrypted, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert (done.missing, done.altered) == ((), ())
    assert list(secrets_left(tmp_path / "backup", SECRETS)) == []
    with pytest.raises(UsageError, match="passphrase"):
        restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR)
    assert not (tmp_path / "again").exists()
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    again = open_facility(tmp_path / "again")
    _assert_works(again)
    again.engine.dispose()
    assert list(secrets_left(tmp_path / "again", SECRETS)) == []


def test_the_scrub_finds_an_encrypted_file_that_was_changed(
    encrypted: Facility, tmp_path: Path
) -> None:
    _use(encrypted, tmp_path / "w")
    assert isinstance(encrypted.originals, LocalBlobs)
    name = next(encrypted.originals.names())
    path = encrypted.originals.path(name)
    path.write_bytes(path.read_bytes()[:-1])
    found = scrub(encrypted, OPERATOR, 1e9, lambda _: None)
    assert [each.name for each in found.altered] == [name]
    assert back_up(encrypted, tmp_path / "backup", PASSPHRASE, OPERATOR).altered == (name,)


# --- encrypting a home that was plain

SECRET = AtRestSecret(Secret(passphrase=PASSPHRASE))


def _encrypt(home: Path) -> None:
    encrypt_home(home, SECRET, OPERATOR)


@pytest.mark.parametrize("point", ["", *failpoints.ENCRYPTION_POINTS, "encrypting.file:2"])
def test_a_plain_home_is_encrypted_however_often_it_is_interrupted(
    facility: Facility, tmp_path: Path, passphrase_file: Path, point: str
) -> None:
    _use(facility, tmp_path / "w")
    facility.engine.dispose()
    if point:
        child = os.fork()
        if not child:
            try:
                failpoints.arm(point)
                _encrypt(facility.home)
            finally:
                os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status == -signal.SIGKILL, "the point was not reached"
        with pytest.raises(SettingsError, match="interrupted"):
            open_facility(facility.home)
    _encrypt(facility.home)
    again = open_facility(facility.home)
    _assert_works(again)
    again.engine.dispose()
    assert list(secrets_left(facility.home, SECRETS)) == []
    with pytest.raises(UsageError, match="already"):
        _encrypt(facility.home)


def test_a_home_in_use_is_not_encrypted(
    facility: Facility, tmp_path: Path, passphrase_file: Path
) -> None:
    with reading(facility.engine) as tx:
        tx.exec_driver_sql("SELECT count(*) FROM scan")
        with pytest.raises(StorageError, match="Stop the service"):
            _encrypt(facility.home)
    open_facility(facility.home).engine.dispose()
    assert not (facility.home / "keys" / "home.json").exists()


def test_an_altered_file_is_named_and_left(
    facility: Facility, tmp_path: Path, passphrase_file: Path
) -> None:
    _use(facility, tmp_path / "w")
    assert isinstance(facility.originals, LocalBlobs)
    name = next(facility.originals.names())
    facility.originals.path(name).write_bytes(b"rotten")
    facility.engine.dispose()
    assert encrypt_home(facility.home, SECRET, OPERATOR).altered == (name,)
    assert facility.originals.path(name).read_bytes() == b"rotten"
