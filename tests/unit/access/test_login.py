"""Logging in, step by step, and what it costs to refuse."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from digitizer.access import attempts, login, password_hashing
from digitizer.access.login import Refused
from digitizer.access.password_hashing import hash_secret
from digitizer.facility import Facility
from digitizer.model.people import ActorKind, StaffRole
from digitizer.model.settings import Web
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import inmate, session, staff
from digitizer.support.clock import now
from tests.support.logins import KIOSK, NUMBER, PIN, wrong


@pytest.fixture
def facility(facility_with_logins: Facility) -> Facility:
    return facility_with_logins


def test_number_and_pin_open_a_session_of_that_inmate(facility: Facility) -> None:
    found = login.visit(facility, login.enter_as_inmate(facility, NUMBER, PIN, KIOSK))
    assert found is not None
    assert (found.actor.kind, found.actor.name) == (ActorKind.INMATE, NUMBER)
    assert (found.waits_for, found.called) == (None, "Orson Vale")


def test_capitals_and_spaces_around_the_number_do_not_matter(facility: Facility) -> None:
    found = login.visit(facility, login.enter_as_inmate(facility, " a-100 ", PIN, KIOSK))
    assert found is not None
    assert found.actor.name == NUMBER


def test_released_people_can_still_log_in(facility: Facility) -> None:
    assert login.visit(facility, login.enter_as_inmate(facility, "A-200", PIN, KIOSK))


def test_staff_log_in_with_their_role(facility: Facility) -> None:
    found = login.visit(facility, login.enter_as_staff(facility, "Ana", "long words", KIOSK))
    assert found is not None
    assert found.actor.role is StaffRole.SUPERVISOR


@pytest.mark.parametrize("name", ["Ana", "Nobody", "?", ""])
def test_staff_with_a_wrong_password_are_refused(facility: Facility, name: str) -> None:
    with pytest.raises(Refused):
        login.enter_as_staff(facility, name, "other words", KIOSK)


def test_the_token_is_stored_only_as_a_hash(facility: Facility) -> None:
    token = login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(session)).one()
    assert token not in map(str, row)
    assert len(token) >= 43


def test_unknown_wrong_and_locked_get_the_same_answer(facility: Facility) -> None:
    messages = wrong(facility, 6) + wrong(facility, 1, "no-such", "10.0.0.8")
    assert len(set(messages)) == 1


def test_every_refusal_checks_one_hash(facility: Facility, monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[str | None] = []

    def counting(_secret: str, hashed: str | None) -> bool:
        checks.append(hashed)
        return False

    monkeypatch.setattr("digitizer.access.login_steps.check_secret", counting)
    monkeypatch.setattr(attempts, "check_secret", counting)
    wrong(facility, 7)
    wrong(facility, 1, "no-such", "10.0.0.8")
    assert len(checks) == 8
    assert checks[-1] is None


def test_few_secrets_are_hashed_at_once(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks: logins, right, wrong or of nobody, and staff who give out PINs."""
    most, lock, inside = 0, threading.Lock(), threading.Semaphore(0)
    hasher, waiting = password_hashing._HASHER, threading.Barrier(3)

    class Counting:
        def verify(self, hashed: str, secret: str) -> bool:
            nonlocal most
            with lock:
                inside.release()
                most = max(most, inside._value)
            waiting.wait()  # until three are in here: a fourth would show
            with lock:
                inside.acquire()
            return hasher.verify(hashed, secret)

        def check_needs_rehash(self, hashed: str) -> bool:
            return False

        def hash(self, secret: str) -> str:
            self.verify(hasher.hash(secret), secret)
            return hasher.hash(secret)

    password_hashing._nobody()
    password_hashing.allow_at_once(3)
    monkeypatch.setattr(password_hashing, "_HASHER", Counting())
    asks: list[Callable[[], object]] = [
        *(lambda: login.enter_as_inmate(facility, NUMBER, PIN, KIOSK),) * 9,
        *(lambda: wrong(facility, 1, "no-such"),) * 3,
        *(lambda: hash_secret("831204"),) * 9,
        *(lambda: login.enter_as_staff(facility, "Ana", "long words", KIOSK),) * 9,
    ]
    with ThreadPoolExecutor(len(asks)) as crowd:
        for each in [crowd.submit(ask) for ask in asks]:
            each.result()
    password_hashing.allow_at_once(Web().hashing_at_once)
    assert most == 3


def test_a_hash_with_other_costs_is_made_anew_at_login(facility: Facility) -> None:
    """So that, some day, unknown and known accounts take equally long again."""
    dear = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(inmate).values(pin_hash=dear.hash(PIN)))
        tx.execute(sa.update(staff).values(password_hash=dear.hash("long words")))
    for _ in range(2):
        assert login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
        assert login.enter_as_staff(facility, "Ana", "long words", KIOSK)
    with reading(facility.engine) as tx:
        found = tx.execute(sa.select(inmate.c.pin_hash).order_by(inmate.c.id)).scalars().all()
        assert ["t=1" in each for each in found] == [True, False]
        assert "t=1" in str(tx.execute(sa.select(staff.c.password_hash)).scalar())


def test_a_session_that_fell_idle_is_one_only_for_what_is_kept(facility: Facility) -> None:
    token = login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(session).values(seen=now() - timedelta(hours=2)))
    assert login.visit(facility, token) is None
    found = login.visit(facility, token, awake=False, dozing=True)
    assert found is not None
    assert found.actor.name == NUMBER
    assert login.visit(facility, token) is None  # that did not wake it
    with writing(facility.engine) as tx:
        tx.execute(sa.update(session).values(created=now() - timedelta(hours=13)))
    assert login.visit(facility, token, awake=False, dozing=True) is None
    fresh = login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    assert login.visit(facility, token, awake=False, dozing=True) is None  # ended by the new login
    login.leave(facility, fresh)
    assert login.visit(facility, fresh, awake=False, dozing=True) is None
