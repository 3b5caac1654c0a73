"""Files in a backup that is encrypted by the key book: by owner, and never plain."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility, open_facility
from digitizer.model.errors import StorageError
from digitizer.model.retention import MailKind
from digitizer.operations import backup, backup_by_key
from digitizer.operations.backup import back_up
from digitizer.operations.restore import restore_home
from digitizer.retention import actions
from digitizer.storage import encryption
from digitizer.storage.database import writing
from digitizer.storage.tables import message
from digitizer.support.clock import now
from tests.support.backed_up import lay
from tests.support.kept_by_key import PASSPHRASE, book_now, encrypted_home, found_in_backup
from tests.support.kept_mail import destroyed, old_message, old_stack, scheduled, words_left
from tests.support.made_mail import OPERATOR, ORSON


@pytest.fixture
def keyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Facility]:
    monkeypatch.setattr(encryption, "_COST", 2)
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    monkeypatch.setenv("DIGITIZER_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    with encrypted_home(tmp_path) as facility:
        yield facility


def test_a_photo_of_two_messages_is_readable_while_one_is_kept(
    keyed: Facility, tmp_path: Path
) -> None:
    here = scheduled(keyed)
    one, two = (old_message(here, ORSON, number) for number in (50, 51))
    with writing(here.engine) as tx:
        its = sa.select(message.c.photos).where(message.c.id == one.id)
        photos = tx.execute(its).scalar_one()
        tx.execute(
            sa.update(message).where(message.c.id == two.id).values(photos=photos, created=now())
        )
    back_up(here, tmp_path / "backup", PASSPHRASE, OPERATOR)
    destroyed(here, MailKind.MESSAGES)
    assert here.home_key is not None
    photo, words = one.words[3], [*one.words, *two.words[:3]]

    def readable() -> set[str]:
        assert here.home_key is not None
        key = here.home_key.database
        return found_in_backup(tmp_path / "backup", key, book_now(here), words)

    assert readable() == {photo, *two.words[:3]}
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    again = open_facility(tmp_path / "again")
    assert again.pictures.exists(photos[0])
    again.engine.dispose()
    with writing(here.engine) as tx:
        then = now().replace(year=now().year - 8, day=1)
        tx.execute(sa.update(message).values(created=then))
    destroyed(here, MailKind.MESSAGES)
    assert readable() == set()


def test_a_file_that_the_home_lost_or_altered_is_reported(keyed: Facility, tmp_path: Path) -> None:
    old_stack(keyed, [ORSON], 0)
    lost, altered, *_ = sorted(keyed.pictures.names())
    (keyed.home / "pictures" / lost[:2] / lost).unlink()
    (keyed.home / "pictures" / altered[:2] / altered).write_bytes(b"other bytes")
    done = back_up(keyed, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert (set(done.missing), done.altered) == ({lost, altered}, (altered,))
    assert not (tmp_path / "backup" / "pictures" / altered[:2] / altered).exists()


def test_the_inbox_is_in_it_encrypted_with_its_times(keyed: Facility, tmp_path: Path) -> None:
    laid = lay(keyed, "new.pdf", b"a plain stack that waits")
    back_up(keyed, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert list(words_left(tmp_path / "backup", ["plain stack"])) == []
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    there = tmp_path / "again" / "inbox" / "default" / "new.pdf"
    assert there.read_bytes() == laid.read_bytes()
    assert there.stat().st_mtime_ns == laid.stat().st_mtime_ns


def test_a_file_that_waits_is_in_it_though_its_like_was_destroyed(
    keyed: Facility, tmp_path: Path
) -> None:
    here = scheduled(keyed)
    (mine,) = old_stack(here, [ORSON], 0)
    (name,) = here.originals.names()
    content = here.originals.get(name)
    destroyed(here, MailKind.LETTERS)
    laid = lay(here, "again.tif", content)
    assert not backup.damage_of(back_up(here, tmp_path / "backup", PASSPHRASE, OPERATOR))
    old_stack(here, [ORSON], 50)
    destroyed(here, MailKind.LETTERS)  # it still waits
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    there = tmp_path / "again" / "inbox" / "default" / "again.tif"
    assert there.read_bytes() == content

    laid.unlink()  # taken in, and destroyed
    old_stack(here, [ORSON], 60)
    destroyed(here, MailKind.LETTERS)
    assert here.home_key is not None
    key, words = here.home_key.database, list(mine.words)
    assert found_in_backup(tmp_path / "backup", key, book_now(here), words) == set()


def test_what_was_copied_is_overwritten_though_the_backup_fails(
    keyed: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(keyed, "new.pdf", b"a plain stack that waits")
    linked = tmp_path / "linked"

    def fails(facility: Facility, copied: Path, target: Path) -> None:
        linked.hardlink_to(next(copied.rglob("new.pdf")))
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(backup_by_key, "copy_inbox_files", fails)
    with pytest.raises(StorageError):
        back_up(keyed, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert b"plain stack" not in linked.read_bytes()


def test_nothing_plain_is_left_in_the_home(keyed: Facility, tmp_path: Path) -> None:
    lay(keyed, "new.pdf", b"a plain stack that waits")
    back_up(keyed, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert [*(keyed.home / "work").iterdir()] == []
    left = tmp_path / "left"
    (left / "within").mkdir(parents=True)
    (left / "within" / "file").write_bytes(b"plain")
    backup_by_key.overwrite_all(left)
    assert b"plain" not in (left / "within" / "file").read_bytes()
    assert backup_by_key.is_by_key(tmp_path / "backup")
    assert not backup_by_key.is_by_key(left)
    assert actions.overview(keyed, OPERATOR).older_copies == ()
