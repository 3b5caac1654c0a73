"""Codes from an app, and recovery codes: each is good once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from digitizer.access import login, second_step, sessions, totp
from digitizer.access.accounts import StaffAccount, staff_account
from digitizer.access.login import Refused
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.people import StaffRole
from digitizer.people import actions as people
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, session, staff
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR, with_web_settings
from tests.support.whole_facility import cheap_hashes

KIOSK = "10.0.0.7"


#: In the middle of a time step of the codes, so that none ends while a test runs.
AT = datetime(2026, 1, 1, 12, 0, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(second_step, "now", lambda: AT)
    with cheap_hashes():
        yield


class Person:
    """A supervisor with a second step."""

    def __init__(self, facility: Facility) -> None:
        self.facility = facility
        self.password = people.add_staff(facility, "Ida", StaffRole.SUPERVISOR, OPERATOR)
        with writing(facility.engine) as tx:
            second_step.begin(facility, tx, self._read(tx).id)
            row = tx.execute(sa.select(staff.c.totp_pending)).one()
            secret = second_step._decrypted(facility, row.totp_pending)
            assert secret is not None
            self.secret = secret
            code = totp.code_of(secret, totp.step_at(AT) - 1)
            self.recovery = second_step.finish(facility, tx, self._read(tx).id, code)

    def _read(self, tx: sa.Connection) -> StaffAccount:
        found = staff_account(tx, "Ida")
        assert found is not None
        return found

    @property
    def account(self) -> StaffAccount:
        with reading(self.facility.engine) as tx:
            return self._read(tx)

    def code(self, steps: int = 0) -> str:
        return totp.code_of(self.secret, totp.step_at(AT) + steps)

    def begin(self) -> str:
        return login.enter_as_staff(self.facility, "Ida", self.password, KIOSK)


@pytest.fixture
def ida(facility: Facility) -> Person:
    return Person(facility)


def test_a_password_alone_opens_nothing(ida: Person) -> None:
    token = ida.begin()
    found = login.visit(ida.facility, token)
    assert found is not None
    assert (found.waits_for, found.actor.proven) == ("code", False)
    with pytest.raises(NotFound):
        login.prove(ida.facility, token, ida.password, ida.code(), KIOSK)
    fresh = login.enter_code(ida.facility, token, ida.code(), KIOSK)
    assert login.visit(ida.facility, token) is None, "the token of a half login is no longer good"
    after = login.visit(ida.facility, fresh)
    assert after is not None
    assert (after.waits_for, after.actor.proven) == (None, True)


def test_a_code_is_never_good_twice(ida: Person) -> None:
    code = ida.code()
    login.enter_code(ida.facility, ida.begin(), code, KIOSK)
    for again in (code, ida.code(-1)):
        with pytest.raises(Refused):
            login.enter_code(ida.facility, ida.begin(), again, KIOSK)


def test_two_at_once_with_one_code_are_one(ida: Person) -> None:
    account, code = ida.account, ida.code()
    with ThreadPoolExecutor(4) as threads:
        tries = [threads.submit(second_step.accept, ida.facility, account, code) for _ in range(4)]
    assert sorted(each.result() for each in tries) == [False, False, False, True]


def test_each_recovery_code_is_good_once(ida: Person) -> None:
    assert len(set(ida.recovery)) == 10
    account = ida.account
    typed = ida.recovery[3].upper().replace("-", " ")
    assert second_step.accept(ida.facility, account, typed)
    assert not second_step.accept(ida.facility, account, typed)
    with reading(ida.facility.engine) as tx:
        assert second_step.recovery_codes_left(tx, account.id) == 9
        told = tx.execute(sa.select(event.c.detail).where(event.c.verb == "use recovery code"))
        assert told.scalars().all() == [{"left": 9}]
    for nothing in ("", "-", " "):
        assert not second_step.accept(ida.facility, account, nothing)


def test_wrong_codes_lock_as_wrong_passwords_do(ida: Person) -> None:
    token = ida.begin()
    for _ in range(5):
        with pytest.raises(Refused):
            login.enter_code(ida.facility, token, "abcdef", KIOSK)
    with pytest.raises(Refused):
        login.enter_code(ida.facility, token, ida.code(), KIOSK)


def test_the_database_alone_does_not_give_the_codes(ida: Person) -> None:
    with reading(ida.facility.engine) as tx:
        row = tx.execute(sa.select(staff)).one()
    assert ida.secret not in row.totp_secret
    key = ida.facility.home / "keys" / "logins.key"
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    assert not second_step.accept(ida.facility, ida.account, ida.code())
    assert second_step.accept(ida.facility, ida.account, ida.recovery[0])


def test_a_recovery_code_opens_where_the_key_is_damaged(ida: Person) -> None:
    (ida.facility.home / "keys" / "logins.key").write_text("zz")
    assert not second_step.accept(ida.facility, ida.account, ida.code())
    assert second_step.accept(ida.facility, ida.account, ida.recovery[0])


def test_a_key_counts_only_once_its_code_was_seen(ida: Person) -> None:
    account = ida.account
    with writing(ida.facility.engine) as tx:
        second_step.begin(ida.facility, tx, account.id)
    with pytest.raises(Conflict), writing(ida.facility.engine) as tx:
        second_step.finish(ida.facility, tx, account.id, ida.code())
    assert second_step.accept(ida.facility, account, ida.code())


def test_a_role_that_needs_a_second_step_opens_nothing_without(facility: Facility) -> None:
    facility = with_web_settings(facility, totp_for=(StaffRole.SUPERVISOR,))
    found = {}
    for role in (StaffRole.SUPERVISOR, StaffRole.CLERK):
        password = people.add_staff(facility, f"A {role}", role, OPERATOR)
        token = login.enter_as_staff(facility, f"A {role}", password, KIOSK)
        visit = login.visit(facility, token)
        found[role] = visit.waits_for if visit else "?"
    assert found == {StaffRole.SUPERVISOR: "set up second step", StaffRole.CLERK: None}


def test_a_proof_gets_old_and_is_given_again(ida: Person) -> None:
    facility = ida.facility
    token = login.enter_code(facility, ida.begin(), ida.code(), KIOSK)
    minutes = facility.settings.web.proof_minutes
    with writing(facility.engine) as tx:
        tx.execute(sa.update(session).values(proved=now() - timedelta(minutes=minutes)))

    def is_proven() -> bool:
        found = login.visit(facility, token)
        return found is not None and found.actor.proven

    assert not is_proven()
    for password, code in (("wrong", ida.code(1)), (ida.password, ""), (ida.password, "000000")):
        with pytest.raises(Refused):
            login.prove(facility, token, password, code, KIOSK)
    assert not is_proven()
    login.prove(facility, token, ida.password, ida.code(1), KIOSK)
    assert is_proven()


def test_a_session_of_before_has_no_proof(ida: Person) -> None:
    token = login.enter_code(ida.facility, ida.begin(), ida.code(), KIOSK)
    with writing(ida.facility.engine) as tx:
        tx.execute(sa.update(session).values(proved=None))
        assert sessions.find_session(tx, token, _idle()) is not None
    found = login.visit(ida.facility, token)
    assert found is not None
    assert not found.actor.proven


def _idle() -> sessions.Idle:
    return sessions.Idle(timedelta(minutes=9), timedelta(minutes=9))
