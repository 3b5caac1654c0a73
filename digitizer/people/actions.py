"""The roster, PINs and staff."""

from __future__ import annotations

import secrets
from pathlib import Path

import sqlalchemy as sa

from digitizer import audit
from digitizer.access import sessions, throttling
from digitizer.access.password_hashing import hash_secret, new_pin, normal_answer
from digitizer.access.permissions import Act, permit
from digitizer.facility import House
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.people import Actor, ActorKind, Inmate, StaffRole
from digitizer.people import roster
from digitizer.people.roster import RosterChange
from digitizer.storage.tables import inmate, reading, staff, writing

_LONGEST_NAME = 64


def import_roster(house: House, file: Path, full: bool, by: Actor) -> RosterChange:
    """All of the file or nothing of it. Raises RosterError."""
    permit(by, Act.PEOPLE)
    rows = roster.read_roster(file)
    with writing(house.engine) as tx:
        change = roster.apply_roster(tx, rows, full)
        audit.record(
            tx, by, "import roster", "roster", full=full, added=change.added,
            changed=change.changed, departed=change.departed,
        )  # fmt: skip
    return change


def inmates(house: House) -> tuple[Inmate, ...]:
    with reading(house.engine) as tx:
        return roster.all_inmates(tx)


def find_inmate(house: House, booking_number: str) -> Inmate:
    with reading(house.engine) as tx:
        return roster.find_inmate(tx, booking_number)


def set_pin(house: House, booking_number: str, by: Actor) -> str:
    """Makes a new PIN, ends the inmate's sessions, and returns it: it is shown once."""
    permit(by, Act.PEOPLE)
    pin = new_pin(house.settings.web.pin_digits)
    hashed = hash_secret(pin)  # slow by design: before the write lock, not under it
    with writing(house.engine) as tx:
        inmate_id = roster.inmate_row_id(tx, booking_number)
        tx.execute(sa.update(inmate).where(inmate.c.id == inmate_id).values(pin_hash=hashed))
        sessions.close_sessions_of_inmate(tx, inmate_id)
        throttling.forget(tx, f"inmate:{booking_number}")
        audit.record(tx, by, "set PIN", f"inmate:{booking_number}")
    return pin


def set_security_question(
    house: House, booking_number: str, question: str, answer: str, by: Actor
) -> None:
    """The answer is kept only as a hash."""
    permit(by, Act.PEOPLE)
    if not question.strip() or len(normal_answer(answer)) < 3:
        raise UsageError("Give a question, and an answer of three characters or more.")
    hashed = hash_secret(normal_answer(answer))
    with writing(house.engine) as tx:
        inmate_id = roster.inmate_row_id(tx, booking_number)
        tx.execute(
            sa.update(inmate)
            .where(inmate.c.id == inmate_id)
            .values(question=question.strip(), answer_hash=hashed)
        )
        audit.record(tx, by, "set security question", f"inmate:{booking_number}")


def add_staff(house: House, name: str, role: StaffRole, by: Actor) -> str:
    """Returns the password, made by us and shown once. Raises Conflict if the name is taken."""
    permit(by, Act.PEOPLE)
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise UsageError(f"A member of staff needs a name of at most {_LONGEST_NAME} letters.")
    password = secrets.token_urlsafe(12)
    hashed = hash_secret(password)
    with writing(house.engine) as tx:
        if tx.execute(sa.select(staff.c.id).where(staff.c.name == name)).first():
            raise Conflict(f"There is already a member of staff named {name}.")
        tx.execute(
            sa.insert(staff).values(name=name, role=str(role), password_hash=hashed, active=True)
        )
        audit.record(tx, by, "add staff", f"staff:{name}", role=str(role))
    return password


def named_staff(house: House, name: str) -> Actor:
    """Who signs for a decision on the command line.

    Whoever runs commands in the home is its operator already, so a name that is not among the
    staff signs as a clerk, by name; a known name has its own role. Raises UsageError for none.
    """
    name = " ".join(name.split())
    if not name:
        raise UsageError("Say who decides (--by NAME).")
    with reading(house.engine) as tx:
        row = tx.execute(sa.select(staff).where(staff.c.name == name)).first()
    if row is None:
        return Actor(ActorKind.STAFF, name, StaffRole.CLERK)
    if not row.active:
        raise UsageError(f"{name} is no longer among the staff.")
    return Actor(ActorKind.STAFF, row.name, StaffRole(row.role))
