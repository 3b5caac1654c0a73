"""A day's intake, and a held item with all that helps to decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility, open_facility
from digitizer.model.errors import NotAllowed, NotFound
from digitizer.operations.reports.actions import report
from digitizer.operations.reports.periods import Period
from digitizer.screening import cases, decisions
from digitizer.screening.intake_list import scan_facts
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import scan as scan_table
from digitizer.support import clock
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


@pytest.mark.parametrize(
    ("changes", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 7, 1), 24)]
)
def test_when_clocks_change_each_letter_is_of_one_day_in_today_and_in_reports(
    facility: Facility, changes: date, hours: int
) -> None:
    """By the facility's clock, whatever the machine's is."""
    _set_zone(facility, "America/Chicago")
    there = open_facility(facility.home)
    try:
        code, start = new_cover(there), datetime.combine(changes, time()).astimezone()
        moments = [start + timedelta(hours=n) for n in range(-3, hours + 3)]
        scans = []
        for at, moment in enumerate(moments):
            scans.append(file(there, split_of(letter_of(code, 1, 2)), content=b"%d" % at))
            with writing(there.engine) as tx:
                named = sa.update(scan_table).where(scan_table.c.id == scans[-1])
                tx.execute(named.values(taken_in=moment.astimezone(UTC)))
        days = [changes + timedelta(days=n) for n in (-1, 0, 1)]
        shown = [cases.day_of_intake(there, CLERK, day).lines for day in days]
        assert [len(lines) for lines in shown] == [3, hours, 3]
        assert sorted(line.scan for lines in shown for line in lines) == sorted(scans)
        made = report(there, Period(days[0], days[-1]), SUPERVISOR)
        volume = next(each for each in made.figures if each.key == "volume")
        assert [row.values[1] for row in volume.rows] == [3, hours, 3]
        by_hour = next(each for each in made.figures if each.key == "hour")
        assert sum(row.values[1] or 0 for row in by_hour.rows) == len(scans)
    finally:
        there.engine.dispose()
        clock.go_by("")


def _set_zone(facility: Facility, zone: str) -> None:
    (facility.home / "config.toml").write_text(f'[facility]\ntime_zone = "{zone}"\n', "utf-8")
