"""When a session ends, and whose token it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.access import login
from digitizer.access.login import Refused
from digitizer.facility import Facility
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import session, staff
from digitizer.support.clock import now
from tests.support.logins import KIOSK, NUMBER, PIN, events


@pytest.fixture
def facility(facility_with_logins: Facility) -> Facility:
    return facility_with_logins


def _age(facility: Facility, column: sa.Column[object], **age: float) -> None:
    with writing(facility.engine) as tx:
        tx.execute(sa.update(session).values({column: now() - timedelta(**age)}))


def test_a_new_login_ends_the_session_left_open_elsewhere(facility: Facility) -> None:
    first = login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    second = login.enter_as_inmate(facility, NUMBER, PIN, "10.0.0.8")
    assert login.visit(facility, first) is None
    assert login.visit(facility, second) is not None


def test_logging_out_ends_the_session_and_twice_is_no_error(facility: Facility) -> None:
    token = login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    login.leave(facility, token)
    login.leave(facility, token)
    login.leave(facility, None)
    assert login.visit(facility, token) is None
    assert [verb for verb, _, _ in events(facility)].count("log out") == 1


def test_an_idle_session_ends(facility: Facility) -> None:
    token = login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    _age(facility, session.c.seen, minutes=facility.settings.web.inmate_idle_minutes)
    assert login.visit(facility, token) is None


def test_a_session_in_use_stays_and_one_that_only_refreshes_does_not(facility: Facility) -> None:
    token = login.enter_as_staff(facility, "Ana", "long words", KIOSK)
    _age(facility, session.c.seen, minutes=20)
    assert login.visit(facility, token, awake=False)
    with reading(facility.engine) as tx:
        assert now() - tx.execute(sa.select(session.c.seen)).scalar_one() > timedelta(minutes=19)
    assert login.visit(facility, token)
    with reading(facility.engine) as tx:
        assert now() - tx.execute(sa.select(session.c.seen)).scalar_one() < timedelta(minutes=1)


def test_no_session_lives_longer_than_half_a_day(facility: Facility) -> None:
    token = login.enter_as_staff(facility, "Ana", "long words", KIOSK)
    _age(facility, session.c.created, hours=12)
    assert login.visit(facility, token) is None


def test_a_session_from_a_clock_that_was_ahead_is_over(facility: Facility) -> None:
    """It would never be idle, nor its proof old, until that time has come."""
    token = login.enter_as_staff(facility, "Ana", "long words", KIOSK)
    _age(facility, session.c.seen, minutes=-4)
    assert login.visit(facility, token) is not None
    _age(facility, session.c.seen, hours=-24)
    assert login.visit(facility, token) is None


def test_staff_who_left_are_logged_out_at_once(facility: Facility) -> None:
    token = login.enter_as_staff(facility, "Ana", "long words", KIOSK)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(staff).values(active=False))
    assert login.visit(facility, token) is None
    with pytest.raises(Refused):
        login.enter_as_staff(facility, "Ana", "long words", KIOSK)


@pytest.mark.parametrize("token", [None, "", "x", "é" * 50, "\udcff"])
def test_a_nonsense_token_is_nobodys(facility: Facility, token: str | None) -> None:
    assert login.visit(facility, token) is None
