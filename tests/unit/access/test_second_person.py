"""What one person asks for waits for a second, for a day and while the first may still do it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.access.permissions import Act
from digitizer.access.second_person import LIFE, ask, forget, waiting
from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.model.events import Subject
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.people import accounts
from digitizer.storage.database import writing
from digitizer.storage.tables import joint_request, staff
from digitizer.support.clock import now

_SCAN, _OTHER = Subject.scan("scan1"), Subject.scan("scan2")
_RUTH = Actor(ActorKind.STAFF, "Ruth", StaffRole.SUPERVISOR)


@pytest.fixture
def tx(facility: Facility) -> sa.Connection:  # type: ignore[misc]
    with writing(facility.engine) as tx:
        accounts.add_staff(tx, "Ruth", StaffRole.SUPERVISOR, "a hash", must_change=False)
        ask(tx, _SCAN, _RUTH, "not legal mail after all")
        yield tx


def test_a_request_waits_with_who_asked_and_why(tx: sa.Connection) -> None:
    found = waiting(tx, _SCAN, Act.UNSEAL)
    assert found is not None
    assert (found.by, found.reason) == ("Ruth", "not legal mail after all")
    assert found.until - found.made == LIFE
    assert waiting(tx, _OTHER, Act.UNSEAL) is None


def test_a_later_request_takes_the_place_of_the_one_before(tx: sa.Connection) -> None:
    ask(tx, _SCAN, _RUTH, "again")
    found = waiting(tx, _SCAN, Act.UNSEAL)
    assert found is not None
    assert found.reason == "again"


def test_once_it_is_done_nothing_waits(tx: sa.Connection) -> None:
    forget(tx, _SCAN)
    assert waiting(tx, _SCAN, Act.UNSEAL) is None


def test_a_request_gets_too_old(tx: sa.Connection) -> None:
    tx.execute(sa.update(joint_request).values(made=now() - LIFE))
    assert waiting(tx, _SCAN, Act.UNSEAL) is None


@pytest.mark.parametrize("change", [{"active": False}, {"role": "clerk"}])
def test_who_left_or_may_no_longer_do_it_asks_for_nothing(
    tx: sa.Connection, change: dict[str, object]
) -> None:
    tx.execute(sa.update(staff).values(**change))
    assert waiting(tx, _SCAN, Act.UNSEAL) is None


def test_who_is_not_on_the_list_cannot_ask(tx: sa.Connection) -> None:
    with pytest.raises(Conflict):
        ask(tx, _OTHER, Actor(ActorKind.STAFF, "Somebody", StaffRole.SUPERVISOR), "why")
