"""What staff do with their own login."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from digitizer.access import login
from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.people import own_login
from tests.support.whole_facility import cheap_hashes

KIOSK = "10.0.0.7"


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap_hashes():
        yield


def _enter(facility: Facility, name: str, password: str) -> str:
    return login.enter_as_staff(facility, name, password, KIOSK)


def test_sessions_are_seen_and_ended_by_their_owner_alone(
    facility: Facility, passwords: dict[str, str]
) -> None:
    token = _enter(facility, "Cara", passwords["Cara"])
    ada = login.visit(facility, _enter(facility, "Ada", passwords["Ada"]))
    cara = login.visit(facility, token)
    assert cara is not None
    assert ada is not None
    (seen,) = own_login.own_login(facility, cara.actor).member.sessions
    assert (seen.id, seen.terminal) == (cara.session, KIOSK)
    assert seen.id not in token
    with pytest.raises(NotFound):
        own_login.end_own_session(facility, cara.session, ada.actor)
    own_login.end_own_session(facility, cara.session, cara.actor)
    assert login.visit(facility, token) is None


def test_a_key_that_waits_is_shown_only_to_who_proved_who_they_are(
    facility: Facility, passwords: dict[str, str]
) -> None:
    """Whoever comes to a screen left open would make the same codes from then on."""
    cara = login.visit(facility, _enter(facility, "Cara", passwords["Cara"]))
    assert cara is not None
    own_login.begin_second_step(facility, cara.actor)
    assert own_login.own_login(facility, cara.actor).enrolment is not None
    later = own_login.own_login(facility, replace(cara.actor, proven=False))
    assert (later.enrolment, later.picture) == (None, ())
