"""Passwords of staff."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility
from digitizer.model.people import StaffRole
from digitizer.people import actions as people
from tests.support.made_mail import OPERATOR


@pytest.fixture
def passwords(facility: Facility) -> dict[str, str]:
    """Of Ada, the only administrator, and of Cara, a clerk."""
    roles = {"Ada": StaffRole.ADMINISTRATOR, "Cara": StaffRole.CLERK}
    return {name: people.add_staff(facility, name, role, OPERATOR) for name, role in roles.items()}
