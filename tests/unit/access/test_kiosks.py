"""Inviting a kiosk, and revoking it."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from digitizer.access import kiosks
from digitizer.facility import Facility
from digitizer.model.errors import NotFound, UsageError
from digitizer.storage.database import reading
from digitizer.storage.tables import kiosk
from tests.support.made_mail import SUPERVISOR, one_more_event


def test_an_invited_kiosk_waits_for_its_code_of_which_only_a_hash_is_kept(
    facility: Facility,
) -> None:
    with one_more_event(facility, "invite kiosk", "kiosk:Day room", SUPERVISOR):
        code = kiosks.invite(facility, " Day \n room ", SUPERVISOR)
    assert re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{5}-[2-9A-HJKMNP-TV-Z]{5}", code)
    (waiting,) = kiosks.kiosks(facility, SUPERVISOR)
    assert (waiting.name, waiting.enrolled, waiting.revoked) == ("Day room", None, None)
    assert waiting.waits_until is not None
    with reading(facility.engine) as tx:
        (kept,) = tx.execute(sa.select(kiosk.c.code_hash)).scalars()
    assert kept == kiosks.digest(code.replace("-", ""))


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "bell\a"])
def test_a_name_that_cannot_be_printed_or_read_is_refused(facility: Facility, name: str) -> None:
    with pytest.raises(UsageError):
        kiosks.invite(facility, name, SUPERVISOR)
    assert kiosks.kiosks(facility, SUPERVISOR) == ()


def test_a_second_invitation_is_of_the_same_kiosk(facility: Facility) -> None:
    first, second = (kiosks.invite(facility, "Day room", SUPERVISOR) for _ in range(2))
    assert first != second
    assert len(kiosks.kiosks(facility, SUPERVISOR)) == 1


def test_a_revoked_kiosk_is_listed_no_more_and_cannot_be_revoked_again(facility: Facility) -> None:
    kiosks.invite(facility, "Day room", SUPERVISOR)
    kiosks.revoke(facility, "Day room", SUPERVISOR)
    assert kiosks.kiosks(facility, SUPERVISOR) == ()
    with pytest.raises(NotFound):
        kiosks.revoke(facility, "Day room", SUPERVISOR)
