"""Whose account a typed number or name is, and which of its secrets still count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.access.accounts import (
    NOBODY,
    inmate_account,
    renew_password_hash,
    renew_pin_hash,
    spend_one_time_code,
    staff_account,
)
from digitizer.facility import Facility
from digitizer.model.people import StaffRole
from digitizer.people import actions as people
from digitizer.people import held_names
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import inmate, staff
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR, ORSON, PETRA, ROSTER


@pytest.mark.parametrize("typed", [ORSON, f" {ORSON} ", ORSON.lower()])
def test_a_number_is_found_in_capitals_or_not(facility: Facility, typed: str) -> None:
    with reading(facility.engine) as tx:
        assert inmate_account(tx, typed).booking_number == ORSON


@pytest.mark.parametrize("typed", ["", "A-999", "%", "A_100"])
def test_a_number_that_nobody_has_is_nobodys(facility: Facility, typed: str) -> None:
    with reading(facility.engine) as tx:
        assert inmate_account(tx, typed) == NOBODY


def _renumber(tx: sa.Connection, old: str, new: str) -> None:
    known = sa.update(inmate).where(inmate.c.booking_number == old)
    tx.execute(known.values(booking_number=new))


def test_of_two_numbers_that_differ_in_capitals_only_the_exact_one_opens(
    facility: Facility,
) -> None:
    with writing(facility.engine) as tx:
        _renumber(tx, PETRA, ORSON.lower())
        assert inmate_account(tx, ORSON).booking_number == ORSON
        assert inmate_account(tx, ORSON.lower()).booking_number == ORSON.lower()


def test_of_two_numbers_none_of_which_is_exact_neither_opens(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        _renumber(tx, ORSON, "AB-1c")
        _renumber(tx, PETRA, "ab-1C")
        assert inmate_account(tx, "AB-1C") == NOBODY


def test_while_it_is_not_certain_who_has_a_number_nobody_has(facility: Facility) -> None:
    listed = replace(ROSTER[0], first_name="Somebody", last_name="Else")
    with writing(facility.engine) as tx:
        held_names.hold(tx, inmate_account(tx, ORSON).id, listed, {})
        assert inmate_account(tx, ORSON) == NOBODY


def test_staff_are_found_by_their_exact_name_also_those_who_left(facility: Facility) -> None:
    people.add_staff(facility, "Ida Boss", StaffRole.CLERK, OPERATOR)
    with writing(facility.engine) as tx:
        found = staff_account(tx, "Ida Boss")
        assert found is not None
        assert found.usable_hash == found.password_hash
        assert staff_account(tx, "ida boss") is None
        tx.execute(sa.update(staff).values(active=False))
        gone = staff_account(tx, "Ida Boss")
    assert gone is not None
    assert gone.usable_hash is None


def test_a_one_time_code_is_good_until_its_time_and_for_one_login(facility: Facility) -> None:
    people.add_staff(facility, "Ida Boss", StaffRole.CLERK, OPERATOR)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(staff).values(code_until=now() + timedelta(hours=1)))
        found = staff_account(tx, "Ida Boss")
        assert found is not None
        assert found.usable_hash
        over = replace(found, code_until=now() - timedelta(seconds=1))
        assert over.usable_hash is None
        assert [spend_one_time_code(tx, found), spend_one_time_code(tx, found)] == [True, False]


def test_a_hash_is_renewed_only_while_its_secret_is_still_the_same(facility: Facility) -> None:
    people.add_staff(facility, "Ida Boss", StaffRole.CLERK, OPERATOR)
    with writing(facility.engine) as tx:
        orson = inmate_account(tx, ORSON)
        tx.execute(sa.update(inmate).where(inmate.c.id == orson.id).values(pin_hash="old"))
        renew_pin_hash(tx, orson.id, "of before", "wrong")
        assert inmate_account(tx, ORSON).pin_hash == "old"
        renew_pin_hash(tx, orson.id, "old", "new")
        assert inmate_account(tx, ORSON).pin_hash == "new"
        ida = staff_account(tx, "Ida Boss")
        assert ida is not None
        renew_password_hash(tx, ida.id, "of before", "wrong")
        renew_password_hash(tx, ida.id, ida.password_hash, "new")
        after = staff_account(tx, "Ida Boss")
    assert after is not None
    assert after.password_hash == "new"
