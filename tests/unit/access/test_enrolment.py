"""A device becomes a kiosk with its code, once."""

from __future__ import annotations

import pytest

from digitizer.access import enrolment, kiosks
from digitizer.access.attempts import Refused
from digitizer.facility import Facility
from tests.support.made_mail import SUPERVISOR

AT = "10.0.0.7"


def test_a_code_is_typed_as_people_type_and_good_once(facility: Facility) -> None:
    code = kiosks.invite(facility, "Day room", SUPERVISOR)
    token = enrolment.enrol(facility, f" {code.lower().replace('-', ' ')} ", AT)
    assert enrolment.kiosk_of(facility, token) == "Day room"
    with pytest.raises(Refused):
        enrolment.enrol(facility, code, AT)
    (known,) = kiosks.kiosks(facility, SUPERVISOR)
    assert known.enrolled is not None
    assert known.waits_until is None


def test_a_new_device_takes_the_place_of_the_one_before(facility: Facility) -> None:
    first = enrolment.enrol(facility, kiosks.invite(facility, "Day room", SUPERVISOR), AT)
    code = kiosks.invite(facility, "Day room", SUPERVISOR)
    assert enrolment.kiosk_of(facility, first) == "Day room"
    second = enrolment.enrol(facility, code, AT)
    assert enrolment.kiosk_of(facility, first) is None
    assert enrolment.kiosk_of(facility, second) == "Day room"


def test_a_revoked_kiosks_token_and_nonsense_are_nobodys(facility: Facility) -> None:
    token = enrolment.enrol(facility, kiosks.invite(facility, "Day room", SUPERVISOR), AT)
    kiosks.revoke(facility, "Day room", SUPERVISOR)
    assert enrolment.kiosk_of(facility, token) is None
    assert enrolment.kiosk_of(facility, "\udcff nonsense") is None


@pytest.mark.parametrize("code", ["", "-", "AAAAA-AAAAA"])
def test_a_wrong_code_is_refused(facility: Facility, code: str) -> None:
    kiosks.invite(facility, "Day room", SUPERVISOR)
    with pytest.raises(Refused):
        enrolment.enrol(facility, code, AT)
