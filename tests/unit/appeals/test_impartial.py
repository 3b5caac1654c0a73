"""Whatever is done by whom in whatever order: nobody decides about what they took part in, nothing
is decided twice, and a clock that lapsed neither delivers nor destroys."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.appeals import actions as appeals
from digitizer.appeals import records, rejections
from digitizer.facility import Facility, open_facility
from digitizer.model.appeals import Side
from digitizer.model.errors import Conflict, DigitizerError, NotAllowed, NotFound
from digitizer.model.mail import LetterState
from digitizer.model.people import MACHINE, Actor
from digitizer.model.settings import Release
from digitizer.operations.appeal_clocks import escalate_lapsed
from digitizer.people.names import one_name
from digitizer.screening import appeal_notices, decisions, recalls
from digitizer.screening.appeal_decisions import GoesOn, decide_appeal
from digitizer.screening.undoing import LIFE
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import original
from tests.support.appealing import COLONEL, ME, WARDEN, later, with_appeals
from tests.support.made_mail import (
    CLERK,
    ORSON,
    SUPERVISOR,
    file,
    fill_roster,
    letter_of,
    letters_of,
    new_cover,
    split_of,
    stored_letter,
)

STAFF = (CLERK, SUPERVISOR, WARDEN, COLONEL, replace(SUPERVISOR, name="super  visor"))
ACTS = ("withhold", "reject", "undo", "recall", "notice", "appeal", "enter", "decide", "lapse")
_numbers = count(1)


@pytest.fixture(scope="module")
def home(template_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facility]:
    fresh = tmp_path_factory.mktemp("impartial") / "home"
    shutil.copytree(template_home, fresh)
    opened = open_facility(fresh)
    with writing(opened.engine) as tx:
        fill_roster(tx)
    yield with_appeals(opened, second_level=True, paper="needed")
    opened.engine.dispose()


@dataclass
class Ledger:
    """What happened to one letter, kept apart from the program: who had a part in it, and who
    decided which appeal."""

    letter: str
    part: set[str] = field(default_factory=set)
    decided: dict[int, tuple[str, int]] = field(default_factory=dict)
    gone_on: bool = False


@settings(max_examples=12)
@given(
    st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(STAFF), st.booleans()), max_size=20)
)
def test_any_acts_in_any_order(home: Facility, acts: list[tuple[str, Actor, bool]]) -> None:
    content = f"letter {next(_numbers)}".encode()
    split = split_of(letter_of(new_cover(home), 1, 3))
    (row,) = letters_of(home, file(home, split, content=content, release=Release.AFTER_REVIEW))
    ledger = Ledger(row.id)
    for act, by, yes in (("reject", CLERK, True), ("notice", CLERK, True), *acts):
        with suppress(Conflict, NotFound, NotAllowed):
            _do(home, ledger, act, by, yes)
    _check(home, ledger)


def _do(home: Facility, ledger: Ledger, act: str, by: Actor, yes: bool) -> None:
    item, side = ledger.letter, Side.INMATE if yes else Side.SENDER
    match act:
        case "withhold":
            decisions.withhold(home, item, 2, by, "a map")
        case "reject":
            decisions.reject(home, item, by, "a map")
        case "undo":
            decisions.undo_last(home, by)
        case "recall":
            recalls.recall(home, item, by, "looked again")
        case "notice":
            with later(LIFE + timedelta(minutes=1)):
                appeal_notices.give_notices(home, MACHINE)
            return
        case "appeal":
            appeals.appeal(home, _rejection(home, item), "It is a drawing.", ME)
            return
        case "enter":
            number = _rejection(home, item)
            appeals.enter_appeal(home, number, side, "Why", appeals.current_day(), by)
            return
        case "decide":
            _decide(home, ledger, by, granted=yes)
            return
        case _:
            before = stored_letter(home, item)
            with later(timedelta(days=90)):
                escalate_lapsed(home, MACHINE)
                escalate_lapsed(home, MACHINE)
            assert stored_letter(home, item) == before
            return
    ledger.part.add(one_name(by.name))


def _rejection(home: Facility, item: str) -> int:
    """The number of the one in force; 0 of none."""
    with reading(home.engine) as tx:
        known = rejections.in_force(tx, item)
    return known[-1].number if known else 0


def _decide(home: Facility, ledger: Ledger, by: Actor, *, granted: bool) -> None:
    with reading(home.engine) as tx:
        own = [each for each in records.waiting(tx) if each.rejection.item == ledger.letter]
    for each in own:
        lower = {name for name, level in ledger.decided.values() if level < each.level}
        gone_on = decide_appeal(home, each.number, by, "why", granted=granted)
        name = one_name(by.name)
        assert name not in ledger.part, "who took part in the rejection"
        assert name not in lower, "who decided the level before"
        assert each.number not in ledger.decided, "decided twice"
        ledger.decided[each.number] = (name, each.level)
        for again in (granted, not granted):
            with pytest.raises(DigitizerError):
                decide_appeal(home, each.number, COLONEL, "again", granted=again)
        if gone_on is GoesOn.HELD:
            ledger.part.add(name)


def _check(home: Facility, ledger: Ledger) -> None:
    """It is in no mailbox, for nobody assigned it, and every byte of it is kept."""
    stored = stored_letter(home, ledger.letter)
    assert stored.state is not LetterState.DELIVERED
    with reading(home.engine) as tx:
        kept = tx.execute(sa.select(original.c.sha256).where(original.c.scan_id == stored.scan_id))
        assert [home.originals.exists(each) for each in kept.scalars()] == [True]


def test_names_are_one_however_they_are_typed() -> None:
    assert one_name("José  Peña-Ruiz") == one_name("jose pena ruiz")
    assert one_name(ORSON) != one_name("A-101")
