"""A day's intake, and a held item with all that helps to decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import NotAllowed, NotFound
from digitizer.screening import cases, decisions
from digitizer.screening.intake_list import scan_facts
from digitizer.storage.database import reading
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    INVESTIGATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    as_inmate,
    events,
    file,
    held_letter,
    held_whole,
    letter_of,
    letters_of,
    new_cover,
    split_of,
    take,
)


def test_a_day_holds_what_came_in_on_it(facility: Facility) -> None:
    scan = take(facility, b"1")
    local = scan.taken_in.astimezone().date()
    day = cases.day_of_intake(facility, CLERK, local)
    assert [each.scan for each in day.lines] == [scan.id]
    before = cases.day_of_intake(facility, CLERK, local - timedelta(days=1))
    assert (before.lines, before.is_today) == ((), False)


def test_a_look_at_a_held_letter_is_recorded_and_shows_whom_its_cover_names(
    facility: Facility,
) -> None:
    held = held_letter(facility, new_cover(facility))
    case = cases.look_at_held(facility, held, CLERK)
    assert case.letter is not None
    assert case.letter.proposed is not None
    assert case.letter.proposed.booking_number == ORSON
    assert any(subject == f"letter:{held}" for _, subject, _ in events(facility))


def test_a_held_letter_has_the_letters_beside_it_for_neighbours(facility: Facility) -> None:
    letters = [letter_of(None, first, first + 1, DOUBT) for first in (1, 3, 5)]
    scan = file(facility, split_of(*letters))
    ids = [each.id for each in letters_of(facility, scan)]
    case = cases.look_at_held(facility, ids[1], CLERK)
    assert case.before is not None
    assert case.after is not None
    assert [cases.id_of(each) for each in (case.before, case.item, case.after)] == ids


def test_what_is_not_held_cannot_be_looked_at(facility: Facility) -> None:
    held = held_whole(facility)
    decisions.reject(facility, held, CLERK, "why")
    for each in (held, "of nobody"):
        with pytest.raises(NotFound):
            cases.look_at_held(facility, each, CLERK)
    decided = cases.decision_on(facility, held, CLERK)
    assert decided is not None
    assert str(decided.event.verb) == "reject"


def test_an_inmate_looks_at_no_held_mail(facility: Facility) -> None:
    held = held_letter(facility)
    with pytest.raises(NotAllowed):
        cases.look_at_held(facility, held, as_inmate(ORSON))


@pytest.mark.parametrize("words", ["samplewood", "Petra  SAMPLE", PETRA.lower(), "wood petra"])
def test_the_roster_is_searched_as_people_type(facility: Facility, words: str) -> None:
    found = cases.find_in_roster(facility, words, CLERK)
    assert [each.inmate.booking_number for each in found] == [PETRA]


def test_only_those_who_may_unseal_decide_about_what_is_sealed(facility: Facility) -> None:
    with reading(facility.engine) as tx:
        plain = scan_facts(tx, held_whole(facility), CLERK)
    sealed = replace(plain, sealed=True)
    may = {
        who.name: (cases.may_decide(who, plain), cases.may_decide(who, sealed))
        for who in (CLERK, SUPERVISOR, INVESTIGATOR)
    }
    assert may == {
        CLERK.name: (True, False),
        SUPERVISOR.name: (True, True),
        INVESTIGATOR.name: (False, False),
    }


def test_whom_the_cover_names_is_compared_with_who_was_chosen(facility: Facility) -> None:
    held = held_letter(facility, new_cover(facility, ORSON))
    other = cases.not_as_named(facility, held, PETRA, CLERK)
    assert other is not None
    assert [each.booking_number for each in other] == [ORSON, PETRA]
    for held_id, chosen in ((held, ORSON), (held_whole(facility), PETRA)):
        assert cases.not_as_named(facility, held_id, chosen, CLERK) is None
    with pytest.raises(NotFound):
        cases.not_as_named(facility, held, "nobody", CLERK)
