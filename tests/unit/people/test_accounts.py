"""Secrets of inmates and staff in the tables."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.people import StaffRole
from digitizer.people import accounts
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate
from tests.support.made_mail import ORSON


def test_a_pin_is_set_and_removed_once(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        row = accounts.set_pin(tx, ORSON, "a hash")
        kept = sa.select(inmate.c.booking_number).where(inmate.c.pin_hash == "a hash")
        assert tx.execute(kept).scalars().all() == [ORSON]
        assert [accounts.remove_pin(tx, row), accounts.remove_pin(tx, row)] == [True, False]


def test_a_question_is_kept_with_the_hash_of_its_answer(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        accounts.set_question(tx, ORSON, "First dog?", "a hash")
        asked = sa.select(inmate.c.question, inmate.c.answer_hash)
        row = tx.execute(asked.where(inmate.c.booking_number == ORSON)).one()
    assert tuple(row) == ("First dog?", "a hash")


def test_nobody_has_a_secret_who_is_not_on_the_roster(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        with pytest.raises(NotFound):
            accounts.set_pin(tx, "A-999", "a hash")
        with pytest.raises(NotFound):
            accounts.set_question(tx, "A-999", "?", "a hash")


def test_a_name_is_taken_once(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        accounts.add_staff(tx, "Ida Boss", StaffRole.CLERK, "a hash", must_change=False)
        with pytest.raises(Conflict):
            accounts.add_staff(tx, "Ida Boss", StaffRole.SUPERVISOR, "another", must_change=False)
