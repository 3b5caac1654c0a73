"""A correspondent touches the mail of approved contacts alone."""

from __future__ import annotations

import pytest

from digitizer.access.ownership import need_contact
from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.storage.database import reading
from tests.support.conversing import approve, as_correspondent, make_contact
from tests.support.made_mail import CLERK, ORSON, PETRA, as_inmate


def test_only_what_is_approved(facility: Facility) -> None:
    ida = make_contact(facility)
    approve(facility, ida, PETRA, approved=False)
    with reading(facility.engine) as tx:
        need_contact(tx, as_correspondent(ida), ORSON)
        need_contact(tx, as_correspondent(ida), None)
        for number in (PETRA, "X-999", ""):
            with pytest.raises(NotFound) as told:
                need_contact(tx, as_correspondent(ida), number)
            assert str(told.value) == f"There is no conversation with {number}."
        for by in (CLERK, as_inmate(ORSON)):
            need_contact(tx, by, PETRA)
