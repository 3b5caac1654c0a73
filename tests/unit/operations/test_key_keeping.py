"""The key book and its one copy outside: nothing that was destroyed has a key in either."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility, open_facility
from digitizer.model.errors import SettingsError, StorageError, UsageError
from digitizer.model.retention import HoldOn, MailKind, RunState
from digitizer.model.upkeep_settings import OwnBackups
from digitizer.operations import key_keeping, owners
from digitizer.operations.backup import back_up, damage_of
from digitizer.operations.backup_by_key import is_by_key
from digitizer.operations.key_keeping import FILE_NAME, read_copy
from digitizer.operations.own_backups import back_up_if_due
from digitizer.operations.restore import restore_home
from digitizer.retention import actions
from digitizer.storage import copying, encryption
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_messages import message_draft
from digitizer.support.clock import now
from tests.support.conversing import make_contact
from tests.support.kept_by_key import (
    PASSPHRASE,
    book_now,
    copy_now,
    encrypted_home,
    with_key_folder,
)
from tests.support.kept_mail import (
    destroyed,
    old_message,
    old_stack,
    scheduled,
    with_schedules,
)
from tests.support.made_mail import OPERATOR, ORSON, PETRA, SUPERVISOR


@pytest.fixture
def keyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Facility]:
    monkeypatch.setattr(encryption, "_COST", 2)
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    monkeypatch.setenv("DIGITIZER_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    with encrypted_home(tmp_path) as facility:
        yield facility


def test_a_plain_home_has_no_book(facility: Facility, tmp_path: Path) -> None:
    plain = with_key_folder(facility, str(tmp_path))
    assert not key_keeping.works_by_keys(plain)
    key_keeping.let_go(plain)
    back_up(plain, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert key_keeping.book_of(plain) is None
    assert not (tmp_path / FILE_NAME).exists()


def test_an_encrypted_home_without_a_key_folder_is_backed_up_as_ever(
    keyed: Facility, tmp_path: Path
) -> None:
    without = with_key_folder(keyed, "")
    old_message(without, ORSON, 50)
    back_up(without, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert key_keeping.book_of(without) is None
    keyed.engine.dispose()
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    assert [*(tmp_path / "key-folder").iterdir()] == []


def test_the_copy_is_the_book_and_opens_with_the_key_of_any_backup(
    keyed: Facility, tmp_path: Path
) -> None:
    old_message(keyed, ORSON, 50)
    back_up(keyed, tmp_path / "backup", PASSPHRASE, OPERATOR)
    outer = book_now(keyed).outer
    copy = read_copy(tmp_path / "key-folder", outer)
    assert copy.book == book_now(keyed) == read_copy(copy.folder / FILE_NAME, outer).book
    assert key_keeping.is_of_today(copy.folder, copy.book)
    content = (copy.folder / FILE_NAME).read_bytes()
    assert not [key for key in copy.book.keys.values() if key in content]
    assert (copy.folder / FILE_NAME).stat().st_mode & 0o077 == 0
    assert outer not in content
    with pytest.raises(StorageError, match="another home"):
        read_copy(copy.folder, bytes(32))
    with pytest.raises(UsageError, match="cannot be read"):
        read_copy(tmp_path / "nowhere", outer)
    (copy.folder / FILE_NAME).write_bytes(b"x")
    with pytest.raises(StorageError, match="damaged"):
        read_copy(copy.folder, outer)


def test_a_folder_that_is_missing_or_wrong_lets_no_backup_begin(
    keyed: Facility, tmp_path: Path
) -> None:
    old_message(keyed, ORSON, 50)
    (tmp_path / "disk").mkdir()
    for number, (folder, says) in enumerate(
        (
            (tmp_path / "disk", "this backup"),
            (tmp_path / "nowhere", "is not there"),
            (keyed.home / "keys", "the home"),
            (tmp_path, "the home"),
        )
    ):
        here = with_key_folder(keyed, str(folder))
        with pytest.raises(SettingsError, match=says):
            back_up(here, tmp_path / "disk" / f"backup{number}", PASSPHRASE, OPERATOR)
        assert [*(tmp_path / "disk").iterdir()] == []


def test_where_the_copy_cannot_be_written_the_old_one_stays_whole(
    keyed: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backup fails, the run is not done, and both are when there is room again."""
    here = scheduled(keyed)
    sent = old_message(here, ORSON, 50)
    back_up(here, tmp_path / "backup", PASSPHRASE, OPERATOR)
    old, write_file = copy_now(here, tmp_path / "key-folder"), copying.write_file

    def full(path: Path, content: bytes) -> None:
        if path.parent.name == "key-folder":
            path.write_bytes(content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_file(path, content)

    monkeypatch.setattr(copying, "write_file", full)
    with pytest.raises(StorageError, match="No space left"):
        back_up(here, tmp_path / "second", PASSPHRASE, OPERATOR)
    assert not (tmp_path / "second" / "config.toml").exists(), "it is no backup"
    run = destroyed(here, MailKind.MESSAGES)
    assert actions.run_of(here, run, OPERATOR)[0].state is RunState.REWRITE_OWED
    assert copy_now(here, tmp_path / "key-folder") == old
    assert [path.name for path in (tmp_path / "key-folder").iterdir()] == [FILE_NAME]

    monkeypatch.setattr(copying, "write_file", write_file)
    actions.carry_out(here, OPERATOR)
    assert actions.run_of(here, run, OPERATOR)[0].state is RunState.DONE
    owner = owners.of_thing(sent.id)
    assert owner in old.book.keys
    assert owner not in copy_now(here, tmp_path / "key-folder").book.keys
    back_up(here, tmp_path / "third", PASSPHRASE, OPERATOR)


def test_a_key_folder_that_is_away_leaves_the_run_owed(keyed: Facility, tmp_path: Path) -> None:
    here = scheduled(keyed)
    old_message(here, ORSON, 50)
    back_up(here, tmp_path / "backup", PASSPHRASE, OPERATOR)
    (tmp_path / "key-folder").rename(tmp_path / "away")
    run = destroyed(here, MailKind.MESSAGES)
    assert actions.run_of(here, run, OPERATOR)[0].state is RunState.REWRITE_OWED
    overview = actions.overview(here, OPERATOR)
    assert [each.folder for each in overview.older_copies] == [str(tmp_path / "backup")]
    (tmp_path / "away").rename(tmp_path / "key-folder")
    actions.carry_out(here, OPERATOR)
    assert actions.run_of(here, run, OPERATOR)[0].state is RunState.DONE
    overview = actions.overview(here, OPERATOR)
    assert (overview.older_copies, overview.by_key) == ((), True)


def test_keys_of_another_home_are_never_replaced(keyed: Facility, tmp_path: Path) -> None:
    old_message(keyed, ORSON, 50)
    back_up(keyed, tmp_path / "first", PASSPHRASE, OPERATOR)
    kept = (tmp_path / "key-folder" / FILE_NAME).read_bytes()
    (tmp_path / "other").mkdir()
    with encrypted_home(tmp_path / "other") as other:
        theirs = with_key_folder(other, str(tmp_path / "key-folder"))
        with pytest.raises(SettingsError, match="another home"):
            back_up(theirs, tmp_path / "second", PASSPHRASE, OPERATOR)
    assert (tmp_path / "key-folder" / FILE_NAME).read_bytes() == kept


def test_an_empty_mount_point_is_not_taken_for_the_key_disk(
    keyed: Facility, tmp_path: Path
) -> None:
    """No backup and no run counts until the disk is there again, or a person says that it is
    lost."""
    here, folder = scheduled(keyed), tmp_path / "key-folder"
    old_message(here, ORSON, 50)
    back_up(here, tmp_path / "first", PASSPHRASE, OPERATOR)
    folder.rename(tmp_path / "disk")
    folder.mkdir()
    with pytest.raises(SettingsError, match="is not there"):
        back_up(here, tmp_path / "second", PASSPHRASE, OPERATOR)
    assert not (tmp_path / "second" / "config.toml").exists()
    run = destroyed(here, MailKind.MESSAGES)
    assert actions.run_of(here, run, OPERATOR)[0].state is RunState.REWRITE_OWED
    assert [*folder.iterdir()] == []

    folder.rmdir()
    (tmp_path / "disk").rename(folder)
    actions.carry_out(here, OPERATOR)
    assert actions.run_of(here, run, OPERATOR)[0].state is RunState.DONE
    back_up(here, tmp_path / "third", PASSPHRASE, OPERATOR)

    (folder / FILE_NAME).unlink()
    done = back_up(here, tmp_path / "fourth", PASSPHRASE, OPERATOR, key_folder_confirmed=True)
    assert not damage_of(done)
    assert copy_now(here, folder).book == book_now(here)
    back_up(here, tmp_path / "fifth", PASSPHRASE, OPERATOR)


def test_an_older_copy_of_the_home_never_replaces_the_keys(keyed: Facility, tmp_path: Path) -> None:
    """An old machine that is switched on again, however much comes in there."""
    folder = tmp_path / "key-folder"
    old_message(keyed, ORSON, 50)
    back_up(keyed, tmp_path / "first", PASSPHRASE, OPERATOR)
    keyed.engine.dispose()
    shutil.copytree(keyed.home, tmp_path / "old machine")
    old_message(keyed, ORSON, 51)
    back_up(keyed, tmp_path / "second", PASSPHRASE, OPERATOR)
    kept = (folder / FILE_NAME).read_bytes()
    old = open_facility(tmp_path / "old machine")
    for number in (1, 2, 3):
        old_message(old, ORSON, 60 + number)
        with pytest.raises(SettingsError, match="an older copy"):
            back_up(old, tmp_path / f"old{number}", PASSPHRASE, OPERATOR)
        with pytest.raises(SettingsError, match="an older copy"):
            key_keeping.replace_copy(old, confirmed=True)
    assert book_now(old).number > book_now(keyed).number
    assert (folder / FILE_NAME).read_bytes() == kept
    old.engine.dispose()
    back_up(keyed, tmp_path / "third", PASSPHRASE, OPERATOR)


def test_a_folder_that_is_not_named_any_more_loses_its_copy(
    keyed: Facility, tmp_path: Path
) -> None:
    here, first, second = scheduled(keyed), tmp_path / "key-folder", tmp_path / "second"
    mail = old_stack(here, [ORSON, PETRA], 0)
    hold = actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    back_up(here, tmp_path / "b1", PASSPHRASE, OPERATOR)
    destroyed(here, MailKind.LETTERS)
    assert [*(first / key_keeping.NEIGHBOURS).iterdir()]
    second.mkdir()
    moved = with_schedules(with_key_folder(here, str(second)))
    back_up(moved, tmp_path / "b2", PASSPHRASE, OPERATOR)
    assert [path for path in first.rglob("*") if path.is_file()] == []
    assert book_now(here).kept_in == (str(second),)

    # One that is out of reach lets a run wait, until a person says that it is lost.
    second.rename(tmp_path / "away")
    back = here
    back_up(back, tmp_path / "b3", PASSPHRASE, OPERATOR)
    actions.lift_hold(back, hold, SUPERVISOR, "settled")
    run = destroyed(back, MailKind.LETTERS)
    assert actions.run_of(back, run, OPERATOR)[0].state is RunState.REWRITE_OWED
    owner = owners.of_thing(mail[1].id)
    assert owner in copy_now(back, tmp_path / "away").book.keys
    assert owner not in copy_now(back, first).book.keys
    back_up(back, tmp_path / "b4", PASSPHRASE, OPERATOR, key_folder_confirmed=True)
    actions.carry_out(back, OPERATOR)
    assert actions.run_of(back, run, OPERATOR)[0].state is RunState.DONE


def test_who_confirms_forgets_no_copy_that_is_there(keyed: Facility, tmp_path: Path) -> None:
    """One in a former folder that cannot be read, and so not be removed."""
    old_message(keyed, ORSON, 50)
    back_up(keyed, tmp_path / "b1", PASSPHRASE, OPERATOR)
    (tmp_path / "key-folder" / FILE_NAME).write_bytes(b"damaged")
    (tmp_path / "new").mkdir()
    moved = with_key_folder(keyed, str(tmp_path / "new"))
    back_up(moved, tmp_path / "b2", PASSPHRASE, OPERATOR, key_folder_confirmed=True)
    former = str(tmp_path / "key-folder")
    assert book_now(moved).kept_in == (former, str(tmp_path / "new"))
    with pytest.raises(StorageError, match="opens what was destroyed since"):
        key_keeping.let_go(moved)
    (tmp_path / "key-folder" / FILE_NAME).unlink()
    back_up(moved, tmp_path / "b3", PASSPHRASE, OPERATOR, key_folder_confirmed=True)
    key_keeping.let_go(moved)


def test_without_a_key_folder_any_more_the_copy_still_loses_what_is_destroyed(
    keyed: Facility, tmp_path: Path
) -> None:
    here, folder = scheduled(keyed), tmp_path / "key-folder"
    sent = old_message(here, ORSON, 50)
    back_up(here, tmp_path / "b1", PASSPHRASE, OPERATOR)
    without = with_schedules(with_key_folder(here, ""))
    folder.rename(tmp_path / "away")
    run = destroyed(without, MailKind.MESSAGES)
    assert actions.run_of(without, run, OPERATOR)[0].state is RunState.REWRITE_OWED
    (tmp_path / "away").rename(folder)
    actions.carry_out(without, OPERATOR)
    assert actions.run_of(without, run, OPERATOR)[0].state is RunState.DONE
    assert owners.of_thing(sent.id) not in copy_now(here, folder).book.keys
    shutil.rmtree(folder)
    back_up(without, tmp_path / "b2", PASSPHRASE, OPERATOR, key_folder_confirmed=True)
    assert book_now(here).kept_in == ()
    key_keeping.let_go(without)


def test_a_damaged_file_of_a_neighbour_stops_neither_keys_nor_backups(
    keyed: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = scheduled(keyed)
    old_stack(here, [ORSON, PETRA], 0)
    actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    back_up(here, tmp_path / "b1", PASSPHRASE, OPERATOR)
    destroyed(here, MailKind.LETTERS)
    (name,) = here.originals.names()
    stored = here.home / "originals" / name[:2] / name
    whole = stored.read_bytes()
    stored.chmod(0o600)
    stored.write_bytes(whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:])
    (tmp_path / "new").mkdir()
    moved = with_schedules(with_key_folder(here, str(tmp_path / "new")))
    done = back_up(moved, tmp_path / "b2", PASSPHRASE, OPERATOR)
    assert (done.missing, done.altered) == ((name,), (name,))
    ((file,),) = copy_now(moved, tmp_path / "new").neighbours.values()
    assert (file.sha256, file.is_whole) == (name, False)
    sent = old_message(moved, ORSON, 50)
    back_up(moved, tmp_path / "b3", PASSPHRASE, OPERATOR)
    run = destroyed(moved, MailKind.MESSAGES)
    assert actions.run_of(moved, run, OPERATOR)[0].state is RunState.DONE
    assert owners.of_thing(sent.id) not in copy_now(moved, tmp_path / "new").book.keys

    # Another file's bytes under its name, and one that cannot be written, are no neighbours either.
    monkeypatch.setattr(key_keeping, "write_owned", lambda *_: "another digest")
    stored.write_bytes(whole)
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)
    assert key_keeping.replace_copy(moved).altered == (name,)

    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.undo()
    monkeypatch.setattr(key_keeping, "write_owned", full)
    before = copy_now(moved, tmp_path / "new").book.tag
    key_keeping.take_up(moved, {owners.of_thing("something new")})
    with pytest.raises(StorageError, match="the copy itself is that of today"):
        key_keeping.replace_copy(moved)
    assert copy_now(moved, tmp_path / "new").book.tag == book_now(moved).tag != before


def test_a_save_of_a_draft_that_is_gone_loses_its_key_at_the_next_run(
    keyed: Facility, tmp_path: Path
) -> None:
    """It may have been sent, and its message be destroyed."""
    here = scheduled(keyed)
    old_message(here, ORSON, 50)
    ida = make_contact(here)
    draft = {"subject": "", "body": "being written", "photos": [], "saved": now()}
    with writing(here.engine) as tx:
        people = {"direction": "to_inmate", "inmate_id": 1, "correspondent_id": ida}
        tx.execute(sa.insert(message_draft).values(**draft, **people))
    back_up(here, tmp_path / "backup", PASSPHRASE, OPERATOR)
    with reading(here.engine) as tx:
        (owner,) = owners.drafts(tx)
    key_keeping.let_go(here)
    assert owner in book_now(here).keys
    with writing(here.engine) as tx:
        tx.execute(sa.delete(message_draft))
    assert owner in book_now(here).keys
    destroyed(here, MailKind.MESSAGES)
    assert owner not in book_now(here).keys


def test_neighbours_files_lie_beside_the_copy_while_they_are_needed(
    keyed: Facility, tmp_path: Path
) -> None:
    here = scheduled(keyed)
    old_stack(here, [ORSON, PETRA], 0)
    back_up(here, tmp_path / "backup", PASSPHRASE, OPERATOR)
    folder = tmp_path / "key-folder"
    assert not (folder / key_keeping.NEIGHBOURS).exists()
    (folder / key_keeping.NEIGHBOURS).mkdir()
    (folder / key_keeping.NEIGHBOURS / "left").write_bytes(b"by a dead process")
    hold = actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    destroyed(here, MailKind.LETTERS)
    (name,) = here.originals.names()
    assert [path.name for path in (folder / key_keeping.NEIGHBOURS).iterdir()] == [name]
    ((file,),) = copy_now(here, folder).neighbours.values()
    assert file.sha256 == name
    assert file.pages == ((4, 1), (5, 2), (6, 3))
    actions.lift_hold(here, hold, SUPERVISOR, "settled")
    destroyed(here, MailKind.LETTERS)
    assert [*(folder / key_keeping.NEIGHBOURS).iterdir()] == []
    assert copy_now(here, folder).neighbours == {}


def test_the_services_own_backups_lose_what_is_destroyed(keyed: Facility, tmp_path: Path) -> None:
    here = scheduled(keyed)
    old_message(here, ORSON, 50)
    (tmp_path / "disk").mkdir()
    plan = OwnBackups(
        folder=str(tmp_path / "disk"),
        passphrase_file=str(tmp_path / "passphrase"),
        key_folder=here.settings.backup.key_folder,
    )
    here = replace(here, settings=here.settings.model_copy(update={"backup": plan}))
    made = back_up_if_due(here, OPERATOR)
    assert made is not None
    assert is_by_key(made)
    destroyed(here, MailKind.MESSAGES)
    assert actions.overview(here, OPERATOR).older_copies == ()
    within = plan.model_copy(update={"key_folder": str(tmp_path / "disk" / "keys")})
    (tmp_path / "disk" / "keys").mkdir()
    wrong = replace(here, settings=here.settings.model_copy(update={"backup": within}))
    with pytest.raises(SettingsError, match="folder of the backups"):
        back_up(wrong, tmp_path / "third", PASSPHRASE, OPERATOR)
