"""Rights that are taken away while a login is under way: it opens nothing that they would have."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from digitizer.access import attempts, login, second_step
from digitizer.access.attempts import Attempt
from digitizer.access.login import Refused
from digitizer.facility import Facility
from digitizer.model.errors import NotAllowed
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.people import actions as people
from digitizer.people import renumbering, staff
from digitizer.storage import tables
from digitizer.storage.database import reading, writing
from tests.support.made_mail import OPERATOR, ORSON, SUPERVISOR, with_web_settings
from tests.support.whole_facility import cheap_hashes

ADA = Actor(ActorKind.STAFF, "Ada", StaffRole.ADMINISTRATOR, proven=True)
KIOSK = "10.0.0.7"
Change = Callable[[Facility], object]


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap_hashes():
        yield


@pytest.fixture
def ida(facility: Facility) -> str:
    people.add_staff(facility, "Ada", StaffRole.ADMINISTRATOR, OPERATOR)
    return people.add_staff(facility, "Ida", StaffRole.SUPERVISOR, OPERATOR)


def _id(facility: Facility) -> int:
    return staff.find_staff(facility, "Ida", OPERATOR).id


def _meanwhile(facility: Facility, monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """The change comes when the secret was checked, and its session is not open yet."""
    checked = attempts.attempt

    def and_then(*args: object) -> Attempt:
        made = checked(*args)  # type: ignore[arg-type]
        monkeypatch.undo()
        with cheap_hashes():
            change(facility)
        return made

    monkeypatch.setattr(attempts, "attempt", and_then)


def _no_session(facility: Facility) -> bool:
    with reading(facility.engine) as tx:
        return tx.execute(sa.select(tables.session)).first() is None


OF_STAFF: dict[str, Change] = {
    "role": lambda h: staff.change_role(h, _id(h), StaffRole.INVESTIGATOR, ADA),
    "deactivate": lambda h: staff.deactivate(h, _id(h), ADA),
    "reset": lambda h: staff.reset(h, _id(h), ADA),
}


@pytest.mark.parametrize("change", OF_STAFF.values(), ids=OF_STAFF)
def test_a_password_that_was_good_a_moment_ago_opens_nothing(
    facility: Facility, ida: str, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    _meanwhile(facility, monkeypatch, change)
    with pytest.raises(Refused):
        login.enter_as_staff(facility, "Ida", ida, KIOSK)
    assert _no_session(facility)


@pytest.mark.parametrize("change", OF_STAFF.values(), ids=OF_STAFF)
def test_nor_does_it_prove_anything_in_the_shell(
    facility: Facility, ida: str, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    _meanwhile(facility, monkeypatch, change)
    with pytest.raises(Refused):
        login.prove_in_shell(facility, "Ida", ida, "", "root (uid 0)")


ENDS: dict[str, Change] = {**OF_STAFF, "end": lambda h: staff.end_session(h, _id(h), "all", ADA)}


@pytest.mark.parametrize("change", ENDS.values(), ids=ENDS)
def test_a_second_step_does_not_open_a_session_that_was_ended(
    facility: Facility, ida: str, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    with writing(facility.engine) as tx:
        tx.execute(sa.update(tables.staff).values(totp_secret=b"x"))
        code, *_ = second_step.new_recovery_codes(tx, _id(facility))
    token = login.enter_as_staff(facility, "Ida", ida, KIOSK)
    _meanwhile(facility, monkeypatch, change)
    with pytest.raises(Refused):
        login.enter_code(facility, token, code, KIOSK)
    assert _no_session(facility)


def test_a_half_login_is_taken_further_once(facility: Facility, ida: str) -> None:
    """Two requests with two good codes are not two sessions."""
    with writing(facility.engine) as tx:
        tx.execute(sa.update(tables.staff).values(totp_secret=b"x"))
        first, second, *_ = second_step.new_recovery_codes(tx, _id(facility))
    token = login.enter_as_staff(facility, "Ida", ida, KIOSK)
    with pytest.MonkeyPatch.context() as patch:
        _meanwhile(facility, patch, lambda h: login.enter_code(h, token, first, KIOSK))
        with pytest.raises(Refused):
            login.enter_code(facility, token, second, KIOSK)


OF_INMATES: dict[str, Change] = {
    "PIN": lambda h: people.set_pin(h, ORSON, OPERATOR),
    "number": lambda h: renumbering.renumber(h, ORSON, "Z-77", SUPERVISOR, "a typing error"),
}


@pytest.mark.parametrize("change", OF_INMATES.values(), ids=OF_INMATES)
def test_a_pin_that_was_good_a_moment_ago_opens_nothing(
    facility: Facility, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    pin = people.set_pin(facility, ORSON, OPERATOR)
    _meanwhile(facility, monkeypatch, change)
    with pytest.raises(Refused):
        login.enter_as_inmate(facility, ORSON, pin, KIOSK)
    assert _no_session(facility)


def test_an_answer_does_not_open_a_session_that_was_ended(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    facility = with_web_settings(facility, login_steps=("pin", "security_question"))
    pin = people.set_pin(facility, ORSON, OPERATOR)
    people.set_security_question(facility, ORSON, "First dog?", "Pepper", OPERATOR)
    token = login.enter_as_inmate(facility, ORSON, pin, KIOSK)
    _meanwhile(facility, monkeypatch, OF_INMATES["PIN"])
    with pytest.raises(Refused):
        login.answer_step(facility, token, "Pepper", KIOSK)
    assert _no_session(facility)


def test_the_shell_asks_for_the_second_step_that_a_role_needs(facility: Facility, ida: str) -> None:
    facility = with_web_settings(facility, totp_for=(StaffRole.SUPERVISOR,))
    with pytest.raises(NotAllowed, match="second step"):
        login.prove_in_shell(facility, "Ida", ida, "", "root (uid 0)")
