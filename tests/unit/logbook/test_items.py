"""Things that were found in envelopes: nothing is changed without a trace, and money adds up."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.facility import Facility, make_home, open_facility
from digitizer.logbook import actions as logbook
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.logbook import ItemKind, NewItem, Went, written_amount
from digitizer.people import renumbering
from digitizer.storage.database import writing
from tests.support.made_mail import (
    CLERK,
    GONE,
    ORSON,
    PETRA,
    SUPERVISOR,
    as_inmate,
    deliver,
    events,
    fill_roster,
)

CASH = NewItem(ORSON, "", ItemKind.CASH, Went.ACCOUNT, CLERK.name, amount="20.00")
ORDER = replace(CASH, kind=ItemKind.MONEY_ORDER, number="998-11")
BOOK = NewItem(ORSON, "", ItemKind.BOOK, Went.PROPERTY_ROOM, CLERK.name, what="A novel")


def _with(facility: Facility, **values: object) -> Facility:
    changed = facility.settings.logbook.model_copy(update=values)
    return replace(facility, settings=facility.settings.model_copy(update={"logbook": changed}))


def test_money_is_recorded_corrected_and_struck_out(facility: Facility) -> None:
    receipt = logbook.record_item(facility, CASH, CLERK)
    logbook.record_item(facility, replace(ORDER, amount="1,000"), CLERK)
    assert logbook.found_items(facility, CLERK).sums == {"$": 102000}
    logbook.correct_item(facility, receipt, replace(CASH, amount="15.00"), SUPERVISOR, "counted")
    entry = logbook.find_item(facility, receipt, CLERK)
    assert (entry.money, dict(entry.corrections[0].before)) == ("$15.00", {"amount": "$20.00"})
    assert logbook.found_items(facility, CLERK).sums == {"$": 101500}
    assert logbook.found_items(facility, CLERK, "money order").sums == {"$": 100000}
    logbook.strike_item(facility, receipt, SUPERVISOR, "twice")
    assert logbook.found_items(facility, CLERK).sums == {"$": 100000}
    with pytest.raises(Conflict):
        logbook.correct_item(facility, receipt, CASH, SUPERVISOR, "no")
    with pytest.raises(Conflict, match="no receipt"):
        logbook.receipt_pdf(facility, receipt, CLERK)
    verbs = [verb for verb, *_ in events(facility)]
    assert verbs.count("correct logbook") == 2


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (replace(CASH, amount=""), "amount"),
        (replace(ORDER, number=" "), "number"),
        (replace(BOOK, what=""), "what it is"),
        (replace(BOOK, went=Went.ACCOUNT), "Only money"),
        (replace(CASH, booking_number="", name="Jon Nobody"), "on the roster"),
        (replace(CASH, found_by=" "), "who found it"),
        (replace(CASH, witness=f" {CLERK.name.upper()} "), "somebody else"),
        (replace(CASH, item="none"), "No letter or scan"),
        (replace(CASH, booking_number=""), "whose it is"),
    ],
)
def test_what_cannot_be_recorded(facility: Facility, new: NewItem, says: str) -> None:
    before = events(facility)
    with pytest.raises(UsageError, match=says):
        logbook.record_item(facility, new, CLERK)
    assert (logbook.found_items(facility, CLERK).items, events(facility)) == ((), before)


@pytest.mark.parametrize(
    ("witness", "new", "needed"),
    [
        ("never", CASH, False),
        ("money", BOOK, False),
        ("money", ORDER, True),
        ("always", BOOK, True),
    ],
)
def test_a_witness_where_the_facility_asks_for_one(
    facility: Facility, witness: str, new: NewItem, needed: bool
) -> None:
    careful = _with(facility, witness=witness)
    if needed:
        with pytest.raises(UsageError, match="second person"):
            logbook.record_item(careful, new, CLERK)
    receipt = logbook.record_item(careful, replace(new, witness="Ruth Harrow"), CLERK)
    assert logbook.find_item(careful, receipt, CLERK).witness == "Ruth Harrow"


def test_what_came_with_a_letter_is_its_inmates(facility: Facility) -> None:
    letter = deliver(facility, PETRA, "Lanterns", b"one")
    with pytest.raises(UsageError, match=PETRA):
        logbook.record_item(facility, replace(CASH, item=letter), CLERK)
    receipt = logbook.record_item(facility, replace(CASH, booking_number=PETRA, item=letter), CLERK)
    (found,) = logbook.about(facility, letter, CLERK).items
    assert found.receipt == receipt


def test_an_inmate_sees_their_own_receipts_alone(facility: Facility) -> None:
    mine, wrong = (logbook.record_item(facility, each, CLERK) for each in (CASH, BOOK))
    assert [each.receipt for each in logbook.own_receipts(facility, as_inmate(ORSON))] == [
        wrong,
        mine,
    ]
    assert logbook.own_receipts(facility, as_inmate(PETRA)) == ()
    logbook.correct_item(
        facility, wrong, replace(BOOK, booking_number=PETRA), SUPERVISOR, "another name"
    )
    assert [each.receipt for each in logbook.own_receipts(facility, as_inmate(ORSON))] == [mine]
    (theirs,) = logbook.own_receipts(facility, as_inmate(PETRA))
    assert theirs.receipt == wrong
    logbook.strike_item(facility, mine, SUPERVISOR, "twice")
    assert logbook.own_receipts(facility, as_inmate(ORSON)) == ()


def test_entries_go_along_with_a_merge(facility: Facility) -> None:
    receipt = logbook.record_item(facility, CASH, CLERK)
    renumbering.merge(facility, ORSON, PETRA, SUPERVISOR, "fingerprints", names_differ=True)
    (own,) = logbook.own_receipts(facility, as_inmate(PETRA))
    assert (own.receipt, own.money) == (receipt, "$20.00")


def test_nothing_different_is_no_correction(facility: Facility) -> None:
    receipt = logbook.record_item(facility, CASH, CLERK)
    before = events(facility)
    with pytest.raises(Conflict, match="different"):
        logbook.correct_item(facility, receipt, replace(CASH, amount="$20"), SUPERVISOR, "why")
    assert events(facility) == before
    with pytest.raises(NotFound):
        logbook.correct_item(facility, 99, CASH, SUPERVISOR, "why")


def test_another_currency_does_not_change_what_was_counted(facility: Facility) -> None:
    receipt = logbook.record_item(facility, CASH, CLERK)
    other = _with(facility, currency="MXN")
    logbook.record_item(other, CASH, CLERK)
    assert logbook.found_items(other, CLERK).sums == {"$": 2000, "MXN": 2000}
    logbook.correct_item(other, receipt, replace(CASH, amount="30"), SUPERVISOR, "counted")
    assert logbook.find_item(other, receipt, CLERK).money == "$30.00"


def test_a_page_that_is_sent_twice_is_one_entry(facility: Facility) -> None:
    twice = replace(CASH, form="a-form")
    assert len({logbook.record_item(facility, twice, CLERK) for _ in range(2)}) == 1
    assert logbook.found_items(facility, CLERK).sums == {"$": 2000}


def test_the_spreadsheet_has_plain_amounts_and_no_formula(facility: Facility) -> None:
    logbook.record_item(facility, replace(ORDER, amount="1,234.50", number="=1+1"), CLERK)
    content = logbook.items_csv(facility, CLERK).decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(content, newline=""))
    said = dict(zip(head, row, strict=True))
    assert (said["Amount"], said["Number"], said["Kind"]) == ("1234.50", "'=1+1", "money order")


# ---- money adds up


@dataclass(frozen=True, slots=True)
class _Step:
    """``which`` chooses among the entries so far."""

    does: str
    which: int
    amount: int
    whose: str


_STEPS = st.lists(
    st.builds(
        _Step,
        does=st.sampled_from(["record", "record", "correct", "strike", "whose"]),
        which=st.integers(0, 9),
        amount=st.integers(1, 999_999_999),
        whose=st.sampled_from([ORSON, PETRA, GONE]),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Facility:
    home = tmp_path_factory.mktemp("till") / "home"
    make_home(home)
    facility = open_facility(home)
    with writing(facility.engine) as tx:
        fill_roster(tx)
    return facility


@settings(max_examples=25, deadline=None)
@given(steps=_STEPS)
def test_money_in_the_log_is_what_was_entered_and_corrected(
    till: Facility, steps: list[_Step]
) -> None:
    """In all, and of each inmate on their own page; whatever was there before stays as it is."""
    before = logbook.found_items(till, CLERK).sums.get("$", 0)
    theirs = {who: _own(till, who) for who in (ORSON, PETRA)}
    entries: dict[int, tuple[int, str]] = {}
    for step in steps:
        _take(till, step, entries)
    after = logbook.found_items(till, CLERK).sums.get("$", 0)
    assert after - before == sum(amount for amount, _ in entries.values())
    of = Counter[str]()
    for amount, whose in entries.values():
        of[whose] += amount
    for who, was in theirs.items():
        assert _own(till, who) - was == of[who], who


def _own(till: Facility, who: str) -> int:
    return sum(each.amount or 0 for each in logbook.own_receipts(till, as_inmate(who)))


def _take(till: Facility, step: _Step, entries: dict[int, tuple[int, str]]) -> None:
    """Does it, and keeps in ``entries`` what should be true of each that counts."""
    new = replace(CASH, booking_number=step.whose, amount=written_amount(step.amount, "$"))
    if step.does == "record" or not entries:
        entries[logbook.record_item(till, new, CLERK)] = (step.amount, step.whose)
        return
    receipt = sorted(entries)[step.which % len(entries)]
    amount, whose = entries[receipt]
    if step.does == "strike":
        logbook.strike_item(till, receipt, SUPERVISOR, "why")
        del entries[receipt]
        return
    kept = (step.amount, whose) if step.does == "correct" else (amount, step.whose)
    if kept == (amount, whose):
        return
    right = replace(CASH, booking_number=kept[1], amount=written_amount(kept[0], "$"))
    logbook.correct_item(till, receipt, right, SUPERVISOR, "why")
    entries[receipt] = kept
