"""Staff who come and go: what an administrator does with the staff list.

Whatever takes a right away from somebody ends their sessions in the same transaction. There is
always an administrator left who can log in.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from digitizer.access import second_step, sessions, throttling
from digitizer.access.acting import acting, looking
from digitizer.access.password_hashing import hash_secret
from digitizer.access.permissions import Act, MayNot
from digitizer.access.sessions import Idle
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.model.settings import Web
from digitizer.people import staff_list
from digitizer.people.staff_list import StaffMember
from digitizer.support.clock import now

#: How long a one-time code waits for whom it was made. A weekend lies in it.
CODE_LIFE = timedelta(days=3)
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"  # none that is easily taken for another


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """In place of a password, for one login; it is shown once."""

    name: str
    code: str
    until: datetime


def staff_members(facility: Facility, by: Actor) -> tuple[StaffMember, ...]:
    """Everyone on the staff list, with their open sessions; those who work here first."""
    with looking(facility, by, Act.SEE_STAFF) as look:
        return staff_list.all_staff(look.tx, idle_of(facility.settings.web))


def staff_member(facility: Facility, staff_id: int, by: Actor) -> StaffMember:
    """One person on the staff list, by their number. Raises NotFound."""
    with looking(facility, by, Act.SEE_STAFF) as look:
        return staff_list.find_member(look.tx, staff_id, idle_of(facility.settings.web))


def find_staff(facility: Facility, name: str, by: Actor) -> StaffMember:
    """One person on the staff list, by their name. Raises NotFound."""
    with looking(facility, by, Act.SEE_STAFF) as look:
        return staff_list.find_named(look.tx, name, idle_of(facility.settings.web))


def change_role(facility: Facility, staff_id: int, role: StaffRole, by: Actor) -> StaffMember:
    """Raises NotFound, and Conflict where they have this role, or are the last administrator."""
    with acting(facility, by, Act.STAFF) as action:
        member = staff_list.find_member(action.tx, staff_id, idle_of(facility.settings.web))
        if member.role is role:
            raise Conflict(f"{member.name} is {role} already.")
        if member.role is StaffRole.ADMINISTRATOR:
            staff_list.need_an_administrator(action.tx, without=member)
        staff_list.update(action.tx, member, role=str(role))
        ended = sessions.close_sessions_of_staff(action.tx, member.id)
        action.record(
            Verb.CHANGE_ROLE,
            Subject.staff(member.name),
            before=str(member.role),
            after=str(role),
            sessions=ended,
        )
    return member


def deactivate(facility: Facility, staff_id: int, by: Actor) -> StaffMember:
    """They can no longer log in or sign; what they did stays under their name. Raises NotFound, and
    Conflict for the last administrator and for someone who is not active."""
    with acting(facility, by, Act.STAFF) as action:
        member = staff_list.find_member(action.tx, staff_id, idle_of(facility.settings.web))
        if not member.active:
            raise Conflict(f"{member.name} is not active already.")
        if member.role is StaffRole.ADMINISTRATOR:
            staff_list.need_an_administrator(action.tx, without=member)
        staff_list.update(action.tx, member, active=False)
        ended = sessions.close_sessions_of_staff(action.tx, member.id)
        action.record(Verb.DEACTIVATE_STAFF, Subject.staff(member.name), sessions=ended)
    return member


def reactivate(facility: Facility, staff_id: int, by: Actor) -> OneTimeCode:
    """They may log in again, with a one-time code: the password they had may be known by now.
    Raises NotFound, and Conflict for someone who is active."""
    reactivating = acting(facility, by, Act.STAFF)
    code, hashed = _new_code()
    with reactivating as action:
        member = staff_list.find_member(action.tx, staff_id, idle_of(facility.settings.web))
        if member.active:
            raise Conflict(f"{member.name} is active already.")
        until = now() + CODE_LIFE
        staff_list.update(
            action.tx, member, active=True, password_hash=hashed, must_change=True, code_until=until
        )
        throttling.forget_account(action.tx, Subject.staff(member.name))
        action.record(
            Verb.REACTIVATE_STAFF,
            Subject.staff(member.name),
            role=str(member.role),
            until=_in_utc(until),
        )
    return OneTimeCode(member.name, code, until)


def reset(
    facility: Facility, staff_id: int, by: Actor, *, second_step_too: bool = False
) -> OneTimeCode:
    """A one-time code in place of a forgotten password; with ``second_step_too``, in place of a
    lost telephone as well. Raises NotFound, and Conflict for someone who is not active.

    From the shell without a name it is for one case: no other administrator can log in. Then it
    makes an administrator who is not active active again.
    """
    is_rescue = by.kind is ActorKind.MACHINE
    resetting = acting(facility, by, Act.RESCUE if is_rescue else Act.STAFF)
    code, hashed = _new_code()
    with resetting as action:
        member = staff_list.find_member(action.tx, staff_id, idle_of(facility.settings.web))
        if member.name == by.name and not is_rescue:
            raise Conflict("Change your own password on your own page instead.")
        if is_rescue and staff_list.others_who_administer(action.tx, member):
            raise MayNot(
                Act.RESCUE,
                "Only an administrator may reset a login while there is one who can log in: give "
                "--by NAME and --password-file FILE, or do it on the web pages.",
            )
        returns = is_rescue and member.role is StaffRole.ADMINISTRATOR
        if not member.active and not returns:
            raise Conflict(f"{member.name} is not active. Reactivate them instead.")
        until = now() + CODE_LIFE
        staff_list.update(
            action.tx, member, active=True, password_hash=hashed, must_change=True, code_until=until
        )
        if second_step_too:
            second_step.remove(action.tx, member.id)
        ended = sessions.close_sessions_of_staff(action.tx, member.id)
        throttling.forget_account(action.tx, Subject.staff(member.name))
        action.record(
            Verb.RESET_LOGIN,
            Subject.staff(member.name),
            second_step_too=second_step_too,
            until=_in_utc(until),
            sessions=ended,
        )
    return OneTimeCode(member.name, code, until)


def end_session(facility: Facility, staff_id: int, session_id: str, by: Actor) -> StaffMember:
    """Ends one session of somebody; ``all`` ends every one. Raises NotFound."""
    with acting(facility, by, Act.STAFF) as action:
        member = staff_list.find_member(action.tx, staff_id, idle_of(facility.settings.web))
        if session_id == "all":
            ended = sessions.close_sessions_of_staff(action.tx, member.id)
        else:
            ended = sessions.close_session_of_staff(action.tx, member.id, session_id)
        if not ended:
            raise NotFound("There is no such session; it may be over already.")
        action.record(Verb.END_SESSION, Subject.staff(member.name), sessions=int(ended))
    return member


def idle_of(web: Web) -> Idle:
    """After how long without use a session is over."""
    return Idle(
        timedelta(minutes=web.inmate_idle_minutes), timedelta(minutes=web.staff_idle_minutes)
    )


def _new_code() -> tuple[str, str]:
    """A code of 78 random bits, to be read out or written down, and its hash, which is slow."""
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return code, hash_secret(code)


def _in_utc(until: datetime) -> str:
    return f"{until:%FT%TZ}"
