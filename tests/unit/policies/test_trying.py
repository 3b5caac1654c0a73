"""A rule that is tried marks what it would mark, and changes nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.model.mail import LetterState
from digitizer.model.paper import Split
from digitizer.model.settings import Release
from digitizer.policies import actions as policies
from digitizer.policies import marks, trying
from digitizer.policies.trying import Trial
from digitizer.policies.watch_rules import NewRule, WatchKind, WatchRule, today
from digitizer.screening import decisions
from digitizer.storage.database import reading
from tests.support.made_mail import (
    CLERK,
    LEGAL,
    ORSON,
    PETRA,
    SUPERVISOR,
    deliver,
    file,
    held_letter,
    one_more_event,
)
from tests.support.screened_mail import waiting_letter

TEXTS = {2: "Dear Orson", 3: "by the north fence", 4: "your cousin Ida Marsh"}
LONG_AGO = today() - timedelta(days=30)


def _rule(kind: str, words: str = "", number: str = "") -> NewRule:
    return NewRule(WatchKind(kind), words, number, "report 12", today())


def _try(facility: Facility, asked: NewRule, since: date = LONG_AGO, start: int = 0) -> Trial:
    return policies.try_rule(facility, asked, since, SUPERVISOR, start)


@pytest.fixture
def letters(facility: Facility) -> dict[str, str]:
    """Letters in each state that is tried on, one that is gone, and one that is sealed."""
    rejected = waiting_letter(facility, b"r", texts=TEXTS)
    decisions.reject(facility, rejected, CLERK, "a plan")
    parted = waiting_letter(facility, b"c", PETRA, texts=TEXTS)
    first, second = decisions.cut(facility, parted, 3, CLERK, "two letters")
    file(facility, Split(whole=(LEGAL,), sealed=True), count=2, content=b"legal")
    return {
        "delivered": deliver(facility, ORSON, "the north fence", b"d"),
        "waiting": waiting_letter(facility, b"w", texts=TEXTS),
        "at once": waiting_letter(facility, b"a", PETRA, Release.AUTOMATIC),
        "held": held_letter(facility),
        "rejected": rejected,
        "first": first,
        "second": second,
    }


@pytest.mark.parametrize(
    ("asked", "marked"),
    [
        (_rule("words", "north fence"), {"delivered", "waiting", "rejected", "second"}),
        (_rule("words", "south fence"), set()),
        (_rule("inmate", number=PETRA), {"at once", "first", "second"}),
        (_rule("sender", "Ida Marsh"), {"waiting", "rejected", "second"}),
        (_rule("pair", "Ida Marsh", ORSON), {"waiting", "rejected"}),
    ],
)
def test_it_finds_what_the_same_rule_marks_once_it_is_set(
    facility: Facility, letters: dict[str, str], asked: NewRule, marked: set[str]
) -> None:
    expected = {letters[name] for name in marked}
    with one_more_event(facility, "try watch rule", "watch rule:new", SUPERVISOR):
        tried = _try(facility, asked)
    assert {each.id for each in tried.newest} == expected
    assert (tried.marked, tried.looked, tried.next) == (len(expected), len(letters), None)
    assert tried.delivered == len(marked & {"delivered", "at once"})
    assert policies.rules(facility, SUPERVISOR) == ()
    policies.add_rule(facility, asked, SUPERVISOR)
    with reading(facility.engine) as tx:
        found = marks.found_in_many(tx, list(letters.values()), _set(facility))
        kept = marks.marks_of(tx, list(letters.values()))
    assert {each for each, hits in found.items() if hits} == expected
    open_ones = {letters[name] for name in ("waiting", "held", "first", "second")}
    assert set(kept) == expected & open_ones


def _set(facility: Facility) -> list[WatchRule]:
    return list(policies.rules(facility, SUPERVISOR))


def test_it_goes_on_where_it_stopped(facility: Facility, letters: dict[str, str]) -> None:
    asked = _rule("words", "north fence")
    found: list[str] = []
    with reading(facility.engine) as tx:
        start: int | None = 0
        while start is not None:
            part = trying.try_on(tx, asked, LONG_AGO, start, most=2)
            assert part.looked <= start + 2
            found += [each.id for each in part.newest]
            start = part.next
    assert sorted(found) == sorted(each.id for each in _try(facility, asked).newest)
    assert _try(facility, asked, start=99).marked == 0


def test_what_it_shows_and_what_is_too_old(facility: Facility, letters: dict[str, str]) -> None:
    asked = _rule("words", "north fence")
    shown = {each.id: each for each in _try(facility, asked).newest}
    orson = shown[letters["delivered"]]
    assert (orson.booking_number, orson.state) == (ORSON, LetterState.DELIVERED)
    assert "Testvale" in orson.name
    assert _try(facility, asked, today() + timedelta(days=1)).letters == 0
    with pytest.raises(NotFound):
        _try(facility, _rule("inmate", number="nobody"))
