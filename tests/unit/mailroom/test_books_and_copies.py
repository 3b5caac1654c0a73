"""The books balance for every state; a backup restores to a home that balances too."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.mailroom import books, copies, desk
from digitizer.mailroom.copies import back_up, restore_home
from digitizer.mailroom.house import House, make_home, open_house
from digitizer.mailroom.mailboxes import mailbox, search_mail
from digitizer.parts import tables
from digitizer.parts.tables import page, writing
from digitizer.processes import ledger, sealing
from digitizer.processes.accounts import Account
from digitizer.vocabulary.errors import SettingsError, StorageError, UsageError
from digitizer.vocabulary.mail import PageRole
from digitizer.vocabulary.paper import Split, SplitLetter
from digitizer.vocabulary.settings import Release
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    LEGAL,
    OPERATOR,
    ORSON,
    deliver,
    file,
    held_letter,
    held_whole,
    letter_of,
    new_cover,
    split_of,
    take,
)


def _account(house: House, scan: str) -> Account:
    (found,) = [each for each in books.reconcile(house) if each.scan == scan]
    assert found.balanced
    return found


def test_a_stack_with_everything_in_it(house: House) -> None:
    code = new_cover(house)
    split = Split(
        letters=(
            SplitLetter(code, (2,), (3, 4), (5,)),
            SplitLetter(code, (6,), (7,), (), (DOUBT,)),
        ),
        recorded=(1,),
    )
    found = _account(house, file(house, split))
    assert dataclasses.astuple(found)[2:10] == (7, 2, 1, 1, 2, 1, 0, 0)


def test_waiting_is_balanced(house: House) -> None:
    found = _account(house, take(house, b"1").id)
    assert (found.pages, found.working) == (None, 1)


def test_what_cannot_be_opened_is_one_held_item(house: House) -> None:
    scan = held_whole(house, count=0)
    assert (_account(house, scan).pages, _account(house, scan).held) == (None, 1)
    desk.reject(house, scan, CLERK, "why")
    found = _account(house, scan)
    assert (found.held, found.rejected) == (0, 1)


def test_held_whole_then_each_end(house: House) -> None:
    scan = held_whole(house)
    assert _account(house, scan).held == 3
    letter = desk.mark_page(house, scan, 1, PageRole.COVER, CLERK, "why")
    assert (_account(house, scan).held, _account(house, scan).covers) == (2, 1)
    desk.assign(house, letter, ORSON, CLERK, "why")
    assert _account(house, scan).delivered == 2
    rejected = held_whole(house, content=b"2")
    desk.reject(house, rejected, CLERK, "why")
    assert _account(house, rejected).rejected == 3
    replaced = held_whole(house, content=b"3")
    desk.rescanned(house, replaced, scan, CLERK, "why")
    assert _account(house, replaced).recorded == 3


def test_cut_joined_rejected_replaced_and_awaiting(house: House) -> None:
    held = held_letter(house)
    scan = desk.held(house)[0].scan
    first, second = desk.cut(house, held, 3, CLERK, "why")
    assert _account(house, scan).held == 4
    desk.reject(house, first, CLERK, "why")
    assert (_account(house, scan).held, _account(house, scan).rejected) == (2, 2)
    third = desk.cut(house, second, 4, CLERK, "why")[1]
    desk.join(house, second, third, CLERK, "why")
    assert _account(house, scan).held == 2
    desk.rescanned(house, second, deliver(house, ORSON, "x", b"new"), CLERK, "why")
    assert _account(house, scan).recorded == 2
    waiting = file(
        house, split_of(letter_of(new_cover(house), 1, 2)), content=b"9",
        release=Release.AFTER_REVIEW,
    )  # fmt: skip
    assert _account(house, waiting).held == 1


def test_a_page_too_few_and_an_original_gone_are_told(house: House) -> None:
    short, gone = held_whole(house), held_whole(house, content=b"gone")
    with writing(house.engine) as tx:
        tx.execute(sa.delete(page).where(page.c.scan_id == short, page.c.number == 2))
    (name,) = [part for part in house.originals.names() if house.originals.get(part) == b"gone"]
    house.originals.delete(name)
    told = {each.scan: (each.balanced, each.missing_original) for each in books.reconcile(house)}
    assert told == {short: (False, False), gone: (False, True)}


# --- backup and restore


@pytest.fixture
def full(house: House) -> House:
    """A house with delivered, held and waiting mail, and a file in its inbox."""
    deliver(house, ORSON, "a garden", b"1")
    held_letter(house)
    take(house, b"waiting")
    (house.home / "inbox" / "default" / "new.pdf").write_bytes(b"new")
    return house


def test_a_round_trip(full: House, tmp_path: Path) -> None:
    done = back_up(full, tmp_path / "backup")
    assert done.missing == ()
    proof = restore_home(tmp_path / "backup", tmp_path / "again")
    assert (proof.scans, proof.files, proof.warnings) == (3, done.files, ())
    again = open_house(tmp_path / "again")
    assert books.reconcile(again) == books.reconcile(full)
    assert books.verify_audit(again) == books.verify_audit(full)
    assert mailbox(again, ORSON, OPERATOR) == mailbox(full, ORSON, OPERATOR)
    assert len(search_mail(again, "garden", OPERATOR)) == 1
    assert again.keys == full.keys
    assert (again.home / "inbox" / "default" / "new.pdf").read_bytes() == b"new"
    again.engine.dispose()


def test_a_backup_is_private(full: House, tmp_path: Path) -> None:
    back_up(full, tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    assert (tmp_path / "backup" / "keys" / "covers.json").stat().st_mode & 0o077 == 0


def test_without_its_keys_a_restore_says_what_stops_working(full: House, tmp_path: Path) -> None:
    back_up(full, tmp_path / "backup").keys.unlink()
    proof = restore_home(tmp_path / "backup", tmp_path / "again")
    assert "Covers printed before are not recognised" in proof.warnings[0]
    assert open_house(tmp_path / "again").keys != full.keys


@pytest.mark.parametrize("what", ["folder", "file", "inside"])
def test_where_no_backup_goes(full: House, tmp_path: Path, what: str) -> None:
    target = full.home / "backup" if what == "inside" else tmp_path / "backup"
    if what == "folder":
        target.mkdir()
        (target / "x").touch()
    elif what == "file":
        target.touch()
    with pytest.raises(UsageError):
        back_up(full, target)


def test_a_restore_never_overwrites(full: House, tmp_path: Path) -> None:
    back_up(full, tmp_path / "backup")
    file_ = tmp_path / "file"
    file_.touch()
    for target in (full.home, file_):
        with pytest.raises(UsageError, match="never overwrites"):
            restore_home(tmp_path / "backup", target)
    with pytest.raises(UsageError, match="no backup"):
        restore_home(tmp_path, tmp_path / "again")


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_damaged_backup_is_found(full: House, tmp_path: Path, damage: str) -> None:
    back_up(full, tmp_path / "backup")
    victim = next(path for path in (tmp_path / "backup" / "originals").rglob("*") if path.is_file())
    if damage == "gone":
        victim.unlink()
    else:
        victim.write_bytes(b"other bytes")
    with pytest.raises(StorageError, match=r"do not balance|are damaged"):
        restore_home(tmp_path / "backup", tmp_path / "again")


def test_an_original_that_the_home_lost_is_told(full: House, tmp_path: Path) -> None:
    full.originals.delete(next(iter(full.originals.names())))
    assert len(back_up(full, tmp_path / "backup").missing) == 1
    assert (tmp_path / "backup" / "config.toml").is_file()


def _seal(house: House, scan: str) -> None:
    with writing(house.engine) as tx:
        found = ledger.find_scan(tx, scan)
        sealing.keep_seal(tx, scan, sealing.seal(house.originals, found))
    with writing(house.engine) as tx:
        assert sealing.drop_plain(tx, house.originals) == 1


@pytest.mark.parametrize("when", ["before the blobs", "after the blobs"])
def test_a_scan_sealed_while_it_is_copied(
    full: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    scan = file(full, Split(whole=(LEGAL,), sealed=True), count=1, content=b"privileged")
    copy = tables.copy_database
    tree = copies._copy_tree
    todo = [scan]

    def seal_once() -> None:
        if todo:
            _seal(full, todo.pop())

    def copy_then_seal(engine: sa.Engine, target: Path) -> None:
        copy(engine, target)
        if when == "before the blobs":
            seal_once()

    def tree_then_seal(source: Path, target: Path) -> None:
        tree(source, target)
        if when == "after the blobs" and source.name == "originals":
            seal_once()

    monkeypatch.setattr(copies, "copy_database", copy_then_seal)
    monkeypatch.setattr(copies, "_copy_tree", tree_then_seal)
    assert back_up(full, tmp_path / "backup").missing == ()
    monkeypatch.undo()
    restore_home(tmp_path / "backup", tmp_path / "again")
    plain = [p for p in (tmp_path / "backup").rglob("*") if p.is_file()
             and p.read_bytes() == b"privileged"]  # fmt: skip
    assert bool(plain) == (when == "after the blobs"), "then the copy is of before the sealing"


_WRITE = """
import sys, pathlib, itertools
from digitizer.mailroom.house import open_house
from digitizer.mailroom.intake import take_from_inbox
house = open_house(pathlib.Path(sys.argv[1])); inbox = house.home / "inbox" / "default"
for n in itertools.count():
    path = inbox / f"{n}.pdf"; path.write_bytes(b"stack %d" % n)
    take_from_inbox(house, [path], "default"); print(n, flush=True)
"""


def test_a_backup_while_another_process_writes(full: House, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITE, str(full.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        counts = []
        for number in range(3):
            assert back_up(full, tmp_path / f"backup{number}").missing == ()
            proof = restore_home(tmp_path / f"backup{number}", tmp_path / f"again{number}")
            counts.append(proof.scans)
        writer.kill()
    assert counts == sorted(counts)
    for number in range(3):
        again = open_house(tmp_path / f"again{number}")
        assert books.verify_audit(again)[1] is None
        assert all(each.balanced for each in books.reconcile(again))
        again.engine.dispose()


# --- homes


def test_a_home_is_made_once_and_brought_up_to_date(tmp_path: Path) -> None:
    home = tmp_path / "a #new %41 home"
    assert make_home(home) is True
    assert home.stat().st_mode & 0o077 == 0
    keys = open_house(home).keys
    assert make_home(home) is False
    assert open_house(home).keys == keys


def test_where_no_home_is_made(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    for place in (tmp_path, tmp_path / "x"):
        with pytest.raises(UsageError, match="not empty"):
            make_home(place)


def test_lost_keys_are_not_made_anew_quietly(house: House) -> None:
    (house.home / "keys" / "covers.json").unlink()
    with pytest.raises(SettingsError, match="missing"):
        make_home(house.home)
    with pytest.raises(SettingsError, match="missing"):
        open_house(house.home)


def test_homes_that_cannot_be_opened(house: House, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="init"):
        open_house(tmp_path / "none")
    with writing(house.engine) as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingsError, match="schema 9999"):
        open_house(house.home)
    shutil.rmtree(house.home / "database")
    (house.home / "database").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        open_house(house.home)
