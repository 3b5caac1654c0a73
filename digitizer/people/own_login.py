"""A member of staff's own login: password, second step, and sessions."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.access import second_step, sessions
from digitizer.access.accounts import staff_account
from digitizer.access.acting import Action, acting, looking
from digitizer.access.new_passwords import check_new_password
from digitizer.access.password_hashing import hash_secret
from digitizer.access.permissions import Act
from digitizer.access.second_step import Enrolment
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.people import staff_list
from digitizer.people.staff import idle_of
from digitizer.people.staff_list import StaffMember


@dataclass(frozen=True, slots=True)
class OwnLogin:
    """What people see of their own login. ``enrolment`` is the key that waits for its first code,
    for who proved a moment ago who they are: whoever reads it makes the same codes. ``picture`` is
    its QR code: the rows of its cells, True for black."""

    member: StaffMember
    needs_second_step: bool
    enrolment: Enrolment | None
    picture: tuple[tuple[bool, ...], ...]


def own_login(facility: Facility, by: Actor) -> OwnLogin:
    """Raises NotFound for a name that is not on the staff list."""
    with looking(facility, by, Act.OWN_SESSIONS) as look:
        member = staff_list.find_member(
            look.tx, _own_id(look.tx, by), idle_of(facility.settings.web)
        )
        waiting = second_step.pending(facility, look.tx, member.id) if by.proven else None
    needs = member.role in facility.settings.web.totp_for
    return OwnLogin(member, needs, waiting, _picture(waiting) if waiting else ())


def change_own_password(facility: Facility, password: str, again: str, by: Actor) -> None:
    """Ends every session of this person, this one too: the caller opens a new one.

    Raises UsageError for one that is guessed too easily, was typed differently the second time, or
    is the one they had.
    """
    changing = acting(facility, by, Act.OWN_LOGIN)
    if password != again:
        raise UsageError("The two passwords differ. Type the new one twice.")
    about = (by.name, facility.settings.facility.name)
    hashed = hash_secret(check_new_password(password, about))
    with changing as action:
        staff_id = _own_id(action.tx, by)
        member = staff_list.find_member(action.tx, staff_id, idle_of(facility.settings.web))
        staff_list.update(
            action.tx, member, password_hash=hashed, must_change=False, code_until=None
        )
        ended = sessions.close_sessions_of_staff(action.tx, staff_id)
        action.record(Verb.CHANGE_PASSWORD, Subject.staff(by.name), sessions=ended)


def begin_second_step(facility: Facility, by: Actor) -> None:
    """Makes a key for an app. An earlier one goes on counting until ``finish_second_step``."""
    with acting(facility, by, Act.OWN_LOGIN) as action:
        second_step.begin(facility, action.tx, _own_id(action.tx, by))
        action.record(Verb.BEGIN_SECOND_STEP, Subject.staff(by.name))


def finish_second_step(facility: Facility, code: str, by: Actor) -> tuple[str, ...]:
    """With the first code of the new key, which counts from now on. Ends every session of this
    person, this one too: the caller opens a new one. Returns the recovery codes, which are shown
    once. Raises Conflict for a code that is not of this key."""
    with acting(facility, by, Act.OWN_LOGIN) as action:
        staff_id = _own_id(action.tx, by)
        codes = second_step.finish(facility, action.tx, staff_id, code)
        ended = sessions.close_sessions_of_staff(action.tx, staff_id)
        action.record(Verb.SET_UP_SECOND_STEP, Subject.staff(by.name), sessions=ended)
    return codes


def new_recovery_codes(facility: Facility, by: Actor) -> tuple[str, ...]:
    """Ten new ones, shown once; the earlier ones no longer count. Raises Conflict where no second
    step is set up."""
    with acting(facility, by, Act.OWN_LOGIN) as action:
        staff_id = _with_second_step(action)
        codes = second_step.new_recovery_codes(action.tx, staff_id)
        action.record(Verb.NEW_RECOVERY_CODES, Subject.staff(by.name))
    return codes


def remove_second_step(facility: Facility, by: Actor) -> None:
    """Raises NotAllowed where the role needs one, and Conflict where there is none."""
    removing = acting(facility, by, Act.OWN_LOGIN)
    if by.role in facility.settings.web.totp_for:
        raise NotAllowed("Your role needs a second step: set up another telephone instead.")
    with removing as action:
        second_step.remove(action.tx, _with_second_step(action))
        action.record(Verb.REMOVE_SECOND_STEP, Subject.staff(by.name))


def end_own_session(facility: Facility, session_id: str, by: Actor) -> None:
    """Raises NotFound for one that is over, or somebody else's."""
    with acting(facility, by, Act.OWN_SESSIONS) as action:
        if not sessions.close_session_of_staff(action.tx, _own_id(action.tx, by), session_id):
            raise NotFound("There is no such session; it may be over already.")
        action.record(Verb.END_SESSION, Subject.staff(by.name), sessions=1)


def _own_id(tx: sa.Connection, by: Actor) -> int:
    """The number of whoever acts. Raises NotFound where they are not on the staff list."""
    account = staff_account(tx, by.name) if by.kind is ActorKind.STAFF else None
    if account is None:
        raise NotFound(f"Nobody on the staff list is named {by.name}.")
    return account.id


def _with_second_step(action: Action) -> int:
    account = staff_account(action.tx, action.by.name)
    if account is None or not account.has_second_step:
        raise Conflict("No second step is set up.")
    return account.id


def _picture(waiting: Enrolment) -> tuple[tuple[bool, ...], ...]:
    from digitizer.engines.printing.kit.qr_code import qr_cells  # reportlab is slow to import

    return tuple(map(tuple, qr_cells(waiting.address)))
