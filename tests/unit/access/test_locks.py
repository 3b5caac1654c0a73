"""What is locked after wrong logins, and unlocking it."""

from __future__ import annotations

import pytest

from digitizer.access import locks, login
from digitizer.access.attempts import Refused
from digitizer.access.password_hashing import hash_secret
from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from tests.support.conversing import give_account, make_contact
from tests.support.logins import KIOSK, NUMBER, PIN, WRONG
from tests.support.made_mail import CLERK, SUPERVISOR, one_more_event


@pytest.fixture
def facility(facility_with_logins: Facility) -> Facility:
    return facility_with_logins


def _fail(facility: Facility, number: str, times: int = 5) -> None:
    for _ in range(times):
        with pytest.raises(Refused):
            login.enter_as_inmate(facility, number, WRONG, KIOSK)


def test_a_locked_account_is_listed_with_its_terminal_until_it_is_unlocked(
    facility: Facility,
) -> None:
    _fail(facility, NUMBER)
    (lock,) = locks.locks(facility, SUPERVISOR)
    assert (lock.kind, lock.name, lock.at) == ("inmate", NUMBER, KIOSK)
    with one_more_event(facility, "unlock", f"inmate:{NUMBER}", SUPERVISOR):
        locks.unlock(facility, "inmate", NUMBER, SUPERVISOR)
    assert locks.locks(facility, SUPERVISOR) == ()
    login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)


def test_what_was_typed_for_a_number_that_nobody_has_is_not_listed(facility: Facility) -> None:
    _fail(facility, "4711")
    assert [each.name for each in locks.locks(facility, SUPERVISOR)] == []


@pytest.mark.parametrize("kind", ["inmate", "staff", "terminal"])
def test_where_nothing_failed_nothing_is_unlocked(facility: Facility, kind: str) -> None:
    with pytest.raises(NotFound):
        locks.unlock(facility, kind, "somebody", SUPERVISOR)


def test_a_clerk_may_not_unlock() -> None:
    assert locks.may_unlock(SUPERVISOR)
    assert not locks.may_unlock(CLERK)


def test_an_account_of_somebody_outside_is_shown_and_unlocked(facility: Facility) -> None:
    number = make_contact(facility)
    give_account(facility, number, "ida@example.org", hash_secret(PIN))
    for _ in range(facility.settings.web.failures_before_lock):
        with pytest.raises(Refused):
            login.enter_as_correspondent(facility, "ida@example.org", WRONG, KIOSK)
    with pytest.raises(Refused):
        login.enter_as_correspondent(facility, "ida@example.org", PIN, KIOSK)
    (lock,) = locks.locks(facility, SUPERVISOR)
    assert (lock.kind, lock.name, lock.at) == ("correspondent", str(number), KIOSK)
    locks.unlock(facility, "correspondent", str(number), SUPERVISOR)
    assert login.enter_as_correspondent(facility, "IDA@example.org", PIN, KIOSK)
