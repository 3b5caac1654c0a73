"""Inmates who leave, and booking numbers that come with another person's name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.access import accounts, login, sessions
from digitizer.access.login import Refused
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.people import actions as people
from digitizer.people.roster import RosterChange
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import inmate
from tests.support.made_mail import CLERK, INVESTIGATOR, OPERATOR, ORSON, PETRA, events
from tests.support.roster_files import HEAD

PETRAS = f"{PETRA},Samplewood,Petra,B/1"


def _import(facility: Facility, tmp_path: Path, *rows: str, full: bool = False) -> RosterChange:
    path = tmp_path / "roster.csv"
    path.write_text("\n".join((HEAD, *rows)))
    return people.import_roster(facility, path, full, OPERATOR)


def _enter(facility: Facility, booking: str) -> str:
    """With a new PIN, as an inmate at a kiosk."""
    pin = people.set_pin(facility, booking, OPERATOR)
    return login.enter_as_inmate(facility, booking, pin, "10.0.0.7")


def _kept(facility: Facility, **rule: str) -> Facility:
    own = facility.settings.facility.model_copy(update=rule)
    settings = facility.settings.model_copy(update={"facility": own})
    return replace(facility, settings=settings)


def _has_pin(facility: Facility, booking: str) -> bool:
    with reading(facility.engine) as tx:
        asked = sa.select(inmate.c.pin_hash).where(inmate.c.booking_number == booking)
        return tx.execute(asked).scalar() is not None


@pytest.mark.parametrize("status", ["released", "transferred"])
@pytest.mark.parametrize("rule", ["remove", "keep"])
def test_who_leaves_is_logged_out_and_loses_the_pin_by_the_rule(
    facility: Facility, tmp_path: Path, status: str, rule: str
) -> None:
    here = _kept(facility, pin_after_release=rule)
    leaves, stays = _enter(here, PETRA), _enter(here, ORSON)
    _import(here, tmp_path, f"{PETRAS},{status}")
    assert login.visit(here, leaves) is None
    assert login.visit(here, stays) is not None
    assert _has_pin(here, PETRA) == (rule == "keep")
    assert (("remove PIN", f"inmate:{PETRA}", OPERATOR.name) in events(here)) == (rule == "remove")
    before = len(events(here))
    _import(here, tmp_path, f"{PETRAS},{status}")  # once is enough
    assert events(here)[before:] == [("import roster", "roster", OPERATOR.name)]


def test_who_is_not_in_a_full_roster_is_logged_out(facility: Facility, tmp_path: Path) -> None:
    """The PIN stays: the export may only have been cut short."""
    token = _enter(facility, PETRA)
    _import(facility, tmp_path, f"{ORSON},Testvale,Orson,B-1,in_custody", full=True)
    assert login.visit(facility, token) is None
    assert _has_pin(facility, PETRA)


def test_another_persons_name_is_held(facility: Facility, tmp_path: Path) -> None:
    """Nothing of the known person changes; the other rows go in; nobody logs in."""
    token = _enter(facility, ORSON)
    known = people.find_inmate(facility, ORSON, OPERATOR)
    new, moved = "X-1,Vale,Ana,B,in_custody", f"{PETRA},Samplewood,Petra,D-9,in_custody"
    change = _import(facility, tmp_path, f"{ORSON},Winslow,Max,C-9,released", new, moved)
    assert (change.added, change.changed, change.unchanged) == (1, 1, 0)
    (held,) = change.held
    assert (held.known, held.listed.full_name) == (known, "Max Winslow")
    assert people.find_inmate(facility, ORSON, OPERATOR) == known
    assert people.find_inmate(facility, PETRA, OPERATOR).housing_unit == "D-9"
    assert _has_pin(facility, ORSON)
    assert login.visit(facility, token) is None
    assert people.names_held(facility, OPERATOR) == change.held
    assert events(facility)[-1] == ("hold name", f"inmate:{ORSON}", OPERATOR.name)


def test_a_suspended_login_looks_like_no_account(facility: Facility, tmp_path: Path) -> None:
    pin = people.set_pin(facility, ORSON, OPERATOR)
    _import(facility, tmp_path, f"{ORSON},Winslow,Max,C-9,in_custody")
    for booking in (ORSON, "nobody"):
        with pytest.raises(Refused):
            login.enter_as_inmate(facility, booking, pin, "10.0.0.7")
    with reading(facility.engine) as tx:
        assert accounts.inmate_account(tx, ORSON) == accounts.inmate_account(tx, "nobody")
    with pytest.raises(Conflict):
        people.set_pin(facility, ORSON, OPERATOR)


def test_a_login_under_way_does_not_slip_through(facility: Facility, tmp_path: Path) -> None:
    people.set_pin(facility, ORSON, OPERATOR)
    with reading(facility.engine) as tx:
        account = accounts.inmate_account(tx, ORSON)
    _import(facility, tmp_path, f"{ORSON},Winslow,Max,C-9,in_custody")
    with writing(facility.engine) as tx:
        token = sessions.open_session(tx, inmate_id=account.id, steps=1)
    assert login.visit(facility, token) is None


def test_the_same_person_takes_the_new_name_and_logs_in(facility: Facility, tmp_path: Path) -> None:
    pin = people.set_pin(facility, ORSON, OPERATOR)
    _import(facility, tmp_path, f"{ORSON},Winslow,Orson,C-9,in_custody")
    with pytest.raises(NotAllowed):
        people.confirm_same_person(facility, ORSON, INVESTIGATOR, "married")
    with pytest.raises(NotAllowed):
        people.confirm_same_person(facility, ORSON, OPERATOR, "married")
    with pytest.raises(UsageError):
        people.confirm_same_person(facility, ORSON, CLERK, " ")
    people.confirm_same_person(facility, ORSON, CLERK, "married")
    now_known = people.find_inmate(facility, ORSON, OPERATOR)
    assert (now_known.full_name, now_known.housing_unit) == ("Orson Winslow", "C-9")
    assert login.enter_as_inmate(facility, ORSON, pin, "10.0.0.7")
    assert people.names_held(facility, OPERATOR) == ()
    with pytest.raises(NotFound):
        people.confirm_same_person(facility, ORSON, CLERK, "twice")


def test_a_new_person_does_not_get_the_number(facility: Facility, tmp_path: Path) -> None:
    known = people.find_inmate(facility, ORSON, OPERATOR)
    _import(facility, tmp_path, f"{ORSON},Winslow,Max,C-9,in_custody")
    with pytest.raises(Conflict, match="booking number of their own"):
        people.refuse_new_person(facility, ORSON, CLERK, "someone else")
    assert people.find_inmate(facility, ORSON, OPERATOR) == known
    assert len(people.names_held(facility, OPERATOR)) == 1


def test_a_held_name_stays_held_until_a_person_confirms(facility: Facility, tmp_path: Path) -> None:
    """Also when a later roster has the known name again: then the rest of its row goes in."""
    _import(facility, tmp_path, f"{ORSON},Winslow,Max,C-9,in_custody")
    _import(facility, tmp_path, f"{ORSON},Winslow,Max,C-9,in_custody")
    change = _import(facility, tmp_path, f"{ORSON},Testvale,Orson,D-4,in_custody")
    assert (len(change.held), change.changed) == (1, 1)
    assert people.find_inmate(facility, ORSON, OPERATOR).housing_unit == "D-4"
    people.confirm_same_person(facility, ORSON, CLERK, "a typing error")
    assert people.find_inmate(facility, ORSON, OPERATOR).full_name == "Orson Testvale"
