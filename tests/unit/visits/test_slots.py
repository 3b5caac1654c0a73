"""Times from templates: weeks, dates that are left out, and days on which clocks are changed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.model.visits import NewSession, Session, VisitKind
from digitizer.visits.slots import moment, offers, slots_between, slots_on, takes_place

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = date(2026, 3, 2)
TEMPLATE = NewSession(
    room=1,
    kind=VisitKind.IN_PERSON,
    days=frozenset({0, 2}),
    begins=time(9),
    ends=time(10, 40),
    minutes=30,
    first_day=MONDAY,
)


def session(**values: object) -> Session:
    return Session(7, replace(TEMPLATE, **values))  # type: ignore[arg-type]


def test_as_many_visits_as_fit_between_the_times() -> None:
    slots = list(slots_on(session(), MONDAY, CHICAGO))
    assert [f"{each.starts:%H:%M}-{each.ends:%H:%M}" for each in slots] == [
        "15:00-15:30",
        "15:30-16:00",
        "16:00-16:30",
    ]
    assert list(slots_on(session(), date(2026, 3, 3), CHICAGO)) == []


def test_every_second_week_counts_from_the_week_of_the_first_day() -> None:
    wednesday_first = session(first_day=date(2026, 3, 4), every=2)
    days = [date(2026, 3, day) for day in range(1, 32)]
    assert [each.day for each in days if takes_place(wednesday_first, each)] == [4, 16, 18, 30]


def test_dates_before_after_and_left_out() -> None:
    some = session(last_day=date(2026, 3, 11), left_out=frozenset({date(2026, 3, 4)}))
    days = [date(2026, 3, day) for day in range(1, 32)]
    assert [each.day for each in days if takes_place(some, each)] == [2, 9, 11]
    assert not takes_place(replace(some, ended=datetime(2026, 3, 1, tzinfo=UTC)), MONDAY)


def test_local_time_stays_when_clocks_are_changed() -> None:
    sundays = session(days=frozenset({6}))
    winter, summer = date(2026, 3, 1), date(2026, 3, 8)
    assert moment(winter, time(9), CHICAGO).hour == 15
    assert moment(summer, time(9), CHICAGO).hour == 14
    early = session(days=frozenset({6}), first_day=winter)
    for day in (winter, summer):
        first = next(slots_on(early, day, CHICAGO))
        assert first.starts.astimezone(CHICAGO).time() == time(9)
    assert takes_place(sundays, summer)


@pytest.mark.parametrize(
    ("day", "visits"), [(date(2026, 3, 8), 4), (date(2026, 3, 15), 6), (date(2026, 11, 1), 8)]
)
def test_a_night_with_a_change_has_fewer_visits_or_more_and_none_is_shorter(
    day: date, visits: int
) -> None:
    night = session(days=frozenset({6}), begins=time(0, 30), ends=time(3, 30))
    slots = list(slots_on(night, day, CHICAGO))
    assert len(slots) == visits
    assert {(each.ends - each.starts).total_seconds() for each in slots} == {1800.0}
    assert all(one.ends == other.starts for one, other in itertools.pairwise(slots))


def test_a_time_that_clocks_leave_out_is_the_one_after_it() -> None:
    gap = moment(date(2026, 3, 8), time(2, 30), CHICAGO).astimezone(CHICAGO)
    assert gap.time() == time(3, 30)


def test_only_what_the_template_says_is_offered() -> None:
    slot = next(slots_on(session(), MONDAY, CHICAGO))
    assert offers(session(), slot, CHICAGO)
    assert not offers(session(begins=time(9, 10)), slot, CHICAGO)
    assert not offers(session(minutes=45), slot, CHICAGO)
    assert not offers(session(room=2), slot, CHICAGO)


@given(
    days=st.frozensets(st.integers(0, 6), min_size=1),
    every=st.integers(1, 5),
    minutes=st.integers(5, 180),
    start=st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    hour=st.integers(0, 22),
)
def test_slots_never_overlap_and_each_is_offered(
    days: frozenset[int], every: int, minutes: int, start: date, hour: int
) -> None:
    some = session(
        days=days, every=every, minutes=minutes, first_day=start, begins=time(hour), ends=time(23)
    )
    last = date.fromordinal(start.toordinal() + 40)
    slots = slots_between([some], start, last, CHICAGO)
    assert all(one.ends <= other.starts for one, other in itertools.pairwise(slots))
    assert all(offers(some, each, CHICAGO) for each in slots)
