"""Legal mail by code is in its own log, and in no other search, list or count."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import digitizer
from digitizer.covers import actions as covers
from digitizer.facility import Facility, make_home, open_facility
from digitizer.legal import actions as legal
from digitizer.legal import codes
from digitizer.letters import progress
from digitizer.letters.actions import mailbox, search_mail
from digitizer.logbook import actions as logbook
from digitizer.model.errors import Conflict
from digitizer.operations import actions as operations
from digitizer.operations.reports import actions as reports
from digitizer.operations.reports.periods import Period
from digitizer.people.correspondents import actions as correspondents
from digitizer.prints import actions as prints
from digitizer.screening import cases, decisions, held_list
from digitizer.storage.database import writing
from digitizer.support.clock import now
from tests.support.legal_kit import new_code, new_sender
from tests.support.made_mail import ADMINISTRATOR, CLERK, ORSON, SUPERVISOR, as_inmate, fill_roster

#: Who may name the tables: the room itself, what makes and moves every table, what gives one
#: inmate's belongings to another record, and who bears a token.
_MAY_NAME = (
    "legal/",
    "storage/",
    "people/belongings.py",
)
_WORDS = ("Harold", "Finch", "Partners", "WSBA", "Court Street", "Ashford", ORSON)


def test_no_other_room_names_its_tables() -> None:
    root = Path(digitizer.__file__).parent
    naming = {
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "digitizer.storage.tables_legal"
    }
    assert naming
    assert {each for each in naming if not each.startswith(_MAY_NAME)} == set()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Facility, int]]:
    home = tmp_path_factory.mktemp("alone") / "home"
    make_home(home)
    facility = open_facility(home)
    with writing(facility.engine) as tx:
        fill_roster(tx)
    yield facility, new_sender(facility)
    facility.engine.dispose()


def _elsewhere(h: Facility) -> dict[str, object]:
    """Every search, list and count of the other rooms, as far as it speaks of mail."""
    today = now().astimezone().date()
    day = cases.day_of_intake(h, ADMINISTRATOR, None)
    return {
        "search": [search_mail(h, word, SUPERVISOR) for word in _WORDS],
        "own search": [search_mail(h, word, as_inmate(ORSON)) for word in _WORDS],
        "mailbox": mailbox(h, ORSON, as_inmate(ORSON)),
        "held": decisions.held(h, SUPERVISOR),
        "held by program": held_list.held_after(h, None, 50, SUPERVISOR),
        "letters": progress.progress_after(h, 0, 50, SUPERVISOR).letters,
        "day": day,
        "reports": reports.report(h, Period(today, today), SUPERVISOR),
        "balance": operations.reconcile(h, SUPERVISOR),
        "covers": covers.cover_list(h, SUPERVISOR),
        "print queue": prints.look_at_queue(h, SUPERVISOR),
        "returned": [logbook.returned_list(h, SUPERVISOR, word) for word in _WORDS],
        "found": [logbook.found_items(h, SUPERVISOR, word) for word in _WORDS],
        "correspondents": [correspondents.correspondents(h, w, SUPERVISOR) for w in _WORDS],
        "receipts": logbook.own_receipts(h, as_inmate(ORSON)),
    }


_STEPS = st.lists(
    st.sampled_from(["make", "scan", "again", "open", "hand over", "return", "revoke", "paper"]),
    min_size=1,
    max_size=8,
)


@settings(max_examples=8)
@given(_STEPS)
def test_whatever_is_done_nothing_elsewhere_changes(
    alone: tuple[Facility, int], steps: list[str]
) -> None:
    facility, sender = alone
    before = _elsewhere(facility)
    made = new_code(facility, sender)
    for step in steps:
        with suppress(Conflict):  # a step that is out of order does nothing
            made = _step(facility, sender, made, step)
    after = _elsewhere(facility)
    for name, seen in before.items():
        assert after[name] == seen, name


def _step(facility: Facility, sender: int, made: codes.Made, step: str) -> codes.Made:
    item = made.item.id
    match step:
        case "make":
            return new_code(facility, sender)
        case "scan":
            legal.scan_code(facility, made.text, CLERK)
        case "again":
            legal.scan_code(facility, made.item.short_id, SUPERVISOR)
        case "open":
            legal.log_opened(facility, item, True, CLERK)
        case "hand over":
            legal.log_handed_over(facility, item, True, CLERK)
        case "return":
            legal.log_returned(facility, item, CLERK, "released")
        case "revoke":
            codes.revoke_code(facility, item, SUPERVISOR, "lost")
        case "paper":
            codes.code_paper(facility, item, "png", SUPERVISOR)
    return made
