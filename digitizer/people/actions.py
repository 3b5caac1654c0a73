"""The roster, PINs and staff."""

from __future__ import annotations

import secrets
from pathlib import Path

from digitizer.access import sessions, throttling
from digitizer.access.accounts import staff_account
from digitizer.access.acting import acting, looking
from digitizer.access.password_hashing import hash_secret, new_pin, normal_answer
from digitizer.access.permissions import Act
from digitizer.facility import House
from digitizer.model.errors import UsageError
from digitizer.model.events import ROSTER, Subject, Verb
from digitizer.model.people import Actor, ActorKind, Inmate, StaffRole
from digitizer.people import accounts, roster
from digitizer.people.roster import RosterChange
from digitizer.storage.tables import reading

_LONGEST_NAME = 64


def import_roster(house: House, file: Path, full: bool, by: Actor) -> RosterChange:
    """All of the file or nothing of it. Raises RosterError."""
    importing = acting(house, by, Act.PEOPLE)
    rows = roster.read_roster(file)
    with importing as deed:
        change = roster.apply_roster(deed.tx, rows, full)
        deed.record(
            Verb.IMPORT_ROSTER, ROSTER, full=full, added=change.added,
            changed=change.changed, departed=change.departed,
        )  # fmt: skip
    return change


def inmates(house: House, by: Actor) -> tuple[Inmate, ...]:
    """The whole roster, by name."""
    with looking(house, by, Act.LOOK) as look:
        return roster.all_inmates(look.tx)


def find_inmate(house: House, booking_number: str, by: Actor) -> Inmate:
    """Raises NotFound."""
    with looking(house, by, Act.LOOK) as look:
        return roster.find_inmate(look.tx, booking_number)


def set_pin(house: House, booking_number: str, by: Actor) -> str:
    """Makes a new PIN, ends the inmate's sessions, and returns it: it is shown once."""
    setting = acting(house, by, Act.PEOPLE)
    pin = new_pin(house.settings.web.pin_digits)
    hashed = hash_secret(pin)  # slow by design: before the write lock, not under it
    person = Subject.inmate(booking_number)
    with setting as deed:
        inmate_id = accounts.set_pin(deed.tx, booking_number, hashed)
        sessions.close_sessions_of_inmate(deed.tx, inmate_id)
        throttling.forget(deed.tx, str(person))
        deed.record(Verb.SET_PIN, person)
    return pin


def set_security_question(
    house: House, booking_number: str, question: str, answer: str, by: Actor
) -> None:
    """The answer is kept only as a hash."""
    setting = acting(house, by, Act.PEOPLE)
    if not question.strip() or len(normal_answer(answer)) < 3:
        raise UsageError("Give a question, and an answer of three characters or more.")
    hashed = hash_secret(normal_answer(answer))
    with setting as deed:
        accounts.set_question(deed.tx, booking_number, question.strip(), hashed)
        deed.record(Verb.SET_SECURITY_QUESTION, Subject.inmate(booking_number))


def add_staff(house: House, name: str, role: StaffRole, by: Actor) -> str:
    """Returns the password, made by us and shown once. Raises Conflict if the name is taken."""
    adding = acting(house, by, Act.PEOPLE)
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise UsageError(f"A member of staff needs a name of at most {_LONGEST_NAME} letters.")
    password = secrets.token_urlsafe(12)
    hashed = hash_secret(password)
    with adding as deed:
        accounts.add_staff(deed.tx, name, role, hashed)
        deed.record(Verb.ADD_STAFF, Subject.staff(name), role=str(role))
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
        known = staff_account(tx, name)
    if known is None:
        return Actor(ActorKind.STAFF, name, StaffRole.CLERK)
    if not known.active:
        raise UsageError(f"{name} is no longer among the staff.")
    return known.actor
