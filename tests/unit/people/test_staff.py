"""Staff come and go: roles, one-time codes, sessions, and the last administrator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.access import login
from digitizer.access.login import Refused
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.people import actions as people
from digitizer.people import own_login, staff
from digitizer.storage import tables
from digitizer.storage.database import reading, writing
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR, events
from tests.support.whole_facility import cheap_hashes

ADA = Actor(ActorKind.STAFF, "Ada", StaffRole.ADMINISTRATOR, proven=True)
KIOSK = "10.0.0.7"
NEW = "lanterns over quiet water"


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap_hashes():
        yield


def _id(facility: Facility, name: str) -> int:
    return staff.find_staff(facility, name, OPERATOR).id


def _enter(facility: Facility, name: str, password: str) -> str:
    return login.enter_as_staff(facility, name, password, KIOSK)


TAKES_RIGHTS: dict[str, Callable[[Facility, int], object]] = {
    "role": lambda h, who: staff.change_role(h, who, StaffRole.SUPERVISOR, ADA),
    "deactivate": lambda h, who: staff.deactivate(h, who, ADA),
    "reset": lambda h, who: staff.reset(h, who, ADA),
    "end all": lambda h, who: staff.end_session(h, who, "all", ADA),
}


@pytest.mark.parametrize("take", TAKES_RIGHTS.values(), ids=TAKES_RIGHTS)
def test_what_takes_a_right_away_ends_the_sessions(
    facility: Facility, passwords: dict[str, str], take: Callable[[Facility, int], object]
) -> None:
    tokens = [_enter(facility, "Cara", passwords["Cara"]) for _ in range(2)]
    ada = _enter(facility, "Ada", passwords["Ada"])
    take(facility, _id(facility, "Cara"))
    assert [login.visit(facility, token) for token in tokens] == [None, None]
    assert login.visit(facility, ada) is not None


def test_a_one_time_code_opens_one_login_which_sets_a_password(
    facility: Facility, passwords: dict[str, str]
) -> None:
    code = staff.reset(facility, _id(facility, "Cara"), ADA).code
    with pytest.raises(Refused):
        _enter(facility, "Cara", passwords["Cara"])
    found = login.visit(facility, _enter(facility, "Cara", code))
    assert found is not None
    assert found.waits_for == "new password"
    with pytest.raises(Refused):
        _enter(facility, "Cara", code)
    own_login.change_own_password(facility, NEW, NEW, found.actor)
    after = login.visit(facility, _enter(facility, "Cara", NEW))
    assert after is not None
    assert after.waits_for is None


def test_a_one_time_code_gets_old(facility: Facility, passwords: dict[str, str]) -> None:
    code = staff.reset(facility, _id(facility, "Cara"), ADA).code
    with writing(facility.engine) as tx:
        tx.execute(sa.update(tables.staff).values(code_until=now() - timedelta(seconds=1)))
    with pytest.raises(Refused):
        _enter(facility, "Cara", code)


def test_whoever_left_comes_back_with_a_code(facility: Facility, passwords: dict[str, str]) -> None:
    cara = _id(facility, "Cara")
    with pytest.raises(Conflict, match="active already"):
        staff.reactivate(facility, cara, ADA)
    staff.deactivate(facility, cara, ADA)
    with pytest.raises(Refused):
        _enter(facility, "Cara", passwords["Cara"])
    with pytest.raises(Conflict, match="not active"):
        staff.reset(facility, cara, ADA)
    code = staff.reactivate(facility, cara, ADA).code
    with pytest.raises(Refused):
        _enter(facility, "Cara", passwords["Cara"])
    assert _enter(facility, "Cara", code)


def test_there_is_always_an_administrator_who_can_log_in(
    facility: Facility, passwords: dict[str, str]
) -> None:
    ada, before = _id(facility, "Ada"), events(facility)
    second = people.add_staff(facility, "Second", StaffRole.ADMINISTRATOR, OPERATOR)
    staff.reset(facility, _id(facility, "Second"), ADA)  # who cannot log in does not count
    for lose in (
        lambda: staff.deactivate(facility, ada, ADA),
        lambda: staff.change_role(facility, ada, StaffRole.CLERK, ADA),
        lambda: staff.reset(facility, ada, ADA),
    ):
        with pytest.raises(Conflict):
            lose()
    assert [verb for verb, *_ in events(facility)[len(before) :]] == ["add staff", "reset login"]
    assert second
    people.add_staff(facility, "Third", StaffRole.ADMINISTRATOR, OPERATOR)
    staff.deactivate(facility, ada, ADA)


def test_the_shell_is_the_way_back_in_and_no_other_way(
    facility: Facility, passwords: dict[str, str]
) -> None:
    """It helps while no other administrator can log in, and says where it came from."""
    shell = Actor(ActorKind.MACHINE, "command line", shell="root (uid 0)")
    with pytest.raises(NotAllowed, match="--password-file"):
        staff.reset(facility, _id(facility, "Cara"), shell)
    with writing(facility.engine) as tx:  # as only somebody with the database can
        tx.execute(sa.update(tables.staff).values(active=False))
    code = staff.reset(facility, _id(facility, "Ada"), shell)
    with reading(facility.engine) as tx:
        detail = tx.execute(
            sa.select(tables.event.c.detail).where(tables.event.c.verb == "reset login")
        ).scalar_one()
    assert (detail["came"], detail["user"]) == ("from the shell", "root (uid 0)")
    found = login.visit(facility, _enter(facility, "Ada", code.code))
    assert found is not None
    own_login.change_own_password(facility, NEW, NEW, found.actor)
    with pytest.raises(NotAllowed):
        staff.reset(facility, _id(facility, "Cara"), shell)


def test_the_shell_proves_who_it_acts_for(facility: Facility, passwords: dict[str, str]) -> None:
    by = login.prove_in_shell(facility, "Ada", passwords["Ada"], "", "root (uid 0)")
    assert by == Actor(
        ActorKind.STAFF, "Ada", StaffRole.ADMINISTRATOR, proven=True, shell="root (uid 0)"
    )
    code = staff.reset(facility, _id(facility, "Cara"), by).code
    for name, password in (("Ada", passwords["Cara"]), ("Nobody", "x"), ("Cara", code)):
        with pytest.raises(Refused):
            login.prove_in_shell(facility, name, password, "", "root (uid 0)")


def test_who_adds_somebody_does_not_know_their_password_for_long(
    facility: Facility, passwords: dict[str, str]
) -> None:
    """Else the administrator could act in their name, and nobody would notice."""
    first = people.add_staff(facility, "Nora", StaffRole.SUPERVISOR, ADA)
    found = login.visit(facility, _enter(facility, "Nora", first))
    assert found is not None
    assert found.waits_for == "new password"
    with pytest.raises(Refused):
        login.prove_in_shell(facility, "Nora", first, "", "root (uid 0)")
    own_login.change_own_password(facility, NEW, NEW, found.actor)
    with pytest.raises(Refused):
        _enter(facility, "Nora", first)
    after = login.visit(facility, _enter(facility, "Nora", NEW))
    assert after is not None
    assert after.waits_for is None
