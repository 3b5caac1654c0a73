"""Rosters, PINs, security questions, staff, and who signs on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.audit import verify_chain
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound, RosterError, UsageError
from digitizer.model.people import Actor, ActorKind, CustodyStatus, StaffRole
from digitizer.people import actions as people
from digitizer.people.actions import find_inmate, import_roster, inmates
from digitizer.screening import decisions
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, inmate, session, staff
from digitizer.support.clock import now
from tests.support.made_mail import (
    CLERK,
    GONE,
    OPERATOR,
    ORSON,
    PETRA,
    events,
    held_letter,
    one_more_event,
)
from tests.support.roster_files import HEAD, roster_file


def test_a_new_pin_ends_the_inmates_sessions(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        tx.execute(
            sa.insert(session),
            [
                {"token_hash": f"{n}", "inmate_id": n, "csrf": "c", "created": now(), "seen": now()}
                for n in (1, 2)
            ],
        )
    with one_more_event(facility, "set PIN", f"inmate:{ORSON}", OPERATOR):
        pin = people.set_pin(facility, ORSON, OPERATOR)
    with reading(facility.engine) as tx:
        assert list(tx.execute(sa.select(session.c.inmate_id)).scalars()) == [2]
        hashed = tx.execute(sa.select(inmate.c.pin_hash).where(inmate.c.id == 1)).scalar()
    assert pin not in str(hashed)
    with pytest.raises(NotFound):
        people.set_pin(facility, "nobody", OPERATOR)
    with pytest.raises(NotAllowed):
        people.set_pin(facility, ORSON, CLERK)


def test_a_security_question_needs_an_answer(facility: Facility) -> None:
    with pytest.raises(UsageError):
        people.set_security_question(facility, ORSON, "Dog?", " x ", OPERATOR)
    people.set_security_question(facility, ORSON, "Dog?", "Mr. Test", OPERATOR)
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(inmate).where(inmate.c.id == 1)).one()
    assert row.question == "Dog?"
    assert "Test" not in row.answer_hash


def test_a_staff_name_is_unique_and_can_be_printed(facility: Facility) -> None:
    people.add_staff(facility, " Ida  Boss ", StaffRole.SUPERVISOR, OPERATOR)
    with pytest.raises(Conflict):
        people.add_staff(facility, "Ida Boss", StaffRole.CLERK, OPERATOR)
    for name in (" ", "x" * 65, "a\x07b"):
        with pytest.raises(UsageError):
            people.add_staff(facility, name, StaffRole.CLERK, OPERATOR)


def test_a_listed_name_signs_with_its_role_and_another_as_a_clerk(facility: Facility) -> None:
    people.add_staff(facility, "Ida Boss", StaffRole.SUPERVISOR, OPERATOR)
    listed = people.named_staff(facility, " Ida  Boss ")
    assert listed == Actor(ActorKind.STAFF, "Ida Boss", StaffRole.SUPERVISOR)
    other = people.named_staff(facility, "Somebody")
    assert other == Actor(ActorKind.STAFF, "Somebody", StaffRole.CLERK, listed=False)
    with pytest.raises(UsageError, match="--by NAME"):
        people.named_staff(facility, " ")


def test_the_chain_records_whether_who_signs_is_listed(facility: Facility) -> None:
    people.add_staff(facility, "Ida Boss", StaffRole.CLERK, OPERATOR)
    for name in ("Ida Boss", "Somebody"):
        held = held_letter(facility, content=name.encode())
        decisions.assign(facility, held, ORSON, people.named_staff(facility, name), "looked")
    with reading(facility.engine) as tx:
        assigned = sa.select(event.c.actor, event.c.detail).where(event.c.verb == "assign")
        details = dict(tx.execute(assigned.order_by(event.c.seq)).tuples().all())
        assert verify_chain(tx)[1] is None
    signed = {who: (each["why"], each.get("unlisted", False)) for who, each in details.items()}
    assert signed == {"Ida Boss": ("looked", False), "Somebody": ("looked", True)}


def test_someone_who_is_no_longer_active_cannot_sign(facility: Facility) -> None:
    people.add_staff(facility, "Ida Boss", StaffRole.SUPERVISOR, OPERATOR)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(staff).values(active=False))
    with pytest.raises(UsageError, match="no longer active"):
        people.named_staff(facility, "Ida Boss")


def test_one_bad_row_imports_nothing(facility: Facility, tmp_path: Path) -> None:
    before, recorded = inmates(facility, OPERATOR), events(facility)
    rows = f"{HEAD}\nX1,Vale,Ana,B,released\n{ORSON},Changed,Orson,B,nonsense\n"
    with pytest.raises(RosterError):
        import_roster(facility, roster_file(tmp_path, rows), True, OPERATOR)
    assert inmates(facility, OPERATOR) == before
    assert events(facility) == recorded


def test_an_import_adds_and_changes_and_leaves_the_rest(facility: Facility, tmp_path: Path) -> None:
    rows = f"{HEAD}\nX1,Vale,Ana,B,in_custody\n{ORSON},Testvale,Orson,D-9,transferred\n"
    file = roster_file(tmp_path, rows)
    change = import_roster(facility, file, False, OPERATOR)
    assert (change.added, change.changed, change.unchanged, change.departed) == (1, 1, 0, 0)
    assert find_inmate(facility, ORSON, OPERATOR).status is CustodyStatus.TRANSFERRED
    assert find_inmate(facility, PETRA, OPERATOR).status is CustodyStatus.IN_CUSTODY
    again = import_roster(facility, file, False, OPERATOR)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert [verb for verb, *_ in events(facility)] == ["import roster", "import roster"]


def test_a_full_import_takes_only_people_in_custody_off_the_list(
    facility: Facility, tmp_path: Path
) -> None:
    rows = f"{HEAD}\n{ORSON},Testvale,Orson,B-1,in_custody\n"
    change = import_roster(facility, roster_file(tmp_path, rows), True, OPERATOR)
    assert change.departed == 1
    assert find_inmate(facility, PETRA, OPERATOR).status is CustodyStatus.OTHER
    assert find_inmate(facility, GONE, OPERATOR).status is CustodyStatus.RELEASED


def test_an_import_keeps_what_is_not_in_the_roster(facility: Facility, tmp_path: Path) -> None:
    with reading(facility.engine) as tx:
        before = tx.execute(sa.select(inmate).where(inmate.c.booking_number == ORSON)).one()
    rows = f"{HEAD}\n{ORSON},Testvale,Orson,Z,in_custody\n"
    import_roster(facility, roster_file(tmp_path, rows), False, OPERATOR)
    with reading(facility.engine) as tx:
        after = tx.execute(sa.select(inmate).where(inmate.c.booking_number == ORSON)).one()
    assert after.id == before.id
    assert after.housing_unit == "Z"


def test_who_may_import_and_who_is_unknown(facility: Facility, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        import_roster(facility, tmp_path / "r.csv", False, CLERK)
    with pytest.raises(NotFound, match="import a newer roster"):
        find_inmate(facility, "nobody", OPERATOR)
