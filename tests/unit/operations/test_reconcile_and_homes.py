"""The books balance for every state; homes are made, and refused where they must be."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import House, make_home, open_house
from digitizer.model.errors import SettingsError, UsageError
from digitizer.model.mail import PageRole
from digitizer.model.paper import Split, SplitLetter
from digitizer.model.settings import Release
from digitizer.operations import actions as operations
from digitizer.operations.reconcile import Account
from digitizer.screening import decisions
from digitizer.storage.tables import page, writing
from tests.support.made_mail import (
    CLERK,
    DOUBT,
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
    (found,) = [each for each in operations.reconcile(house, OPERATOR) if each.scan == scan]
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
    decisions.reject(house, scan, CLERK, "why")
    found = _account(house, scan)
    assert (found.held, found.rejected) == (0, 1)


def test_held_whole_then_each_end(house: House) -> None:
    scan = held_whole(house)
    assert _account(house, scan).held == 3
    letter = decisions.mark_page(house, scan, 1, PageRole.COVER, CLERK, "why")
    assert (_account(house, scan).held, _account(house, scan).covers) == (2, 1)
    decisions.assign(house, letter, ORSON, CLERK, "why")
    assert _account(house, scan).delivered == 2
    rejected = held_whole(house, content=b"2")
    decisions.reject(house, rejected, CLERK, "why")
    assert _account(house, rejected).rejected == 3
    replaced = held_whole(house, content=b"3")
    decisions.rescanned(house, replaced, scan, CLERK, "why")
    assert _account(house, replaced).recorded == 3


def test_cut_joined_rejected_replaced_and_awaiting(house: House) -> None:
    held = held_letter(house)
    scan = decisions.held(house, OPERATOR)[0].scan
    first, second = decisions.cut(house, held, 3, CLERK, "why")
    assert _account(house, scan).held == 4
    decisions.reject(house, first, CLERK, "why")
    assert (_account(house, scan).held, _account(house, scan).rejected) == (2, 2)
    third = decisions.cut(house, second, 4, CLERK, "why")[1]
    decisions.join(house, second, third, CLERK, "why")
    assert _account(house, scan).held == 2
    decisions.rescanned(house, second, deliver(house, ORSON, "x", b"new"), CLERK, "why")
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
    told = {
        each.scan: (each.balanced, each.missing_original)
        for each in operations.reconcile(house, OPERATOR)
    }
    assert told == {short: (False, False), gone: (False, True)}


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
