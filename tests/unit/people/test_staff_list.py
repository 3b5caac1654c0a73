"""Who is on the staff list, and who of them administers."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.people import StaffRole
from digitizer.people import accounts, staff_list
from digitizer.people.staff import idle_of
from digitizer.storage.database import writing


def test_those_who_work_here_come_first_by_name(facility: Facility) -> None:
    idle = idle_of(facility.settings.web)
    with writing(facility.engine) as tx:
        for name in ("Zoe", "Abe", "Mia"):
            accounts.add_staff(tx, name, StaffRole.CLERK, "a hash", must_change=False)
        staff_list.update(tx, staff_list.find_named(tx, "Abe", idle), active=False)
        listed = staff_list.all_staff(tx, idle)
        assert [(each.name, each.can_log_in) for each in listed] == [
            ("Mia", True),
            ("Zoe", True),
            ("Abe", False),
        ]
        assert staff_list.find_named(tx, "  Zoe ", idle) == listed[1]
        assert staff_list.find_member(tx, listed[1].id, idle) == listed[1]


def test_who_is_not_on_the_list_is_not_found(facility: Facility) -> None:
    idle = idle_of(facility.settings.web)
    with writing(facility.engine) as tx:
        with pytest.raises(NotFound):
            staff_list.find_named(tx, "Nobody", idle)
        with pytest.raises(NotFound):
            staff_list.find_member(tx, 999, idle)


@pytest.mark.parametrize("without", ["active", "password_hash"])
def test_an_administrator_who_cannot_log_in_does_not_count(
    facility: Facility, without: str
) -> None:
    idle = idle_of(facility.settings.web)
    with writing(facility.engine) as tx:
        for name in ("Ada", "Bo"):
            accounts.add_staff(tx, name, StaffRole.ADMINISTRATOR, "a hash", must_change=False)
        ada, other = (staff_list.find_named(tx, name, idle) for name in ("Ada", "Bo"))
        staff_list.need_an_administrator(tx, ada)
        staff_list.update(tx, other, **{without: False if without == "active" else None})
        assert staff_list.others_who_administer(tx, ada) == 0
        with pytest.raises(Conflict, match="last administrator"):
            staff_list.need_an_administrator(tx, ada)
