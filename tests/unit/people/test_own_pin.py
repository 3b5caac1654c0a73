"""A PIN that only its owner knows: at the first login, and whenever they change it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.access import login
from digitizer.access.login import Refused
from digitizer.facility import Facility
from digitizer.model.errors import NotAllowed, UsageError
from digitizer.model.people import Actor, ActorKind
from digitizer.people import actions as people
from digitizer.people.own_pin import change_own_pin
from tests.support.made_mail import CLERK, OPERATOR, ORSON, events

ME = Actor(ActorKind.INMATE, ORSON)
OWN, OTHER, KIOSK = "482915", "739164", "10.0.0.7"


def _first(facility: Facility) -> str:
    return people.set_pin(facility, ORSON, OPERATOR)


def _waits_for(facility: Facility, token: str) -> str | None:
    found = login.visit(facility, token)
    assert found is not None
    return found.waits_for


def test_a_pin_that_staff_gave_out_opens_nothing_until_it_is_changed(facility: Facility) -> None:
    token = login.enter_as_inmate(facility, ORSON, _first(facility), KIOSK)
    assert _waits_for(facility, token) == "new pin"
    own = change_own_pin(facility, "", OWN, OWN, ME, KIOSK)
    assert login.visit(facility, token) is None
    assert _waits_for(facility, own) is None
    assert _waits_for(facility, login.enter_as_inmate(facility, ORSON, OWN, KIOSK)) is None
    assert "change PIN" in [verb for verb, *_ in events(facility)]


def test_a_reset_makes_it_a_first_pin_again_and_ends_the_sessions(facility: Facility) -> None:
    login.enter_as_inmate(facility, ORSON, _first(facility), KIOSK)
    token = change_own_pin(facility, "", OWN, OWN, ME, KIOSK)
    again = _first(facility)
    assert login.visit(facility, token) is None
    with pytest.raises(Refused):
        login.enter_as_inmate(facility, ORSON, OWN, KIOSK)
    fresh = login.enter_as_inmate(facility, ORSON, again, KIOSK)
    assert _waits_for(facility, fresh) == "new pin"


def test_its_owner_changes_it_with_the_old_one(facility: Facility) -> None:
    login.enter_as_inmate(facility, ORSON, _first(facility), KIOSK)
    elsewhere = change_own_pin(facility, "", OWN, OWN, ME, KIOSK)
    token = change_own_pin(facility, OWN, OTHER, OTHER, ME, KIOSK)
    assert login.visit(facility, elsewhere) is None  # sessions of others end
    assert _waits_for(facility, token) is None
    with pytest.raises(Refused):
        login.enter_as_inmate(facility, ORSON, OWN, KIOSK)
    login.enter_as_inmate(facility, ORSON, OTHER, KIOSK)


def test_whoever_does_not_know_the_old_one_is_charged_as_at_a_login(facility: Facility) -> None:
    login.enter_as_inmate(facility, ORSON, _first(facility), KIOSK)
    token = change_own_pin(facility, "", OWN, OWN, ME, KIOSK)
    for _ in range(facility.settings.web.failures_before_lock):
        with pytest.raises(Refused):
            change_own_pin(facility, "000001", OTHER, OTHER, ME, KIOSK)
    with pytest.raises(Refused):  # locked: the right one does not help now
        change_own_pin(facility, OWN, OTHER, OTHER, ME, KIOSK)
    assert _waits_for(facility, token) is None
    login.enter_as_inmate(facility, ORSON, OWN, "10.0.0.8")  # and nothing was changed


@pytest.mark.parametrize(
    ("new", "again", "why"),
    [
        (OTHER, OWN, "differ"),
        ("111111", "111111", "repeat"),
        (OWN, OWN, "your current PIN"),
    ],
)
def test_what_is_no_new_pin(facility: Facility, new: str, again: str, why: str) -> None:
    login.enter_as_inmate(facility, ORSON, _first(facility), KIOSK)
    change_own_pin(facility, "", OWN, OWN, ME, KIOSK)
    with pytest.raises(UsageError, match=why):
        change_own_pin(facility, OWN, new, again, ME, KIOSK)
    login.enter_as_inmate(facility, ORSON, OWN, KIOSK)


def test_a_first_pin_cannot_be_kept(facility: Facility) -> None:
    pin = _first(facility)
    login.enter_as_inmate(facility, ORSON, pin, KIOSK)
    with pytest.raises(UsageError):
        change_own_pin(facility, "", pin, pin, ME, KIOSK)


def test_staff_change_no_pin_this_way(facility: Facility) -> None:
    with pytest.raises(NotAllowed):
        change_own_pin(facility, OWN, OTHER, OTHER, CLERK, KIOSK)


def test_the_steps_of_the_settings_come_before_the_new_pin(facility: Facility) -> None:
    web = facility.settings.web.model_copy(update={"login_steps": ("pin", "security_question")})
    home = replace(facility, settings=facility.settings.model_copy(update={"web": web}))
    people.set_security_question(home, ORSON, "First street?", "Elm", OPERATOR)
    token = login.enter_as_inmate(home, ORSON, _first(home), KIOSK)
    assert _waits_for(home, token) == "security_question"
    token = login.answer_step(home, token, "elm", KIOSK)
    assert _waits_for(home, token) == "new pin"
    token = change_own_pin(home, "", OWN, OWN, ME, KIOSK)
    assert _waits_for(home, token) is None
