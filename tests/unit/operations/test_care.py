"""What needs care is what is not good, and names nobody."""

from __future__ import annotations

import pytest

from digitizer.access import login
from digitizer.access.login import Refused
from digitizer.facility import Facility
from digitizer.operations.care import needs_care
from digitizer.people import actions as people
from tests.support.made_mail import CLERK, OPERATOR, ORSON


def test_a_new_home_lacks_a_backup_and_nothing_else(facility: Facility) -> None:
    seen = needs_care(facility, CLERK)
    assert [each.what for each in seen.findings] == ["backup"]
    assert [(each.name, each.last) for each in seen.scanners] == [("default", None)]
    assert all(each.fix for each in seen.findings)


def test_a_lock_is_counted_and_its_owner_not_named(facility: Facility) -> None:
    people.set_pin(facility, ORSON, OPERATOR)
    for number in (*(ORSON,) * 5, *("nobody",) * 5):
        with pytest.raises(Refused):
            login.enter_as_inmate(facility, number, "111222", f"10.0.0.{number[:1] == 'n'}")
    found = {each.what: each for each in needs_care(facility, CLERK).findings}
    assert "1 lock after failed logins" in found["logins"].message
    assert ORSON not in found["logins"].message
