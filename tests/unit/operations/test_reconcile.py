"""Every scan balances in every state."""

from __future__ import annotations

import dataclasses

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.mail import PageRole
from digitizer.model.paper import Split, SplitLetter
from digitizer.model.settings import Release
from digitizer.operations import actions as operations
from digitizer.operations.reconcile import Balance
from digitizer.screening import decisions
from digitizer.storage.database import writing
from digitizer.storage.tables import page
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    OPERATOR,
    ORSON,
    SUPERVISOR,
    deliver,
    file,
    held_letter,
    held_whole,
    letter_of,
    new_cover,
    split_of,
    take,
)


def _balance(facility: Facility, scan: str) -> Balance:
    (found,) = [each for each in operations.reconcile(facility, OPERATOR) if each.scan == scan]
    assert found.balanced
    return found


def test_a_stack_with_everything_in_it(facility: Facility) -> None:
    code = new_cover(facility)
    split = Split(
        letters=(
            SplitLetter(code, (2,), (3, 4), (5,)),
            SplitLetter(code, (6,), (7,), (), (DOUBT,)),
        ),
        recorded=(1,),
    )
    found = _balance(facility, file(facility, split))
    assert dataclasses.astuple(found)[2:10] == (7, 2, 1, 1, 2, 1, 0, 0)


def test_waiting_is_balanced(facility: Facility) -> None:
    found = _balance(facility, take(facility, b"1").id)
    assert (found.pages, found.working) == (None, 1)


def test_what_cannot_be_opened_is_one_held_item(facility: Facility) -> None:
    scan = held_whole(facility, count=0)
    assert (_balance(facility, scan).pages, _balance(facility, scan).held) == (None, 1)
    decisions.reject(facility, scan, CLERK, "why")
    found = _balance(facility, scan)
    assert (found.held, found.rejected) == (0, 1)


def test_held_whole_then_each_end(facility: Facility) -> None:
    scan = held_whole(facility)
    assert _balance(facility, scan).held == 3
    letter = decisions.mark_page(facility, scan, 1, PageRole.COVER, CLERK, "why")
    assert (_balance(facility, scan).held, _balance(facility, scan).covers) == (2, 1)
    decisions.assign(facility, letter, ORSON, CLERK, "why")
    assert _balance(facility, scan).delivered == 2
    rejected = held_whole(facility, content=b"2")
    decisions.reject(facility, rejected, CLERK, "why")
    assert _balance(facility, rejected).rejected == 3
    replaced = held_whole(facility, content=b"3")
    decisions.rescanned(facility, replaced, scan, SUPERVISOR, "why")
    assert _balance(facility, replaced).recorded == 3


def test_cut_joined_rejected_replaced_and_awaiting(facility: Facility) -> None:
    held = held_letter(facility)
    scan = decisions.held(facility, OPERATOR)[0].scan
    first, second = decisions.cut(facility, held, 3, CLERK, "why")
    assert _balance(facility, scan).held == 4
    decisions.reject(facility, first, CLERK, "why")
    assert (_balance(facility, scan).held, _balance(facility, scan).rejected) == (2, 2)
    third = decisions.cut(facility, second, 4, CLERK, "why")[1]
    decisions.join(facility, second, third, CLERK, "why")
    assert _balance(facility, scan).held == 2
    new = deliver(facility, ORSON, "x", b"new")
    decisions.rescanned(facility, second, new, SUPERVISOR, "why")
    assert _balance(facility, scan).recorded == 2
    waiting = file(
        facility,
        split_of(letter_of(new_cover(facility), 1, 2)),
        content=b"9",
        release=Release.AFTER_REVIEW,
    )
    assert _balance(facility, waiting).held == 1


def test_a_page_too_few_and_an_original_gone_are_reported(facility: Facility) -> None:
    short, gone = held_whole(facility), held_whole(facility, content=b"gone")
    with writing(facility.engine) as tx:
        tx.execute(sa.delete(page).where(page.c.scan_id == short, page.c.number == 2))
    (name,) = [
        part for part in facility.originals.names() if facility.originals.get(part) == b"gone"
    ]
    facility.originals.delete(name)
    found = {
        each.scan: (each.balanced, each.missing_original)
        for each in operations.reconcile(facility, OPERATOR)
    }
    assert found == {short: (False, False), gone: (False, True)}
