"""After a retention run nothing of what it destroyed is readable from an older backup with today's
keys; everything else in it comes back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from digitizer.capture.filing import file_scan
from digitizer.capture.scans import ledger
from digitizer.facility import Facility, open_facility
from digitizer.letters.actions import search_mail
from digitizer.letters.search.indexing import index_again
from digitizer.model.errors import SettingsError, StorageError, UsageError
from digitizer.model.mail import LetterState
from digitizer.model.retention import HoldOn, MailKind, RunState
from digitizer.model.settings import Release
from digitizer.operations import backup, key_keeping
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.operations.backup import back_up, damage_of
from digitizer.operations.backup_by_key import NOTE
from digitizer.operations.moving import move_home
from digitizer.operations.restore import restore_home
from digitizer.retention import actions
from digitizer.storage import encryption
from digitizer.storage.database import reading, writing
from digitizer.storage.home_key import HomeKey
from digitizer.storage.tables import letter, page, posting, scan, term, transcript
from digitizer.storage.tables_appeals import appeal, rejection
from digitizer.support import failpoints
from digitizer.support.clock import now
from tests.support.backed_up import lay
from tests.support.kept_by_key import (
    PASSPHRASE,
    book_now,
    copy_now,
    encrypted_home,
    found_in_backup,
    found_in_home,
    with_key_folder,
)
from tests.support.kept_mail import (
    LONG_AGO,
    Planted,
    destroyed,
    grow_old,
    old_message,
    old_stack,
    pixels_of,
    planted,
    scheduled,
    tiff,
    with_schedules,
)
from tests.support.made_mail import (
    ADMINISTRATOR,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    events,
    letter_of,
    letters_of,
    new_cover,
    split_of,
    stored_letter,
    take,
    worked,
)
from tests.support.sealed_mail import balances, killed_at


@pytest.fixture
def keyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Facility]:
    monkeypatch.setattr(encryption, "_COST", 2)
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    monkeypatch.setenv("DIGITIZER_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    with encrypted_home(tmp_path) as facility:
        yield facility


def _words(*some: Planted) -> list[str]:
    return [word for each in some for word in each.words]


def _readable(facility: Facility, letter_id: str) -> tuple[object, ...]:
    """What its readers have of a letter: sender, pictures, texts, and what it is found by."""
    with reading(facility.engine) as tx:
        about = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).one()
        rows = tx.execute(
            sa.select(page, transcript.c.text, transcript.c.words)
            .outerjoin(transcript, transcript.c.page_id == page.c.id)
            .where(page.c.letter_id == letter_id)
            .order_by(page.c.number)
        ).all()
        found = tx.execute(
            sa.select(term.c.text, posting.c.weight, posting.c.density)
            .join(posting, posting.c.term_id == term.c.id)
            .join(page, page.c.id == posting.c.page_id)
            .where(page.c.letter_id == letter_id)
            .order_by(term.c.text)
        ).all()
    pictures = [facility.pictures.get(row.picture) for row in rows]
    return about, rows, pictures, [tuple(each) for each in found]


def _index(facility: Facility) -> None:
    """As whoever corrects or withholds something does."""
    with writing(facility.engine) as tx:
        for page_id in tx.execute(sa.select(transcript.c.page_id)).scalars().all():
            index_again(tx, page_id)


def _appealed(facility: Facility, letter_id: str, number: int) -> list[str]:
    """An appeal about it, which was decided long ago."""
    words = [planted(number, "appeal"), planted(number, "answer")]
    then = now().replace(year=now().year - 8)
    with writing(facility.engine) as tx:
        made = tx.execute(
            sa.insert(rejection).values(
                what="letter",
                item=letter_id,
                event=1,
                parts=[],
                reasons=[],
                decided=then,
                decided_by="Clara Clerk",
                sheet="",
                told_inmate=then,
                kept_by="",
                kept_why="",
                ended=then,
            )
        ).inserted_primary_key
        assert made is not None
        tx.execute(
            sa.insert(appeal).values(
                rejection_id=made[0],
                side="inmate",
                level=1,
                words=words[0],
                at=then,
                came=then.date(),
                late=False,
                due=then.date(),
                entered_by="Clara Clerk",
                decided=then,
                decided_by="Ada Admin",
                granted=False,
                why=words[1],
            )
        )
    return words


def _restored(backup: Path, home: Path, key_copy: Path | None = None) -> Facility:
    restore_home(backup, home, OPERATOR, PASSPHRASE, key_copy)
    return open_facility(home)


def test_nothing_that_was_destroyed_is_readable_from_an_older_backup(
    keyed: Facility, tmp_path: Path
) -> None:
    here = scheduled(keyed)
    mail = [each for n in range(5) for each in old_stack(here, [ORSON, PETRA, ORSON, PETRA], 4 * n)]
    orsons, petras = mail[0::2], mail[1::2]
    messages = [old_message(here, ORSON, 100), old_message(here, PETRA, 101)]
    _index(here)
    argued = _appealed(here, orsons[0].id, 200)
    # One waits in the inbox when the backup is made; it is taken in and destroyed later.
    waits = [planted(50, part) for part in ("cover", "page1", "page2")]
    waiting = lay(here, "waiting.tif", tiff(waits))
    lay(here, "other.tif", b"waits on")
    gone = [*_words(*orsons, messages[0]), *argued, *waits]
    stay = _words(*petras, messages[1])
    assert len({*gone, *stay}) >= 200
    actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim", "26-1")

    copied = tmp_path / "backup"
    assert not damage_of(back_up(here, copied, PASSPHRASE, OPERATOR))
    assert here.home_key is not None
    key, old_book = here.home_key.database, book_now(here)
    shutil.copytree(tmp_path / "key-folder", tmp_path / "old-keys")
    before = {each.id: _readable(here, each.id) for each in petras}
    pixels = {each.id: pixels_of(here, each.id, tmp_path / "w") for each in petras}
    assert found_in_backup(copied, key, old_book, [*gone, *stay]) == {*gone, *stay}

    waiting.unlink()
    old_stack(here, [ORSON], 50)
    destroyed(here, MailKind.LETTERS)
    destroyed(here, MailKind.MESSAGES)
    book = book_now(here)
    assert found_in_backup(copied, key, book, gone) == set()
    assert found_in_backup(copied, key, book, stay) == set(stay)

    again = _restored(copied, tmp_path / "again")
    assert found_in_home(again, gone) == set()
    assert found_in_home(again, stay) == set(stay)
    assert {stored_letter(again, each.id).state for each in orsons} == {LetterState.DESTROYED}
    assert {each.id: _readable(again, each.id) for each in petras} == before
    for each in petras:
        there = pixels_of(again, each.id, tmp_path / "w2")
        assert all(np.array_equal(a, b) for a, b in zip(there, pixels[each.id], strict=True))
    assert balances(again)
    mine, theirs = (
        [(each.scan, each.destroyed, each.delivered) for each in reconcile(one, OPERATOR)]
        for one in (again, here)
    )
    assert mine == theirs[: len(mine)]
    assert [each.name for each in (again.home / "inbox" / "default").iterdir()] == ["other.tif"]
    assert verify_audit(again, OPERATOR)[1] is None
    hits = search_mail(again, orsons[0].words[1], OPERATOR)  # others' words are like it
    assert not {each.letter for each in hits} & {each.id for each in orsons}
    hits = search_mail(again, petras[0].words[1], OPERATOR, PETRA)
    assert petras[0].id in {each.letter for each in hits}
    # The restored home goes on: backed up, restored and destroyed from as any other.
    with pytest.raises(SettingsError, match="was restored"):
        back_up(again, tmp_path / "not yet", PASSPHRASE, OPERATOR)
    second = tmp_path / "second"
    assert not damage_of(back_up(again, second, PASSPHRASE, OPERATOR, key_folder_confirmed=True))
    third = _restored(tmp_path / "second", tmp_path / "third")
    assert {each.id: _readable(third, each.id) for each in petras} == before
    third.engine.dispose()
    again.engine.dispose()

    # The named limit: who keeps an older copy of the keys can read what was destroyed since.
    older = _restored(copied, tmp_path / "older", tmp_path / "old-keys")
    assert found_in_home(older, gone) == set(gone)
    older.engine.dispose()


def test_wherever_a_run_is_killed_its_next_start_takes_the_keys(
    keyed: Facility, tmp_path: Path
) -> None:
    here = scheduled(keyed)
    mail = [each for n in range(3) for each in old_stack(here, [ORSON, PETRA], 2 * n)]
    _index(here)
    orsons, petras = mail[0::2], mail[1::2]
    actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    copied = tmp_path / "backup"
    back_up(here, copied, PASSPHRASE, OPERATOR)
    assert here.home_key is not None
    key = here.home_key.database
    before = {each.id: _readable(here, each.id) for each in petras}
    run = actions.propose(here, MailKind.LETTERS, SUPERVISOR, "the time is over")
    actions.confirm(here, run, ADMINISTRATOR, "looked")

    def act(opened: Facility) -> None:
        actions.carry_out(with_schedules(opened), OPERATOR)

    once = [*failpoints.RETENTION_POINTS[1:11], "retention.settled"]
    of_keys = ["replacing.written", "replacing.set_aside", "replacing.renamed"]
    # The book in the home is replaced first, then the copy outside.
    points = [*once, *of_keys, "key_book.let_go", *of_keys, "key_book.copied"]
    for point in [*points, *failpoints.RETENTION_POINTS[12:]]:
        here.engine.dispose()
        assert killed_at(here.home, point, act), point
        is_done = actions.run_of(here, run, OPERATOR)[0].state is RunState.DONE
        copy = copy_now(here, tmp_path / "key-folder")  # whole in any case
        left = found_in_backup(copied, key, copy.book, _words(*orsons))
        assert not (is_done and left), point
    actions.carry_out(here, OPERATOR)
    assert actions.run_of(here, run, OPERATOR)[0].state is RunState.DONE
    for book in (book_now(here), copy_now(here, tmp_path / "key-folder").book):
        assert found_in_backup(copied, key, book, _words(*mail)) == set(_words(*petras))
    assert {each.name for each in (tmp_path / "key-folder").iterdir()} == {
        key_keeping.FILE_NAME,
        key_keeping.NEIGHBOURS,
    }
    again = _restored(copied, tmp_path / "again")
    assert {each.id: _readable(again, each.id) for each in petras} == before
    assert balances(again)
    again.engine.dispose()


def test_a_backup_while_a_run_is_between_its_steps(
    keyed: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is destroyed after the tables were copied gets no key that outlives it."""
    here = scheduled(keyed)
    mail = old_stack(here, [ORSON, PETRA], 0)
    _index(here)
    actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    sent = old_message(here, ORSON, 100)
    copy_tables, steps = backup._copy_tables, [MailKind.LETTERS, MailKind.MESSAGES]

    def destroying(engine: sa.Engine, target: Path, home_key: HomeKey | None) -> None:
        copy_tables(engine, target, home_key)
        if steps:
            destroyed(here, steps.pop(0))

    monkeypatch.setattr(backup, "_copy_tables", destroying)
    assert not damage_of(back_up(here, tmp_path / "backup", PASSPHRASE, OPERATOR))
    assert steps == []
    assert here.home_key is not None
    found = found_in_backup(
        tmp_path / "backup", here.home_key.database, book_now(here), _words(*mail, sent)
    )
    assert found == set(mail[1].words)
    again = _restored(tmp_path / "backup", tmp_path / "again")
    assert _readable(again, mail[1].id) == _readable(here, mail[1].id)
    assert balances(again)
    again.engine.dispose()


def test_what_was_not_opened_yet_when_it_was_backed_up(keyed: Facility, tmp_path: Path) -> None:
    """A scan that waited when the backup was made is one that was destroyed, whatever became of
    it."""
    here = scheduled(keyed)
    words = [planted(0, part) for part in ("cover", "page1", "page2")]
    kept = take(here, b"waits on")
    waiting = take(here, tiff(words))
    back_up(here, tmp_path / "backup", PASSPHRASE, OPERATOR)
    split = split_of(letter_of(new_cover(here, ORSON), 1, 3))
    with writing(here.engine) as tx:
        ledger.claim(tx, waiting.id, "a test")
        file_scan(tx, worked(waiting, split), {}, Release.AUTOMATIC)
    (mine,) = letters_of(here, waiting.id)
    grow_old(here, [mine.id], waiting.id, LONG_AGO)
    destroyed(here, MailKind.LETTERS)
    assert here.home_key is not None
    key = here.home_key.database
    assert found_in_backup(tmp_path / "backup", key, book_now(here), words) == set()
    again = _restored(tmp_path / "backup", tmp_path / "again")
    with reading(again.engine) as tx:
        states = dict(
            tx.execute(sa.select(scan.c.id, scan.c.destroyed.is_not(None))).tuples().all()
        )
    assert states == {kept.id: False, waiting.id: True}
    assert events(again)[-1][0] == "restore"
    again.engine.dispose()


def test_a_letter_that_was_cut_since_loses_only_the_pages_that_went(
    keyed: Facility, tmp_path: Path
) -> None:
    here = scheduled(keyed)
    (mine,) = old_stack(here, [ORSON], 0)
    back_up(here, tmp_path / "backup", PASSPHRASE, OPERATOR)
    with writing(here.engine) as tx:  # its last page became a letter of its own, and that went
        row = tx.execute(sa.select(letter).where(letter.c.id == mine.id)).one()
        tx.execute(sa.insert(letter).values(**{**row._asdict(), "id": "another"}))
        last = tx.execute(
            sa.select(sa.func.max(page.c.id)).where(page.c.letter_id == mine.id)
        ).scalar_one()
        tx.execute(sa.update(page).where(page.c.id == last).values(letter_id="another"))
        tx.execute(sa.update(letter).where(letter.c.id == mine.id).values(received=now()))
    destroyed(here, MailKind.LETTERS)
    assert stored_letter(here, "another").state is LetterState.DESTROYED
    words = [planted(0, "page1"), planted(0, "page2")]
    again = _restored(tmp_path / "backup", tmp_path / "again")
    assert found_in_home(again, words) == {planted(0, "page1")}
    assert stored_letter(again, mine.id).state is LetterState.DELIVERED
    assert balances(again)
    again.engine.dispose()


@pytest.mark.parametrize("found", ["elsewhere", "beside", "nowhere", "older", "another home's"])
def test_which_copy_of_the_keys_opens_a_backup(keyed: Facility, tmp_path: Path, found: str) -> None:
    old_stack(keyed, [ORSON], 0)
    back_up(keyed, tmp_path / "first", PASSPHRASE, OPERATOR)
    keys = tmp_path / "key-folder"
    shutil.copytree(keys, tmp_path / "first-keys")
    (tmp_path / "backups").mkdir()
    second = tmp_path / "backups" / "second"
    old_stack(keyed, [ORSON], 1)
    back_up(keyed, second, PASSPHRASE, OPERATOR)
    given = None
    if found == "elsewhere":
        given = keys.rename(tmp_path / "put-away") / key_keeping.FILE_NAME
    elif found == "beside":
        (keys / key_keeping.FILE_NAME).rename(second.parent / key_keeping.FILE_NAME)
    elif found == "nowhere":
        keys.rename(tmp_path / "put-away")
    elif found == "older":
        given = tmp_path / "first-keys"
    else:
        (second / NOTE).write_text('{"id": "another", "number": 1}')
    if found in ("elsewhere", "beside"):
        _restored(second, tmp_path / "again", given).engine.dispose()
        return
    says = {
        "nowhere": "--keys",
        "older": "older than this backup",
        "another home's": "another home",
    }
    with pytest.raises(UsageError, match=says[found]):
        restore_home(second, tmp_path / "again", OPERATOR, PASSPHRASE, given)
    assert not (tmp_path / "again").exists()


def test_a_drill_never_takes_the_keys_of_the_home_that_is_in_use(
    keyed: Facility, tmp_path: Path
) -> None:
    """Its settings name the same key folder."""
    live, folder = keyed, tmp_path / "key-folder"
    old_message(live, ORSON, 1)
    back_up(live, tmp_path / "b1", PASSPHRASE, OPERATOR)
    proof = restore_home(tmp_path / "b1", tmp_path / "drill", OPERATOR, PASSPHRASE)
    assert any("--confirm-key-folder" in each for each in proof.warnings)
    drill = open_facility(tmp_path / "drill")
    kept = (folder / key_keeping.FILE_NAME).read_bytes()
    old_message(drill, ORSON, 3)
    with pytest.raises(SettingsError, match="was restored"):  # though nothing came in since
        back_up(drill, tmp_path / "d1", PASSPHRASE, OPERATOR)
    assert (folder / key_keeping.FILE_NAME).read_bytes() == kept
    words = old_message(live, ORSON, 2).words
    back_up(live, tmp_path / "b2", PASSPHRASE, OPERATOR)
    for number in range(4, 8):
        old_message(drill, ORSON, number)
        with pytest.raises(SettingsError, match="the same backup"):
            back_up(drill, tmp_path / f"d{number}", PASSPHRASE, OPERATOR, key_folder_confirmed=True)

    # With a folder of its own it goes on, and its keys never open what came to the other since.
    (tmp_path / "drill-keys").mkdir()
    apart = with_key_folder(drill, str(tmp_path / "drill-keys"))
    back_up(apart, tmp_path / "d9", PASSPHRASE, OPERATOR, key_folder_confirmed=True)
    assert book_now(drill).number > book_now(live).number
    drill.engine.dispose()
    with pytest.raises(UsageError, match="went on from an older backup"):
        _restored(tmp_path / "b2", tmp_path / "wrong", tmp_path / "drill-keys")
    assert not (tmp_path / "wrong").exists()
    again = _restored(tmp_path / "b2", tmp_path / "again")
    assert found_in_home(again, [*words]) == set(words)
    again.engine.dispose()


def test_of_all_copies_the_newest_is_used_and_the_others_are_named(
    keyed: Facility, tmp_path: Path
) -> None:
    here, keys = scheduled(keyed), tmp_path / "key-folder"
    sent = old_message(here, ORSON, 50)
    (tmp_path / "backups").mkdir()
    first = tmp_path / "backups" / "first"
    back_up(here, first, PASSPHRASE, OPERATOR)
    shutil.copy(keys / key_keeping.FILE_NAME, tmp_path / "stale")
    destroyed(here, MailKind.MESSAGES)
    (keys / key_keeping.FILE_NAME).rename(tmp_path / "backups" / key_keeping.FILE_NAME)
    shutil.copy(tmp_path / "stale", keys / key_keeping.FILE_NAME)
    proof = restore_home(first, tmp_path / "again", OPERATOR, PASSPHRASE)
    assert [each for each in proof.warnings if f"Older ones, in {keys}, still open" in each]
    again = open_facility(tmp_path / "again")
    assert found_in_home(again, [*sent.words]) == set()
    again.engine.dispose()
    proof = restore_home(first, tmp_path / "older", OPERATOR, PASSPHRASE, keys)
    newer = f"newer ones are in {tmp_path / 'backups'}"
    assert [each for each in proof.warnings if newer in each]


def test_a_newer_backup_says_where_the_keys_are_now(keyed: Facility, tmp_path: Path) -> None:
    """The copy in the former folder could not be removed, as its disk was away."""
    here, former = scheduled(keyed), tmp_path / "key-folder"
    sent = old_message(here, ORSON, 50)
    back_up(here, tmp_path / "b1", PASSPHRASE, OPERATOR)
    former.rename(tmp_path / "away")
    (tmp_path / "new-keys").mkdir()
    moved = with_schedules(with_key_folder(here, str(tmp_path / "new-keys")))
    back_up(moved, tmp_path / "b2", PASSPHRASE, OPERATOR)
    written = (tmp_path / "b2" / "config.toml").read_text()
    named = written.replace(str(former), str(tmp_path / "new-keys"))
    (tmp_path / "b2" / "config.toml").write_text(named)
    destroyed(moved, MailKind.MESSAGES)
    (tmp_path / "away").rename(former)
    proof = restore_home(tmp_path / "b1", tmp_path / "again", OPERATOR, PASSPHRASE)
    assert [each for each in proof.warnings if f"Older ones, in {former}, still open" in each]
    again = open_facility(tmp_path / "again")
    assert found_in_home(again, [*sent.words]) == set()
    again.engine.dispose()

    back_up(moved, tmp_path / "b3", PASSPHRASE, OPERATOR)
    assert [path for path in former.rglob("*") if path.is_file()] == []


def test_an_old_copy_is_told_by_a_newer_backup(keyed: Facility, tmp_path: Path) -> None:
    here, keys = scheduled(keyed), tmp_path / "key-folder"
    old_message(here, ORSON, 50)
    back_up(here, tmp_path / "b1", PASSPHRASE, OPERATOR)
    shutil.copytree(keys, tmp_path / "stale")
    destroyed(here, MailKind.MESSAGES)
    back_up(here, tmp_path / "b2", PASSPHRASE, OPERATOR)
    (tmp_path / "b3").mkdir()  # one that was not finished says nothing
    (tmp_path / "b3" / NOTE).write_bytes((tmp_path / "b2" / NOTE).read_bytes())
    shutil.rmtree(keys)
    proof = restore_home(
        tmp_path / "b1", tmp_path / "again", OPERATOR, PASSPHRASE, tmp_path / "stale"
    )
    told = f"{tmp_path / 'b2'} was made with newer keys"
    assert [each for each in proof.warnings if told in each]


def test_a_neighbours_file_that_the_home_itself_had_lost(keyed: Facility, tmp_path: Path) -> None:
    """All else comes back, and what is lost is said."""
    here = scheduled(keyed)
    old_stack(here, [ORSON, PETRA], 0)
    other = old_message(here, PETRA, 50)
    back_up(here, tmp_path / "backup", PASSPHRASE, OPERATOR)
    actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    destroyed(here, MailKind.LETTERS)
    (name,) = here.originals.names()
    (here.home / "originals" / name[:2] / name).unlink()
    shutil.rmtree(tmp_path / "key-folder" / key_keeping.NEIGHBOURS)
    key_keeping.replace_copy(here)
    with pytest.raises(StorageError, match="Restored, but"):
        restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    again = open_facility(tmp_path / "again")
    assert found_in_home(again, [*other.words]) == set(other.words)
    again.engine.dispose()


def test_each_backup_opens_the_keys_of_today_with_its_own_passphrase(
    keyed: Facility, tmp_path: Path
) -> None:
    here = scheduled(keyed)
    gone, stays = old_message(here, ORSON, 50), old_message(here, PETRA, 51)
    actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    back_up(here, tmp_path / "first", PASSPHRASE, OPERATOR)
    back_up(here, tmp_path / "second", "another invented phrase", OPERATOR)
    destroyed(here, MailKind.MESSAGES)
    again = _restored(tmp_path / "first", tmp_path / "again")
    assert found_in_home(again, _words(gone, stays)) == set(stays.words)
    again.engine.dispose()


def test_a_home_on_postgresql(keyed: Facility, tmp_path: Path, url: str) -> None:
    here = scheduled(keyed)
    mail = old_stack(here, [ORSON, PETRA], 0)
    here.engine.dispose()
    move_home(here.home, url, OPERATOR, unencrypted=True)
    moved = with_schedules(open_facility(here.home))
    actions.set_hold(moved, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    sent = old_message(moved, ORSON, 100)
    back_up(moved, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert moved.home_key is not None
    key, words = moved.home_key.database, _words(*mail, sent)
    assert found_in_backup(tmp_path / "backup", key, book_now(moved), words) == set(words)
    before = _readable(moved, mail[1].id)
    destroyed(moved, MailKind.LETTERS)
    destroyed(moved, MailKind.MESSAGES)
    assert found_in_backup(tmp_path / "backup", key, book_now(moved), words) == set(mail[1].words)
    again = _restored(tmp_path / "backup", tmp_path / "again")
    assert _readable(again, mail[1].id)[1:3] == before[1:3]
    assert balances(again)
    again.engine.dispose()
    moved.engine.dispose()
