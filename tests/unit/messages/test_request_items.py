"""Steps and their clocks: days of the calendar and working days, through weekends, holidays and the
hours that are skipped and repeated; and who may answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages import request_items, requests
from digitizer.messages.request_items import due_day, is_about
from digitizer.model.errors import Conflict
from digitizer.model.people import StaffRole
from digitizer.model.request_settings import Category, Step
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_requests import request_step
from digitizer.support.clock import go_by
from digitizer.support.working_days import calendar_of
from tests.support.asked_staff import (
    COLONEL,
    COMPLAINT,
    ME,
    SEXUAL_ABUSE,
    WARDEN,
    with_holidays,
    with_requests,
)
from tests.support.made_mail import CLERK, SUPERVISOR

PLAIN = calendar_of((), federal=False)
FEDERAL = calendar_of(("12-24",), federal=True)


@contextmanager
def _in_zone(zone: str) -> Iterator[None]:
    go_by(zone)
    try:
        yield
    finally:
        go_by("")


@pytest.mark.parametrize(
    ("days", "working", "came", "due"),
    [
        (15, False, date(2027, 3, 1), date(2027, 3, 16)),  # over the change of the clocks
        (1, False, date(2027, 3, 13), date(2027, 3, 14)),  # onto the day of 23 hours
        (1, False, date(2027, 11, 6), date(2027, 11, 7)),  # onto the day of 25 hours
        (3, True, date(2027, 3, 11), date(2027, 3, 16)),  # a Thursday: over the weekend of it
        (1, True, date(2027, 3, 12), date(2027, 3, 15)),  # a Friday
        (1, True, date(2027, 12, 23), date(2027, 12, 27)),  # Christmas Eve, Christmas observed
        (5, True, date(2027, 11, 22), date(2027, 11, 30)),  # Thanksgiving
        (2, True, date(2027, 12, 30), date(2028, 1, 4)),  # New Year observed on the Friday
        (90, False, date(2027, 12, 1), date(2028, 2, 29)),  # into a leap year
        (0, False, date(2027, 3, 1), None),
    ],
)
@pytest.mark.parametrize("zone", ["America/Chicago", "Pacific/Honolulu", "UTC"])
def test_the_last_day(days: int, working: bool, came: date, due: date | None, zone: str) -> None:
    with _in_zone(zone):
        assert due_day(Step(days=days, working=working), came, FEDERAL) == due


def test_what_comes_late_in_the_evening_came_on_that_local_day(facility: Facility) -> None:
    category = Category(name="A", steps=(Step(days=10),))
    evening = datetime(2027, 3, 2, 5, 30, tzinfo=UTC)  # 23:30 on 1 March in Chicago
    with _in_zone("America/Chicago"), writing(facility.engine) as tx:
        number = request_items.add(tx, category, 1, "?", evening, PLAIN)
        found = request_items.one(tx, number)
        assert found.due == date(2027, 3, 11)
        # it ends with that day there: an hour after the change of the clocks it is still then
        assert found.current.deadline == datetime(2027, 3, 12, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("came", "end"),
    [
        (datetime(2027, 3, 13, 18, 0, tzinfo=UTC), datetime(2027, 3, 15, 18, 0, tzinfo=UTC)),
        (datetime(2027, 11, 6, 17, 0, tzinfo=UTC), datetime(2027, 11, 8, 17, 0, tzinfo=UTC)),
    ],
)
def test_the_hours_of_an_emergency_are_real_hours(
    facility: Facility, came: datetime, end: datetime
) -> None:
    with _in_zone("America/Chicago"), writing(facility.engine) as tx:
        number = request_items.add(tx, SEXUAL_ABUSE, 1, "?", came, PLAIN, emergency=True)
        emergency = request_items.one(tx, number).current.emergency
        assert emergency is not None
        assert emergency.by == end  # 48 hours, though the clock on the wall says 49 or 47


def test_the_days_for_the_next_step_end_on_a_working_day(facility: Facility) -> None:
    here = with_holidays(with_requests(facility), federal=True)
    number = requests.send_request(here, COMPLAINT.name, "?", ME)
    requests.answer_request(here, number, "No.", CLERK)
    with writing(here.engine) as tx:
        at = datetime(2027, 11, 19, 18, 0, tzinfo=UTC)  # a Friday: 5 days later it is Wednesday
        tx.execute(sa.update(request_step).values(answered=at))
        found = request_items.one(tx, number)
    calendar = here.settings.appeals.calendar
    following = request_items.next_step(found, calendar)
    assert following is not None
    assert following.last_day == date(2027, 11, 24)
    later = replace(found, steps=(replace(found.current, answered=at + timedelta(days=1)),))
    moved = request_items.next_step(later, calendar)
    assert moved is not None
    assert moved.last_day == date(2027, 11, 26)  # Thanksgiving is skipped


def test_soonest_first_an_emergency_before_all(facility: Facility) -> None:
    here = with_requests(facility)
    plain = requests.send_request(here, "Property", "?", ME)
    slow = requests.send_request(here, "Grievance", "?", ME)
    quick = requests.send_request(here, COMPLAINT.name, "?", ME)
    urgent = requests.send_request(here, SEXUAL_ABUSE.name, "?", ME, emergency=True)
    found = [each.number for each in requests.waiting_requests(here, CLERK)]
    assert found == [urgent, quick, slow, plain]
    with reading(here.engine) as tx:
        state = request_items.clocks(tx)
    assert (state.overdue, state.emergencies) == (0, 1)


@pytest.mark.parametrize(
    ("about", "name", "meant"),
    [
        ("", "Clara Clerk", False),
        ("Clara Clerk", "Clara Clerk", True),
        ("officer CLERK, of the night", "Clara Clerk", True),
        ("clara  clérk", "Clara Clerk", True),
        ("Clerkson", "Clara Clerk", False),
        ("Clara", "Clara Clerk", False),
        ("someone", "", False),
        ("Officer Smith-Jones", "Ana Smith-Jones", True),
        ("Jones", "Ana Smith-Jones", True),
        ("Sergeant Smith", "John Smith Jr.", True),
        ("Smith Jr", "John Smith", True),
        ("Officer V", "John Smith V", False),
        ("Brookwater's friend", "Ana Brookwater", True),
        ("Brookwater’s", "Ana Brookwater", True),
        ("(Brookwater)", "Ana Brookwater", True),
        ("Brookwater", "Brookwater, Ana", True),
        ("nurse garcia lopez", "Ana García-López", True),
        ("De La Cruz", "Maria Dela Cruz", True),
        ("Delacruz", "Maria De La Cruz", True),
        ("obrien", "Pat O'Brien", True),
        ("Okonkwo", "Ada Okonkwo-Ruiz", True),
        ("Mueller", "Jan Müller", True),
        ("Muller", "Jan Müller", True),
        ("Müller", "Jan Mueller", True),
        ("theofficerclaraclerk", "Clara Clerk", True),
    ],
)
def test_whom_it_is_about(about: str, name: str, meant: bool) -> None:
    assert is_about(about, name) is meant


def test_who_may_not_answer(facility: Facility) -> None:
    here = with_requests(facility)
    number = requests.send_request(here, COMPLAINT.name, "?", ME)
    requests.answer_request(here, number, "No.", CLERK)
    requests.take_on(here, number, "Yes!", ME)
    assert "earlier step" in requests.open_request(here, number, CLERK).why_not
    renamed = replace(CLERK, name="CLARA   clerk")
    with pytest.raises(Conflict, match="earlier step"):
        requests.answer_request(here, number, "No.", renamed)
    requests.answer_request(here, number, "No.", SUPERVISOR)
    requests.take_on(here, number, "", ME)
    other = replace(CLERK, name="Another Clerk", role=StaffRole.CLERK)
    with pytest.raises(Conflict, match="role"):
        requests.answer_request(here, number, "No.", other)
    requests.answer_request(here, number, "Yes.", COLONEL)
    assert requests.open_request(here, number, WARDEN).possible is None
